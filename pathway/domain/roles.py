"""Who may do what: roles, permissions, and the table that joins them.

A role says what a person may do at all; whether they may do it to *this* child is decided by the action,
against the child. Routes name a permission and are refused without one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The part a person (or a program) plays on the pathway."""

    SENCO = "senco"
    REFERRER = "referrer"
    TRIAGE = "triage"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    PROVIDER_LEAD = "provider_lead"
    SEND_OFFICER = "send_officer"
    COMMISSIONER = "commissioner"
    PRIVACY = "privacy"
    FAMILY = "family"
    YOUNG_PERSON = "young_person"
    PARTNER = "partner"
    PROVIDER_SYSTEM = "provider_system"
    SYSTEM = "system"


ROLE_TITLES: dict[Role, str] = {
    Role.SENCO: "SENCO",
    Role.REFERRER: "GP, health visitor or other referrer",
    Role.TRIAGE: "Triage clinician",
    Role.CLINICIAN: "Assessing clinician",
    Role.COORDINATOR: "Case coordinator",
    Role.PROVIDER_LEAD: "Provider lead",
    Role.SEND_OFFICER: "Council SEND officer",
    Role.COMMISSIONER: "Commissioner",
    Role.PRIVACY: "Information governance",
    Role.FAMILY: "Parent or carer",
    Role.YOUNG_PERSON: "Young person",
    Role.PARTNER: "Partner's computer system",
    Role.PROVIDER_SYSTEM: "Provider's clinical system",
    Role.SYSTEM: "This service",
}


class Permission(StrEnum):
    """What a route may ask for. A route without one is refused."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    REFER = "refer"
    READ_OWN_PUPILS = "read_own_pupils"
    READ_WORKLIST = "read_worklist"
    READ_CHILD = "read_child"
    RECORD_STEP = "record_step"
    CORRECT = "correct"
    HAND_OVER = "hand_over"
    MERGE = "merge"
    SEAL_IDENTITY = "seal_identity"
    READ_BREACHES = "read_breaches"
    ACKNOWLEDGE_BREACH = "acknowledge_breach"
    READ_FIGURES = "read_figures"
    DRAFT_THRESHOLD = "draft_threshold"
    SIGN_THRESHOLD = "sign_threshold"
    READ_OWN_CHILD = "read_own_child"
    READ_ACCESS_LOG = "read_access_log"
    RECORD_CARE = "record_care"
    ADJUSTMENTS = "adjustments"
    BREAK_GLASS = "break_glass"
    REVIEW_BREAK_GLASS = "review_break_glass"
    IMPORT = "import"
    HELD_JOBS = "held_jobs"
    EXCHANGE = "exchange"


_EVERYONE = frozenset({Permission.PUBLIC, Permission.SIGNED_IN})
_STAFF = _EVERYONE | {
    Permission.READ_WORKLIST,
    Permission.READ_CHILD,
    Permission.RECORD_STEP,
    Permission.CORRECT,
    Permission.RECORD_CARE,
}
_CLINICAL = _STAFF | {Permission.BREAK_GLASS, Permission.ADJUSTMENTS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SENCO: _EVERYONE | {Permission.REFER, Permission.READ_OWN_PUPILS, Permission.RECORD_STEP},
    Role.REFERRER: _EVERYONE | {Permission.REFER, Permission.READ_OWN_PUPILS, Permission.RECORD_STEP},
    Role.TRIAGE: _CLINICAL | {Permission.REFER, Permission.HAND_OVER, Permission.MERGE},
    Role.CLINICIAN: _CLINICAL,
    Role.COORDINATOR: _CLINICAL | {Permission.REFER, Permission.HAND_OVER, Permission.MERGE},
    Role.PROVIDER_LEAD: _CLINICAL
    | {
        Permission.HAND_OVER,
        Permission.MERGE,
        Permission.READ_BREACHES,
        Permission.ACKNOWLEDGE_BREACH,
        Permission.READ_FIGURES,
        Permission.DRAFT_THRESHOLD,
        Permission.SIGN_THRESHOLD,
        Permission.IMPORT,
        Permission.HELD_JOBS,
    },
    Role.SEND_OFFICER: _STAFF
    | {
        Permission.REFER,
        Permission.READ_BREACHES,
        Permission.ACKNOWLEDGE_BREACH,
        Permission.SIGN_THRESHOLD,
        Permission.DRAFT_THRESHOLD,
    },
    Role.COMMISSIONER: _EVERYONE
    | {
        Permission.READ_BREACHES,
        Permission.READ_FIGURES,
        Permission.DRAFT_THRESHOLD,
        Permission.SIGN_THRESHOLD,
    },
    Role.PRIVACY: _EVERYONE
    | {
        Permission.READ_ACCESS_LOG,
        Permission.REVIEW_BREAK_GLASS,
        Permission.SEAL_IDENTITY,
        Permission.HELD_JOBS,
    },
    Role.FAMILY: _EVERYONE | {Permission.READ_OWN_CHILD},
    Role.YOUNG_PERSON: _EVERYONE | {Permission.READ_OWN_CHILD},
    Role.PARTNER: _EVERYONE | {Permission.REFER, Permission.RECORD_STEP, Permission.EXCHANGE},
    Role.PROVIDER_SYSTEM: _EVERYONE | {Permission.REFER, Permission.RECORD_STEP, Permission.EXCHANGE},
    Role.SYSTEM: _EVERYONE,
}

MACHINES: Final = frozenset({Role.PARTNER, Role.PROVIDER_SYSTEM})
"""Accounts of an organisation's computer: they speak over FHIR and sign in nowhere."""


class Door(StrEnum):
    """Through which door a fact or a reader came."""

    WEB = "web"
    API = "api"
    FHIR = "fhir"
    IMPORT = "import"
    WORKER = "worker"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: an account in one role for one organisation, through one door."""

    account_id: int
    role: Role
    organisation_id: int
    door: Door
    name: str = ""

    @property
    def is_staff(self) -> bool:
        """Staff of the provider or the council, who may record on behalf of another organisation."""
        return Permission.READ_WORKLIST in PERMISSIONS[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission at all; the action still checks the child."""
        return permission in PERMISSIONS[self.role]


THE_SERVICE: Final = Actor(0, Role.SYSTEM, 0, Door.WORKER)
"""The service itself, where no person asks."""

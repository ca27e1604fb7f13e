"""Looked-after children: by what law a council looks after them, who holds parental responsibility, what was delegated.

The statuses are those of the Department for Education's SSDA903 return, without the older ones. Whether the council itself
holds parental responsibility follows from the law and is not asked (Children Act 1989 sections 20, 33, 44 and 46; Adoption
and Children Act 2002 section 25; LASPO Act 2012 section 91).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from pathway.domain.errors import InvalidInput


class LegalStatus(StrEnum):
    """By what law the child is looked after."""

    CARE_ORDER = "care_order"
    INTERIM_CARE_ORDER = "interim_care_order"
    PLACEMENT_ORDER = "placement_order"
    ACCOMMODATED = "accommodated"
    SHORT_BREAKS = "short_breaks"
    EMERGENCY_PROTECTION = "emergency_protection"
    POLICE_PROTECTION = "police_protection"
    REMANDED = "remanded"


@dataclass(frozen=True, slots=True)
class Status:
    """One legal status in words, with its SSDA903 code, and whether it gives the council parental responsibility."""

    title: str
    code: str
    council_holds: bool


STATUSES: Final[dict[LegalStatus, Status]] = {
    LegalStatus.CARE_ORDER: Status("Full care order (section 31)", "C2", True),
    LegalStatus.INTERIM_CARE_ORDER: Status("Interim care order (section 38)", "C1", True),
    LegalStatus.PLACEMENT_ORDER: Status("Placement order", "E1", True),
    LegalStatus.ACCOMMODATED: Status("Accommodated with the parents' agreement (section 20)", "V2", False),
    LegalStatus.SHORT_BREAKS: Status("Short breaks", "V4", False),
    LegalStatus.EMERGENCY_PROTECTION: Status("Emergency protection order (section 44)", "L2", True),
    LegalStatus.POLICE_PROTECTION: Status("Police protection (section 46)", "L1", False),
    LegalStatus.REMANDED: Status("Remanded to the council", "J1", False),
}


class Part(StrEnum):
    """What of the child's page a carer without parental responsibility may have been given."""

    WHERE = "where"
    OUTCOME = "outcome"
    LOOKS = "looks"


PART_TITLES: Final[dict[Part, str]] = {
    Part.WHERE: "Where the child is on the way, and what comes next",
    Part.OUTCOME: "What the assessment found, and the help that follows",
    Part.LOOKS: "Who looked at the record",
}


class SharingBasis(StrEnum):
    """The lawful basis on which the social worker or the Virtual School is written to."""

    CONSENT = "consent"
    CORPORATE_PARENT = "corporate_parent"
    EDUCATION = "education"
    SAFEGUARDING = "safeguarding"


BASIS_TITLES: Final[dict[SharingBasis, str]] = {
    SharingBasis.CONSENT: "Permission of who holds parental responsibility, or of the young person",
    SharingBasis.CORPORATE_PARENT: "The council holds parental responsibility",
    SharingBasis.EDUCATION: "The council's duty to promote education (Children Act 1989 section 22(3A))",
    SharingBasis.SAFEGUARDING: "Safeguarding",
}

SOCIAL_WORKER: Final = "social worker"
VIRTUAL_SCHOOL: Final = "Virtual School"
PROFESSIONALS: Final = (SOCIAL_WORKER, VIRTUAL_SCHOOL)
"""Relationships of those who are told as professionals: only where a lawful basis is named (docs/rules.md 11, 14)."""


@dataclass(frozen=True, slots=True)
class Professional:
    """A social worker or the Virtual School: who, how to reach them, and on what basis they are written to, if at all."""

    name: str
    email: str = ""
    phone: str = ""
    basis: SharingBasis | None = None


@dataclass(frozen=True, slots=True)
class Care:
    """How a child is looked after. `delegated`: by carer, what those without parental responsibility were given."""

    status: LegalStatus
    since: date
    social_worker: Professional
    virtual_school: Professional | None = None
    placing_council_id: int | None = None
    placing_icb_id: int | None = None
    responsible: frozenset[UUID] = frozenset()
    delegated: Mapping[UUID, frozenset[Part]] = field(default_factory=dict)


def check_care(care: Care, carers: frozenset[UUID], birth: date, today: date) -> None:
    """Refuse what cannot be. Raises InvalidInput with the field."""
    if not birth <= care.since <= today:
        raise InvalidInput("The day must lie between the child's birth and today.", "since")
    if not care.social_worker.name:
        raise InvalidInput("Name the child's social worker.", "social_worker_name")
    for part, who in (("social_worker", care.social_worker), ("virtual_school", care.virtual_school)):
        if who is not None and who.basis is not None and not who.email:
            raise InvalidInput("Give the e-mail address to which messages go.", f"{part}_email")
        if who is not None and who.basis is SharingBasis.CORPORATE_PARENT:
            _check_council_holds(care.status, part)
    if not (care.responsible | set(care.delegated)) <= carers:
        raise InvalidInput("Choose carers from this child's list.", "responsible")


def _check_council_holds(status: LegalStatus, part: str) -> None:
    if not STATUSES[status].council_holds:
        raise InvalidInput(
            "Under this legal status the council does not hold parental responsibility. Name another basis.",
            f"{part}_basis",
        )

"""What a partner's system is told: the values from which the FHIR resources are made.

They are already cut to what this partner may know (docs/rules.md 10, 12, 16, 17): whoever prints them decides nothing. The
stage is the one that partners see, the version counts only the facts that are told, and where a child's location is
restricted there is no address, no organisation and no place in them at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pathway.domain.breaches import Grade
from pathway.domain.definition import Definition, Stage, Step
from pathway.domain.events import CORRECTIONS, BuiltIn, Event
from pathway.domain.explain import Explanation
from pathway.domain.roles import Role

NEVER_TOLD: Final = CORRECTIONS | {BuiltIn.SEALED.value}
"""Kinds of fact that no partner's system is told: a correction shows in what it corrects, and that an identity was replaced
would tell of the one before it (docs/rules.md 12).
"""


class NumberStatus(StrEnum):
    """How sure an NHS number is: UKCore-NHSNumberVerificationStatusEngland, which holds the same codes."""

    TRACED = "01"
    NOT_TRACED = "02"
    TRACE_REQUIRED = "03"
    NO_MATCH = "04"
    CONFLICT = "05"
    IN_PROGRESS = "06"


@dataclass(frozen=True, slots=True)
class OrganisationTold:
    """An organisation by its number here, and by its national code where it has one. `kind` as in the organisation table."""

    id: int
    kind: str
    name: str
    ods_code: str | None = None
    urn: str | None = None


@dataclass(frozen=True, slots=True)
class PersonTold:
    """A member of staff: by name only where staff may be named, else by role alone."""

    account_id: int
    name: str
    role: Role
    organisation: OrganisationTold | None = None


@dataclass(frozen=True, slots=True)
class ChildTold:
    """A child. Where `restricted`, the address is empty, and so are the organisations of every other record."""

    id: UUID
    version: int
    changed_at: datetime
    first_name: str
    family_name: str
    birth_date: date
    sex: str
    language: str = "en"
    interpreter: bool = False
    nhs_number: str | None = None
    number_status: NumberStatus = NumberStatus.TRACE_REQUIRED
    upn: str | None = None
    restricted: bool = False
    address: tuple[str, ...] = ()
    postcode: str | None = None
    died_on: date | None = None
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class CarerTold:
    """A carer of one child: how they are related, what they may be told, how they want to be reached."""

    child_id: UUID
    carer_id: UUID
    name: str
    relationship: str
    changed_at: datetime
    parental_responsibility: bool = False
    may_be_told: bool = True
    active: bool = True
    email: str | None = None
    phone: str | None = None
    channel: str = "email"
    language: str = "en"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactTold:
    """One fact of an episode that this partner may know. `texts` is free text, only where it is theirs to read."""

    episode_id: UUID
    child_id: UUID
    event: Event
    title: str
    step: Step | None
    by: PersonTold | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    struck: bool = False
    ended_by: Event | None = None
    """For an appointment: the later fact that ended it (attended, cancelled, missed), as far as it is told."""


@dataclass(frozen=True, slots=True)
class TaskTold:
    """Work to be done on an episode: the one headline step (`key` is empty) or a task beside it, with its date."""

    episode_id: UUID
    child_id: UUID
    key: str
    title: str
    step: str
    opened_on: date
    due_on: date | None
    owner: OrganisationTold | None
    owner_slot: str
    done_on: date | None = None
    fell_away_on: date | None = None


@dataclass(frozen=True, slots=True)
class EpisodeTold:
    """One child on one pathway, as far as this partner may know it.

    `stage`, dates and version are those that partners see; `closure` and `outcome` are empty until they may be known.
    Organisations are None where the child's location is restricted. `priority` is that of the acceptance, where told.
    """

    id: UUID
    child_id: UUID
    definition: Definition
    stage: Stage
    version: int
    changed_at: datetime
    opened_on: date
    started_on: date
    closed_on: date | None = None
    closure: str = ""
    outcome: str = ""
    outcome_told_on: date | None = None
    provider: OrganisationTold | None = None
    council: OrganisationTold | None = None
    school: OrganisationTold | None = None
    referrer: OrganisationTold | None = None
    coordinator: PersonTold | None = None
    side_states: tuple[str, ...] = ()
    priority: str = ""
    restricted: bool = False
    nhs_number: str | None = None
    child_name: str = ""


@dataclass(frozen=True, slots=True)
class BreachTold:
    """A clock of an episode that has entered a grade, with its whole sum."""

    id: int
    episode_id: UUID
    child_id: UUID
    grade: Grade
    reached_on: date
    noticed_at: datetime
    explanation: Explanation
    closed_on: date | None = None
    provider: OrganisationTold | None = None


@dataclass(frozen=True, slots=True)
class MessageTold:
    """A message to the family that left: its kind, channel and state, never its text, never a name or an address."""

    id: UUID
    episode_id: UUID
    child_id: UUID
    carer_id: UUID
    template: str
    channel: str
    language: str
    state: str
    made_at: datetime
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadingTold:
    """One reading of a child's record, as the access log has it; by role, never by name."""

    id: int
    at: datetime
    role: Role
    action: str
    purpose: str
    door: str
    child_id: UUID
    organisation: OrganisationTold | None = None


@dataclass(frozen=True, slots=True)
class WaitsTold:
    """How many children wait, for one provider on one pathway; small numbers are held back (None) by the rule for them."""

    pathway: str
    title: str
    provider: OrganisationTold
    as_of: date
    open: int | None
    bands: tuple[tuple[str, int | None], ...]
    breaches: tuple[tuple[str, int | None], ...]

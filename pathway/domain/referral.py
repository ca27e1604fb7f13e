"""A referral as a door hands it over: who the child is, who cares for them, and the answers to the first step.

It is already typed: identifiers are parsed, days are days. What is missing is missing, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from pathway.domain.identifiers import NhsNumber, Postcode, Upn
from pathway.domain.matching import Identity

DRAFT_KEPT_DAYS: Final = 90
"""A referral that is begun and not sent holds details of a child whom nobody has agreed to refer: after so many days without
a change it is deleted with all that was typed (UK GDPR Article 5(1)(e): kept no longer than is necessary)."""


FAMILY_AGREES: Final = "family_agrees"
"""The question of a first step whether the family agrees. Where the answer is no, whoever reads on is told so."""


@dataclass(frozen=True, slots=True)
class CarerDetails:
    """A parent or carer, how they are related, and how they want to be told."""

    name: str
    relationship: str
    email: str = ""
    phone: str = ""
    channel: str = "email"
    language: str = "en"
    parental_responsibility: bool = False
    may_be_told: bool = True
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildDetails:
    """Who the child is. `restricted` means that their location is hidden; a safe contact is then named."""

    first_name: str
    family_name: str
    birth_date: date
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    sex: str = "not_known"
    pronouns: str = ""
    language: str = "en"
    interpreter: bool = False
    looked_after: bool = False
    restricted: bool = False
    safe_contact: str = ""
    address: tuple[str, ...] = ()
    postcode: Postcode | None = None

    @property
    def identity(self) -> Identity:
        return Identity(self.first_name, self.family_name, self.birth_date, self.postcode, self.nhs_number)


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral to one pathway. `received_on` is the day it first came in, and starts the wait.

    `known_child`: the record that the referrer's own system has of the child, where it named one.
    """

    pathway: str
    child: ChildDetails
    received_on: date
    carers: tuple[CarerDetails, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    school_id: int | None = None
    referrer_id: int | None = None
    provider_id: int | None = None
    known_child: UUID | None = None


RESTORE_WITHIN_MONTHS: Final = 12
"""A re-referral within these months of the closure keeps the first referral's start date (docs/rules.md 2)."""

"""What an answer of the Personal Demographics Service means for our record: a table, and never a change to who a child is.

An unattended trace confirms a number or raises a doubt that a person decides; it re-keys nothing, joins nothing and records no
death. Two things it does at once: where the national record says that nobody may learn where somebody is, our record says so
too (docs/rules.md 12), and where it says that they have died, nothing is sent until a person has looked (docs/rules.md 19).

Source: NHS England, Personal Demographics Service - FHIR API; NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pathway.domain.names import normalise_name
from pathway.domain.told import NumberStatus


class Answered(StrEnum):
    """How the service answered."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    INVALIDATED = "invalidated"
    TOO_MANY = "too_many"


class DoubtKind(StrEnum):
    """What a person has to decide."""

    CONFLICT = "conflict"
    """The number is another person's, or a detail differs."""
    NOT_KNOWN = "not_known"
    """No record of that number, or the number was withdrawn, or nobody was found by name."""
    SEVERAL = "several"
    """More than one person fits."""
    SUPERSEDED = "superseded"
    """The number was replaced by another one."""
    NUMBER_FOUND = "number_found"
    """Exactly one person fits a child without a number."""
    SAFE_CONTACT = "safe_contact"
    """The location is restricted nationally, and nobody has named a safe contact."""
    DIED = "died"
    """The national record says that they have died."""
    CARER = "carer"
    """Somebody acts for the child by a validated proxy role."""
    CARER_ENDED = "carer_ended"
    """A proxy role that we were told of has ended."""


HOLDS_MESSAGES: Final = frozenset({DoubtKind.SAFE_CONTACT, DoubtKind.DIED})
"""While one of these is undecided, nothing is sent about the child."""


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """Our record of the child, as far as a trace compares it. Hidden in logs."""

    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None = None
    postcode: str | None = None
    restricted: bool = False
    safe_contact: str | None = None
    died: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class National:
    """What the service answered. Details are empty where the record has none. Hidden in logs."""

    answered: Answered
    nhs_number: str = ""
    first_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    restricted: bool = False
    died: bool = False
    died_on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Doubt:
    """Something to decide, with what a person must see to do so; `about` tells two of one kind apart, without naming anyone."""

    kind: DoubtKind
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    about: str = ""


@dataclass(frozen=True, slots=True)
class Traced:
    """What follows for our record."""

    status: NumberStatus
    doubts: tuple[Doubt, ...] = ()
    restrict: bool = False
    forget_address: bool = False
    hold_messages: bool = False


class Finding(StrEnum):
    """How an answer compares with our record."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OTHER_NUMBER = "other_number"
    NOT_FOUND = "not_found"
    INVALIDATED = "invalidated"
    TOO_MANY = "too_many"


BY_NUMBER: Final[Mapping[Finding, tuple[NumberStatus, DoubtKind | None]]] = {
    Finding.AGREES: (NumberStatus.TRACED, None),
    Finding.DIFFERS: (NumberStatus.CONFLICT, DoubtKind.CONFLICT),
    Finding.OTHER_NUMBER: (NumberStatus.CONFLICT, DoubtKind.SUPERSEDED),
    Finding.NOT_FOUND: (NumberStatus.NO_MATCH, DoubtKind.NOT_KNOWN),
    Finding.INVALIDATED: (NumberStatus.NO_MATCH, DoubtKind.NOT_KNOWN),
    Finding.TOO_MANY: (NumberStatus.NO_MATCH, DoubtKind.SEVERAL),
}
"""Asked by the number that we hold."""
BY_DETAILS: Final[Mapping[Finding, tuple[NumberStatus, DoubtKind | None]]] = {
    Finding.AGREES: (NumberStatus.IN_PROGRESS, DoubtKind.NUMBER_FOUND),
    Finding.DIFFERS: (NumberStatus.NO_MATCH, DoubtKind.NUMBER_FOUND),
    Finding.NOT_FOUND: (NumberStatus.NO_MATCH, DoubtKind.NOT_KNOWN),
    Finding.INVALIDATED: (NumberStatus.NO_MATCH, DoubtKind.NOT_KNOWN),
    Finding.TOO_MANY: (NumberStatus.NO_MATCH, DoubtKind.SEVERAL),
}
"""Asked by name, date of birth and the beginning of the postcode, of a child without a number."""

_NO_RECORD: Final = {
    Finding.NOT_FOUND: "There is no national record.",
    Finding.INVALIDATED: "The number has been withdrawn.",
    Finding.TOO_MANY: "More than one person fits.",
}


def finding_of(held: Held, found: National) -> Finding:
    """Family name and date of birth agree, or they do not; a first name is often written in another way."""
    if found.answered is not Answered.FOUND:
        return Finding(found.answered.value)
    if held.nhs_number and found.nhs_number != held.nhs_number:
        return Finding.OTHER_NUMBER
    return Finding.AGREES if same_person(held, found) else Finding.DIFFERS


def same_person(held: Held, found: National) -> bool:
    """Whether family name and date of birth agree (NHS England asks for both before a number counts as verified)."""
    names = normalise_name(held.family_name) == normalise_name(found.family_name)
    return names and held.birth_date == found.birth_date


def traced(held: Held, found: National) -> Traced:
    """What follows from an answer. Restriction and death are taken at their word until a person has looked."""
    finding = finding_of(held, found)
    status, kind = (BY_NUMBER if held.nhs_number else BY_DETAILS)[finding]
    doubts = [Doubt(kind, _texts(held, found, finding))] if kind else []
    same = same_person(held, found)
    # By name alone the person may be another: then only who agrees is restricted, and nobody is said to have died.
    ours = held.nhs_number is not None or same
    restrict = found.restricted and ours and not held.restricted
    if found.restricted and ours and not held.safe_contact:
        doubts.append(Doubt(DoubtKind.SAFE_CONTACT))
    if found.died and ours and not held.died:
        doubts.append(Doubt(DoubtKind.DIED, {"died_on": found.died_on.isoformat() if found.died_on else ""}))
    return Traced(
        status,
        tuple(doubts),
        restrict=restrict,
        forget_address=found.restricted and same,
        hold_messages=any(doubt.kind in HOLDS_MESSAGES for doubt in doubts),
    )


def _texts(held: Held, found: National, finding: Finding) -> Mapping[str, str]:
    """What differs, ours beside theirs; only what a person needs to decide."""
    if finding in _NO_RECORD:
        return {"why": _NO_RECORD[finding]}
    pairs = {
        "first_name": (held.first_name, found.first_name),
        "family_name": (held.family_name, found.family_name),
        "birth_date": (held.birth_date.isoformat(), found.birth_date.isoformat() if found.birth_date else ""),
        "nhs_number": (held.nhs_number or "", found.nhs_number),
    }
    ours = {f"ours_{name}": mine for name, (mine, _) in pairs.items()}
    return ours | {f"theirs_{name}": theirs for name, (_, theirs) in pairs.items()}

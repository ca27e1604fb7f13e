"""Is the child in a referral one we know? Proposes to a person, and links only on an equal NHS number.

docs/rules.md 18: agreement on three of four of first name, family name, date of birth and postcode is put before a person;
two different NHS numbers are two children, whatever else agrees; twins are two children.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import TypeVar

from pathway.domain.identifiers import NhsNumber, Postcode
from pathway.domain.names import normalise_name

K = TypeVar("K")

_ENOUGH_TO_PROPOSE = 3


class MatchKind(StrEnum):
    """What two identities are to each other."""

    SAME = "same"
    """Equal NHS numbers. Look at `conflicting` too: a sibling's number may have been entered."""
    PROPOSED = "proposed"
    """Enough agrees that a person must look; nothing is linked."""
    UNALIKE = "unalike"
    """Too little agrees."""
    NEVER = "never"
    """Two different NHS numbers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a referral says the child is, or who a child on record is."""

    first_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    postcode: Postcode | None = None
    nhs_number: NhsNumber | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How two identities compare: which of the four agree, and which are given on both sides and differ."""

    kind: MatchKind
    agreeing: tuple[str, ...]
    conflicting: tuple[str, ...]
    possible_twin: bool

    @property
    def may_link(self) -> bool:
        """May the two be linked without a person's decision?"""
        return self.kind is MatchKind.SAME


def match(one: Identity, other: Identity) -> Match:
    """Compare two identities; the order does not matter."""
    mine, theirs = _comparable(one), _comparable(other)
    shared = [name for name in mine if mine[name] and theirs[name]]
    agreeing = tuple(name for name in shared if mine[name] == theirs[name])
    conflicting = tuple(name for name in shared if mine[name] != theirs[name])
    kind = _kind(one, other, len(agreeing))
    twin = kind is MatchKind.PROPOSED and conflicting == ("first_name",)
    return Match(kind, agreeing, conflicting, possible_twin=twin)


def likely(referred: Identity, known: Iterable[tuple[K, Identity]]) -> list[tuple[K, Match]]:
    """Those of `known` who are or may be the referred child: equal NHS numbers first, then by how much agrees."""
    found = [(key, match(referred, identity)) for key, identity in known]
    wanted = [pair for pair in found if pair[1].kind in (MatchKind.SAME, MatchKind.PROPOSED)]
    return sorted(wanted, key=lambda pair: (not pair[1].may_link, -len(pair[1].agreeing)))


def matching_keys(identity: Identity) -> tuple[str, ...]:
    """One key for each three of the four: two identities of whom three agree have one in common. In order, for locks."""
    four = [(name, value) for name, value in _comparable(identity).items() if value]
    return tuple(sorted(repr(three) for three in combinations(four, _ENOUGH_TO_PROPOSE)))


def _kind(one: Identity, other: Identity, agreeing: int) -> MatchKind:
    if one.nhs_number and other.nhs_number:
        return MatchKind.SAME if one.nhs_number == other.nhs_number else MatchKind.NEVER
    return MatchKind.PROPOSED if agreeing >= _ENOUGH_TO_PROPOSE else MatchKind.UNALIKE


def _comparable(identity: Identity) -> dict[str, str]:
    """The four, as text to compare; empty where not known, and an empty one neither agrees nor conflicts."""
    postcode = identity.postcode
    return {
        "first_name": normalise_name(identity.first_name),
        "family_name": normalise_name(identity.family_name),
        "birth_date": identity.birth_date.isoformat() if identity.birth_date else "",
        # "No fixed abode" is shared by many families, and is nobody's address.
        "postcode": postcode.value if postcode and not postcode.is_pseudo else "",
    }

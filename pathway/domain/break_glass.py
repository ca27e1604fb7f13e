"""Breaking the glass: why a record may be opened without the usual right, for how long, and when its family is told.

Professional practice, for the area's information governance lead to confirm (docs/rules.md 15, docs/adr/0013).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from pathway.domain.errors import InvalidInput

SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 2000

TIME_TO_DECIDE: Final = timedelta(hours=72)
"""How long telling the family waits for a Caldicott decision where whoever opened the record says that it could endanger."""
LONGEST_DELAY: Final = timedelta(days=366)
"""A decision to delay is looked at again at least so often."""


class Why(StrEnum):
    """The kinds of reason; the reason itself is written in words beside it."""

    EMERGENCY = "emergency"
    SAFEGUARDING = "safeguarding"
    COVER = "cover"


@dataclass(frozen=True, slots=True)
class Ground:
    """One kind of reason: as staff choose it, as the family reads it, and how long the record stays open."""

    title: str
    family: str
    lasts: timedelta


GROUNDS: Final[dict[Why, Ground]] = {
    Why.EMERGENCY: Ground(
        "The child is being treated or needs help now", "help was needed at once", timedelta(hours=4)
    ),
    Why.SAFEGUARDING: Ground("To keep a child safe", "to keep someone safe", timedelta(hours=4)),
    Why.COVER: Ground(
        "The child's own team cannot be reached, and this cannot wait",
        "the usual team could not be reached",
        timedelta(hours=4),
    ),
}


class Finding(StrEnum):
    """What a review comes to."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


FINDING_TITLES: Final[dict[Finding, str]] = {
    Finding.JUSTIFIED: "It was right to open the record",
    Finding.NOT_JUSTIFIED: "The record should not have been opened",
}


def reason_in_words(text: str, field: str = "reason") -> str:
    """The reason without the space around it. Raises InvalidInput where it is too short to say anything, or too long."""
    reason = text.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON:,} characters.", field)
    return reason

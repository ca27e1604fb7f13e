"""Facts: what happened, to which episode, on which day, recorded when, by whom.

An event is never changed. A step's key is the kind of its event; the kinds below exist in every pathway because they
correct a fact, move an organisation, or touch more than one episode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from operator import itemgetter
from typing import Final
from uuid import UUID

from pathway.domain.roles import Door, Role


class BuiltIn(StrEnum):
    """Kinds of event that every pathway has; none of them is a step."""

    STRUCK_OUT = "struck_out"
    RE_DATED = "re_dated"
    PLAN_SET = "plan_set"
    HAND_OVER_OFFERED = "hand_over_offered"
    HAND_OVER_ACCEPTED = "hand_over_accepted"
    HAND_OVER_DECLINED = "hand_over_declined"
    SCHOOL_CHANGED = "school_changed"
    COORDINATOR_SET = "coordinator_set"
    LINKED = "linked"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SEALED = "sealed"
    DEFINITION_MOVED = "definition_moved"
    DETAILS_STATED = "details_stated"
    DETAILS_DECIDED = "details_decided"


BUILT_IN_TITLES: Final[dict[str, str]] = {
    BuiltIn.STRUCK_OUT: "Fact struck out",
    BuiltIn.RE_DATED: "Date of a fact corrected",
    BuiltIn.PLAN_SET: "Next date agreed",
    BuiltIn.HAND_OVER_OFFERED: "Hand-over offered",
    BuiltIn.HAND_OVER_ACCEPTED: "Hand-over accepted",
    BuiltIn.HAND_OVER_DECLINED: "Hand-over declined",
    BuiltIn.SCHOOL_CHANGED: "School or setting changed",
    BuiltIn.COORDINATOR_SET: "Case coordinator named",
    BuiltIn.LINKED: "Linked to an earlier referral",
    BuiltIn.MERGED: "Two records of one child joined",
    BuiltIn.UNMERGED: "Joined records parted again",
    BuiltIn.SEALED: "Identity replaced",
    BuiltIn.DEFINITION_MOVED: "Moved to a new version of the pathway",
    BuiltIn.DETAILS_STATED: "The referral says otherwise who cares for the child, or where and how to reach them",
    BuiltIn.DETAILS_DECIDED: "Decided about the details that the referral stated",
}

CORRECTIONS: Final = frozenset({BuiltIn.STRUCK_OUT.value, BuiltIn.RE_DATED.value})

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `fields` holds choices, dates (ISO) and organisation numbers as text; never free text or names.

    `sequence` is the order of recording. `target` is the corrected event of a STRUCK_OUT or RE_DATED.
    """

    id: UUID
    kind: str
    happened_on: date
    sequence: int
    fields: Fields
    role: Role = Role.SYSTEM
    organisation_id: int = 0
    account_id: int = 0
    door: Door = Door.WEB
    recorded_at: datetime | None = None
    target: UUID | None = None


def in_force(events: Sequence[Event]) -> list[tuple[date, int, Event]]:
    """The facts that hold after all corrections, in the order in which they happened.

    A struck-out fact is left out, a re-dated one takes its new day, and a correction that is itself struck out no
    longer holds. Corrections are read newest first, so that each finds its target still standing or already gone.
    """
    corrections = [e for e in events if e.kind in CORRECTIONS]
    if corrections:
        facts = _corrected(events, corrections)
    else:
        facts = [(e.happened_on, e.sequence, e) for e in events]
    facts.sort(key=_BY_DAY_THEN_ORDER)
    return facts


def _corrected(events: Sequence[Event], corrections: list[Event]) -> list[tuple[date, int, Event]]:
    struck: set[UUID] = set()
    moved: dict[UUID, date] = {}
    for event in sorted(corrections, key=lambda e: -e.sequence):
        if event.id in struck or event.target is None:
            continue
        if event.kind == BuiltIn.STRUCK_OUT:
            struck.add(event.target)
        else:
            moved.setdefault(event.target, date.fromisoformat(event.fields["happened_on"]))
    return [
        (moved.get(e.id, e.happened_on), e.sequence, e)
        for e in events
        if e.kind not in CORRECTIONS and e.id not in struck
    ]


_BY_DAY_THEN_ORDER = itemgetter(0, 1)

"""A list read again: which of its dates differ from ours, and which of them may be put right without asking.

Nothing that a person has worked on is overwritten by an old file. A later start would make a wait shorter, and that is
a person's decision too (docs/rules.md 2).
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.definition import Definition
from pathway.domain.events import BuiltIn, Event, in_force
from pathway.domain.import_sheet import Listed, ListedFact
from pathway.domain.roles import Door


@dataclass(frozen=True, slots=True)
class Change:
    """A step to which the list gives another day than we do; `event` is our fact, or nothing where we have none."""

    fact: ListedFact
    event: Event | None


def changes_in(row: Listed, events: Sequence[Event]) -> tuple[Change, ...]:
    """The steps of a row that are not as we have them. A step is taken to be the first of its kind on record."""
    days: dict[str, date] = {}
    firsts: dict[str, Event] = {}
    for day, _, event in in_force(list(events)):
        firsts.setdefault(event.kind, event)
        days.setdefault(event.kind, day)
    return tuple(Change(fact, firsts.get(fact.step)) for fact in row.facts if days.get(fact.step) != fact.on)


def untouched(events: Sequence[Event]) -> bool:
    """Whether nothing but imports has written to an episode."""
    return all(event.door is Door.IMPORT for event in events)


def holds_nothing_but(events: Sequence[Event], own: AbstractSet[UUID]) -> bool:
    """Whether all that still holds of an episode is from one row of one list: what other lists did has been taken back."""
    struck = {event.target for event in events if event.kind == BuiltIn.STRUCK_OUT}
    return untouched(events) and all(
        event.id in own or event.id in struck or event.kind == BuiltIn.STRUCK_OUT for event in events
    )


def may_apply(definition: Definition, change: Change, events: Sequence[Event]) -> bool:
    """Whether a change can be made without a person: nobody has worked on the episode, and no wait becomes shorter."""
    if not untouched(events):
        return False
    starts = change.fact.step == definition.first_step and change.event is not None
    return not starts or all(
        change.fact.on <= day for day, _, event in in_force(list(events)) if event is change.event
    )


def note_of(definition: Definition, change: Change, applied: bool) -> str:
    """The difference in words, without the dates."""
    title = definition.steps[change.fact.step].title
    what = "has another date for" if change.event is not None else "has a date for"
    then = "It is put right from the list." if applied else "Compare them; nothing was changed."
    return f"The list {what} “{title}”. {then}"

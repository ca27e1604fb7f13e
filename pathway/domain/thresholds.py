"""Limits in force: dated, versioned, signed; and the due date that follows for one clock.

A statutory or national limit is locked: a version agreed by the partners stands beside it and only tightens it. No later
version clears a breach that was reached under an earlier one (docs/rules.md 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from pathway.domain.clocks import ClockFact, ClockState
from pathway.domain.definition import ClockDef, ClockKind
from pathway.domain.periods import Period, add, subtract
from pathway.domain.working_days import Calendar

_DAY = timedelta(days=1)


class Applies(StrEnum):
    """Whether a new limit holds for clocks that already run when it takes effect, or for new ones only."""

    RUNNING = "running"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One agreed version of a clock's limit. `id` 0 is the definition's own value, in force from the first day."""

    id: int
    clock: str
    limit: Period
    effective_from: date
    applies: Applies
    source: str
    due_soon: Period | None = None
    signed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """The due date of one clock and where it comes from. `locked_due_on` is the statutory or national date.

    `held_back_to` is the day on which a tighter limit takes effect, where the sum alone would end before that day: no
    wait is over a limit before the limit holds.
    """

    due_on: date
    due_soon_on: date | None
    locked_due_on: date | None
    limit: Period
    threshold_id: int
    source: str
    held_back_to: date | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A clock with the limit in force over it: what is stored, listed and explained."""

    fact: ClockFact
    due: Due

    @property
    def key(self) -> str:
        return self.fact.definition.key

    @property
    def state(self) -> ClockState:
        fact = self.fact
        if fact.stopped_on is None:
            return ClockState.RUNNING if fact.ended_on is None else ClockState.ENDED
        late = fact.stopped_on > self.due.due_on
        if fact.definition.kind is ClockKind.NOT_EARLIER:
            late = fact.stopped_on < self.due.due_on
        return ClockState.MISSED if late else ClockState.MET

    @property
    def is_excused(self) -> bool:
        """An exception that the regulation lists was claimed. It excuses; it never subtracts days."""
        return bool(self.fact.exceptions)


def read(fact: ClockFact, versions: Sequence[Threshold], calendar: Calendar) -> ClockReading:
    """Put the limits in force over a clock. `versions` are those of this clock, signed, in any order."""
    clock = fact.definition
    due = own = _own(fact, calendar)
    locked = own.due_on if clock.status.is_locked else None
    for version in sorted(versions, key=lambda v: (v.effective_from, v.id)):
        if _is_in_force(version, fact, due.due_on):
            due = _under(version, fact, due, locked, calendar)
    return ClockReading(fact, replace(due, locked_due_on=locked))


def _is_in_force(version: Threshold, fact: ClockFact, due_on: date) -> bool:
    finished = fact.finished_on
    if finished is not None and finished < version.effective_from:
        return False
    if version.applies is Applies.NEW and fact.counts_from < version.effective_from:
        return False
    breach_was_reached = due_on + _DAY < version.effective_from
    return not breach_was_reached


def _own(fact: ClockFact, calendar: Calendar) -> Due:
    clock = fact.definition
    due_on = _due_on(clock, fact, clock.limit, calendar)
    soon = _due_soon_on(clock, fact, clock.due_soon, due_on, calendar)
    return Due(due_on, soon, None, clock.limit, 0, clock.source)


def _under(version: Threshold, fact: ClockFact, before: Due, locked: date | None, calendar: Calendar) -> Due:
    """The due date under an agreed version. Partners may relax what they agreed themselves, never a locked limit."""
    clock = fact.definition
    due_on = _due_on(clock, fact, version.limit, calendar)
    if locked is not None and (due_on >= locked or clock.kind is ClockKind.NOT_EARLIER):
        return before
    soon = _due_soon_on(clock, fact, version.due_soon, due_on, calendar)
    due = Due(due_on, soon, None, version.limit, version.id, version.source)
    return due if clock.kind is ClockKind.NOT_EARLIER else _held_back(due, before, version.effective_from)


def _held_back(due: Due, before: Due, effective_from: date) -> Due:
    """Nothing is reached under a limit before the day on which it takes effect; what was due soon by then stays so."""
    soon = due.due_soon_on
    if soon is not None and soon < effective_from:
        soon = min(before.due_soon_on or effective_from, effective_from)
    if due.due_on >= effective_from - _DAY:
        return replace(due, due_soon_on=soon)
    return replace(due, due_on=effective_from - _DAY, due_soon_on=soon, held_back_to=effective_from)


def with_limit(fact: ClockFact, limit: Period, calendar: Calendar) -> date:
    """The day by which a clock would be due under some limit, whatever is in force."""
    return _due_on(fact.definition, fact, limit, calendar)


def _due_on(clock: ClockDef, fact: ClockFact, limit: Period, calendar: Calendar) -> date:
    match clock.kind:
        case ClockKind.STEP_TO_STEP | ClockKind.RECURRING:
            return add(fact.counts_from, limit, calendar)
        case ClockKind.FIXED_DATE:
            day = date(int(fact.field_value[:4]), clock.month, clock.day)
            return day - _DAY if clock.before else day
        case ClockKind.BEFORE_DATE:
            return subtract(date.fromisoformat(fact.field_value), limit, calendar)
        case ClockKind.NOT_EARLIER:
            earliest = add(fact.counts_from, limit, calendar)
            return earliest if clock.first_day_counts else earliest + _DAY


def _due_soon_on(
    clock: ClockDef, fact: ClockFact, due_soon: Period | None, due_on: date, calendar: Calendar
) -> date | None:
    if due_soon is None or clock.kind is ClockKind.NOT_EARLIER:
        return None
    if clock.kind in (ClockKind.FIXED_DATE, ClockKind.BEFORE_DATE):
        return subtract(due_on, due_soon, calendar)
    return min(add(fact.counts_from, due_soon, calendar), due_on)

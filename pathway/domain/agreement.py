"""Agreeing a limit: what may be drafted at all, who must sign, and what a draft would change.

A statutory or national limit is locked: partners may agree a tighter one beside it and never a looser one (docs/rules.md 1).
A change takes effect when one organisation of each kind has signed, on a day still to come.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from pathway.domain.breaches import grade
from pathway.domain.clocks import ClockFact
from pathway.domain.definition import ClockDef, ClockKind, Definition
from pathway.domain.definition_building import EVERY_PARTNER
from pathway.domain.errors import CalendarUnknown, InvalidInput, LockedLimit, NotFound
from pathway.domain.periods import Period
from pathway.domain.thresholds import Applies, Threshold, read, with_limit
from pathway.domain.working_days import Calendar

SOURCE_LENGTH: Final = 300

_NOBODY: Final = UUID(int=0)
_DAYS_TRIED: Final = 366
_LONGEST_AHEAD: Final = timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class ThresholdDraft:
    """A limit as somebody proposes it; periods as people write them ("10 working days")."""

    pathway: str
    clock: str
    limit: str
    effective_from: date
    source: str
    applies: Applies = Applies.RUNNING
    due_soon: str = ""


def signatures_needed(clock: ClockDef) -> tuple[str, ...]:
    """The kinds of organisation of which one each must sign."""
    return clock.agreed_by or EVERY_PARTNER


def clock_of(definition: Definition, key: str) -> ClockDef:
    """The clock of that key, or a refusal that names the clocks there are."""
    clock = definition.clocks.get(key)
    if clock is None or not clock.enabled:
        known = ", ".join(k for k, c in definition.clocks.items() if c.enabled)
        raise NotFound(f"There is no such clock on this pathway. The clocks are: {known}.")
    return clock


def check_draft(draft: ThresholdDraft, clock: ClockDef, today: date, calendar: Calendar) -> Threshold:
    """The draft as a version that could come into force, or a refusal that says what to write instead."""
    limit = _period(draft.limit, "limit")
    if clock.kind is ClockKind.FIXED_DATE:
        raise InvalidInput(
            "This clock is due on a day of the calendar and has no length to agree.", field="clock"
        )
    if draft.effective_from <= today:
        raise InvalidInput(
            "A limit takes effect on a day still to come, so that everyone can see what it changes first.",
            field="effective_from",
        )
    if draft.effective_from - today > _LONGEST_AHEAD:
        raise InvalidInput("A limit takes effect within ten years. Correct the year.", field="effective_from")
    source = draft.source.strip()
    if not 0 < len(source) <= SOURCE_LENGTH:
        raise InvalidInput(
            f"Say where the limit comes from, in {SOURCE_LENGTH} characters or fewer.", field="source"
        )
    if clock.status.is_locked and not is_tighter(clock, limit, draft.effective_from, calendar):
        raise LockedLimit(
            f"The limit of “{clock.title}” is {clock.status.value} ({clock.limit}; {clock.source}). It is locked: "
            "partners can agree a tighter one beside it, and this one is not tighter.",
            field="limit",
        )
    soon = _due_soon(draft, clock, limit, calendar)
    return Threshold(0, clock.key, limit, draft.effective_from, draft.applies, source, soon)


def _due_soon(draft: ThresholdDraft, clock: ClockDef, limit: Period, calendar: Calendar) -> Period | None:
    """As drafted, or the definition's own where that still comes before the limit."""
    if not draft.due_soon.strip():
        own = clock.due_soon
        return own if own and _comes_before(clock, own, limit, draft.effective_from, calendar) else None
    soon = _period(draft.due_soon, "due_soon")
    if not _comes_before(clock, soon, limit, draft.effective_from, calendar):
        raise InvalidInput("“Due soon” must come before the limit itself. Shorten it.", field="due_soon")
    return soon


def _period(text: str, name: str) -> Period:
    try:
        period = Period.parse(text)
    except ValueError as fault:
        raise InvalidInput(str(fault), field=name) from None
    if period.n == 0:
        raise InvalidInput("A limit of nothing cannot be kept. Write at least 1 day.", field=name)
    return period


def _comes_before(clock: ClockDef, soon: Period, limit: Period, around: date, calendar: Calendar) -> bool:
    """For clocks that count back from a date, "due soon" counts back from the due date, so it is always before."""
    if clock.kind in (ClockKind.BEFORE_DATE, ClockKind.NOT_EARLIER):
        return True
    start = _started(clock, around)
    try:
        return with_limit(start, soon, calendar) < with_limit(start, limit, calendar)
    except CalendarUnknown:
        return False


def is_tighter(clock: ClockDef, limit: Period, around: date, calendar: Calendar) -> bool:
    """Whether a limit ends no later than the clock's own from any day of a year, and earlier from some.

    Compared day by day, because months, weeks and working days have no fixed ratio. A clock that must not stop early
    protects the family's time to answer, and is not shortened or lengthened by agreement.
    """
    if clock.kind is ClockKind.NOT_EARLIER:
        return False
    earlier = False
    for n in range(_DAYS_TRIED):
        fact = _started(clock, around + timedelta(n))
        try:
            proposed, own = with_limit(fact, limit, calendar), with_limit(fact, clock.limit, calendar)
        except CalendarUnknown:
            return False
        if proposed > own:
            return False
        earlier = earlier or proposed < own
    return earlier


def _started(clock: ClockDef, day: date) -> ClockFact:
    return ClockFact(clock, 1, day, _NOBODY, day, field_value=day.isoformat())


class Effect(StrEnum):
    """What a change of limit would do to one running clock on a day."""

    NONE = "none"
    BREACHED = "breached"
    NO_LONGER = "no_longer"


def effect(
    fact: ClockFact, agreed: Sequence[Threshold], draft: Threshold, as_of: date, calendar: Calendar
) -> Effect:
    """Whether a running clock would be in breach on a day with the draft and is not without it, or the reverse."""
    before = grade(read(fact, agreed, calendar), as_of).is_breach
    after = grade(read(fact, [*agreed, draft], calendar), as_of).is_breach
    if before == after:
        return Effect.NONE
    return Effect.BREACHED if after else Effect.NO_LONGER


@dataclass(slots=True)
class Count:
    """How many clocks a change would put in breach, and out of it; with the episodes, for those who may see them."""

    breached: int = 0
    no_longer: int = 0
    breached_episodes: list[UUID] = field(default_factory=list)
    no_longer_episodes: list[UUID] = field(default_factory=list)

    def add(self, what: Effect, episode: UUID | None) -> None:
        """Count one clock; `episode` is None where the reader may not know which child it is."""
        if what is Effect.BREACHED:
            self.breached += 1
            self.breached_episodes += [episode] if episode else []
        elif what is Effect.NO_LONGER:
            self.no_longer += 1
            self.no_longer_episodes += [episode] if episode else []


def missing_signatures(needs: Iterable[str], signed: Collection[str]) -> tuple[str, ...]:
    """The kinds of organisation that have yet to sign, in order."""
    return tuple(kind for kind in needs if kind not in signed)

"""Every number explains itself: the sum behind a clock, as data and as sentences.

An explanation holds what a person needs to add the sum up again: the fact that started the clock, the days, the limit in
force with its version and source, the due date, the days over, and the exceptions that were claimed. HTML, JSON, CSV,
FHIR and letters print the same explanation.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.breaches import GRADE_TITLES, Grade, grade, next_crossing_on
from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind, Definition
from pathway.domain.events import Event
from pathway.domain.thresholds import ClockReading


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact an explanation rests on: which step, on which day, recorded by which role."""

    event: UUID
    title: str
    happened_on: date
    role: str


@dataclass(frozen=True, slots=True)
class ClaimedException:
    """An exception claimed against the limit; it excuses and never subtracts days."""

    key: str
    title: str
    source: str
    claimed_on: date


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole sum of one clock on one day. `days` are unadjusted; `days_over` is 0 inside the limit."""

    pathway: str
    clock: str
    instance: int
    title: str
    kind: ClockKind
    status: str
    state: ClockState
    as_of: date
    start: Fact
    started_on: date
    counts_from: date
    finish: Fact | None
    finished_on: date | None
    days: int
    limit: str
    due_on: date
    locked_due_on: date | None
    days_over: int
    grade: Grade
    next_grade_on: date | None
    threshold_id: int
    source: str
    exceptions: tuple[ClaimedException, ...]
    held_back_to: date | None = None


def explain(
    definition: Definition, reading: ClockReading, events: dict[UUID, Event], as_of: date
) -> Explanation:
    """Lay out the sum of one clock as of a day. `events` are the episode's facts by id."""
    fact, clock = reading.fact, reading.fact.definition
    finish_event = fact.stop_event or fact.end_event
    over_until = min(as_of, fact.finished_on or as_of)
    return Explanation(
        pathway=definition.title,
        clock=clock.key,
        instance=fact.instance,
        title=clock.title,
        kind=clock.kind,
        status=clock.status.value,
        state=reading.state,
        as_of=as_of,
        start=_fact(definition, events[fact.start_event], fact.started_on),
        started_on=fact.started_on,
        counts_from=fact.counts_from,
        finish=_fact(definition, events[finish_event], fact.finished_on) if finish_event else None,
        finished_on=fact.finished_on,
        days=fact.days(as_of),
        limit=str(reading.due.limit),
        due_on=reading.due.due_on,
        locked_due_on=reading.due.locked_due_on,
        days_over=_days_over(reading, over_until),
        grade=grade(reading, as_of),
        next_grade_on=next_crossing_on(reading, as_of),
        threshold_id=reading.due.threshold_id,
        source=reading.due.source,
        exceptions=tuple(
            ClaimedException(key, definition.exceptions[key].title, definition.exceptions[key].source, on)
            for key, on, _ in fact.exceptions
        ),
        held_back_to=reading.due.held_back_to,
    )


def _days_over(reading: ClockReading, until: date) -> int:
    if reading.fact.definition.kind is ClockKind.NOT_EARLIER:
        stopped = reading.fact.stopped_on
        return max(0, (reading.due.due_on - stopped).days) if stopped is not None else 0
    return max(0, (until - reading.due.due_on).days)


def _fact(definition: Definition, event: Event, day: date | None) -> Fact:
    step = definition.steps.get(event.kind)
    return Fact(event.id, step.title if step else event.kind, day or event.happened_on, event.role.value)


def sentences(e: Explanation) -> tuple[str, ...]:
    """The explanation in words, one line of the sum to a sentence; British dates; no name of anyone."""
    lines = [f"The clock “{e.title}” started on {_day(e.started_on)}: {e.start.title}."]
    if e.counts_from != e.started_on:
        lines.append(f"It was last started again on {_day(e.counts_from)}.")
    if e.finish is not None and e.finished_on is not None:
        how = "ended without being met" if e.state is ClockState.ENDED else "stopped"
        lines.append(f"It {how} on {_day(e.finished_on)}: {e.finish.title}. That is {_days(e.days)}.")
    else:
        lines.append(f"From then to {_day(e.as_of)} is {_days(e.days)}.")
    lines.append(_limit_sentence(e))
    if e.held_back_to is not None:
        lines.append(f"The limit holds from {_day(e.held_back_to)}; no wait is over it before that day.")
    if e.locked_due_on is not None and e.locked_due_on != e.due_on:
        lines.append(
            f"The {e.status} limit itself ends on {_day(e.locked_due_on)}; the partners agreed a tighter one."
        )
    lines.append(_verdict(e))
    lines += [
        f"Exception claimed on {_day(x.claimed_on)}: {x.title} ({x.source}). No day is subtracted."
        for x in e.exceptions
    ]
    return tuple(lines)


def _limit_sentence(e: Explanation) -> str:
    version = "the pathway's own value" if e.threshold_id == 0 else f"agreed version {e.threshold_id}"
    if e.kind is ClockKind.NOT_EARLIER:
        return f"It may not stop before {_day(e.due_on)}: {e.limit} must pass ({version}; {e.source})."
    if e.kind is ClockKind.FIXED_DATE:
        return f"The date to keep is {_day(e.due_on)} ({version}; {e.source})."
    if e.kind is ClockKind.BEFORE_DATE:
        return f"It is due {e.limit} before the date arranged, on {_day(e.due_on)} ({version}; {e.source})."
    if e.held_back_to is not None:
        return f"The limit is {e.limit}, and it is due by {_day(e.due_on)} ({version}; {e.source})."
    return f"The limit is {e.limit}, so it is due by {_day(e.due_on)} ({version}; {e.source})."


def _verdict(e: Explanation) -> str:
    if e.kind is ClockKind.NOT_EARLIER:
        return (
            f"It stopped {_days(e.days_over)} too early." if e.days_over else "It has not stopped too early."
        )
    if e.days_over:
        when = f"on {_day(e.finished_on)}" if e.finished_on else f"on {_day(e.as_of)}"
        return f"{_days(e.days_over)} over the limit {when}. Grade: {GRADE_TITLES[e.grade]}."
    return f"It is within the limit. Grade: {GRADE_TITLES[e.grade]}."


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day is not None else "a day not known"


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n:,} days"

"""Grades of a wait: due soon, breached, and the long-wait bands; and the days on which they are reached.

Red stays rare: a wait is graded, and only the longest bands call for a person today. Each grade's first day follows
from the clock alone, so a scan that was down for a week notices exactly what it would have noticed daily.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind
from pathway.domain.periods import Period, Unit
from pathway.domain.thresholds import ClockReading

_DAY = timedelta(days=1)

LONG_WAIT_WEEKS: Final = (18, 26, 52, 78, 104)
"""Long-wait bands in completed weeks: a wait is over 52 weeks from day 365 on."""


class Grade(StrEnum):
    """How long a wait is against its limit; ordered from least to most."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    BREACHED = "breached"
    OVER_18_WEEKS = "over_18_weeks"
    OVER_26_WEEKS = "over_26_weeks"
    OVER_52_WEEKS = "over_52_weeks"
    OVER_78_WEEKS = "over_78_weeks"
    OVER_104_WEEKS = "over_104_weeks"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def is_breach(self) -> bool:
        return self.rank >= _RANK[Grade.BREACHED]


_RANK: Final = {grade: rank for rank, grade in enumerate(Grade)}

GRADE_TITLES: Final[dict[Grade, str]] = {
    Grade.ON_TIME: "On time",
    Grade.DUE_SOON: "Due soon",
    Grade.BREACHED: "Past threshold",
    Grade.OVER_18_WEEKS: "Over 18 weeks",
    Grade.OVER_26_WEEKS: "Over 26 weeks",
    Grade.OVER_52_WEEKS: "Over 52 weeks",
    Grade.OVER_78_WEEKS: "Over 78 weeks",
    Grade.OVER_104_WEEKS: "Over 104 weeks",
}

BAND_GRADES: Final[dict[Period, Grade]] = {
    Period(18, Unit.WEEKS): Grade.OVER_18_WEEKS,
    Period(26, Unit.WEEKS): Grade.OVER_26_WEEKS,
    Period(52, Unit.WEEKS): Grade.OVER_52_WEEKS,
    Period(78, Unit.WEEKS): Grade.OVER_78_WEEKS,
    Period(104, Unit.WEEKS): Grade.OVER_104_WEEKS,
}
"""Long-wait bands a definition may name, in completed weeks: day 365 is the first over 52 weeks."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The first day on which a clock is in a grade."""

    grade: Grade
    on: date


def crossings(reading: ClockReading) -> tuple[Crossing, ...]:
    """All grades this clock enters, each with its first day, while nothing stops it.

    A day inside the limit is never a breach: the due day itself is on time, the day after is not. A clock that must not
    stop early (NOT_EARLIER) is never late while it runs. A band before the breach is left out.
    """
    if reading.fact.definition.kind is ClockKind.NOT_EARLIER:
        return ()
    due = reading.due
    breach_on = due.due_on + _DAY
    found = [Crossing(Grade.BREACHED, breach_on)]
    if due.due_soon_on is not None and due.due_soon_on < breach_on:
        found.insert(0, Crossing(Grade.DUE_SOON, due.due_soon_on))
    for band in reading.fact.definition.bands:
        on = reading.fact.started_on + timedelta(weeks=band.n) + _DAY
        if on > breach_on:
            found.append(Crossing(BAND_GRADES[band], on))
    return tuple(found)


def reached(reading: ClockReading, as_of: date) -> tuple[Crossing, ...]:
    """The grades reached by `as_of`, or by the day the clock finished, whichever is earlier."""
    until = min(as_of, reading.fact.finished_on or as_of)
    if reading.state is ClockState.MISSED and reading.fact.definition.kind is ClockKind.NOT_EARLIER:
        stopped = reading.fact.stopped_on
        return (Crossing(Grade.BREACHED, stopped),) if stopped is not None and stopped <= as_of else ()
    return tuple(c for c in crossings(reading) if c.on <= until)


def grade(reading: ClockReading, as_of: date) -> Grade:
    """The grade on a day: the last one reached."""
    found = reached(reading, as_of)
    return found[-1].grade if found else Grade.ON_TIME


def next_crossing_on(reading: ClockReading, after: date) -> date | None:
    """The next day after `after` on which a running clock enters a grade; nothing once it has finished."""
    if not reading.fact.is_running:
        return None
    return next((c.on for c in crossings(reading) if c.on > after), None)


def first_crossing_on(reading: ClockReading) -> date | None:
    """The first day on which a clock enters a grade, for the scan to begin from.

    Of a clock that has finished: the first grade it had reached by then, which a scan that was down has yet to notice.
    """
    finished = reading.fact.finished_on
    found = crossings(reading) if finished is None else reached(reading, finished)
    return found[0].on if found else None


def is_in_order(found: tuple[Crossing, ...]) -> bool:
    """Whether grades and days both rise; the tests hold every definition to it."""
    return all(a.on <= b.on and a.grade.rank < b.grade.rank for a, b in pairwise(found))

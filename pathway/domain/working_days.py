"""Working days and school days: counting them, and the long closures that the SEND Regulations name.

A working day is Monday to Friday and no bank holiday in England. A school day is a working day within a term of the
area's published calendar; training days differ from school to school and are not known here.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from pathway.domain.bank_holidays import SATURDAY, by_rule
from pathway.domain.errors import CalendarUnknown
from pathway.domain.terms import Term

_DAY = timedelta(1)
_WEEK = timedelta(7)


@dataclass(frozen=True, slots=True)
class ClosureWindow:
    """The days on which asking a school for advice can excuse a missed limit, and the closure behind them."""

    closed_from: date
    reopens_on: date
    excused_from: date
    excused_to: date

    def covers(self, asked_on: date) -> bool:
        """Was the school asked for advice within the window?"""
        return self.excused_from <= asked_on <= self.excused_to


@dataclass(frozen=True, slots=True)
class Calendar:
    """One area's calendar: bank holidays as published until `known_until`, and its school terms.

    After `known_until` bank holidays follow from the rule alone, so a working day given for a later date can still
    change: `is_provisional` says so, and a page that shows such a date must too. School terms follow no rule: a
    question that the terms do not reach raises CalendarUnknown.
    """

    bank_holidays: frozenset[date]
    terms: tuple[Term, ...]
    known_until: date
    known_from: date = date(2012, 1, 1)
    _school_days: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if any(later.starts <= earlier.ends for earlier, later in pairwise(self.terms)):
            raise ValueError(
                "School terms overlap or are out of order. List them by date, each after the last."
            )
        days = (
            term.starts + timedelta(n)
            for term in self.terms
            for n in range((term.ends - term.starts).days + 1)
        )
        object.__setattr__(self, "_school_days", tuple(day for day in days if self.is_working_day(day)))

    # --- working days ---

    def is_bank_holiday(self, day: date) -> bool:
        """Is `day` a bank holiday in England, as published or, where nothing is published, by rule?"""
        if self.known_from <= day <= self.known_until:
            return day in self.bank_holidays
        return day in by_rule(day.year)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, and no bank holiday."""
        return day.weekday() < SATURDAY and not self.is_bank_holiday(day)

    def is_provisional(self, day: date) -> bool:
        """Could a proclamation still change the count of working days up to `day`?"""
        return day > self.known_until

    def add_working_days(self, start: date, n: int) -> date:
        """The nth working day after `start` (before it, where n is negative); `start` itself is never counted."""
        step = _DAY if n >= 0 else -_DAY
        day, left = start, abs(n)
        while left:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start`, up to and including `end`; negative where `end` is the earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        weeks, odd_days = divmod((end - start).days, 7)
        odd_weekdays = sum((start.weekday() + n) % 7 < SATURDAY for n in range(1, odd_days + 1))
        return 5 * weeks + odd_weekdays - self._bank_holidays_between(start, end)

    def _bank_holidays_between(self, start: date, end: date) -> int:
        """Bank holidays on a weekday, after `start` and up to `end`."""
        possible = {
            day for year in range(start.year, end.year + 1) for day in by_rule(year)
        } | self.bank_holidays
        return sum(
            start < day <= end and day.weekday() < SATURDAY and self.is_bank_holiday(day) for day in possible
        )

    # --- school days ---

    def is_school_day(self, day: date) -> bool:
        """A working day in term time."""
        self._require_terms(day)
        place = bisect_left(self._school_days, day)
        return place < len(self._school_days) and self._school_days[place] == day

    def add_school_days(self, start: date, n: int) -> date:
        """The nth school day after `start` (before it, where n is negative); `start` itself is never counted."""
        self._require_terms(start)
        if n == 0:
            return start
        days = self._school_days
        place = bisect_right(days, start) + n - 1 if n > 0 else bisect_left(days, start) + n
        if not 0 <= place < len(days):
            raise self._terms_end("The count of school days runs past the terms that the calendar holds")
        return days[place]

    def school_days_between(self, start: date, end: date) -> int:
        """School days after `start`, up to and including `end`; negative where `end` is the earlier."""
        self._require_terms(start)
        self._require_terms(end)
        return bisect_right(self._school_days, end) - bisect_right(self._school_days, start)

    def school_closure_windows(self, min_weeks: int = 4) -> tuple[ClosureWindow, ...]:
        """Windows in which a request for a school's advice can excuse a limit (SI 2014/1530 reg 5(4)(a), 10(4)(a)).

        From one week before a closure of at least four continuous weeks to one week before the school reopens. The
        closure is counted from the day after the last day of term. One after the last term here is not yet known.
        """
        closures = ((earlier.ends + _DAY, later.starts) for earlier, later in pairwise(self.terms))
        return tuple(
            ClosureWindow(closed_from, reopens_on, closed_from - _WEEK, reopens_on - _WEEK)
            for closed_from, reopens_on in closures
            if reopens_on - closed_from >= min_weeks * _WEEK
        )

    def _require_terms(self, day: date) -> None:
        if not self.terms or not self.terms[0].starts <= day <= self.terms[-1].ends:
            raise self._terms_end(f"The calendar holds no school terms for {day.day} {day:%B %Y}")

    def _terms_end(self, what: str) -> CalendarUnknown:
        return CalendarUnknown(f"{what}. Add the school year to definitions/calendar.toml and try again.")

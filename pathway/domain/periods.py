"""Periods as a definition writes them ("3 months", "10 working days"), and adding one to a day.

A period of calendar months ends on the corresponding date, or on the last day of the month where there is none
(Dodds v Walker [1981] 1 WLR 1027; "month" is a calendar month, Interpretation Act 1978 Schedule 1). So three months
is not 13 weeks: NICE's limit is the former and the national statistic the latter's 91 days.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from pathway.domain.working_days import Calendar

_WRITTEN = re.compile(r"\s*([0-9]+)\s+([a-z]+(?:[ _-][a-z]+)?)\s*", re.IGNORECASE | re.ASCII)
_LONGEST = 1000  # of any unit; more is a slip of the keyboard, and would run past the calendar's last year


class Unit(StrEnum):
    """What a period counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    WORKING_DAYS = "working_days"
    SCHOOL_DAYS = "school_days"


_UNIT_AS_WRITTEN = {name: unit for unit in Unit for name in (unit.value, unit.value.removesuffix("s"))} | {
    "calendar_day": Unit.DAYS,
    "calendar_days": Unit.DAYS,
    "calendar_month": Unit.MONTHS,
    "calendar_months": Unit.MONTHS,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A whole number of one unit."""

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.n <= _LONGEST:
            raise ValueError(
                f"A period is between 0 and {_LONGEST:,} {_words(self.unit)}. Write a smaller number."
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "3 months", "1 week" or "10 working days"; anything else is a ValueError that says what to write."""
        written = _WRITTEN.fullmatch(text)
        unit = _UNIT_AS_WRITTEN.get(re.sub("[ -]", "_", written[2].lower())) if written else None
        if written is None or unit is None:
            raise ValueError(
                f"“{text.strip()}” is not a period. Write a whole number and days, weeks, months, working days or "
                "school days: for example “3 months” or “10 working days”; for a year, “12 months”."
            )
        return cls(int(written[1]), unit)

    def __str__(self) -> str:
        words = _words(self.unit)
        return f"{self.n} {words.removesuffix('s') if self.n == 1 else words}"


def add(start: date, period: Period, calendar: Calendar) -> date:
    """The day that ends `period`, counted from the day after `start`."""
    return _ADD[period.unit](start, period.n, calendar)


def subtract(start: date, period: Period, calendar: Calendar) -> date:
    """The day from which `period` runs back: papers due two weeks before a meeting."""
    return _ADD[period.unit](start, -period.n, calendar)


def _words(unit: Unit) -> str:
    return unit.value.replace("_", " ")


def _add_days(start: date, n: int, _: Calendar) -> date:
    return start + timedelta(n)


def _add_weeks(start: date, n: int, _: Calendar) -> date:
    return start + timedelta(7 * n)


def _add_months(start: date, n: int, _: Calendar) -> date:
    year, month = divmod(12 * start.year + start.month - 1 + n, 12)
    if start.day <= 28:
        return date(year, month + 1, start.day)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _add_working_days(start: date, n: int, calendar: Calendar) -> date:
    return calendar.add_working_days(start, n)


def _add_school_days(start: date, n: int, calendar: Calendar) -> date:
    return calendar.add_school_days(start, n)


_ADD: dict[Unit, Callable[[date, int, Calendar], date]] = {
    Unit.DAYS: _add_days,
    Unit.WEEKS: _add_weeks,
    Unit.MONTHS: _add_months,
    Unit.WORKING_DAYS: _add_working_days,
    Unit.SCHOOL_DAYS: _add_school_days,
}

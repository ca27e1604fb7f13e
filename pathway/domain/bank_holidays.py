"""Bank holidays of England: eight a year by rule, and the changes that are proclaimed now and then.

The rule: Banking and Financial Dealings Act 1971 section 1 and Schedule 1 (Easter Monday, the last Mondays of May and
August, Boxing Day and the substitutes at Christmas); royal proclamation each year under the same Act (New Year's Day,
the first Monday in May); common law (Good Friday, Christmas Day). Changes are data, in definitions/calendar.toml.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class BankHolidayChange:
    """A bank holiday added for one year, or moved from the day the rule gives it (`instead_of`)."""

    on: date
    title: str
    source: str
    instead_of: date | None = None


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian computus (anonymous algorithm, Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_left = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    to_sunday = (32 + 2 * century_left + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)  # asked only of May and August
    return last - timedelta(last.weekday())


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(-first.weekday() % 7)


def _off_the_weekend(days: tuple[date, ...]) -> tuple[date, ...]:
    """Each day that falls on a weekend moves to the next weekday that is not taken already."""
    placed = {day for day in days if day.weekday() < SATURDAY}
    moved = []
    for day in days:
        substitute = day
        while day.weekday() >= SATURDAY and (substitute.weekday() >= SATURDAY or substitute in placed):
            substitute += timedelta(1)
        placed.add(substitute)
        moved.append(substitute)
    return tuple(moved)


@lru_cache(maxsize=256)
def by_rule(year: int) -> frozenset[date]:
    """The eight bank holidays that `year` has where nothing is proclaimed for it."""
    easter = easter_sunday(year)
    return frozenset(
        (
            *_off_the_weekend((date(year, 1, 1),)),
            easter - timedelta(2),
            easter + timedelta(1),
            _first_monday(year, 5),
            _last_monday(year, 5),
            _last_monday(year, 8),
            *_off_the_weekend((date(year, 12, 25), date(year, 12, 26))),
        )
    )


def with_changes(years: Iterable[int], changes: Iterable[BankHolidayChange]) -> frozenset[date]:
    """The bank holidays of `years`: those of the rule, as the changes move and add to them."""
    days = {day for year in years for day in by_rule(year)}
    for change in changes:
        days.discard(change.instead_of or change.on)
        days.add(change.on)
    return frozenset(days)

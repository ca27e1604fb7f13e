"""The shape of a year: when referrals come, when clinics run. Schools refer in term time, and most before Christmas and Easter."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Final

from pathway.definitions.calendar import england
from pathway.domain.london import LONDON

_DAY = timedelta(1)

# Weight of one working day by month, in term; a day outside term has a third of it.
_REFERRALS: Final = (0, 1.15, 1.1, 1.2, 0.9, 1.1, 1.15, 1.1, 0.9, 0.85, 1.15, 1.3, 0.95)
_OUT_OF_TERM: Final = 0.33
_MEAN: Final = 0.88
"""The mean of the weights over the working days of a year, so that a yearly number comes out as such."""

# Clinics: fewer in August and over Christmas.
_CLINICS: Final = (0, 1.05, 1.05, 1.1, 0.95, 1.0, 1.05, 0.95, 0.6, 1.05, 1.1, 1.1, 0.75)


@cache
def is_working(day: date) -> bool:
    return england().is_working_day(day)


def working_day(day: date) -> date:
    """This day, or the next on which offices are open."""
    while not is_working(day):
        day += _DAY
    return day


@cache
def in_term(day: date) -> bool:
    """Whether schools are open that week; by the months where the calendar holds no terms (before 2021)."""
    terms = england().terms
    if terms[0].starts <= day <= terms[-1].ends:
        return any(term.starts <= day <= term.ends for term in terms)
    return day.month not in (8,) and not (day.month == 12 and day.day > 19)


@cache
def referral_weight(day: date) -> float:
    """How many referrals this day gets, where a mean working day gets 1."""
    if not is_working(day):
        return 0.0
    return _REFERRALS[day.month] * (1.0 if in_term(day) else _OUT_OF_TERM) / _MEAN


def clinic_weight(day: date) -> float:
    """How many clinics this week has, where a mean week has 1."""
    return _CLINICS[day.month]


@cache
def _opens(day: date) -> float:
    return datetime.combine(day, time(8, 30), LONDON).timestamp()


def office_time(day: date, random: Random) -> datetime:
    """A moment of the working day, in UTC."""
    return datetime.fromtimestamp(_opens(day) + int(random.random() * 8.5 * 3600), UTC)

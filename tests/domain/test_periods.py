"""Periods are read as people write them, and end on the day that the law and the calendar give."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.periods import Period, Unit, add, subtract
from pathway.domain.working_days import Calendar

CALENDAR = Calendar(frozenset(), (), known_until=date(2011, 12, 31))  # bank holidays by rule alone, no terms
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
COUNTS = st.integers(0, 300)


@pytest.mark.parametrize(
    ("written", "period", "shown"),
    [
        ("3 months", Period(3, Unit.MONTHS), "3 months"),
        ("1 month", Period(1, Unit.MONTHS), "1 month"),
        ("12 calendar months", Period(12, Unit.MONTHS), "12 months"),
        ("1 week", Period(1, Unit.WEEKS), "1 week"),
        ("  26   Weeks ", Period(26, Unit.WEEKS), "26 weeks"),
        ("91 days", Period(91, Unit.DAYS), "91 days"),
        ("1 day", Period(1, Unit.DAYS), "1 day"),
        ("10 working days", Period(10, Unit.WORKING_DAYS), "10 working days"),
        ("1 working_day", Period(1, Unit.WORKING_DAYS), "1 working day"),
        ("15 school days", Period(15, Unit.SCHOOL_DAYS), "15 school days"),
        ("0 days", Period(0, Unit.DAYS), "0 days"),
    ],
)
def test_a_period_is_read_as_written_and_shown_in_plain_words(
    written: str, period: Period, shown: str
) -> None:
    assert Period.parse(written) == period
    assert str(period) == shown


@pytest.mark.parametrize(
    "written",
    ["", "three months", "3", "months", "3months", "-3 months", "1.5 weeks", "1 year", "3 moths", "٣ days"],
)
def test_anything_else_is_refused_with_what_to_write_instead(written: str) -> None:
    with pytest.raises(ValueError, match=r"Write a whole number and days.*for example “3 months”"):
        Period.parse(written)


def test_a_period_too_long_to_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1,000 months"):
        Period.parse("3000 months")


@given(COUNTS, st.sampled_from(Unit))
def test_what_is_shown_can_be_read_back(n: int, unit: Unit) -> None:
    assert Period.parse(str(Period(n, unit))) == Period(n, unit)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 11, 15), 1, date(2026, 12, 15)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
        (date(2026, 1, 5), 3, date(2026, 4, 5)),
    ],
)
def test_calendar_months_end_on_the_same_date_or_the_last_of_the_month(
    start: date, months: int, end: date
) -> None:
    period = Period(abs(months), Unit.MONTHS)
    assert (add if months > 0 else subtract)(start, period, CALENDAR) == end


def test_thirteen_weeks_is_ninety_one_days_and_not_three_months() -> None:
    monday = date(2026, 1, 5)
    assert add(monday, Period.parse("13 weeks"), CALENDAR) == date(2026, 4, 6)
    assert add(monday, Period.parse("91 days"), CALENDAR) == date(2026, 4, 6)
    assert add(monday, Period.parse("3 months"), CALENDAR) == date(2026, 4, 5)


def test_working_days_step_over_the_weekend_and_the_bank_holiday() -> None:
    friday_before_spring_bank_holiday = date(2026, 5, 22)
    assert add(friday_before_spring_bank_holiday, Period.parse("1 working day"), CALENDAR) == date(
        2026, 5, 26
    )
    assert subtract(date(2026, 5, 26), Period.parse("1 working day"), CALENDAR) == date(2026, 5, 22)


@given(DAYS, COUNTS)
def test_days_and_weeks_are_plain_arithmetic(start: date, n: int) -> None:
    assert add(start, Period(n, Unit.DAYS), CALENDAR) - start == timedelta(n)
    assert add(start, Period(n, Unit.WEEKS), CALENDAR) - start == timedelta(7 * n)
    assert subtract(add(start, Period(n, Unit.WEEKS), CALENDAR), Period(n, Unit.WEEKS), CALENDAR) == start


@given(DAYS, COUNTS)
def test_months_land_in_the_right_month_and_never_past_the_date(start: date, n: int) -> None:
    end = add(start, Period(n, Unit.MONTHS), CALENDAR)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == start.day or (end.day < start.day and (end + timedelta(1)).day == 1)


@given(DAYS, DAYS, COUNTS, st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.WORKING_DAYS]))
def test_an_earlier_start_never_gives_a_later_end(one: date, other: date, n: int, unit: Unit) -> None:
    earlier, later = sorted((one, other))
    assert add(earlier, Period(n, unit), CALENDAR) <= add(later, Period(n, unit), CALENDAR)

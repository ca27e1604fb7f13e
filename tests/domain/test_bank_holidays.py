"""Bank holidays agree with what gov.uk has published, year by year, and with the law where nothing is published."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pathway
from pathway.domain.bank_holidays import BankHolidayChange, by_rule, easter_sunday, with_changes
from pathway.domain.calendar_definition import calendar_from_toml

MOORSHIRE = calendar_from_toml((Path(pathway.__file__).parent / "definitions" / "calendar.toml").read_text())

# https://www.gov.uk/bank-holidays.json, division england-and-wales, as published over the years.
PUBLISHED = {
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    2013: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2014: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2015: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2016: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2017: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2018: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_bank_holiday_is_the_one_that_was_published(year: int) -> None:
    ours = sorted(day for day in MOORSHIRE.bank_holidays if day.year == year)
    assert " ".join(f"{day:%m-%d}" for day in ours) == PUBLISHED[year]


def test_the_calendar_claims_to_know_exactly_the_published_years() -> None:
    assert MOORSHIRE.known_from == date(min(PUBLISHED), 1, 1)
    assert MOORSHIRE.known_until == date(max(PUBLISHED), 12, 31)


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (1954, date(1954, 4, 18)),
        (1981, date(1981, 4, 19)),
        (2000, date(2000, 4, 23)),
        (2026, date(2026, 4, 5)),
        (2029, date(2029, 4, 1)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_where_the_church_computes_it(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter


@given(st.integers(1900, 2500))
def test_a_year_without_a_proclamation_has_eight_bank_holidays_all_on_weekdays(year: int) -> None:
    days = by_rule(year)
    assert len(days) == 8
    assert all(day.weekday() < 5 and day.year == year for day in days)


def test_a_moved_bank_holiday_is_an_ordinary_day_where_it_was() -> None:
    moved = BankHolidayChange(date(2030, 5, 10), "Moved", "a proclamation", instead_of=date(2030, 5, 6))
    assert with_changes([2030], [moved]) == by_rule(2030) - {date(2030, 5, 6)} | {date(2030, 5, 10)}


def test_before_and_after_the_published_years_the_rule_is_used_and_later_days_are_called_provisional() -> (
    None
):
    assert MOORSHIRE.is_bank_holiday(date(2029, 3, 30))
    assert not MOORSHIRE.is_working_day(date(2030, 12, 25))
    assert MOORSHIRE.is_bank_holiday(date(2010, 12, 27))
    assert MOORSHIRE.is_provisional(date(2029, 1, 1))
    assert not MOORSHIRE.is_provisional(date(2028, 12, 31))

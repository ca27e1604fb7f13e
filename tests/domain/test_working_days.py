"""Working days, school days and long closures are counted from what the area's calendar says, and no further."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pathway
from pathway.domain.calendar_definition import calendar_from_toml
from pathway.domain.errors import CalendarUnknown, DefinitionError
from pathway.domain.terms import HalfTerm, Term
from pathway.domain.working_days import Calendar, ClosureWindow

TEXT = (Path(pathway.__file__).parent / "definitions" / "calendar.toml").read_text()
MOORSHIRE = calendar_from_toml(TEXT)
ANY_DAY = st.dates(date(2005, 1, 1), date(2040, 12, 31))
TERM_TIME = st.dates(MOORSHIRE.terms[0].starts, MOORSHIRE.terms[-1].ends)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 11, 24), 10, date(2026, 12, 8)),  # two plain weeks
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Christmas Friday, Boxing Day's substitute on Monday
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # New Year's Day is a Friday
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Easter
        (date(2020, 5, 1), 1, date(2020, 5, 4)),  # the Monday that lost its bank holiday to VE Day
        (date(2020, 5, 7), 1, date(2020, 5, 11)),  # and the Friday that gained it
        (date(2022, 6, 1), 1, date(2022, 6, 6)),  # Jubilee Thursday and Friday
        (date(2022, 9, 16), 1, date(2022, 9, 20)),  # the State Funeral
        (date(2023, 5, 5), 1, date(2023, 5, 9)),  # the Coronation
        (date(2026, 12, 29), -1, date(2026, 12, 24)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, n: int, end: date) -> None:
    assert MOORSHIRE.add_working_days(start, n) == end


@given(ANY_DAY, st.integers(0, 300))
def test_counting_the_working_days_added_gives_the_number_added(start: date, n: int) -> None:
    assert MOORSHIRE.working_days_between(start, MOORSHIRE.add_working_days(start, n)) == n


@given(ANY_DAY, ANY_DAY)
def test_working_days_between_is_the_count_day_by_day(one: date, other: date) -> None:
    start, end = sorted((one, min(other, one + timedelta(900))))
    counted = sum(MOORSHIRE.is_working_day(start + timedelta(n)) for n in range(1, (end - start).days + 1))
    assert MOORSHIRE.working_days_between(start, end) == counted
    assert MOORSHIRE.working_days_between(end, start) == -counted


def test_moorshire_has_six_half_terms_in_each_of_eight_years_and_about_190_school_days() -> None:
    years = [term.school_year for term in MOORSHIRE.terms]
    assert [term.half for term in MOORSHIRE.terms] == list(HalfTerm) * 8
    for year in dict.fromkeys(years):
        terms = [term for term in MOORSHIRE.terms if term.school_year == year]
        before = terms[0].starts - timedelta(1)
        first = MOORSHIRE.is_school_day(terms[0].starts)
        start = terms[0].starts if before < MOORSHIRE.terms[0].starts else before
        days = MOORSHIRE.school_days_between(start, terms[-1].ends) + (start == terms[0].starts and first)
        assert 185 <= days <= 200, year


def test_every_half_term_begins_and_ends_on_a_school_day() -> None:
    for term in MOORSHIRE.terms:
        assert MOORSHIRE.is_school_day(term.starts), term
        assert MOORSHIRE.is_school_day(term.ends), term


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 10, 28), False),  # half term
        (date(2026, 12, 23), False),  # Christmas holiday
        (date(2027, 5, 3), False),  # bank holiday in term
        (date(2026, 8, 12), False),  # summer
    ],
)
def test_a_school_day_is_a_working_day_in_term(day: date, open_: bool) -> None:
    assert MOORSHIRE.is_school_day(day) is open_


def test_school_days_step_over_a_holiday() -> None:
    assert MOORSHIRE.add_school_days(date(2026, 10, 22), 2) == date(2026, 11, 2)
    assert MOORSHIRE.add_school_days(date(2026, 11, 2), -2) == date(2026, 10, 22)
    assert MOORSHIRE.add_school_days(date(2026, 8, 12), 1) == date(2026, 9, 3)
    assert MOORSHIRE.add_school_days(date(2026, 8, 12), 0) == date(2026, 8, 12)


@given(TERM_TIME, st.integers(1, 60))
def test_counting_the_school_days_added_gives_the_number_added(start: date, n: int) -> None:
    try:
        end = MOORSHIRE.add_school_days(start, n)
    except CalendarUnknown:
        assert MOORSHIRE.school_days_between(start, MOORSHIRE.terms[-1].ends) < n
    else:
        assert MOORSHIRE.is_school_day(end)
        assert MOORSHIRE.school_days_between(start, end) == n


@pytest.mark.parametrize("day", [date(2021, 9, 5), date(2029, 7, 21), date(2035, 1, 1)])
def test_a_school_day_that_the_terms_do_not_reach_is_not_guessed(day: date) -> None:
    with pytest.raises(CalendarUnknown, match=r"no school terms for \d.*Add the school year"):
        MOORSHIRE.is_school_day(day)


def test_a_count_that_runs_past_the_last_term_is_not_guessed() -> None:
    with pytest.raises(CalendarUnknown, match="past the terms"):
        MOORSHIRE.add_school_days(date(2029, 7, 18), 10)
    with pytest.raises(CalendarUnknown):
        Calendar(frozenset(), (), date(2028, 12, 31)).add_school_days(date(2026, 11, 24), 1)


def test_summer_opens_a_window_from_a_week_before_closing_to_a_week_before_reopening() -> None:
    """SEND Regulations 2014 (SI 2014/1530) reg 5(4)(a)."""
    windows = MOORSHIRE.school_closure_windows()
    summer = ClosureWindow(date(2026, 7, 22), date(2026, 9, 3), date(2026, 7, 15), date(2026, 8, 27))
    assert summer in windows
    assert len(windows) == 7  # each summer between two known school years; the last has no known reopening
    asked = {
        date(2026, 7, 14): False,
        date(2026, 7, 15): True,
        date(2026, 8, 27): True,
        date(2026, 8, 28): False,
    }
    assert {day: summer.covers(day) for day in asked} == asked


def test_a_closure_of_exactly_four_weeks_counts_and_a_day_less_does_not() -> None:
    first = Term("2026/27", HalfTerm.AUTUMN_1, date(2026, 9, 3), date(2026, 9, 30))
    for reopens, windows in ((date(2026, 10, 29), 1), (date(2026, 10, 28), 0)):
        second = Term("2026/27", HalfTerm.AUTUMN_2, reopens, date(2026, 12, 18))
        calendar = Calendar(frozenset(), (first, second), date(2026, 12, 31))
        assert len(calendar.school_closure_windows()) == windows


def test_christmas_is_too_short_a_closure_unless_fewer_weeks_are_asked_for() -> None:
    assert all(window.closed_from.month == 7 for window in MOORSHIRE.school_closure_windows())
    assert any(window.closed_from.month == 12 for window in MOORSHIRE.school_closure_windows(min_weeks=2))


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("autumn_1 = { starts = 2026-09-03, ends = 2026-10-23 }", "", "autumn_1 of 2026/27 is missing"),
        (
            "starts = 2026-09-03, ends = 2026-10-23",
            "starts = 2026-10-23, ends = 2026-09-03",
            "ends before it starts",
        ),
        ("starts = 2026-11-02", "starts = 2026-10-20", "starts before Autumn term 1, 2026/27 has ended"),
        ("starts = 2026-09-03", 'starts = "3 September"', "“starts” is not a date"),
        (
            "autumn_1 = { starts = 2026-09-03",
            "autum_1 = { starts = 2026-09-03",
            "“autum_1” is not a half term",
        ),
        ('key = "2026/27"', "key = 2026", "has no key"),
        ("on = 2023-05-08", "day = 2023-05-08", "A key is missing or not known here"),
        ("on = 2023-05-08", "on = 8", "“on” is not a date"),
        ("bank_holidays_known_until = 2028-12-31", "", "“bank_holidays_known_until” is not a date"),
        (
            "bank_holidays_known_from",
            "bank_holiday_known_from",
            "“bank_holiday_known_from” is not known here",
        ),
    ],
)
def test_a_mistake_in_the_calendar_is_named_with_its_line(right: str, wrong: str, says: str) -> None:
    assert right in TEXT
    with pytest.raises(DefinitionError) as refused:
        calendar_from_toml(TEXT.replace(right, wrong, 1), "calendar.toml")
    assert says in refused.value.wrong
    assert refused.value.instead.startswith(("Write", "Use", "Correct"))
    if wrong:
        assert refused.value.line is not None
        near = TEXT.replace(right, wrong, 1).splitlines()[refused.value.line - 1 : refused.value.line + 4]
        assert any(wrong in line or "key" in line or "[[" in line for line in near)


def test_a_calendar_that_is_not_toml_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"calendar\.toml: This is not TOML"):
        calendar_from_toml("[[school_year]\n")


def test_terms_that_overlap_are_refused_however_the_calendar_is_made() -> None:
    term = Term("2026/27", HalfTerm.AUTUMN_1, date(2026, 9, 3), date(2026, 10, 23))
    with pytest.raises(ValueError, match="overlap"):
        Calendar(frozenset(), (term, term), date(2026, 12, 31))
    with pytest.raises(ValueError, match="Autumn term 1, 2026/27 ends before it starts"):
        Term("2026/27", HalfTerm.AUTUMN_1, date(2026, 9, 3), date(2026, 9, 2))

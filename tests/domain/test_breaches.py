"""Grades of a wait: when each is first reached, which is the one of a day, and what stays reached (docs/rules.md 1)."""

from datetime import date, timedelta

import pytest

from pathway.domain.breaches import (
    BAND_GRADES,
    GRADE_TITLES,
    Crossing,
    Grade,
    crossings,
    first_crossing_on,
    grade,
    is_in_order,
    next_crossing_on,
    reached,
)
from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind
from tests.domain.samples import clock, reading

REFERRED = date(2026, 1, 12)
NICE = clock("3 months", due_soon="10 weeks", bands=("26 weeks", "52 weeks", "78 weeks", "104 weeks"))


def after(days: int) -> date:
    return REFERRED + timedelta(days)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (REFERRED, Grade.ON_TIME),
        (after(69), Grade.ON_TIME),
        (after(70), Grade.DUE_SOON),  # ten weeks
        (date(2026, 4, 12), Grade.DUE_SOON),  # the due day itself is inside the limit
        (date(2026, 4, 13), Grade.BREACHED),
        (after(26 * 7), Grade.BREACHED),  # 26 weeks are complete and not yet passed
        (after(26 * 7 + 1), Grade.OVER_26_WEEKS),
        (after(364), Grade.OVER_26_WEEKS),
        (after(365), Grade.OVER_52_WEEKS),
        (after(78 * 7 + 1), Grade.OVER_78_WEEKS),
        (after(104 * 7 + 1), Grade.OVER_104_WEEKS),
        (after(5000), Grade.OVER_104_WEEKS),
    ],
)
def test_the_grade_of_a_day_is_the_last_one_reached(day: date, expected: Grade) -> None:
    assert grade(reading(NICE, REFERRED), day) is expected


@pytest.mark.parametrize(
    ("days", "met_if_stopped", "open_at_least_91", "grade_if_open"),
    [
        (90, True, False, Grade.ON_TIME),
        (91, True, True, Grade.ON_TIME),  # day 91 is both: seen within 91 days, and open for 91 or more
        (92, False, True, Grade.BREACHED),
    ],
)
def test_day_91_of_the_national_statistic_is_in_time_and_is_also_91_days_open(
    days: int, met_if_stopped: bool, open_at_least_91: bool, grade_if_open: Grade
) -> None:
    limit = clock("91 days")
    stopped, running = reading(limit, REFERRED, stopped=after(days)), reading(limit, REFERRED)
    assert (stopped.state is ClockState.MET) is met_if_stopped
    assert (running.fact.days(after(days)) >= 91) is open_at_least_91
    assert grade(running, after(days)) is grade_if_open


@pytest.mark.parametrize(
    ("started", "nice_over_from", "statistic_over_from"),
    [
        (date(2026, 1, 12), date(2026, 4, 13), date(2026, 4, 14)),  # 90 days of months, 91 of the statistic
        (date(2026, 6, 1), date(2026, 9, 2), date(2026, 9, 1)),  # 92 days of months
        (date(2028, 1, 12), date(2028, 4, 13), date(2028, 4, 13)),  # a leap year: the same
    ],
)
def test_three_months_and_91_days_part_by_the_length_of_the_months(
    started: date, nice_over_from: date, statistic_over_from: date
) -> None:
    months, days = reading(clock("3 months"), started), reading(clock("91 days"), started)
    assert first_crossing_on(months) == nice_over_from
    assert first_crossing_on(days) == statistic_over_from


@pytest.mark.parametrize(
    ("stopped", "ended", "grades"),
    [
        (after(60), None, []),
        (after(80), None, [Grade.DUE_SOON]),
        (date(2026, 4, 13), None, [Grade.DUE_SOON, Grade.BREACHED]),
        (None, after(200), [Grade.DUE_SOON, Grade.BREACHED, Grade.OVER_26_WEEKS]),
    ],
)
def test_what_was_reached_before_a_clock_finished_stays_reached_and_nothing_is_added(
    stopped: date | None, ended: date | None, grades: list[Grade]
) -> None:
    found = reading(NICE, REFERRED, stopped=stopped, ended=ended)
    assert [c.grade for c in reached(found, after(3000))] == grades


def test_as_of_a_day_only_what_was_reached_by_then_counts() -> None:
    found = reading(NICE, REFERRED, stopped=after(300))
    assert grade(found, after(75)) is Grade.DUE_SOON
    assert grade(found, after(300)) is Grade.OVER_26_WEEKS


def test_a_recurring_clock_is_graded_anew_after_each_restart() -> None:
    silence = clock("12 weeks", kind=ClockKind.RECURRING, due_soon="10 weeks")
    assert grade(reading(silence, REFERRED), after(85)) is Grade.BREACHED
    assert grade(reading(silence, REFERRED, counts_from=after(84)), after(85)) is Grade.ON_TIME


@pytest.mark.parametrize(
    ("stopped", "as_of", "expected"),
    [
        (None, 400, Grade.ON_TIME),  # it may run as long as the family likes
        (5, 5, Grade.BREACHED),
        (5, 400, Grade.BREACHED),
        (5, 4, Grade.ON_TIME),
        (16, 400, Grade.ON_TIME),
    ],
)
def test_a_clock_that_must_not_stop_early_is_breached_by_stopping_early_and_by_nothing_else(
    stopped: int | None, as_of: int, expected: Grade
) -> None:
    comment = clock("15 days", kind=ClockKind.NOT_EARLIER)
    found = reading(comment, REFERRED, stopped=None if stopped is None else after(stopped))
    assert grade(found, after(as_of)) is expected
    assert next_crossing_on(found, REFERRED) is None


def test_the_next_crossing_is_the_next_day_on_which_the_grade_changes() -> None:
    found = reading(NICE, REFERRED)
    days = [first_crossing_on(found)]
    while days[-1] is not None:
        days.append(next_crossing_on(found, days[-1]))
    assert days[:-1] == [c.on for c in crossings(found)]
    assert len(days) == 7
    assert next_crossing_on(reading(NICE, REFERRED, stopped=after(3)), after(3)) is None


def test_a_scan_of_a_finished_clock_begins_with_what_it_had_reached() -> None:
    assert first_crossing_on(reading(NICE, REFERRED, stopped=after(3))) is None
    assert first_crossing_on(reading(NICE, REFERRED, stopped=after(80))) == after(70)


@pytest.mark.parametrize(
    ("limit", "bands", "found"),
    [
        ("18 weeks", ("52 weeks",), [Grade.BREACHED, Grade.OVER_52_WEEKS]),
        ("52 weeks", ("78 weeks",), [Grade.BREACHED, Grade.OVER_78_WEEKS]),
        ("20 months", ("26 weeks", "52 weeks", "104 weeks"), [Grade.BREACHED, Grade.OVER_104_WEEKS]),
    ],
)
def test_a_band_inside_the_limit_is_left_out(limit: str, bands: tuple[str, ...], found: list[Grade]) -> None:
    assert [c.grade for c in crossings(reading(clock(limit, bands=bands), REFERRED))] == found


@pytest.mark.parametrize(
    ("first", "second", "in_order"),
    [
        (Crossing(Grade.DUE_SOON, after(1)), Crossing(Grade.BREACHED, after(1)), True),
        (Crossing(Grade.BREACHED, after(1)), Crossing(Grade.DUE_SOON, after(2)), False),
        (Crossing(Grade.DUE_SOON, after(2)), Crossing(Grade.BREACHED, after(1)), False),
    ],
)
def test_grades_are_in_order_where_both_grade_and_day_rise(
    first: Crossing, second: Crossing, in_order: bool
) -> None:
    assert is_in_order((first, second)) is in_order


def test_grades_have_words_and_only_those_past_the_limit_are_breaches() -> None:
    assert GRADE_TITLES.keys() == set(Grade)
    assert {g for g in Grade if not g.is_breach} == {Grade.ON_TIME, Grade.DUE_SOON}
    assert [g.rank for g in BAND_GRADES.values()] == sorted(g.rank for g in BAND_GRADES.values())

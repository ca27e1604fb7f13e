"""Days, waits, numbers and grades are printed the same way everywhere."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.breaches import Grade
from pathway.domain.clocks import ClockState
from pathway.web import presenters
from pathway.web.presenters import Tag


def test_a_day_is_printed_with_its_month_in_full() -> None:
    assert presenters.day(date(2018, 8, 6)) == "6 August 2018"
    assert presenters.long_day(date(2018, 8, 6)) == "Monday 6 August 2018"


def test_a_moment_is_printed_in_london_time() -> None:
    assert presenters.day_and_time(datetime(2026, 8, 6, 15, 12, tzinfo=UTC)) == "6 August 2026 at 4:12pm"
    assert presenters.day_and_time(datetime(2026, 12, 6, 0, 5, tzinfo=UTC)) == "6 December 2026 at 12:05am"
    assert presenters.day_and_time(datetime(2026, 12, 6, 12, 0, tzinfo=UTC)) == "6 December 2026 at 12:00pm"


def test_a_telephone_number_is_printed_as_people_write_it() -> None:
    assert presenters.phone_number("+441632960001") == "01632 960001"
    assert presenters.phone_number("ask the school") == "ask the school"
    assert presenters.phone_number(None) is None


def test_a_number_that_is_not_known_says_what_is_not() -> None:
    assert presenters.nhs_number_beside_a_name(None) == "NHS number not known"
    assert presenters.nhs_number_beside_a_name("9993137359") == presenters.nhs_number("9993137359")


def test_words_become_one_sentence() -> None:
    assert presenters.sentence("no carer has a way to be reached") == "No carer has a way to be reached."
    assert presenters.sentence("Told by GOV.UK Notify. Tell them.") == "Told by GOV.UK Notify. Tell them."


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        presenters.day_and_time(datetime(2026, 8, 6, 15, 12))  # noqa: DTZ001 -- the fault under test


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (6, "6 days"),
        (7, "1 week"),
        (8, "1 week and 1 day"),
        (91, "13 weeks"),
        (94, "13 weeks and 3 days"),
    ],
)
def test_a_length_of_time_is_printed_in_weeks_and_days(days: int, words: str) -> None:
    assert presenters.days_in_words(days) == words


@given(st.integers(min_value=0, max_value=5000))
def test_no_day_is_lost_between_the_words_and_the_number(days: int) -> None:
    numbers = {"week": 0, "day": 0}
    for part in presenters.days_in_words(days).split(" and "):
        count, unit = part.split()
        numbers[unit.removesuffix("s")] = int(count)
    assert numbers["week"] * 7 + numbers["day"] == days


def test_a_negative_length_of_time_is_refused() -> None:
    for words in (presenters.weeks, presenters.days_in_words):
        with pytest.raises(ValueError, match="never negative"):
            words(-1)


@pytest.mark.parametrize(("days", "words"), [(21, "3 weeks left"), (0, "Due today"), (-119, "17 weeks over")])
def test_a_due_date_says_on_which_side_of_it_today_lies(days: int, words: str) -> None:
    assert presenters.time_left(days) == words


@pytest.mark.parametrize(
    ("on", "words"),
    [(date(2024, 3, 15), "4 years"), (date(2024, 3, 14), "3 years"), (date(2020, 5, 14), "1 month"), (date(2021, 3, 15), "1 year")],
)  # fmt: skip
def test_an_age_is_whole_years_and_months_for_a_baby(on: date, words: str) -> None:
    assert presenters.age(date(2020, 3, 15), on) == words


def test_counts_agree_with_their_noun() -> None:
    assert presenters.plural(1, "child", "children") == "1 child"
    assert presenters.plural(0, "child", "children") == "0 children"
    assert presenters.plural(1204, "day") == "1,204 days"


def test_an_nhs_number_never_breaks_over_two_lines() -> None:
    printed = presenters.nhs_number("9993137359")
    assert printed.replace(presenters.NO_BREAK, " ") == "999 313 7359"
    assert " " not in printed
    assert presenters.nhs_number("999 313 7359") == printed
    assert presenters.nhs_number("12") == "12"


def test_what_is_missing_is_printed_as_not_known() -> None:
    printed = [
        presenters.day(None),
        presenters.long_day(None),
        presenters.day_and_time(None),
        presenters.age(None, date(2026, 1, 1)),
        presenters.nhs_number(None),
        presenters.known(None),
        presenters.known(""),
    ]
    assert set(printed) == {"Not known"}


def test_known_values_are_printed_in_the_same_words_as_elsewhere() -> None:
    assert presenters.known(date(2018, 8, 6)) == "6 August 2018"
    assert presenters.known(True) == "Yes"
    assert presenters.known(0) == "0"


def test_every_grade_and_every_state_of_a_clock_has_a_tag_of_its_own_words() -> None:
    for tags, members in ((presenters.GRADE_TAGS, Grade), (presenters.CLOCK_TAGS, ClockState)):
        assert set(tags) == set(members)
        assert len({tag.text for tag in tags.values()}) == len(tags)


def test_red_is_kept_for_waits_of_a_year_and_more() -> None:
    red = {grade for grade in Grade if presenters.grade_tag(grade).colour == "red"}
    assert red == {grade for grade in Grade if grade.rank >= Grade.OVER_52_WEEKS.rank}


def test_a_tag_without_words_or_with_an_unknown_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="needs words"):
        Tag(" ", "red")
    with pytest.raises(ValueError, match="no crimson tag"):
        Tag("Urgent", "crimson")

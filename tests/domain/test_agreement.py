"""Agreeing a limit, as pure rules: what is tighter, what a change does, and from which day."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.definitions import load
from pathway.definitions.calendar import england
from pathway.domain.agreement import Effect, effect, is_tighter, missing_signatures
from pathway.domain.breaches import Grade, grade
from pathway.domain.clocks import ClockFact
from pathway.domain.events import Event
from pathway.domain.explain import explain, sentences
from pathway.domain.periods import Period
from pathway.domain.thresholds import Applies, Threshold, read

CALENDAR = england()
AUTISM = load("autism")
NEW_YEAR = date(2027, 1, 1)
START = UUID(int=1)


def clock(key: str, started_on: date) -> ClockFact:
    return ClockFact(AUTISM.clocks[key], 1, started_on, START, started_on)


def version(key: str, limit: str, applies: Applies = Applies.RUNNING) -> Threshold:
    return Threshold(1, key, Period.parse(limit), NEW_YEAR, applies, "Partnership board")


@pytest.mark.parametrize(
    ("key", "limit", "tighter"),
    [
        ("nice_start", "2 months", True),
        ("nice_start", "89 days", True),
        (
            "nice_start",
            "90 days",
            False,
        ),  # from 1 February three months are 89 days
        ("nice_start", "3 months", False),
        ("nice_start", "13 weeks", False),
        ("national_first_contact", "13 weeks", False),  # 91 days, no more and no less
        ("national_first_contact", "90 days", True),
        ("community_wait", "60 working days", True),
        ("community_wait", "90 working days", False),
    ],
)
def test_tighter_means_never_later_and_somewhere_earlier(key: str, limit: str, tighter: bool) -> None:
    assert is_tighter(AUTISM.clocks[key], Period.parse(limit), NEW_YEAR, CALENDAR) is tighter


waits = st.integers(0, 1200)
limits = st.sampled_from(["10 weeks", "26 weeks", "40 weeks", "52 weeks", "60 weeks", "104 weeks"])


@given(waits, limits)
def test_nothing_changes_grade_before_the_limit_takes_effect(days: int, limit: str) -> None:
    """Whether tighter or looser, the wait of the day before is graded as it would have been without the change."""
    fact = clock("referral_to_feedback", NEW_YEAR - timedelta(days))
    eve = NEW_YEAR - timedelta(1)
    with_it = grade(read(fact, [version("referral_to_feedback", limit)], CALENDAR), eve)
    assert with_it.is_breach == grade(read(fact, [], CALENDAR), eve).is_breach


@given(waits, limits, st.integers(0, 900))
def test_no_version_clears_a_breach_that_was_reached_before_it(days: int, limit: str, later: int) -> None:
    fact = clock("referral_to_feedback", NEW_YEAR - timedelta(days))
    late_before = grade(read(fact, [], CALENDAR), NEW_YEAR - timedelta(1)).is_breach
    as_of = NEW_YEAR + timedelta(later)
    if late_before:
        assert grade(read(fact, [version("referral_to_feedback", limit)], CALENDAR), as_of).is_breach


@pytest.mark.parametrize(
    ("limit", "days", "expected"),
    [
        ("40 weeks", 281, Effect.BREACHED),  # 40 weeks and a day on 1 January
        ("40 weeks", 280, Effect.NONE),
        ("40 weeks", 400, Effect.NONE),  # breached either way
        ("60 weeks", 365, Effect.NO_LONGER),  # its own limit would have passed on the very day
        ("60 weeks", 366, Effect.NONE),  # reached the day before: stays
    ],
)
def test_what_a_change_does_on_its_day(limit: str, days: int, expected: Effect) -> None:
    fact = clock("referral_to_feedback", NEW_YEAR - timedelta(days))
    found = effect(fact, [], version("referral_to_feedback", limit), NEW_YEAR, CALENDAR)
    assert found is expected


def test_a_limit_for_new_clocks_does_nothing_to_those_that_run() -> None:
    fact = clock("referral_to_feedback", date(2026, 2, 1))
    new = version("referral_to_feedback", "20 weeks", Applies.NEW)
    assert effect(fact, [], new, NEW_YEAR, CALENDAR) is Effect.NONE


def test_the_sum_says_from_which_day_the_limit_holds() -> None:
    reading = read(
        clock("referral_to_feedback", date(2026, 1, 5)),
        [version("referral_to_feedback", "40 weeks")],
        CALENDAR,
    )
    event = Event(START, "referral_received", date(2026, 1, 5), 1, {})
    said = sentences(explain(AUTISM, reading, {START: event}, NEW_YEAR))
    assert (
        "The limit is 40 weeks, and it is due by 31 December 2026 (agreed version 1; Partnership board)."
        in said
    )
    assert "The limit holds from 1 January 2027; no wait is over it before that day." in said
    assert grade(reading, NEW_YEAR) is Grade.BREACHED


def test_what_was_due_soon_by_then_stays_due_soon() -> None:
    soon = replace(version("triage_decision", "40 working days"), due_soon=Period.parse("30 working days"))
    fact = clock("triage_decision", date(2026, 12, 18))  # due on 6 January, due soon from 31 December
    assert grade(read(fact, [], CALENDAR), date(2026, 12, 31)) is Grade.DUE_SOON
    assert grade(read(fact, [soon], CALENDAR), date(2027, 1, 7)) is Grade.ON_TIME


def test_the_signatures_still_missing_are_in_the_order_asked_for() -> None:
    assert missing_signatures(("council", "icb", "provider"), ["icb"]) == ("council", "provider")

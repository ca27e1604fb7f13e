"""Clocks: what starts, stops, ends and restarts one, and how its days are counted. None pauses (docs/rules.md 2)."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from pathway.domain.clocks import ClockBoard
from pathway.domain.definition import ClockKind
from pathway.domain.london import london_date
from tests.domain.samples import clock, fact

DAY = date(2026, 1, 12)
ONE, TWO, THREE = UUID(int=11), UUID(int=12), UUID(int=13)


def after(days: int) -> date:
    return DAY + timedelta(days)


# --- days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("started", "as_of", "days"),
    [
        (date(2026, 1, 12), date(2026, 1, 12), 0),  # the day of the start is day 0
        (date(2026, 1, 12), date(2026, 1, 13), 1),
        (date(2026, 1, 31), date(2026, 2, 28), 28),
        (date(2026, 2, 28), date(2026, 3, 1), 1),
        (date(2028, 2, 28), date(2028, 3, 1), 2),  # a leap year has one day more
        (date(2027, 3, 1), date(2028, 3, 1), 366),
        (
            date(2026, 3, 28),
            date(2026, 3, 30),
            2,
        ),  # the night the clocks go forward has 23 hours and is a day
        (date(2026, 10, 24), date(2026, 10, 26), 2),  # the night they go back has 25
    ],
)
def test_days_are_calendar_days_and_the_first_counts_as_none(started: date, as_of: date, days: int) -> None:
    assert fact(clock(), started).days(as_of) == days


@pytest.mark.parametrize(
    ("sent_at", "attended_at", "days"),
    [
        (
            "2026-03-28T23:30:00+00:00",
            "2026-03-29T23:30:00+00:00",
            2,
        ),  # 28th, and half past midnight on the 30th
        ("2026-10-24T22:30:00+00:00", "2026-10-25T22:30:00+00:00", 1),
        ("2026-07-01T23:30:00+00:00", "2026-07-02T22:30:00+00:00", 0),  # both on 2 July in London
    ],
)
def test_times_recorded_around_a_change_of_clocks_belong_to_their_days_in_london(
    sent_at: str, attended_at: str, days: int
) -> None:
    started = london_date(datetime.fromisoformat(sent_at))
    assert fact(clock(), started).days(london_date(datetime.fromisoformat(attended_at))) == days


def test_a_finished_clock_counts_to_its_end_and_no_further() -> None:
    assert fact(clock(), DAY, stopped=after(40)).days(after(400)) == 40
    assert fact(clock(), DAY, ended=after(40)).days(after(400)) == 40


def test_started_and_stopped_on_one_day_is_a_wait_of_no_days() -> None:
    assert fact(clock(), DAY, stopped=DAY).days(after(9)) == 0


# --- what the facts do ----------------------------------------------------------------------------------------------


def test_a_clock_starts_once_however_often_its_step_is_recorded() -> None:
    board, once = ClockBoard(), clock()
    board.start(once, DAY, ONE, "")
    board.start(once, after(5), TWO, "")
    board.stop(once, after(9), THREE)
    board.start(once, after(10), TWO, "")
    assert [(f.started_on, f.stopped_on) for f in board.facts] == [(DAY, after(9))]


def test_a_repeating_clock_starts_again_after_it_finished_and_its_instances_are_numbered() -> None:
    board, again = ClockBoard(), clock(repeat=True)
    board.start(again, DAY, ONE, "")
    board.start(again, after(1), TWO, "")  # while it runs, a start changes nothing
    board.stop(again, after(2), TWO)
    board.start(again, after(3), THREE, "")
    board.end(again, after(4), THREE)
    board.start(again, after(5), ONE, "")
    assert [(f.instance, f.started_on, f.finished_on) for f in board.facts] == [
        (1, DAY, after(2)),
        (2, after(3), after(4)),
        (3, after(5), None),
    ]


@pytest.mark.parametrize("how", ["stop", "end"])
def test_stopping_what_does_not_run_does_nothing(how: str) -> None:
    board, once = ClockBoard(), clock()
    getattr(board, how)(once, DAY, ONE)
    board.start(once, DAY, ONE, "")
    board.stop(once, after(3), TWO)
    getattr(board, how)(once, after(5), THREE)
    assert (board.facts[0].stopped_on, board.facts[0].ended_on) == (after(3), None)


def test_a_recurring_clock_counts_from_its_last_restart_and_keeps_its_start() -> None:
    board, silence = ClockBoard(), clock("12 weeks", kind=ClockKind.RECURRING)
    board.start(silence, DAY, ONE, "")
    board.restart(silence, after(30))
    board.restart(silence, after(20))  # recorded late: an older restart does not turn it back
    assert (board.facts[0].started_on, board.facts[0].counts_from) == (DAY, after(30))


@pytest.mark.parametrize(
    ("listens", "reached", "counts_from"),
    [(True, 50, 50), (True, -3, 0), (False, 50, 0)],
    ids=["a message arrived", "one from before the start", "a clock that does not ask for messages"],
)
def test_a_message_that_arrived_restarts_only_the_clocks_of_silence(
    listens: bool, reached: int, counts_from: int
) -> None:
    board, silence = ClockBoard(), clock("12 weeks", kind=ClockKind.RECURRING, family_reached=listens)
    board.start(silence, DAY, ONE, "")
    board.family_reached(after(reached))
    assert board.facts[0].counts_from == after(counts_from)


def test_a_finished_clock_is_not_restarted() -> None:
    board, silence = ClockBoard(), clock("12 weeks", kind=ClockKind.RECURRING, family_reached=True)
    board.start(silence, DAY, ONE, "")
    board.end(silence, after(10), TWO)
    board.restart(silence, after(20))
    board.family_reached(after(30))
    assert board.facts[0].counts_from == DAY


def test_opening_again_sets_running_only_what_that_closing_ended_and_with_its_first_date() -> None:
    board, first = ClockBoard(), clock()
    board.start(first, DAY, ONE, "")
    board.end(first, after(100), THREE)
    board.revive(TWO)
    assert not board.facts[0].is_running
    board.revive(THREE)
    assert (board.facts[0].is_running, board.facts[0].started_on) == (True, DAY)
    board.stop(first, after(150), TWO)
    assert board.facts[0].days(after(400)) == 150


# --- exceptions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "noted"), [("away", True), ("school_closed", False)])
def test_an_exception_is_noted_only_where_the_regulation_lists_it(reason: str, noted: bool) -> None:
    board, limit = ClockBoard(), clock("6 weeks", exceptions=("away",))
    board.start(limit, DAY, ONE, "")
    board.excuse("clock", reason, after(10), TWO)
    assert [claimed for claimed, _, _ in board.facts[0].exceptions] == ([reason] if noted else [])
    assert board.facts[0].days(after(50)) == 50


def test_an_exception_to_a_clock_that_never_started_is_nothing() -> None:
    board = ClockBoard()
    board.excuse("clock", "away", DAY, ONE)
    assert board.facts == []

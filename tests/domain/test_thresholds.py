"""Limits in force: due dates of every kind of clock, and agreed versions that tighten and never hide (docs/rules.md 1)."""

from datetime import date, timedelta

import pytest

from pathway.domain.breaches import Grade, grade
from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind, LimitStatus
from pathway.domain.thresholds import Applies
from tests.domain.samples import agreed, clock, reading

# --- when a clock is due --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "started", "due"),
    [
        ("3 months", date(2026, 1, 12), date(2026, 4, 12)),
        ("13 weeks", date(2026, 1, 12), date(2026, 4, 13)),  # not the same as 3 months
        ("91 days", date(2026, 1, 12), date(2026, 4, 13)),
        ("3 months", date(2026, 11, 30), date(2027, 2, 28)),  # no 30 February: the last day of the month
        ("3 months", date(2027, 11, 30), date(2028, 2, 29)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("1 month", date(2026, 3, 31), date(2026, 4, 30)),
        ("1 month", date(2026, 4, 30), date(2026, 5, 30)),
        ("12 months", date(2028, 2, 29), date(2029, 2, 28)),
        ("6 weeks", date(2026, 3, 20), date(2026, 5, 1)),  # over the change of clocks
        ("5 working days", date(2026, 4, 1), date(2026, 4, 10)),  # Good Friday and Easter Monday
        ("10 working days", date(2026, 12, 18), date(2027, 1, 6)),  # 25 and 28 December, 1 January
        (
            "1 working day",
            date(2026, 12, 24),
            date(2026, 12, 29),
        ),  # Boxing Day on a Saturday: given on the Monday
        ("10 working days", date(2026, 5, 1), date(2026, 5, 18)),  # early May holiday
        ("0 days", date(2026, 1, 12), date(2026, 1, 12)),
    ],
)
def test_a_limit_ends_on_its_day(limit: str, started: date, due: date) -> None:
    assert reading(clock(limit), started).due.due_on == due


@pytest.mark.parametrize(
    ("started", "counts_from", "due"),
    [
        (date(2026, 1, 12), None, date(2026, 4, 6)),
        (date(2026, 1, 12), date(2026, 3, 2), date(2026, 5, 25)),
    ],
    ids=["never restarted", "restarted"],
)
def test_a_recurring_limit_counts_from_the_last_restart(
    started: date, counts_from: date | None, due: date
) -> None:
    silence = clock("12 weeks", kind=ClockKind.RECURRING, due_soon="10 weeks")
    found = reading(silence, started, counts_from=counts_from)
    assert (found.due.due_on, found.due.due_soon_on) == (due, due - timedelta(weeks=2))


@pytest.mark.parametrize(
    ("at", "before", "due"),
    [
        ((15, 2), True, date(2027, 2, 14)),
        ((31, 3), True, date(2027, 3, 30)),
        ((1, 3), True, date(2027, 2, 28)),
        ((15, 2), False, date(2027, 2, 15)),
    ],
)
@pytest.mark.parametrize("value", ["2027", "2027-09-01"])
def test_a_fixed_date_is_in_the_year_that_was_given_and_before_it_means_the_day_before(
    at: tuple[int, int], before: bool, due: date, value: str
) -> None:
    transfer = clock("0 days", kind=ClockKind.FIXED_DATE, at=at, before=before, due_soon="8 weeks")
    found = reading(transfer, date(2026, 9, 1), value=value)
    assert (found.due.due_on, found.due.due_soon_on) == (due, due - timedelta(weeks=8))


@pytest.mark.parametrize(
    ("limit", "meeting", "due"),
    [
        ("2 weeks", date(2026, 3, 30), date(2026, 3, 16)),  # over the change of clocks
        ("5 months", date(2027, 7, 31), date(2027, 2, 28)),  # back to a month without a 31st
        ("10 working days", date(2026, 4, 15), date(2026, 3, 30)),  # Easter between
        ("0 days", date(2026, 3, 30), date(2026, 3, 30)),
    ],
)
def test_what_is_due_before_a_date_counts_back_from_it(limit: str, meeting: date, due: date) -> None:
    papers = clock(limit, kind=ClockKind.BEFORE_DATE)
    assert reading(papers, date(2026, 1, 1), value=meeting.isoformat()).due.due_on == due


@pytest.mark.parametrize(
    ("first_day_counts", "stopped", "state"),
    [
        (True, 14, ClockState.MISSED),  # served on day 0, days 0 to 14 are the family's fifteen
        (True, 15, ClockState.MET),
        (False, 15, ClockState.MISSED),  # at least 15 days after the day of the notice
        (False, 16, ClockState.MET),
    ],
)
def test_a_clock_that_must_not_stop_early_gives_the_family_all_its_days(
    first_day_counts: bool, stopped: int, state: ClockState
) -> None:
    comment = clock("15 days", kind=ClockKind.NOT_EARLIER, first_day_counts=first_day_counts)
    served = date(2026, 2, 20)
    found = reading(comment, served, stopped=served + timedelta(stopped))
    assert found.state is state
    assert found.due.due_soon_on is None


@pytest.mark.parametrize(
    ("stopped", "ended", "state"),
    [
        (None, None, ClockState.RUNNING),
        (date(2026, 4, 12), None, ClockState.MET),  # the due day itself is in time
        (date(2026, 4, 13), None, ClockState.MISSED),
        (date(2026, 1, 12), None, ClockState.MET),  # on the day it started
        (None, date(2026, 2, 1), ClockState.ENDED),
        (None, date(2026, 8, 1), ClockState.ENDED),
    ],
)
def test_a_clock_is_running_met_missed_or_ended(
    stopped: date | None, ended: date | None, state: ClockState
) -> None:
    assert reading(clock(), date(2026, 1, 12), stopped=stopped, ended=ended).state is state


def test_due_soon_is_never_after_the_due_day() -> None:
    found = reading(clock("28 days", due_soon="1 month"), date(2026, 1, 12))
    assert found.due.due_soon_on == found.due.due_on


# --- agreed versions ------------------------------------------------------------------------------------------------

REFERRED = date(2026, 1, 12)  # three months: 12 April
LATER = date(2026, 2, 1)


@pytest.mark.parametrize(
    ("status", "limit", "due", "version"),
    [
        (LimitStatus.LOCAL, "2 months", date(2026, 3, 12), 1),
        (LimitStatus.LOCAL, "5 months", date(2026, 6, 12), 1),
        (LimitStatus.NATIONAL, "2 months", date(2026, 3, 12), 1),
        (LimitStatus.NATIONAL, "5 months", date(2026, 4, 12), 0),
        (LimitStatus.STATUTORY, "2 months", date(2026, 3, 12), 1),
        (LimitStatus.STATUTORY, "5 months", date(2026, 4, 12), 0),
        (LimitStatus.STATUTORY, "3 months", date(2026, 4, 12), 0),
    ],
)
def test_agreement_moves_a_local_limit_and_only_tightens_a_locked_one(
    status: LimitStatus, limit: str, due: date, version: int
) -> None:
    found = reading(clock(status=status), REFERRED, agreed(limit, LATER)).due
    assert (found.due_on, found.threshold_id) == (due, version)
    assert found.locked_due_on == (None if status is LimitStatus.LOCAL else date(2026, 4, 12))


def test_partners_may_relax_what_they_agreed_themselves_up_to_the_locked_limit() -> None:
    versions = (agreed("6 weeks", LATER), agreed("2 months", date(2026, 2, 10), number=2))
    found = reading(clock(), REFERRED, *versions).due
    assert (found.due_on, found.threshold_id, found.locked_due_on) == (
        date(2026, 3, 12), 2, date(2026, 4, 12),
    )  # fmt: skip


@pytest.mark.parametrize("limit", ["5 days", "30 days"])
def test_the_familys_time_to_answer_is_neither_shortened_nor_lengthened(limit: str) -> None:
    comment = clock("15 days", kind=ClockKind.NOT_EARLIER, status=LimitStatus.STATUTORY)
    assert reading(comment, REFERRED, agreed(limit, REFERRED)).due.due_on == date(2026, 1, 28)


@pytest.mark.parametrize(
    ("applies", "effective", "version"),
    [
        (Applies.RUNNING, REFERRED - timedelta(1), 1),
        (Applies.RUNNING, REFERRED + timedelta(20), 1),
        (Applies.NEW, REFERRED - timedelta(1), 1),
        (Applies.NEW, REFERRED, 1),  # a clock that starts on the day is a new one
        (Applies.NEW, REFERRED + timedelta(1), 0),
    ],
)
def test_a_version_holds_for_running_clocks_or_for_new_ones_as_it_says(
    applies: Applies, effective: date, version: int
) -> None:
    assert reading(clock(), REFERRED, agreed("2 months", effective, applies)).due.threshold_id == version


@pytest.mark.parametrize(("stopped", "version"), [(date(2026, 1, 31), 0), (LATER, 1)])
def test_a_version_does_not_reach_back_to_clocks_that_had_finished(stopped: date, version: int) -> None:
    assert reading(clock(), REFERRED, agreed("1 week", LATER), stopped=stopped).due.threshold_id == version


@pytest.mark.parametrize(
    ("effective", "due", "breached"),
    [
        (date(2026, 3, 1), date(2026, 6, 12), False),
        (date(2026, 4, 12), date(2026, 6, 12), False),
        (
            date(2026, 4, 13),
            date(2026, 6, 12),
            False,
        ),  # takes effect on the day the breach would have been reached
        (date(2026, 4, 14), date(2026, 4, 12), True),  # a day later the breach had been reached
        (date(2026, 5, 30), date(2026, 4, 12), True),
    ],
)
def test_a_looser_local_limit_never_clears_a_breach_that_was_reached(
    effective: date, due: date, breached: bool
) -> None:
    found = reading(clock(status=LimitStatus.LOCAL), REFERRED, agreed("5 months", effective))
    assert found.due.due_on == due
    assert grade(found, date(2026, 6, 1)).is_breach is breached


def test_no_wait_is_over_a_tighter_limit_before_that_limit_holds() -> None:
    found = reading(clock(status=LimitStatus.LOCAL), REFERRED, agreed("1 week", LATER))
    assert (found.due.due_on, found.due.held_back_to) == (LATER - timedelta(1), LATER)
    assert grade(found, LATER - timedelta(1)) is Grade.ON_TIME
    assert grade(found, LATER) is Grade.BREACHED


def test_versions_take_effect_in_the_order_of_their_days_however_they_are_given() -> None:
    versions = [
        agreed("2 months", LATER),
        agreed("5 months", date(2026, 2, 20), number=2),
        agreed("4 months", date(2026, 3, 1), number=3),
    ]
    local = clock(status=LimitStatus.LOCAL)
    there = reading(local, REFERRED, *versions).due
    assert there == reading(local, REFERRED, *reversed(versions)).due
    assert (there.due_on, there.threshold_id) == (date(2026, 5, 12), 3)


def test_a_version_brings_its_own_warning_and_source() -> None:
    found = reading(clock(due_soon="10 weeks"), REFERRED, agreed("2 months", LATER, due_soon="6 weeks")).due
    assert (found.due_soon_on, found.source) == (date(2026, 2, 23), "Board paper")

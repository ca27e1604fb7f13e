"""A day is a day in London, whatever the clock of the machine or the message says."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.london import london_date, london_midnight


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-07-01T22:59:59+00:00", date(2026, 7, 1)),
        ("2026-07-01T23:00:00+00:00", date(2026, 7, 2)),  # summer time: midnight in London is 23:00 UTC
        ("2026-07-01T23:30:00+00:00", date(2026, 7, 2)),
        ("2026-01-01T23:30:00+00:00", date(2026, 1, 1)),  # winter: London keeps UTC
        ("2026-03-28T23:30:00+00:00", date(2026, 3, 28)),  # the night before the clocks go forward
        ("2026-03-29T00:59:59+00:00", date(2026, 3, 29)),
        ("2026-03-29T23:30:00+00:00", date(2026, 3, 30)),  # the first night of summer time
        ("2026-10-24T23:30:00+00:00", date(2026, 10, 25)),  # the last
        ("2026-10-25T23:30:00+00:00", date(2026, 10, 25)),  # the night after they went back
        ("2026-07-02T01:30:00+02:00", date(2026, 7, 2)),  # a message stamped in Paris
    ],
)
def test_an_instant_belongs_to_its_day_in_london(instant: str, day: date) -> None:
    assert london_date(datetime.fromisoformat(instant)) == day


def test_a_time_without_a_zone_is_refused_rather_than_guessed() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        london_date(datetime(2026, 7, 1, 23, 30))  # noqa: DTZ001 - the naive time is what is tested


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 7, 2), datetime(2026, 7, 1, 23, tzinfo=UTC)),
        (date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 26, tzinfo=UTC)),
    ],
)
def test_a_london_day_begins_at_midnight_in_london(day: date, begins: datetime) -> None:
    assert london_midnight(day) == begins
    assert london_midnight(day).utcoffset() == timedelta(0)


@given(st.dates(date(1975, 1, 1), date(2060, 12, 31)))
def test_a_day_holds_its_own_midnight_and_not_the_instant_before(day: date) -> None:
    assert london_date(london_midnight(day)) == day
    assert london_date(london_midnight(day) - timedelta(microseconds=1)) == day - timedelta(1)


@given(
    st.integers(0, 2_840_140_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-12 * 60, 14 * 60),
)
def test_the_zone_in_which_an_instant_is_written_does_not_change_its_day(at: datetime, minutes: int) -> None:
    assert london_date(at.astimezone(timezone(timedelta(minutes=minutes)))) == london_date(at)

"""Ids are ordered by time where rows are many, and the same where a request is repeated."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.ids import event_id, time_ordered_id

INSTANTS = st.integers(0, 4_102_444_800_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
RANDOM = st.binary(min_size=10, max_size=10)


def test_a_time_ordered_id_is_the_example_of_the_rfc() -> None:
    """RFC 9562 appendix A.6: Tuesday 22 February 2022, 14:22:22 at UTC-05:00."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random = bytes.fromhex("0cc3" + "18c4dc0c0c07398f")
    assert time_ordered_id(at, random) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


@given(INSTANTS, RANDOM)
def test_it_says_that_it_is_version_7(at: datetime, random: bytes) -> None:
    made = time_ordered_id(at, random)
    assert (made.version, made.variant) == (7, RFC_4122)


@given(INSTANTS, INSTANTS, RANDOM, RANDOM)
def test_a_later_millisecond_sorts_later_whatever_the_random_bytes(
    one: datetime, other: datetime, first: bytes, second: bytes
) -> None:
    earlier, later = sorted((one, other))
    later = max(later, earlier + timedelta(milliseconds=1))
    assert time_ordered_id(earlier, first) < time_ordered_id(later, second)


def test_it_takes_exactly_ten_random_bytes() -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        time_ordered_id(datetime(2026, 1, 1, tzinfo=UTC), b"short")


@given(st.uuids(), st.uuids(), st.integers(0, 50), st.integers(0, 50))
def test_a_repeated_request_names_the_same_events_and_no_others(
    one: UUID, other: UUID, n: int, m: int
) -> None:
    assert (event_id(one, n) == event_id(other, m)) == ((one, n) == (other, m))

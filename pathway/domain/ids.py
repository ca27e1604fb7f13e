"""Identifiers that the product makes: ordered by time where rows are many, derived where a repeat must be the same.

Pure: the instant and the random bytes are arguments.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def time_ordered_id(at: datetime, random: bytes) -> UUID:
    """A UUID of version 7 (RFC 9562 section 5.7): milliseconds first, so that rows made together lie together."""
    if len(random) != 10:
        raise ValueError("A time-ordered id takes 10 random bytes. Give it 10.")
    milliseconds = (at - _EPOCH) // _MILLISECOND
    bits = (milliseconds << 80) | int.from_bytes(random)
    bits = bits & ~(0xF << 76) | (7 << 76)
    bits = bits & ~(0b11 << 62) | (0b10 << 62)
    return UUID(int=bits)


def event_id(request_id: UUID, n: int) -> UUID:
    """The id of the nth event of a request: the same request sent again names the same events."""
    return uuid5(request_id, f"event:{n}")

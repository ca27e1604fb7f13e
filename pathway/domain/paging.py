"""Pages by keyset: the place after the last row, as an opaque text that says nothing about anyone."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

from pathway.domain.errors import InvalidInput

Row = TypeVar("Row")
Last = TypeVar("Last")
_UNREADABLE: Final = "This page address cannot be read. Start again from the first page."
_LARGEST: Final = 2**63 - 1
_LONGEST: Final = 400
"""Characters of a place: what is longer was not made by us, and may be nested deeper than can be read."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin (nothing on the last page)."""

    rows: tuple[Row, ...]
    after: str | None = None


def page_of(rows: Sequence[Row], keys: Sequence[tuple[object, ...]], limit: int) -> Page[Row]:
    """A page from one row more than it holds: the extra row only says that there are more."""
    shown = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(shown, write_place(keys[limit - 1]) if more else None)


def write_place(key: tuple[object, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def read_place(text: str | None, parts: int) -> tuple[str, ...] | None:
    """The key that a place holds; InvalidInput where it was not made by us."""
    if not text:
        return None
    try:
        if len(text) > _LONGEST:
            raise ValueError(text)
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != parts:
        raise InvalidInput(_UNREADABLE, "after")
    return tuple(str(part) for part in key)


def read_dated_place(text: str | None, last: Callable[[str], Last]) -> tuple[date, Last] | None:
    """A place that is a day and, among the rows of that day, an id or a row's number."""
    place = read_place(text, 2)
    try:
        return (date.fromisoformat(place[0]), last(place[1])) if place else None
    except ValueError:
        raise InvalidInput(_UNREADABLE, "after") from None


def row_number(text: str) -> int:
    """The number of a row, no larger than the database counts."""
    number = int(text)
    if not 0 <= number <= _LARGEST:
        raise ValueError("no row has this number")
    return number

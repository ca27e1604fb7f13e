"""One page of what was searched for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Found(Generic[One]):
    """A page of answers, where the next one begins (None on the last), and how many there are where that was asked."""

    page: Sequence[One]
    after: tuple[object, str] | None = None
    total: int | None = None


def cut(
    rows: Sequence[tuple[object, object]], limit: int
) -> tuple[Sequence[tuple[object, object]], tuple[object, str] | None]:
    """The rows of this page, and the place after which the next one begins."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], (last[0], str(last[1]))

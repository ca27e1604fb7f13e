"""Dates as people and spreadsheets write them, read without guessing.

3 Mar 2026, 2026-03-03, 03/03/2026 and Excel's own number 46084 are one day. Where the order of day and month cannot be
told from the date itself, the rest of the column may settle it; otherwise a date with a two-figure year is refused, and
one with a four-figure year is read day first, as is usual in the United Kingdom.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

_MONTHS: Final = {
    name[:3]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), 1,
    )
}  # fmt: skip
_MONTH_NAMES: Final = re.compile(
    r"jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
)
_TIME: Final = r"(?:[t ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]m)?(?:z|\+\d\d:?\d\d)?)?"
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_WORDS: Final = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+([a-z]{3,9})\.?[\s\-/.,]+(\d{4}|\d{2})" + _TIME
)
_FIGURES: Final = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})" + _TIME)
_COMPACT: Final = re.compile(r"(19|20)\d{6}")
_SERIAL: Final = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
_SERIAL_ZERO: Final = date(1899, 12, 30)
_EXAMPLE: Final = "Write it as 2026-03-31 or 31 March 2026."


class Order(Enum):
    """Which comes first in the dates of a column that are written in figures, as its own dates show."""

    NOT_TOLD = "not told"
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class DateFault:
    """Why a date was not read; the sentence never repeats it."""

    sentence: str


def order_of(cells: Iterable[str]) -> Order:
    """What the unmistakable dates of a column say about the others."""
    day_first = month_first = False
    for cell in cells:
        found = _FIGURES.fullmatch(cell.strip().lower())
        if found is None:
            continue
        one, two = int(found[1]), int(found[2])
        day_first |= one > 12 >= two
        month_first |= two > 12 >= one
    if day_first and month_first:
        return Order.MIXED
    if day_first:
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if month_first else Order.NOT_TOLD


def read_date(cell: str, order: Order, today: date) -> date | DateFault:
    """The day, or why it cannot be told. A two-figure year is this century's unless that lies after `today`'s year."""
    text = cell.strip().lower()
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if _COMPACT.fullmatch(text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if found := _WORDS.fullmatch(text):
        if not _MONTH_NAMES.fullmatch(found[2]):
            return DateFault(f"is not a date, for its month is not one. {_EXAMPLE}")
        return _day(_year(found[3], today), _MONTHS[found[2][:3]], int(found[1]))
    if found := _FIGURES.fullmatch(text):
        return _in_figures(int(found[1]), int(found[2]), found[3], order, today)
    if found := _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(int(found[1]))
    if set(text) == {"#"}:
        return DateFault("shows only # signs: widen the column in the spreadsheet, and save it again.")
    return DateFault(f"is not a date. {_EXAMPLE}")


def _in_figures(one: int, two: int, year: str, order: Order, today: date) -> date | DateFault:
    if one == two or one > 12:
        return _day(_year(year, today), two, one)
    if two > 12:
        if order is Order.MIXED:
            return DateFault(f"has its month first, and other dates of the column their day. {_EXAMPLE}")
        return _day(_year(year, today), one, two)
    if order is Order.MIXED or (order is Order.NOT_TOLD and len(year) == 2):
        return DateFault(f"could be two different days: day and month cannot be told apart. {_EXAMPLE}")
    day, month = (two, one) if order is Order.MONTH_FIRST else (one, two)
    return _day(_year(year, today), month, day)


def _year(text: str, today: date) -> int:
    if len(text) == 4:
        return int(text)
    year = 2000 + int(text)
    return year if year <= today.year + 1 else year - 100


def _day(year: int, month: int, day: int) -> date | DateFault:
    try:
        return date(year, month, day)
    except ValueError:
        return DateFault(f"is not a real day of the calendar. {_EXAMPLE}")

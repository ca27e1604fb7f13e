"""A file of rows, as bytes, into text cells that keep the sheet's own row numbers.

Spreadsheets save the same list in many ways: with or without a byte order mark, as UTF-8, UTF-16 or Windows-1252, with
commas, semicolons or tabs, with a line of instructions above the headings. What can be told is read; what cannot be told
is refused with one sentence, for a name read wrongly is a child not found.
"""

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from typing import Final

from pathway.domain.errors import InvalidInput
from pathway.domain.sheet_columns import recognised_words

LARGEST_BYTES: Final = 64 * 1024 * 1024
MOST_ROWS: Final = 200_000
HEADING_WITHIN: Final = 20
"""The headings are looked for in this many rows from the top."""
FEWEST_HEADINGS: Final = 3

_DELIMITERS: Final = (",", ";", "\t")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OTHER_FORMATS: Final = (
    (b"PK\x03\x04", "an Excel workbook or another zipped file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a Word document"),
)
_SAVE_AS: Final = "In the spreadsheet, choose “Save as” and “CSV UTF-8 (comma delimited)”, and use that file."

# Beyond ASCII, only what Windows-1252 shares with no other old encoding in the middle of a name. Letters such as Š stand
# where a Mac (also in Excel for Mac) has ä, and quotation marks where DOS has é: those files are refused, not guessed.
_PLAUSIBLE: Final = re.compile(r"[\x00-\x7f\u00a0£€°·½À-ÖØ-öø-ÿ‘’“”–—…•]*")
_NOT_IN_A_NAME: Final = re.compile(
    r"[^\W\d_][‘“]|[^\W\d_]”[^\W\d_]|[A-Za-z][À-ÖØ-Þ][A-Z][a-z]|[a-zß-öø-ÿ][À-ÖØ-Þ]"
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number as the spreadsheet shows it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read. `digest` names its bytes: the same file is never loaded twice."""

    digest: bytes
    encoding: str
    heading: SheetRow
    rows: tuple[SheetRow, ...]


def sheet_of(data: bytes) -> Sheet:
    """Read a file. Raises InvalidInput with what is wrong with it and how to save it rightly."""
    if len(data) > LARGEST_BYTES:
        raise InvalidInput(
            f"The file is larger than {LARGEST_BYTES // 1024 // 1024} MB. Split it, and import each part."
        )
    if not data.strip(b"\xef\xbb\xbf\r\n\t ,;"):
        raise InvalidInput("The file is empty. Save the list again, with its headings in one row.")
    text, encoding = _decoded(data)
    heading, rows = _best(text)
    if not rows:
        raise InvalidInput(
            f"There is no row below the headings in row {heading.number}. Save the list with its rows."
        )
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"The file has more than {MOST_ROWS:,} rows. Split it, and import each part.")
    return Sheet(hashlib.sha256(data).digest(), encoding, heading, rows)


def _decoded(data: bytes) -> tuple[str, str]:
    for start, what in _OTHER_FORMATS:
        if data.startswith(start):
            raise InvalidInput(f"This is {what}, not a CSV file. {_SAVE_AS}")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _without_mark(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise InvalidInput(f"The file is damaged: its letters cannot be read. {_SAVE_AS}") from None
    if "\x00" in text:
        raise InvalidInput(f"This is not a text file. {_SAVE_AS}")
    if encoding == "cp1252" and not _plausible(text):
        raise InvalidInput(
            f"The accented letters in this file cannot be told for certain, so names would be read wrongly. {_SAVE_AS}"
        )
    return text, encoding.removesuffix("-sig")


def _without_mark(data: bytes) -> str:
    """UTF-16 shows itself by a zero beside each plain letter; UTF-8 is strict enough to be believed."""
    start = data[:2000]
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _plausible(text: str) -> bool:
    """Whether Windows-1252 is what these bytes were written in, and not a Mac's or an old DOS program's letters."""
    return _PLAUSIBLE.fullmatch(text) is not None and _NOT_IN_A_NAME.search(text) is None


def _best(text: str) -> tuple[SheetRow, tuple[SheetRow, ...]]:
    """The reading, by one of the delimiters, under which most headings are known."""
    start = text[:200_000]
    scored = [(max(_scores(start, mark), default=0), mark) for mark in _DELIMITERS]
    score, delimiter = max(scored, key=lambda pair: pair[0])
    if score < FEWEST_HEADINGS:
        raise InvalidInput(
            f"No row of headings was found in the first {HEADING_WITHIN} rows. The list needs at least: first name, "
            "family name, date of birth and referral received, each as the heading of a column."
        )
    rows = _rows(text, delimiter)
    top = rows[:HEADING_WITHIN]
    heading = max(top, key=lambda row: (recognised_words(row.cells), -row.number))
    return heading, tuple(
        row for row in rows if row.number > heading.number and any(map(str.strip, row.cells))
    )


def _scores(text: str, delimiter: str) -> list[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    scores: list[int] = []
    try:
        for cells in reader:
            scores.append(recognised_words(cells))
            if len(scores) >= HEADING_WITHIN:
                break
    except csv.Error:
        return scores
    return scores


def _rows(text: str, delimiter: str) -> list[SheetRow]:
    """Every record with its number; a quotation mark that is never closed would swallow rows, so it is refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[SheetRow] = []
    try:
        for number, cells in enumerate(reader, 1):
            found.append(SheetRow(number, tuple(cells)))
    except csv.Error:
        raise InvalidInput(
            f"Row {len(found) + 1} has a quotation mark that is not closed, so the rows after it cannot be told apart. "
            "Correct that row, and import the file again."
        ) from None
    return found

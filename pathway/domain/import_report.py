"""What an import would do, did, or took back: the figures, and the text that a person reads before they confirm."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pathway.domain.import_sheet import BadRow

SHOWN_ROWS: Final = 40
"""Rows that are named on the screen; the file of errors names every one."""


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something a person should look at in one row; the sentence repeats no value."""

    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What confirming this file would do. Nothing has been written.

    `ours_only` are references of open episodes that the file does not name. `breaches` are the clocks that would be past
    their limit at once. `messages` are updates that families would have been sent, and which are held.
    """

    pathway: str
    source: str
    encoding: str
    rows: int
    new: int
    matched: int
    changed: int
    theirs_only: int
    bad: tuple[BadRow, ...]
    ours_only: tuple[str, ...]
    notes: tuple[RowNote, ...]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    breaches: tuple[tuple[str, int], ...]
    children_in_breach: int
    messages: int

    def printed(self) -> str:
        """The report of a dry run, in plain text."""
        lines = [
            f"Dry run of a list from {self.source}, for {self.pathway} (read as {self.encoding}). Nothing has been written.",
            "",
            f"  {self.rows:>7,} rows",
            f"  {self.new:>7,} new: an episode would be opened, silent until you release it",
            f"  {self.matched:>7,} matched: on our list already",
            f"  {self.changed:>7,} changed: the list gives another date, which would be put right",
            f"  {self.theirs_only:>7,} on their list only: closed here, and not opened again",
            f"  {len(self.ours_only):>7,} on our list only: open here, and not in the file",
            f"  {len(self.bad):>7,} rows with errors: kept with their errors, and not loaded",
            "",
            f"  {self.children_in_breach:>7,} {_or_one(self.children_in_breach, 'children', 'child')} would be past a limit at once",
            *(f"  {n:>7,}   {title}" for title, n in self.breaches),
            f"  {self.messages:>7,} {_or_one(self.messages, 'messages', 'message')} would have gone to families: held",
        ]
        lines += _section(
            "Rows with errors", [f"row {bad.number}: {' '.join(bad.faults)}" for bad in self.bad]
        )
        lines += _section("To look at", [f"row {note.number}: {note.sentence}" for note in self.notes])
        lines += _section("On our list only", list(self.ours_only))
        lines += _section("How it was read", list(self.remarks))
        lines += _section("Columns that are not read", list(self.unread))
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done, by the number of rows; a repeat answers the same."""

    batch_id: int
    new: int
    matched: int
    changed: int
    theirs_only: int
    bad: int

    def printed(self) -> str:
        """What was loaded, and what comes next."""
        return (
            f"Import {self.batch_id}: {self.new:,} new, {self.matched:,} matched, {self.changed:,} changed, "
            f"{self.theirs_only:,} on their list only, {self.bad:,} rows with errors (kept, not loaded).\n"
            f"No family is told anything until you release import {self.batch_id}.\n"
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back; `kept` are the references of what a person has worked on since, and which stays."""

    batch_id: int
    undone: int
    kept: tuple[str, ...]

    def printed(self) -> str:
        """What was taken back, and what was kept and why."""
        lines = [f"Import {self.batch_id}: {self.undone:,} taken back; nothing was deleted."]
        lines += _section("Kept, because somebody has worked on them since", list(self.kept))
        return "\n".join(lines) + "\n"


def _or_one(count: int, many: str, one: str) -> str:
    return one if count == 1 else many


def bad_rows_csv(bad: Iterable[BadRow]) -> str:
    """Every row with errors and every error of it, for the person who corrects the list; no value is repeated."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("row", "error"))
    writer.writerows((row.number, fault) for row in bad for fault in row.faults)
    return out.getvalue()


def _section(title: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    more = [f"  … and {len(found) - SHOWN_ROWS:,} more"] if len(found) > SHOWN_ROWS else []
    return ["", f"{title}:", *(f"  {line}" for line in found[:SHOWN_ROWS]), *more]

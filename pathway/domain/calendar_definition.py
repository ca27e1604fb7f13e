"""Reads an area's calendar (definitions/calendar.toml) and checks it, with file and line, as definitions are."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NoReturn

from pathway.domain.bank_holidays import BankHolidayChange, with_changes
from pathway.domain.errors import DefinitionError
from pathway.domain.terms import HalfTerm, Term
from pathway.domain.working_days import Calendar

_TERM_FORM = "Write, for example, autumn_1 = { starts = 2026-09-03, ends = 2026-10-23 }."
_CHANGE_FORM = "Write on, title and source, and instead_of where a bank holiday was moved."
_TOP = {"bank_holidays_known_from", "bank_holidays_known_until", "bank_holiday", "school_year"}


def calendar_from_toml(text: str, file: str = "calendar.toml") -> Calendar:
    """The calendar that `text` writes; a DefinitionError names the line at fault and what to write instead."""
    table = _Table(text, file)
    known_from = table.day(table.content, "bank_holidays_known_from", 0)
    known_until = table.day(table.content, "bank_holidays_known_until", 0)
    changes = table.changes()
    terms = table.terms()
    years = range(known_from.year, known_until.year + 1)
    return Calendar(with_changes(years, changes), terms, known_until, known_from)


class _Table:
    """The parsed file beside its lines, so that whatever is wrong can be pointed at."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        try:
            self.content: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DefinitionError(
                file, None, f"This is not TOML: {error}.", "Correct the line it names."
            ) from None
        for key in self.content.keys() - _TOP:
            self.fail(key, 0, f"“{key}” is not known here.", f"Use one of {', '.join(sorted(_TOP))}.")

    def fail(self, key: str, after: int, wrong: str, instead: str) -> NoReturn:
        raise DefinitionError(self.file, self.line_of(key, after), wrong, instead)

    def line_of(self, start: str, after: int = 0) -> int | None:
        """The first line past `after` that begins with `start`, or the line of the block itself."""
        for number, line in enumerate(self.lines[after:], after + 1):
            if line.strip().removeprefix("[[").startswith(start):
                return number
        return after or None

    def blocks(self, name: str) -> list[tuple[Mapping[str, Any], int]]:
        """Each [[name]] block, with its line."""
        found = self.content.get(name, [])
        lines = [n for n, line in enumerate(self.lines, 1) if line.strip().startswith(f"[[{name}]]")]
        if not isinstance(found, list) or len(lines) != len(found):
            self.fail(
                name, 0, f"“{name}” is not written as blocks.", f"Begin each one with a line [[{name}]]."
            )
        return list(zip(found, lines, strict=True))

    def day(self, block: Mapping[str, Any], key: str, line: int) -> date:
        value = block.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise DefinitionError(
                self.file, self.line_of(key, line), f"“{key}” is not a date.", f"Write {key} = 2026-09-03."
            )
        return value

    def changes(self) -> list[BankHolidayChange]:
        """The bank holidays that were added or moved."""
        found = []
        for block, line in self.blocks("bank_holiday"):
            if not {"on", "title", "source"} <= block.keys() <= {"on", "title", "source", "instead_of"}:
                self.fail("bank_holiday", line - 1, "A key is missing or not known here.", _CHANGE_FORM)
            moved_from = self.day(block, "instead_of", line) if "instead_of" in block else None
            on = self.day(block, "on", line)
            found.append(BankHolidayChange(on, str(block["title"]), str(block["source"]), moved_from))
        return found

    def terms(self) -> tuple[Term, ...]:
        """Every half term, in order of date."""
        found = [
            self.term(block, half, line) for block, line in self.blocks("school_year") for half in HalfTerm
        ]
        for earlier, later in pairwise(found):
            if later.starts <= earlier.ends:
                self.fail(
                    f'key = "{later.school_year}"',
                    0,
                    f"{later} starts before {earlier} has ended.",
                    "Correct a date.",
                )
        return tuple(found)

    def term(self, block: Mapping[str, Any], half: HalfTerm, line: int) -> Term:
        year, days = block.get("key"), block.get(half.value)
        if not isinstance(year, str):
            raise DefinitionError(
                self.file, line, "The school year has no key.", 'Write, for example, key = "2026/27".'
            )
        for key in block.keys() - {"key", *HalfTerm}:
            self.fail(key, line, f"“{key}” is not a half term.", f"Use {', '.join(HalfTerm)}.")
        if not isinstance(days, dict) or days.keys() != {"starts", "ends"}:
            at = self.line_of(half.value, line) if half.value in block else line
            raise DefinitionError(
                self.file, at, f"{half.value} of {year} is missing or incomplete.", _TERM_FORM
            )
        at_half = (self.line_of(half.value, line) or line) - 1
        starts, ends = self.day(days, "starts", at_half + 1), self.day(days, "ends", at_half + 1)
        if ends < starts or {_school_year_of(starts), _school_year_of(ends)} != {year}:
            self.fail(
                half.value, line, f"{half.value} is not within {year}, or ends before it starts.", _TERM_FORM
            )
        return Term(year, half, starts, ends)


def _school_year_of(term_day: date) -> str:
    """The school year of a day in term; it begins with the first term after July (Education Act 1996 s.579)."""
    first = term_day.year if term_day.month > 7 else term_day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"

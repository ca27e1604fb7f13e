"""The values of search parameters: tokens, dates with their prefixes, references (HL7 FHIR R4, 3.1.1.4)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from pathway_fhir.ids import uuid_in
from pathway_fhir.outcome import IssueType, Refused

PREFIXES: Final = ("eq", "ne", "gt", "ge", "lt", "le", "sa", "eb")
_DATE: Final = re.compile(
    r"(eq|ne|gt|ge|lt|le|sa|eb)?(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?"
    r"(Z|[+-]\d{2}:\d{2})?)?)?)?"
)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """`system|code`; a system of None means any, an empty one means that there is none."""

    system: str | None
    code: str


def token(text: str) -> Token:
    system, bar, code = text.rpartition("|")
    return Token(system if bar else None, code)


@dataclass(frozen=True, slots=True)
class Span:
    """A date of a search: its prefix and the moments that it covers, the last one outside."""

    prefix: str
    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        return self.start.date()

    @property
    def day_after(self) -> date:
        """The first day that is wholly after it."""
        return self.end.date() if self.end.time() == datetime.min.time() else self.end.date() + timedelta(1)


def span(text: str, name: str) -> Span:
    """What a date covers: a year, a month, a day, a minute or a second. Raises Refused (400) where it is none."""
    found = _DATE.fullmatch(text.replace(" ", "+"))
    try:
        if found is None:
            raise ValueError
        prefix, year, month, day, hour, minute, second, zone = found.groups()
        start = datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone or '+00:00'}"
        ).astimezone(UTC)
        return Span(prefix or "eq", start, _end(start, month, day, hour, second))
    except (ValueError, OverflowError) as fault:
        raise Refused.because(
            400,
            IssueType.VALUE,
            f"“{name}” is a date such as 2026-03-31, with one of {', '.join(PREFIXES)} before it where you want.",
        ) from fault


def _end(
    start: datetime, month: str | None, day: str | None, hour: str | None, second: str | None
) -> datetime:
    if month is None:
        return start.replace(year=start.year + 1)
    if day is None:
        return (start.replace(day=28) + timedelta(4)).replace(day=1)
    if hour is None:
        return start + timedelta(1)
    return start + (timedelta(minutes=1) if second is None else timedelta(seconds=1))


def reference_key(text: str, resource_type: str) -> UUID | None:
    """The key in `Patient/…`, in an absolute address that ends so, or alone; None where it is another thing."""
    parts = text.split("/_history/")[0].rstrip("/").split("/")
    if len(parts) > 1 and parts[-2] != resource_type:
        return None
    return uuid_in(parts[-1])

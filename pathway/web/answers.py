"""One reader per kind of question: from what was typed to a typed answer, or to the sentence that says what is wrong.

The sentences follow the NHS and GOV.UK patterns for error messages: they name the answer, say what it must be, and
never blame. Dates: "must include a month", "must be a real date", "must be today or in the past".
"""

import re
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from pathway.domain.errors import InvalidInput
from pathway.domain.identifiers import NhsNumber
from pathway.web.fields import DATE_PARTS, FieldSpec, FilledField, Kind
from pathway.web.presenters import MONTHS, day

Answer: TypeAlias = str | int | bool | date | NhsNumber | tuple[str, ...] | None


class NotReadable(Exception):
    """An answer to put right: the sentence, and the boxes of a date that it is about."""

    def __init__(self, message: str, parts: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.parts = parts


def _missing(spec: FieldSpec) -> None:
    """Nothing was typed or chosen: refused where the field is required."""
    if spec.required:
        raise NotReadable(f"{'Select' if spec.offered else 'Enter'} {spec.words}", spec.parts)


def _read_text(spec: FieldSpec, field: FilledField) -> str | None:
    text = field.text(spec.name).replace("\r\n", "\n").strip()
    if spec.kind is Kind.TEXT:
        text = " ".join(text.split())
    if not text:
        _missing(spec)
        return None
    if any(not character.isprintable() and character not in "\n\t" for character in text):
        raise NotReadable(
            f"{spec.sentence} has a character that cannot be kept. Type it instead of pasting it"
        )
    if len(text) > spec.longest:
        raise NotReadable(f"{spec.sentence} must be {spec.longest:,} characters or less")
    return text


def _read_number(spec: FieldSpec, field: FilledField) -> int | None:
    text = field.text(spec.name).replace(",", "").strip()
    if not text:
        _missing(spec)
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise NotReadable(f"{spec.sentence} must be a whole number, like 12")
    number = int(text)
    low, high = spec.smallest, spec.largest
    if low is not None and high is not None and not low <= number <= high:
        raise NotReadable(f"{spec.sentence} must be between {low:,} and {high:,}")
    if low is not None and number < low:
        raise NotReadable(f"{spec.sentence} must be {low:,} or more")
    if high is not None and number > high:
        raise NotReadable(f"{spec.sentence} must be {high:,} or less")
    return number


def _read_choice(spec: FieldSpec, field: FilledField) -> str | None:
    chosen = field.text(spec.name)
    if not chosen:
        _missing(spec)
        return None
    if chosen not in {choice.value for choice in spec.offered}:
        raise NotReadable(f"Select {spec.words} from the list")
    return chosen


def _read_yes_no(spec: FieldSpec, field: FilledField) -> bool | None:
    chosen = _read_choice(spec, field)
    return None if chosen is None else chosen == "yes"


def _read_several(spec: FieldSpec, field: FilledField) -> tuple[str, ...] | None:
    chosen = {value for _, value in field.typed if value}
    if not chosen:
        _missing(spec)
        return None
    offered = [choice.value for choice in spec.offered]
    if not chosen.issubset(offered):
        raise NotReadable(f"Select {spec.words} from the list")
    return tuple(value for value in offered if value in chosen)


def _read_nhs_number(spec: FieldSpec, field: FilledField) -> NhsNumber | None:
    text = field.text(spec.name).strip()
    if not text:
        _missing(spec)
        return None
    try:
        return NhsNumber.parse(text)
    except InvalidInput as error:
        raise NotReadable(error.message.removesuffix(".")) from error


def _read_date(spec: FieldSpec, field: FilledField) -> date | None:
    boxes = {part: field.text(f"{spec.name}-{part}").strip() for part in DATE_PARTS}
    empty = tuple(part for part in DATE_PARTS if not boxes[part])
    if len(empty) == len(DATE_PARTS):
        _missing(spec)
        return None
    if empty:
        raise NotReadable(
            f"{spec.sentence} must include {' and '.join(f'a {part}' for part in empty)}", empty
        )
    if re.fullmatch(r"[0-9]{2}", boxes["year"]):
        raise NotReadable(f"{spec.sentence} must include a year with 4 numbers", ("year",))
    answer = _real_date(boxes["day"], boxes["month"], boxes["year"])
    if answer is None:
        raise NotReadable(f"{spec.sentence} must be a real date", DATE_PARTS)
    _check_bounds(spec, answer)
    return answer


def _real_date(day_text: str, month_text: str, year_text: str) -> date | None:
    """The date in three boxes; a month may be a number or a name ("Aug"), as people copy it from a letter."""
    if not re.fullmatch(r"[0-9]{1,2}", day_text) or not re.fullmatch(r"[0-9]{4}", year_text):
        return None
    month = _month_number(month_text)
    try:
        return date(int(year_text), month, int(day_text))
    except ValueError:
        return None


def _month_number(text: str) -> int:
    """1 to 12, or 0 for no month at all."""
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text)
    named = [number for number, name in enumerate(MONTHS, 1) if name.lower().startswith(text.lower())]
    return named[0] if len(text) >= 3 and len(named) == 1 else 0


def _check_bounds(spec: FieldSpec, answer: date) -> None:
    first, last = spec.earliest, spec.latest
    if last is not None and answer > last.day:
        limit = (
            "today or in the past" if last.words == "today" else f"on or before {day(last.day)}, {last.words}"
        )
        raise NotReadable(f"{spec.sentence} must be {limit}", DATE_PARTS)
    if first is not None and answer < first.day:
        limit = (
            "today or in the future"
            if first.words == "today"
            else f"on or after {day(first.day)}, {first.words}"
        )
        raise NotReadable(f"{spec.sentence} must be {limit}", DATE_PARTS)


READERS: dict[Kind, Callable[[FieldSpec, FilledField], Answer]] = {
    Kind.TEXT: _read_text,
    Kind.LONG_TEXT: _read_text,
    Kind.NUMBER: _read_number,
    Kind.CHOICE: _read_choice,
    Kind.SEVERAL: _read_several,
    Kind.YES_NO: _read_yes_no,
    Kind.DATE: _read_date,
    Kind.ORGANISATION: _read_choice,
    Kind.NHS_NUMBER: _read_nhs_number,
}

"""How each kind of value in a definition file is read: one small function per kind.

A reader is given what TOML holds and says what is wrong through `report`; what it could not read is left out.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from pathway.domain.definition import Field, FieldType, NotBefore, Option, Slot, SlotRule, Trigger, When
from pathway.domain.definition_faults import did_you_mean
from pathway.domain.periods import Period

KEY_FORM = re.compile(r"[a-z][a-z0-9_]*")


class Report(Protocol):
    """Says what is wrong and what to write instead, and in which member of a list."""

    def __call__(self, wrong: str, instead: str, member: int = -1) -> None: ...


Reader = Callable[[Any, Report], Any]


def text(value: Any, report: Report) -> str | None:
    if isinstance(value, str) and value.strip():
        return value.strip()
    report(f"{_shown(value)} is not text.", "Write it between quotation marks.")
    return None


def key(value: Any, report: Report) -> str | None:
    if isinstance(value, str) and KEY_FORM.fullmatch(value):
        return value
    report(
        f"{_shown(value)} is not a key.",
        "Write lower-case letters, digits and underscores, in quotation marks.",
    )
    return None


def flag(value: Any, report: Report) -> bool | None:
    if isinstance(value, bool):
        return value
    report(f"{_shown(value)} is neither true nor false.", "Write true or false, without quotation marks.")
    return None


def number(value: Any, report: Report) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    report(
        f"{_shown(value)} is not a whole number above 0.", "Write, for example, 1, without quotation marks."
    )
    return None


def period(value: Any, report: Report) -> Period | None:
    if not isinstance(value, str):
        report(f"{_shown(value)} is not a period.", "Write, for example, “3 months” or “10 working days”.")
        return None
    try:
        return Period.parse(value)
    except ValueError as error:
        wrong, _, instead = str(error).partition(". ")
        report(f"{wrong}.", instead)
        return None


def one_of(kind: type[StrEnum]) -> Reader:
    """A reader of one value of an enumeration."""

    def read(value: Any, report: Report) -> StrEnum | None:
        if isinstance(value, str) and value in {member.value for member in kind}:
            return kind(value)
        report(f"{_shown(value)} is not known here.", did_you_mean(str(value), [m.value for m in kind]))
        return None

    return read


def list_of(reader: Reader) -> Reader:
    """A reader of a list; a single value may stand for a list of one."""

    def read(value: Any, report: Report) -> tuple[Any, ...]:
        found = [reader(member, report) for member in (value if isinstance(value, list) else [value])]
        return tuple(member for member in found if member is not None)

    return read


def set_of(reader: Reader) -> Reader:
    """A reader of a list whose order means nothing."""
    read_list = list_of(reader)
    return lambda value, report: frozenset(read_list(value, report))


def codes(value: Any, report: Report) -> dict[str, str] | None:
    if isinstance(value, dict) and all(isinstance(code, str) for code in value.values()):
        return dict(value)
    report(f"{_shown(value)} is not a table of codes.", 'Write { "TABLE.Field" = "code" }.')
    return None


def day_of_year(value: Any, report: Report) -> tuple[int, int] | None:
    """A day that exists in every year, as "15 February"."""
    months = {date(2001, month, 1).strftime("%B"): month for month in range(1, 13)}
    day, _, month = value.partition(" ") if isinstance(value, str) else ("", "", "")
    try:
        return date(2001, months[month], int(day)).day, months[month]
    except (KeyError, ValueError):
        report(f"{_shown(value)} is not a day of every year.", "Write, for example, “15 February”.")
        return None


def not_before(value: Any, report: Report) -> NotBefore | None:
    if not isinstance(value, dict) or value.keys() != {"step", "wait"}:
        report(
            "“not_before” needs a step and a wait.", 'Write { step = "closing_notified", wait = "28 days" }.'
        )
        return None
    wait = period(value["wait"], report)
    return None if wait is None else NotBefore(str(value["step"]), wait)


def trigger(value: Any, report: Report) -> Trigger | None:
    """A step, or a step with values that its fields must hold."""
    if isinstance(value, str):
        return Trigger(value)
    if not isinstance(value, dict) or "step" not in value or not value.keys() <= {"step", "when"}:
        report(
            f"{_shown(value)} names no step.",
            'Write a step’s key, or { step = "contact_attended", when = { mechanism = ["video"] } }.',
        )
        return None
    return Trigger(str(value["step"]), _when(value))


def slot_rule(value: Any, report: Report) -> SlotRule | None:
    """An organisation's slot, or a slot with values that the step's fields must hold."""
    table = {"slot": value} if isinstance(value, str) else value
    if not isinstance(table, dict) or "slot" not in table or not table.keys() <= {"slot", "when"}:
        report(
            f"{_shown(value)} names no organisation.",
            'Write "school", or { slot = "school", when = { tell_school = ["no"] } }.',
        )
        return None
    slot = one_of(Slot)(table["slot"], report)
    return None if slot is None else SlotRule(slot, _when(table))


def answers(value: Any, report: Report) -> When | None:
    """The answers with which something holds: { scope = ["messages"] }."""
    if isinstance(value, dict) and value:
        return _when({"when": value})
    report(f"{_shown(value)} names no answer.", 'Write, for example, { scope = ["messages"] }.')
    return None


def _when(table: dict[str, Any]) -> When:
    given = table.get("when", {})
    return tuple((name, frozenset(v if isinstance(v, list) else [v])) for name, v in given.items())


def fields(value: Any, report: Report) -> tuple[Field, ...]:
    """What a step asks for, in the order in which it is asked."""
    found: list[Field] = []
    for number_of_row, row in enumerate(value if isinstance(value, list) else [value]):
        here = _within(report, number_of_row)
        item = _field(row, here)
        if item is not None and item.key in {f.key for f in found}:
            here(f"The field “{item.key}” is there twice.", "Give one of them another key.")
        elif item is not None:
            found.append(item)
    return tuple(found)


def _within(report: Report, row: int) -> Report:
    """The same report, pointing at one member of the list."""

    def here(wrong: str, instead: str, member: int = -1) -> None:
        report(wrong, instead, row)

    return here


_FIELD_COLUMNS: dict[str, Reader] = {
    "key": key,
    "title": text,
    "type": one_of(FieldType),
    "required": flag,
    "hint": text,
    "plan": flag,
    "future": flag,
    "max_length": number,
}


def _field(row: Any, report: Report) -> Field | None:
    if not isinstance(row, dict):
        report(
            f"{_shown(row)} is not a field.",
            'Write { key = "mechanism", title = "How", type = "choice", … }.',
        )
        return None
    for unknown in row.keys() - _FIELD_COLUMNS.keys() - {"options"}:
        report(f"“{unknown}” is not known in a field.", did_you_mean(unknown, [*_FIELD_COLUMNS, "options"]))
    for missing in [name for name in ("key", "title", "type") if name not in row]:
        report(f"The field “{row.get('key', '?')}” has no {missing}.", f"Add {missing} = …")
    read = {name: reader(row[name], report) for name, reader in _FIELD_COLUMNS.items() if name in row}
    read = {name: value for name, value in read.items() if value is not None}
    options = _options(row.get("options", []), report)
    if not read.keys() >= {"key", "title", "type"}:
        return None
    item = Field(options=options, **read)
    _check_field(item, report)
    return item


def _check_field(item: Field, report: Report) -> None:
    if (item.type is FieldType.CHOICE) != bool(item.options):
        report(
            f"The field “{item.key}” is a choice without options, or has options and is no choice.",
            "A choice, and only a choice, has options.",
        )
    if item.plan and item.type is not FieldType.DATE:
        report(f"The field “{item.key}” is a plan and not a date.", 'Write type = "date", or leave out plan.')
    if item.type is FieldType.ORGANISATION and item.key not in {slot.value for slot in Slot}:
        report(
            f"The field “{item.key}” holds an organisation and is no slot.",
            did_you_mean(item.key, list(Slot)),
        )


def _options(value: Any, report: Report) -> tuple[Option, ...]:
    """Options as a list, or the name of the table that holds them, which the compiler fills in."""
    if isinstance(value, str):
        return (Option(value, TABLE_OF_OPTIONS),)
    found: list[Option] = []
    for row in value:
        option = (
            row if isinstance(row, dict) else {"key": row, "title": str(row).replace("_", " ").capitalize()}
        )
        if option.keys() == {"key", "title"} and all(isinstance(part, str) for part in option.values()):
            found.append(Option(option["key"], option["title"]))
        else:
            report(
                f"{_shown(row)} is not an option.",
                'Write "clinic" or { key = "clinic", title = "At the clinic" }.',
            )
    return tuple(found)


TABLE_OF_OPTIONS = "\0table"
"""The title of an option that stands for a whole table of the definition."""


def _shown(value: Any) -> str:
    return f"“{value}”"

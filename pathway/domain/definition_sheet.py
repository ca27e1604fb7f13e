"""A definition file as rows: each table's blocks, read by the schema, with the place of each in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pathway.domain.definition import NotBefore, Trigger
from pathway.domain.definition_faults import Faults, did_you_mean
from pathway.domain.definition_lines import Place
from pathway.domain.definition_schema import TABLES, TOP, Column


@dataclass(frozen=True, slots=True)
class Row:
    """One block: what could be read of it, and where it stands."""

    table: str
    block: int
    values: Mapping[str, Any]

    @property
    def key(self) -> str:
        return str(self.values.get("key", ""))

    def place(self, key: str = "", member: int = -1) -> Place:
        return Place(self.table, self.block, key, member)

    def named(self) -> str:
        return (
            f"{self.table.replace('_', ' ').capitalize()} “{self.key}”" if self.key else f"This {self.table}"
        )


@dataclass(slots=True)
class Sheet:
    """All rows of a file. `row` finds one by its key, so that later checks can point at it."""

    top: Row
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def row(self, table: str, key: str) -> Row:
        return next(row for row in self.rows[table] if row.key == key)

    def keys(self, table: str) -> list[str]:
        return [row.key for row in self.rows[table]]

    def all_rows(self) -> Iterator[Row]:
        yield self.top
        for rows in self.rows.values():
            yield from rows


def read_sheet(content: Mapping[str, Any], faults: Faults) -> Sheet:
    """Read every table by its columns; whatever is unknown, missing, twice or of the wrong type is a fault."""
    plain = {name: value for name, value in content.items() if name not in TABLES}
    sheet = Sheet(_row("", 0, plain, TOP, faults))
    for table, columns in TABLES.items():
        blocks = content.get(table, [])
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            faults.add(
                Place(table, 0), f"“{table}” is not a list of blocks.", f"Begin each one with [[{table}]]."
            )
            blocks = []
        sheet.rows[table] = [_row(table, n, block, columns, faults) for n, block in enumerate(blocks)]
        _check_twice(sheet.rows[table], faults)
    return sheet


def _row(table: str, n: int, block: Mapping[str, Any], columns: Mapping[str, Column], faults: Faults) -> Row:
    values: dict[str, Any] = {}
    row = Row(table, n, values)
    for name, value in block.items():
        column = columns.get(name)
        if column is None:
            _unknown(row, name, value, columns, faults)
            continue

        def report(wrong: str, instead: str, member: int = -1, name: str = name) -> None:
            faults.add(row.place(name, member), f"“{name}”: {wrong}", instead)

        read = column.reader(value, report)
        if read is not None:
            values[name] = read
    for name, column in columns.items():
        if column.required and name not in block:
            wrong = column.missing or f"“{name}” is missing."
            faults.add(row.place(), f"{row.named()}: {wrong}" if table else wrong, f"Add {name} = …")
    return row


def _unknown(row: Row, name: str, value: Any, columns: Mapping[str, Column], faults: Faults) -> None:
    is_table = not row.table and isinstance(value, list | dict)
    known = [*TABLES] if is_table else [*columns]
    what = f"There is no table “{name}”." if is_table else f"“{name}” is not known here."
    place = Place(name, 0) if is_table else row.place(name)
    faults.add(place, what, did_you_mean(name, known))


def _check_twice(rows: list[Row], faults: Faults) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.key and row.key in seen:
            faults.add(row.place("key"), f"{row.named()} is there twice.", "Give one of them another key.")
        seen.add(row.key)


def check_references(sheet: Sheet, faults: Faults) -> None:
    """Every key that a row names must exist in the table that the schema says."""
    for row in sheet.all_rows():
        for name, column in (TABLES[row.table] if row.table else TOP).items():
            if not column.refers or name not in row.values:
                continue
            known = sheet.keys(column.refers)
            for key in _keys_in(row.values[name]):
                if key not in known and key not in column.besides:
                    faults.add(
                        row.place(name),
                        f"{row.named()}: there is no {column.refers.replace('_', ' ')} “{key}”.",
                        did_you_mean(key, known),
                    )


def _keys_in(value: Any) -> list[str]:
    """The keys that a value names, whatever its shape."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Trigger | NotBefore):
        return [value.step]
    return [key for member in value for key in _keys_in(member)]

"""Rows as the text that PostgreSQL's COPY reads: one line to a row, tabs between, \\N for nothing."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_ARRAY = str.maketrans({"\\": r"\\", '"': r"\""})


def line(values: Iterable[object]) -> str:
    """One row. Every value has a type of the table below; another one is a KeyError, never a wrong text."""
    return "\t".join([_CELL[type(value)](value) for value in values]) + "\n"


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


def _array(values: Iterable[object]) -> str:
    quoted = (f'"{str(value).translate(_ARRAY)}"' for value in values)
    return _text("{" + ",".join(quoted) + "}")


def _json(value: Mapping[str, object]) -> str:
    return _text(json.dumps(value)) if value else "{}"


def _bytes(value: bytes) -> str:
    return r"\\x" + value.hex()


_CELL: dict[type, Any] = {
    type(None): lambda _: r"\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _text,
    date: date.isoformat,
    datetime: datetime.isoformat,
    UUID: lambda value: f"{value.int:032x}",
    bytes: _bytes,
    list: _array,
    tuple: _array,
    dict: _json,
}

"""Searching what a partner may see: each source with its columns as a table, and one statement made from what was asked.

Rows come back under the partner's own role, so row-level security decides which there are; what is asked only narrows them.
Every value is a parameter of the statement, and every name comes from the tables below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pathway.domain.errors import UnreadableRequest
from pathway.store.engine import Tx


class Test(StrEnum):
    """How a column is compared."""

    __test__ = False  # no test of pytest's

    IS = "= ANY({})"
    IS_NOT = "<> ALL({})"
    BEFORE = "< {}"
    UP_TO = "<= {}"
    FROM = ">= {}"
    AFTER = "> {}"
    STARTS = "LIKE ANY({})"
    SHARES = "&& {}"
    MISSING = "IS NULL"
    PRESENT = "IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition on one column. `value` is a list where the test is of many (IS, IS_NOT, STARTS, SHARES)."""

    column: str
    test: Test
    value: object = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these hold; of none, always."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of these holds; what is not known does not hold."""

    of: tuple["Condition", ...]


Condition = Criterion | AnyOf | AllOf | NoneOf


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of the answer: sorted by one column and the key, `limit` of them, from beyond `after`."""

    sort: str
    limit: int
    descending: bool = False
    after: tuple[object, str] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from. `key` identifies a row; `columns` are what may be asked and sorted by, each with its type."""

    rows: str
    key: str
    key_type: str
    columns: Mapping[str, tuple[str, str]]


def _unless_restricted(column: str) -> str:
    """An organisation says where a child is: of a restricted one it is neither shown nor found (docs/rules.md 12)."""
    return f"CASE WHEN NOT c.restricted THEN {column} END"


_STAGE: Final = "e.partners_stage"
_CHILD: Final = {
    "nhs_number": ("c.nhs_number::text", "text"),
    "child": ("c.id", "uuid"),
}
CHILDREN: Final = Source(
    "child c",
    "c.id",
    "uuid",
    {
        "id": ("c.id", "uuid"),
        "nhs_number": ("c.nhs_number::text", "text"),
        "upn": ("c.upn", "text"),
        "family_name": ("c.family_name", "text"),
        "first_name": ("c.first_name", "text"),
        "family": ("c.family_norm", "text"),
        "given": ("c.first_norm", "text"),
        "born": ("c.birth_date", "date"),
        "sex": ("c.sex", "text"),
        "died": ("c.died_on", "date"),
        "merged_into": ("c.merged_into", "uuid"),
        "changed": ("c.changed_at", "timestamptz"),
    },
)
EPISODES: Final = Source(
    "episode e JOIN child c ON c.id = e.child_id",
    "e.id",
    "uuid",
    {
        **_CHILD,
        "id": ("e.id", "uuid"),
        "pathway": ("e.pathway", "text"),
        "stage": (_STAGE, "text"),
        "side_states": ("e.side_states", "text"),
        "started": ("e.started_on", "date"),
        "closed": ("e.closed_on", "date"),
        "provider": (_unless_restricted("e.provider_id"), "int"),
        "council": (_unless_restricted("e.council_id"), "int"),
        "referrer": (_unless_restricted("e.referrer_id"), "int"),
        "changed": ("e.told_at", "timestamptz"),
    },
)
CARERS: Final = Source(
    "guardian g JOIN carer k ON k.id = g.carer_id JOIN child c ON c.id = g.child_id",
    "g.child_id::text || g.carer_id",
    "text",
    {
        **_CHILD,
        "name": ("lower(regexp_replace(k.name, '[^[:alnum:]]', '', 'g'))", "text"),
        "exact_name": ("k.name", "text"),
        "relationship": ("g.relationship", "text"),
        "active": ("g.active", "bool"),
        "changed": ("g.since", "timestamptz"),
    },
)
# An episode's headline step has no key; beside it stand its tasks.
_TASK_ROWS: Final = """(
    SELECT e.id AS episode_id, '' AS key, e.child_id, e.next_step AS step, e.planned_for AS due_on, e.holder_id AS owner_id,
           'open' AS state, e.told_at, e.pathway, e.partners_stage AS stage
      FROM episode e WHERE e.told_version = e.version AND e.next_step IS NOT NULL
    UNION ALL
    SELECT t.episode_id, t.key, e.child_id, t.key, t.due_on, t.owner_id,
           CASE WHEN t.done_on IS NOT NULL THEN 'done' WHEN t.fell_away_on IS NOT NULL THEN 'fell_away' ELSE 'open' END,
           e.told_at, e.pathway, e.partners_stage
      FROM task t JOIN episode e ON e.id = t.episode_id
) k JOIN child c ON c.id = k.child_id"""
TASKS: Final = Source(
    _TASK_ROWS,
    "k.episode_id::text || k.key",
    "text",
    {
        **_CHILD,
        "episode": ("k.episode_id", "uuid"),
        "key": ("k.key", "text"),
        "step": ("k.step", "text"),
        "due": ("k.due_on", "date"),
        "owner": (_unless_restricted("k.owner_id"), "int"),
        "state": ("k.state", "text"),
        "stage": ("CASE WHEN k.key = '' THEN k.stage END", "text"),
        "changed": ("k.told_at", "timestamptz"),
    },
)


async def find(tx: Tx, source: Source, asked: AllOf, page: Page) -> list[tuple[object, UUID | str]]:
    """The sort value and key of each row, one more than asked where there are more."""
    values: list[object] = []
    where = [_printed(source, asked, values)]
    sort, kind = source.columns[page.sort]
    _check_place(page.after, kind, source.key_type)
    way = "DESC" if page.descending else "ASC"
    if page.after is not None:
        beyond = "<" if page.descending else ">"
        values += [None if page.after[0] is None else str(page.after[0]), page.after[1]]
        place, key = len(values) - 1, len(values)
        where.append(
            f"({sort}, {source.key}) {beyond} (${place}::text::{kind}, ${key}::text::{source.key_type})"
        )
    values.append(page.limit + 1)
    rows = await tx.fetch(
        f"SELECT {sort} AS sort, {source.key} AS key FROM {source.rows} WHERE {' AND '.join(where)}"
        f" ORDER BY {sort} {way}, {source.key} {way} LIMIT ${len(values)}",
        *values,
    )
    return [(row["sort"], row["key"]) for row in rows]


def _check_place(after: tuple[object, str] | None, kind: str, key_type: str) -> None:
    """Refuse a place that is none in this order: the database would break off at it."""
    try:
        for value, of in zip(after or (), (kind, key_type), strict=False):
            if of in _READ and value is not None:
                _READ[of](str(value))
    except ValueError as fault:
        raise UnreadableRequest(
            "This link is not one that a search gave. Begin again with the first page."
        ) from fault


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError
    return value


_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "text": _text, "uuid": UUID, "date": date.fromisoformat, "timestamptz": datetime.fromisoformat,
}  # fmt: skip


async def count(tx: Tx, source: Source, asked: AllOf) -> int:
    """How many rows there are in all."""
    values: list[object] = []
    where = _printed(source, asked, values)
    found: int = await tx.fetchval(f"SELECT count(*) FROM {source.rows} WHERE {where}", *values)
    return found


def holds(condition: Condition, row: Mapping[str, object]) -> bool:
    """Whether a row that is not in the database is among what was asked: the same tests, on its values."""
    match condition:
        case AllOf():
            return all(holds(part, row) for part in condition.of)
        case AnyOf():
            return any(holds(part, row) for part in condition.of)
        case NoneOf():
            return not any(holds(part, row) for part in condition.of)
        case Criterion():
            return _HOLDS[condition.test](row[condition.column], condition.value)


def _starts(value: Any, patterns: Any) -> bool:
    return any(value.startswith(str(one).removesuffix("%")) for one in patterns)


_HOLDS: Final[Mapping[Test, Callable[[Any, Any], bool]]] = {
    Test.IS: lambda value, given: value in given,
    Test.IS_NOT: lambda value, given: value not in given,
    Test.BEFORE: lambda value, given: value is not None and value < given,
    Test.UP_TO: lambda value, given: value is not None and value <= given,
    Test.FROM: lambda value, given: value is not None and value >= given,
    Test.AFTER: lambda value, given: value is not None and value > given,
    Test.STARTS: lambda value, given: value is not None and _starts(value, given),
    Test.SHARES: lambda value, given: bool(set(value or ()) & set(given)),
    Test.MISSING: lambda value, _: value is None,
    Test.PRESENT: lambda value, _: value is not None,
}


def _printed(source: Source, condition: Condition, values: list[object]) -> str:
    match condition:
        case AllOf(of=()):
            return "true"
        case AllOf(of=parts):
            return _joined(source, parts, " AND ", values)
        case AnyOf(of=()):
            return "false"
        case AnyOf(of=parts):
            return _joined(source, parts, " OR ", values)
        case NoneOf(of=parts):
            return f"NOT coalesce({_printed(source, AnyOf(parts), values)}, false)"
        case Criterion():
            return _criterion(source, condition, values)


def _joined(source: Source, parts: Iterable[Condition], word: str, values: list[object]) -> str:
    return "(" + word.join(_printed(source, part, values) for part in parts) + ")"


def _criterion(source: Source, criterion: Criterion, values: list[object]) -> str:
    column, kind = source.columns[criterion.column]
    if "{}" not in criterion.test:
        return f"{column} {criterion.test.value}"
    values.append(list(criterion.value) if isinstance(criterion.value, Sequence) and not isinstance(criterion.value, str) else criterion.value)  # fmt: skip
    many = criterion.test in (Test.IS, Test.IS_NOT, Test.STARTS, Test.SHARES)
    place = f"${len(values)}::{kind}{'[]' if many else ''}"
    compared = f"{column} {criterion.test.value.format(place)}"
    # What is not there differs from everything that was asked (`:not`).
    return f"({column} IS NULL OR {compared})" if criterion.test is Test.IS_NOT else compared

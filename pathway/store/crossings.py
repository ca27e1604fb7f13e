"""Crossings in the database: the clocks that have reached a grade, taken in batches, and what was noticed of them."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from uuid import UUID

from pathway.domain.projection import ClockRow
from pathway.store.engine import Tx
from pathway.store.projections import CLOCK_COLUMNS

# Locked until the batch commits. What an action is changing at this moment is left for the next batch: it is made again.
# A row that is no longer the current one is a clock that has begun again: `again_from` is the day.
_LOCK = """
SELECT id FROM clock WHERE next_crossing_on <= $1 ORDER BY next_crossing_on LIMIT $2 FOR UPDATE SKIP LOCKED"""
# A statement of its own: it sees what was committed while the lock was waited for, such as a clock begun again.
_TAKE = f"""
SELECT c.id, c.episode_id, c.pathway, e.definition, c.known_to IS NULL AS current,
       (SELECT n.counts_from FROM clock n
         WHERE c.known_to IS NOT NULL AND n.episode_id = c.episode_id AND n.clock = c.clock AND n.instance = c.instance
           AND n.id > c.id AND n.counts_from > c.counts_from ORDER BY n.id LIMIT 1) AS again_from,
       {", ".join(f"c.{name}" for name in CLOCK_COLUMNS)}
  FROM clock c JOIN episode e ON e.id = c.episode_id
 WHERE c.id = ANY ($1) ORDER BY c.next_crossing_on"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A clock that has reached a grade nobody has noticed yet."""

    id: int
    episode_id: UUID
    pathway: str
    definition: str
    row: ClockRow
    current: bool
    again_from: date | None


@dataclass(frozen=True, slots=True)
class NewCrossing:
    """One row of `crossing` to be. `reached_on` is the true day, however late it is noticed."""

    episode_id: UUID
    pathway: str
    clock: str
    start_event: UUID
    counts_from: date
    grade: str
    reached_on: date
    due_on: date
    threshold_id: int
    provider_id: int | None
    council_id: int | None
    closed_on: date | None


_NAMES = tuple(field.name for field in fields(NewCrossing))
_TYPES = ("uuid", "text", "text", "uuid", "date", "text", "date", "date", "int", "int", "int", "date")
_ARRAYS = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES, 1))
_INSERT = (
    f"WITH noticed AS (INSERT INTO crossing ({', '.join(_NAMES)}) SELECT * FROM unnest({_ARRAYS}) "
    "ON CONFLICT (start_event, clock, counts_from, grade) DO NOTHING RETURNING 1) SELECT count(*) FROM noticed"
)
_NEXT = """
UPDATE clock c SET next_crossing_on = t.next_on
  FROM unnest($1::bigint[], $2::date[]) AS t (id, next_on) WHERE c.id = t.id"""


async def take(tx: Tx, today: date, limit: int) -> list[Taken]:
    """Lock the next clocks whose next grade has come; others may take others at the same moment."""
    return [
        Taken(
            row["id"],
            row["episode_id"],
            row["pathway"],
            row["definition"],
            ClockRow(*(row[name] for name in CLOCK_COLUMNS)),
            row["current"],
            row["again_from"],
        )
        for row in await tx.fetch(_TAKE, [row["id"] for row in await tx.fetch(_LOCK, today, limit)])
    ]


async def insert(tx: Tx, found: Sequence[NewCrossing]) -> int:
    """Add what was not noticed before; how many that was."""
    if not found:
        return 0
    added: int = await tx.fetchval(_INSERT, *_columns(astuple(crossing) for crossing in found))
    return added


async def set_next(tx: Tx, next_on: Sequence[tuple[int, date | None]]) -> None:
    """Say for each clock when to look at it again."""
    await tx.execute(_NEXT, *_columns(next_on))


def _columns(rows: Iterable[Sequence[object]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]

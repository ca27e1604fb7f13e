"""Writing projections in the transaction of the fact: the episode's row, its clocks, its tasks.

A clock's row is never overwritten: when it changes it is closed (`known_to`) and made again, so that a past state is read
and not refolded.
"""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from uuid import UUID

import asyncpg

from pathway.domain.projection import ClockRow, EpisodeRow, Projection, TaskRow
from pathway.store.engine import Tx
from pathway.store.facts import Written

EPISODE_COLUMNS = tuple(f.name for f in fields(EpisodeRow))
CLOCK_COLUMNS = tuple(f.name for f in fields(ClockRow))
TASK_COLUMNS = tuple(f.name for f in fields(TaskRow))


def _places(first: int, count: int) -> str:
    return ", ".join(f"${n}" for n in range(first, first + count))


_INSERT_EPISODE = (
    "INSERT INTO episode (id, child_id, pathway, definition, version, last_sequence, silent, import_id, "
    f"{', '.join(EPISODE_COLUMNS)}) VALUES ({_places(1, 8 + len(EPISODE_COLUMNS))})"
)
_UPDATE_EPISODE = (
    f"UPDATE episode SET (version, last_sequence, {', '.join(EPISODE_COLUMNS)}) = "
    f"({_places(2, 2 + len(EPISODE_COLUMNS))}) WHERE id = $1"
)
_CLOCKS = f"SELECT {', '.join(CLOCK_COLUMNS)} FROM clock WHERE episode_id = $1 AND known_to IS NULL"
_TASKS = f"SELECT {', '.join(TASK_COLUMNS)} FROM task WHERE episode_id = $1"
_CLOSE_CLOCKS = """
UPDATE clock SET known_to = $2, to_sequence = $3
 WHERE episode_id = $1 AND known_to IS NULL AND (clock, instance) IN (SELECT * FROM unnest($4::text[], $5::smallint[]))"""
_INSERT_CLOCK = (
    "INSERT INTO clock (episode_id, pathway, known_from, from_sequence, next_crossing_on, "
    f"{', '.join(CLOCK_COLUMNS)}) VALUES ({_places(1, 5 + len(CLOCK_COLUMNS))})"
)
_UPSERT_TASK = (
    f"INSERT INTO task (episode_id, {', '.join(TASK_COLUMNS)}) VALUES ({_places(1, 1 + len(TASK_COLUMNS))}) "
    "ON CONFLICT (episode_id, key) DO UPDATE SET "
    + ", ".join(f"{c} = EXCLUDED.{c}" for c in TASK_COLUMNS if c != "key")
)
_CLOSE_CROSSINGS = """
UPDATE crossing SET closed_on = $2 WHERE episode_id = $1 AND closed_on IS NULL AND (start_event, clock) IN
       (SELECT * FROM unnest($3::uuid[], $4::text[]))"""


async def insert_episode(
    tx: Tx,
    episode_id: UUID,
    child_id: UUID,
    pathway: str,
    definition: str,
    projection: Projection,
    *,
    silent: bool = False,
    import_id: int | None = None,
) -> None:
    """Make the row of a new episode, before its first facts are appended to it."""
    await tx.execute(
        _INSERT_EPISODE,
        episode_id,
        child_id,
        pathway,
        definition,
        0,
        0,
        silent,
        import_id,
        *astuple(projection.episode),
    )


async def write_projection(
    tx: Tx,
    episode_id: UUID,
    pathway: str,
    version: int,
    projection: Projection,
    written: Written,
    today: date,
) -> None:
    """Bring the stored rows to the projection, touching only what changed."""
    await tx.execute(_UPDATE_EPISODE, episode_id, version, written.sequence, *astuple(projection.episode))
    stored = {(row["clock"], row["instance"]): row for row in await tx.fetch(_CLOCKS, episode_id)}
    await _write_clocks(tx, episode_id, pathway, stored, projection, written, today)
    tasks = {row["key"]: row for row in await tx.fetch(_TASKS, episode_id)}
    changed = [t for t in projection.tasks if t.key not in tasks or tuple(tasks[t.key]) != astuple(t)]
    if changed:
        await tx.executemany(_UPSERT_TASK, [(episode_id, *astuple(t)) for t in changed])
    gone = tasks.keys() - {t.key for t in projection.tasks}
    if gone:
        await tx.execute("DELETE FROM task WHERE episode_id = $1 AND key = ANY($2)", episode_id, list(gone))


async def _write_clocks(
    tx: Tx,
    episode_id: UUID,
    pathway: str,
    stored: dict[tuple[str, int], asyncpg.Record],
    projection: Projection,
    written: Written,
    today: date,
) -> None:
    now = {(row.clock, row.instance): row for row in projection.clocks}
    new = [key for key, row in now.items() if key not in stored or tuple(stored[key]) != _flat(row)]
    closed = [key for key in stored if key not in now or key in new]
    if closed:
        await tx.execute(
            _CLOSE_CLOCKS,
            episode_id,
            written.recorded_at,
            written.sequence,
            [c for c, _ in closed],
            [i for _, i in closed],
        )
        await _close_crossings(tx, episode_id, [stored[k] for k in closed], now, today)
    if new:
        await tx.executemany(
            _INSERT_CLOCK,
            [
                clock_values(episode_id, pathway, now[k], projection, written.recorded_at, written.sequence)
                for k in new
            ],
        )


def clock_values(
    episode_id: UUID,
    pathway: str,
    row: ClockRow,
    projection: Projection,
    known_from: datetime,
    from_sequence: int,
) -> tuple[object, ...]:
    """The values of one new row of `clock`, in the order of the insert."""
    crossing = projection.first_crossings.get((row.clock, row.instance))
    return (episode_id, pathway, known_from, from_sequence, crossing, *_flat(row))


async def _close_crossings(
    tx: Tx,
    episode_id: UUID,
    before: Sequence[asyncpg.Record],
    now: dict[tuple[str, int], ClockRow],
    today: date,
) -> None:
    """A breach closes itself when its clock stops, ends, or turns out never to have run; it stays counted."""
    ended = [
        (row["start_event"], row["clock"], now.get((row["clock"], row["instance"])))
        for row in before
        if row["state"] == "running"
    ]
    stopped = [(e, c, after) for e, c, after in ended if after is None or after.finished_on is not None]
    if stopped:
        day = max((after.finished_on or today) if after else today for _, _, after in stopped)
        await tx.execute(
            _CLOSE_CROSSINGS, episode_id, day, [e for e, _, _ in stopped], [c for _, c, _ in stopped]
        )


def _flat(row: ClockRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in CLOCK_COLUMNS)

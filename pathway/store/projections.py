"""Writing projections in the transaction of the fact: the episode's row, its clocks, its tasks.

A clock's row is never overwritten: when it changes it is closed (`known_to`) and made again, so that a past state is read
and not refolded.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

import asyncpg

from pathway.domain.projection import ClockRow, EpisodeRow, Projection, TaskRow
from pathway.store.engine import Tx
from pathway.store.facts import Written

EPISODE_COLUMNS = tuple(f.name for f in fields(EpisodeRow))
CLOCK_COLUMNS = tuple(f.name for f in fields(ClockRow))
TASK_COLUMNS = tuple(f.name for f in fields(TaskRow))


episode_values = attrgetter(*EPISODE_COLUMNS)
clock_values = attrgetter(*CLOCK_COLUMNS)
task_values = attrgetter(*TASK_COLUMNS)
"""The values of a row, in the order of its columns; `dataclasses.astuple` copies deeply and costs twenty times as much."""


def _places(first: int, count: int) -> str:
    return ", ".join(f"${n}" for n in range(first, first + count))


_INSERT_EPISODE = (
    "INSERT INTO episode (id, child_id, pathway, definition, version, last_sequence, silent, import_id, "
    f"{', '.join(EPISODE_COLUMNS)}) VALUES ({_places(1, 8 + len(EPISODE_COLUMNS))})"
)
# What partners are told of follows the facts while they may see the stage, and stays behind while they may not
# (docs/rules.md 10).
_TOLD = "({seen} AND {place} > told_sequence)".format(
    seen=f"${4 + EPISODE_COLUMNS.index('partners_stage')} = ${4 + EPISODE_COLUMNS.index('stage')}", place="$3"
)
_RECORDED = 4 + len(EPISODE_COLUMNS)
# The row is written and the stored clocks come back in one round trip.
_UPDATE_EPISODE = (
    f"WITH written AS (UPDATE episode SET (version, last_sequence, {', '.join(EPISODE_COLUMNS)}) = "
    f"({_places(2, 2 + len(EPISODE_COLUMNS))}), "
    f"told_version = CASE WHEN {_TOLD} THEN $2 ELSE told_version END, "
    f"told_sequence = CASE WHEN {_TOLD} THEN $3 ELSE told_sequence END, "
    f"told_at = CASE WHEN {_TOLD} THEN ${_RECORDED} ELSE told_at END WHERE id = $1) "
    f"SELECT {', '.join(CLOCK_COLUMNS)} FROM clock WHERE episode_id = $1 AND known_to IS NULL"
)
_TASKS = f"SELECT {', '.join(TASK_COLUMNS)} FROM task WHERE episode_id = $1"
# A clock that begins again keeps the day of a grade reached before, until the scan has noticed it.
_CLOSE_CLOCKS = """
UPDATE clock c SET known_to = $2, to_sequence = $3,
       next_crossing_on = CASE WHEN c.next_crossing_on <= t.again_from THEN c.next_crossing_on END
  FROM unnest($4::text[], $5::smallint[], $6::date[]) AS t (clock, instance, again_from)
 WHERE c.episode_id = $1 AND c.known_to IS NULL AND c.clock = t.clock AND c.instance = t.instance"""
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
UPDATE crossing x SET closed_on = t.closed_on
  FROM unnest($2::uuid[], $3::text[], $4::date[], $5::date[]) AS t (start_event, clock, counts_from, closed_on)
 WHERE x.episode_id = $1 AND x.closed_on IS NULL
   AND (x.start_event, x.clock, x.counts_from) = (t.start_event, t.clock, t.counts_from)"""
_OPEN_CROSSINGS_AGAIN = """
UPDATE crossing x SET closed_on = NULL, provider_id = t.provider_id, council_id = t.council_id
  FROM unnest($2::uuid[], $3::text[], $4::date[], $5::int[], $6::int[]) AS t (start_event, clock, counts_from, provider_id, council_id)
 WHERE x.episode_id = $1 AND (x.start_event, x.clock, x.counts_from) = (t.start_event, t.clock, t.counts_from)
   AND (x.closed_on IS NOT NULL OR (x.provider_id, x.council_id) IS DISTINCT FROM (t.provider_id, t.council_id))"""


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
        *episode_values(projection.episode),
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
    clocks = await tx.fetch(
        _UPDATE_EPISODE,
        episode_id,
        version,
        written.sequence,
        *episode_values(projection.episode),
        written.recorded_at,
    )
    stored = {(row["clock"], row["instance"]): row for row in clocks}
    await _write_clocks(tx, episode_id, pathway, stored, projection, written, today)
    tasks = {row["key"]: row for row in await tx.fetch(_TASKS, episode_id)}
    changed = [t for t in projection.tasks if t.key not in tasks or tuple(tasks[t.key]) != task_values(t)]
    if changed:
        await tx.executemany(_UPSERT_TASK, [(episode_id, *task_values(t)) for t in changed])
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
    new = [key for key, row in now.items() if key not in stored or tuple(stored[key]) != clock_values(row)]
    closed = [key for key in stored if key not in now or key in new]
    if closed:
        await tx.execute(
            _CLOSE_CLOCKS,
            episode_id,
            written.recorded_at,
            written.sequence,
            [c for c, _ in closed],
            [i for _, i in closed],
            [_again_from(stored[key], now.get(key)) for key in closed],
        )
        await _close_crossings(tx, episode_id, [stored[k] for k in closed], now, today)
    if new:
        await tx.executemany(
            _INSERT_CLOCK,
            [
                _new_clock(episode_id, pathway, now[k], projection, written.recorded_at, written.sequence)
                for k in new
            ],
        )
        await _open_crossings_again(tx, episode_id, [now[k] for k in new if now[k].finished_on is None])


def _new_clock(
    episode_id: UUID,
    pathway: str,
    row: ClockRow,
    projection: Projection,
    known_from: datetime,
    from_sequence: int,
) -> tuple[object, ...]:
    """The values of one new row of `clock`, in the order of the insert."""
    crossing = projection.first_crossings.get((row.clock, row.instance))
    return (episode_id, pathway, known_from, from_sequence, crossing, *clock_values(row))


def _again_from(before: asyncpg.Record, after: ClockRow | None) -> date | None:
    """The day from which a clock counts again, where it has begun again."""
    return after.counts_from if after is not None and after.counts_from > before["counts_from"] else None


async def _close_crossings(
    tx: Tx,
    episode_id: UUID,
    before: Sequence[asyncpg.Record],
    now: dict[tuple[str, int], ClockRow],
    today: date,
) -> None:
    """A breach closes itself when its clock stops, ends, begins again, or turns out never to have run; it stays counted."""
    ended = []
    for row in before:
        after = now.get((row["clock"], row["instance"]))
        if after is None:
            ended.append((row["start_event"], row["clock"], row["counts_from"], today))
        elif after.finished_on is not None:
            ended.append((row["start_event"], row["clock"], row["counts_from"], after.finished_on))
        elif after.counts_from != row["counts_from"]:
            ended.append((row["start_event"], row["clock"], row["counts_from"], after.counts_from))
    if ended:
        await tx.execute(_CLOSE_CROSSINGS, episode_id, *(list(column) for column in zip(*ended, strict=True)))


async def _open_crossings_again(tx: Tx, episode_id: UUID, running: Sequence[ClockRow]) -> None:
    """A clock that a correction set running again is in breach again, if it was; what is open goes with the child.

    So whoever holds the child now answers for it; what had closed by then stays with the provider of that time.
    """
    if running:
        await tx.execute(
            _OPEN_CROSSINGS_AGAIN,
            episode_id,
            [row.start_event for row in running],
            [row.clock for row in running],
            [row.counts_from for row in running],
            [row.provider_id for row in running],
            [row.council_id for row in running],
        )

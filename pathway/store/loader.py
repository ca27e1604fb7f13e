"""The bulk loader: whole histories into the database with COPY, for imports and for the demonstration.

Rows are made by the same pure functions as in an action (loader_fold.py), and a test holds the two together row for row.

PostgreSQL refuses COPY into a table with row-level security, and switching that off, even for one transaction, would
open every table to every mistake made in it. So the loader acts as `r_loader`: it copies into temporary tables of its
own, which hold no policy, and inserts from there under the policies. It needs no owner, locks no table against readers,
and all of it is one transaction: everything is there, or nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context

from pathway.domain.compiler import compile_definition
from pathway.domain.projection import Versions
from pathway.domain.working_days import Calendar
from pathway.store import loader_people
from pathway.store.engine import Database, Scope, Tx
from pathway.store.keys import AreaKey
from pathway.store.loader_clocks import CLOCK_COLUMNS, CROSSING_COLUMNS
from pathway.store.loader_copy import copy_text, create_staging
from pathway.store.loader_facts import Batch, Loaded
from pathway.store.loader_fold import (
    CASELOAD_COLUMNS,
    EPISODE_COLUMNS,
    EVENT_COLUMNS,
    LEDGER_COLUMNS,
    TASK_COLUMNS,
    Folded,
    Folder,
    Placed,
    Rules,
    begin,
    fold_chunk,
)
from pathway.store.roles import DbRole

LOADER = Scope(DbRole.r_loader)
_CHUNK = 1000
"""Histories in a chunk: so few that the first is soon copied, so many that it is worth a message."""

# In the order in which their foreign keys allow them.
_TABLES = {
    "episode": EPISODE_COLUMNS,
    "event": EVENT_COLUMNS,
    "clock": CLOCK_COLUMNS,
    "task": TASK_COLUMNS,
    "crossing": CROSSING_COLUMNS,
    "caseload": CASELOAD_COLUMNS,
}
_NUMBERED = {"ledger": LEDGER_COLUMNS}
_RESERVE = """
SELECT array_agg(n) FROM (SELECT nextval(pg_get_serial_sequence('event', 'sequence')) AS n
                            FROM generate_series(1, $1)) AS numbers"""
# One row for each act, kept until all are there: the log is in the order of time, as it was written.
_KEEP_ACTS = """
INSERT INTO load_act
SELECT DISTINCT ON (v.episode_id, v.request_id) v.sequence, v.recorded_at, v.account_id, v.role, v.organisation_id, v.door,
       CASE WHEN v.sequence = f.first THEN 'refer' ELSE v.kind END AS action, e.child_id, v.request_id
  FROM load_event v
  JOIN load_episode e ON e.id = v.episode_id
  JOIN (SELECT episode_id, min(sequence) AS first FROM load_event GROUP BY episode_id) f ON f.episode_id = v.episode_id
 ORDER BY v.episode_id, v.request_id, v.sequence"""
_ACTS = """
CREATE TEMPORARY TABLE load_act (sequence bigint, at timestamptz, account_id int, role text, organisation_id int, door text,
    action text, child_id uuid, request_id uuid) ON COMMIT DROP"""
_LOG = """
INSERT INTO access_log (at, account_id, role, organisation_id, door, action, purpose, children, request_id)
SELECT at, account_id, role, organisation_id, door, action, 'direct care', ARRAY[child_id], request_id
  FROM load_act ORDER BY sequence"""

Progress = Callable[[str, int, int], None]


def _quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody is watching."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How a batch is loaded.

    `sources`: the text of each pathway's definition, already stored. `watched_until`: the last morning on which the worker
    looked for breaches and rolled passed review days forward; without it, it never did. `numbered`: write the ledger and the access log of the past too,
    as for a history that was recorded here; an import leaves both to the worker and to its own act. `replicas`: numbers are
    left free between the facts for so many copies of each (loader_replicas.py).
    """

    sources: Mapping[str, str]
    calendar: Calendar
    key: AreaKey
    versions: Mapping[str, Versions] = field(default_factory=dict)
    watched_until: date | None = None
    numbered: bool = True
    processes: int = 1
    replicas: int = 1
    progress: Progress = _quiet

    @property
    def ending_kinds(self) -> frozenset[str]:
        """The steps that record a death: nothing is sent after them."""
        compiled = (compile_definition(source, f"{key}.toml") for key, source in self.sources.items())
        return frozenset(
            step.key for found in compiled for step in found.steps.values() if step.stops_messages
        )

    @property
    def rules(self) -> Rules:
        return Rules(self.sources, self.versions, self.calendar, self.watched_until)


async def load(database: Database, batch: Batch, loading: Loading) -> Loaded:
    """Load children, carers and histories in one transaction, and say how much it was.

    Raises ImpossibleHistory where a history does not hold; then nothing is loaded.
    """
    wrapped = {child.id: loading.key.new_child_key(child.id) for child in batch.children}
    async with database.transaction(LOADER) as tx:
        await tx.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'")
        total, apart = sum(len(history.facts) for history in batch.histories), loading.replicas
        numbers: list[int] = await tx.fetchval(_RESERVE, total * apart) or []
        after: int = await tx.fetchval("SELECT coalesce(max(position), 0) FROM ledger")
        positions = range(after + 1, after + 1 + total * apart, apart)
        placed = loader_people.place(batch, sorted(numbers)[::apart], positions, loading.key, wrapped)
        with _folding(placed, loading) as chunks:
            people = await loader_people.copy(
                tx, batch, wrapped, loader_people.deaths(batch, loading.ending_kinds)
            )
            rows = await _copy(tx, chunks, len(placed), loading)
        if loading.numbered:
            await tx.execute(_LOG)
    return Loaded(
        people.children, people.carers, rows.pop("episode", 0), rows.pop("open", 0), rows.pop("event", 0),
        rows.pop("clock", 0), rows.pop("task", 0), rows.pop("crossing", 0),
    )  # fmt: skip


@contextmanager
def _folding(placed: Sequence[Placed], loading: Loading) -> Iterator[AsyncIterator[Folded]]:
    """Fold in chunks: here, or in worker processes that are ahead of the copying."""
    chunks = [placed[n : n + _CHUNK] for n in range(0, len(placed), _CHUNK)]
    if loading.processes <= 1:
        folder = Folder(loading.rules)

        async def here() -> AsyncIterator[Folded]:
            for chunk in chunks:
                yield folder.fold(chunk)

        yield here()
        return
    pool = ProcessPoolExecutor(loading.processes, get_context("spawn"), begin, (loading.rules,))
    try:
        futures = [pool.submit(fold_chunk, chunk) for chunk in chunks]

        async def elsewhere() -> AsyncIterator[Folded]:
            for n, future in enumerate(futures):
                yield await asyncio.wrap_future(future)
                futures[n] = future  # keep the order; the result is dropped with the loop variable

        yield elsewhere()
    finally:
        pool.shutdown(cancel_futures=True)


async def _copy(tx: Tx, chunks: AsyncIterator[Folded], total: int, loading: Loading) -> dict[str, int]:
    """Copy and insert each chunk as it comes, while the next ones are folded; how many rows each table got."""
    tables = {**_TABLES, **(_NUMBERED if loading.numbered else {})}
    await create_staging(tx, tables)
    await tx.execute(_ACTS)
    rows: dict[str, int] = {}
    done = 0
    async for folded in chunks:
        for table, columns in tables.items():
            await copy_text(tx, table, columns, folded.text[table])
            rows[table] = rows.get(table, 0) + folded.rows[table]
        if loading.numbered:
            await tx.execute(_KEEP_ACTS)
        await tx.execute(f"TRUNCATE {', '.join(f'load_{table}' for table in tables)}")
        rows["open"] = rows.get("open", 0) + folded.open_episodes
        done += folded.rows["episode"]
        loading.progress("Loading histories", done, total)
    return rows

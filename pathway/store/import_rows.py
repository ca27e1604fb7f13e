"""Imports in the database: the batch of a file, what became of each of its rows, and who is on record already."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from pathway.domain.events import Event
from pathway.domain.import_plan import KnownChild, KnownEpisode, Source
from pathway.store.child_details import identity_from
from pathway.store.engine import Tx
from pathway.store.facts import event_from

_ALONE = "SELECT pg_advisory_xact_lock(7204020, $1)"
_SAME_FILE = """
SELECT id, source, pathway, organisation_id, digest, state, released_at IS NOT NULL AS released, counts FROM import_batch
 WHERE organisation_id = $1 AND source = $2 AND pathway = $3 AND digest = $4 AND state <> 'undone'"""
_LOADING = "SELECT source FROM import_batch WHERE organisation_id = $1 AND state = 'loading' LIMIT 1"
_BEGIN = """
INSERT INTO import_batch (source, digest, pathway, organisation_id, account_id, state)
VALUES ($2, $4, $3, $1, $5, 'loading') RETURNING id"""
_LOCK = """
SELECT id, source, pathway, organisation_id, digest, state, released_at IS NOT NULL AS released, counts FROM import_batch
 WHERE id = $1 AND organisation_id = $2 FOR UPDATE"""
_KEEP = """
INSERT INTO import_row (batch_id, row, state, reference, child_id, episode_id, errors, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (batch_id, row) DO NOTHING"""
_CHILDREN = """
SELECT c.id, c.first_name, c.family_name, c.birth_date, c.nhs_number, c.merged_into, a.postcode
  FROM child c LEFT JOIN child_address a ON a.child_id = c.id WHERE c.sealed_at IS NULL"""
_EPISODES = """
SELECT e.id, e.child_id, e.provider_id, e.started_on, e.closed_on, e.closure,
       EXISTS (SELECT FROM import_row r WHERE r.episode_id = e.id AND r.state = 'undone') AS undone
  FROM episode e WHERE e.pathway = $1 ORDER BY e.opened_on DESC, e.id"""
_BROUGHT = """
SELECT r.reference, r.child_id FROM import_row r JOIN import_batch b ON b.id = r.batch_id
 WHERE b.organisation_id = $1 AND b.source = $2 AND b.pathway = $3 AND r.child_id IS NOT NULL
   AND r.state IN ('new', 'matched', 'changed') ORDER BY r.batch_id"""
_EVENTS = """
SELECT episode_id, sequence, id, kind, happened_on, recorded_at, role, organisation_id, account_id, door, fields, target
  FROM event WHERE episode_id = ANY($1) ORDER BY episode_id, sequence"""
_MADE = "SELECT row, state, child_id, episode_id FROM import_row WHERE batch_id = $1 AND state = ANY($2) ORDER BY row LIMIT $3"
_COUNTS = "SELECT state, count(*) AS n FROM import_row WHERE batch_id = $1 GROUP BY state"


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """One import of one file."""

    id: int
    source: str
    pathway: str
    organisation_id: int
    digest: bytes
    state: str
    released: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """What became of one row. `notes` are sentences without values; `secret` is a bad row, encrypted."""

    number: int
    state: str
    reference: str = ""
    child_id: UUID | None = None
    episode_id: UUID | None = None
    notes: tuple[str, ...] = ()
    secret: bytes | None = None


async def begin_batch(
    tx: Tx, organisation_id: int, source: str, pathway: str, digest: bytes, account_id: int
) -> StoredBatch | None:
    """The batch of this file, new or as it was left; None where another file of the organisation is still loading."""
    await tx.execute(_ALONE, organisation_id)
    row = await tx.fetchrow(_SAME_FILE, organisation_id, source, pathway, digest)
    if row is not None:
        return _batch(row)
    if await tx.fetchval(_LOADING, organisation_id) is not None:
        return None
    made = await tx.fetchval(_BEGIN, organisation_id, source, pathway, digest, account_id)
    return StoredBatch(made, source, pathway, organisation_id, digest, "loading", False, {})


async def lock_batch(tx: Tx, batch_id: int, organisation_id: int) -> StoredBatch | None:
    """A batch of this organisation, locked until the transaction ends."""
    row = await tx.fetchrow(_LOCK, batch_id, organisation_id)
    return None if row is None else _batch(row)


async def keep_rows(tx: Tx, batch_id: int, rows: Iterable[KeptRow]) -> None:
    """Note what became of rows; one that was noted before stays as it was."""
    values = [
        (batch_id, r.number, r.state, r.reference, r.child_id, r.episode_id, list(r.notes), r.secret)
        for r in rows
    ]
    await tx.executemany(_KEEP, values)


async def mark_rows(tx: Tx, batch_id: int, numbers: Sequence[int], state: str) -> None:
    """Give rows another state: undone, or kept because somebody has worked on them."""
    await tx.execute(
        "UPDATE import_row SET state = $3 WHERE batch_id = $1 AND row = ANY($2)", batch_id, numbers, state
    )


async def ask_again(tx: Tx, batch_id: int) -> None:
    """Let rows that were kept be judged once more."""
    await tx.execute(
        "UPDATE import_row SET state = 'changed' WHERE batch_id = $1 AND state = 'kept'", batch_id
    )


async def rows_done(tx: Tx, batch_id: int) -> frozenset[int]:
    """The numbers of the rows that have been dealt with."""
    return frozenset(
        row["row"] for row in await tx.fetch("SELECT row FROM import_row WHERE batch_id = $1", batch_id)
    )


async def rows_in(tx: Tx, batch_id: int, states: Sequence[str], limit: int | None = None) -> list[KeptRow]:
    """The rows in one of these states, in the order of the file; the first of them where there is a limit."""
    found = await tx.fetch(_MADE, batch_id, states, limit)
    return [KeptRow(r["row"], r["state"], child_id=r["child_id"], episode_id=r["episode_id"]) for r in found]


async def row_counts(tx: Tx, batch_id: int) -> dict[str, int]:
    """How many rows are in each state."""
    return {row["state"]: row["n"] for row in await tx.fetch(_COUNTS, batch_id)}


async def finish_batch(tx: Tx, batch_id: int, counts: Mapping[str, int]) -> None:
    await tx.execute(
        "UPDATE import_batch SET state = 'loaded', loaded_at = clock_timestamp(), counts = $2 WHERE id = $1",
        batch_id,
        json.dumps(dict(counts)),
    )


async def release_batch(tx: Tx, batch_id: int) -> list[UUID]:
    """Let families be told of what happens from now on; whose episodes that are."""
    await tx.execute("UPDATE import_batch SET released_at = clock_timestamp() WHERE id = $1", batch_id)
    rows = await tx.fetch(
        "UPDATE episode SET silent = false WHERE import_id = $1 AND silent RETURNING child_id", batch_id
    )
    return [row["child_id"] for row in rows]


async def undo_batch(tx: Tx, batch_id: int) -> None:
    await tx.execute(
        "UPDATE import_batch SET state = 'undone', undone_at = clock_timestamp() WHERE id = $1", batch_id
    )


async def known_children(tx: Tx, pathway: str) -> list[KnownChild]:
    """Everyone on record who is not sealed, with their episodes on a pathway."""
    episodes: dict[UUID, list[KnownEpisode]] = {}
    for r in await tx.fetch(_EPISODES, pathway):
        episodes.setdefault(r["child_id"], []).append(
            KnownEpisode(
                r["id"], r["provider_id"], r["started_on"], r["closed_on"], r["closure"], r["undone"]
            )
        )
    return [
        KnownChild(r["id"], identity_from(r), tuple(episodes.get(r["id"], ())), r["merged_into"])
        for r in await tx.fetch(_CHILDREN)
    ]


async def brought_before(tx: Tx, organisation_id: int, source: str, pathway: str) -> Source:
    """What lists from the same source brought, by their own references."""
    rows = await tx.fetch(_BROUGHT, organisation_id, source, pathway)
    return Source(
        {row["reference"]: row["child_id"] for row in rows if row["reference"]},
        frozenset(row["child_id"] for row in rows),
    )


async def events_of_many(tx: Tx, episodes: Sequence[UUID]) -> dict[UUID, list[Event]]:
    """The facts of many episodes, each in the order of recording."""
    found: dict[UUID, list[Event]] = {episode: [] for episode in episodes}
    for row in await tx.fetch(_EVENTS, episodes):
        found[row["episode_id"]].append(event_from(row))
    return found


async def open_episodes_of(tx: Tx, children: Sequence[UUID], pathway: str) -> int:
    """How many of these children have an open episode on a pathway now."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM episode WHERE child_id = ANY($1) AND pathway = $2 AND closed_on IS NULL",
        children,
        pathway,
    )
    return count


async def schools(tx: Tx) -> dict[str, int]:
    """Schools by URN and by name in lower case; a name that two schools share is left out."""
    found: dict[str, int | None] = {}
    for row in await tx.fetch("SELECT id, name, urn FROM organisation WHERE kind = 'school' AND active"):
        name = row["name"].casefold()
        found[name] = None if name in found else row["id"]
        if row["urn"]:
            found[row["urn"]] = row["id"]
    return {name: school for name, school in found.items() if school is not None}


def _batch(row: asyncpg.Record) -> StoredBatch:
    return StoredBatch(
        row["id"],
        row["source"],
        row["pathway"],
        row["organisation_id"],
        row["digest"],
        row["state"],
        row["released"],
        json.loads(row["counts"]),
    )

"""Drafted and agreed limits, their signatures, and the running clocks that a limit would touch."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from pathway.domain.errors import NotFound
from pathway.domain.periods import Period
from pathway.domain.projection import ClockRow
from pathway.domain.thresholds import Applies, Threshold
from pathway.store.engine import Tx
from pathway.store.projections import CLOCK_COLUMNS

_INSERT = """
INSERT INTO threshold (pathway, clock, limit_text, due_soon_text, applies, effective_from, source, needs, drafted_by,
                       drafted_for)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id"""
_ONE = """
SELECT id, pathway, clock, limit_text, due_soon_text, applies, effective_from, source, needs, drafted_by, drafted_for,
       agreed_at IS NOT NULL AS agreed, withdrawn_at IS NOT NULL AS withdrawn, re_dated_to,
       re_dated_at IS NOT NULL AS re_dated
  FROM threshold WHERE id = $1"""
_SIGN = """
INSERT INTO threshold_signature (threshold_id, kind, organisation_id, account_id) VALUES ($1, $2, $3, $4)"""
_SIGNED = "SELECT kind FROM threshold_signature WHERE threshold_id = $1 ORDER BY signed_at"
_AGREE = "UPDATE threshold SET agreed_at = clock_timestamp() WHERE id = $1"
_WITHDRAW = "UPDATE threshold SET withdrawn_at = clock_timestamp() WHERE id = $1"
_MARK = "UPDATE threshold SET re_dated_to = $2 WHERE id = $1"
_DONE = "UPDATE threshold SET re_dated_at = clock_timestamp() WHERE id = $1 AND re_dated_at IS NULL"
_ROW = ", ".join(f"c.{name}" for name in CLOCK_COLUMNS)
_RUNNING = f"""
SELECT c.id, c.episode_id, e.child_id, e.definition, e.stage, e.partners_stage, e.last_sequence, {_ROW}
  FROM clock c JOIN episode e ON e.id = c.episode_id
 WHERE c.pathway = $1 AND c.clock = $2 AND c.known_to IS NULL AND c.state = 'running'"""
_NEXT_EPISODES = """
SELECT e.id FROM episode e
 WHERE e.id IN (SELECT DISTINCT c.episode_id FROM clock c
                 WHERE c.pathway = $1 AND c.clock = $2 AND c.known_to IS NULL AND c.state = 'running'
                   AND ($3::uuid IS NULL OR c.episode_id > $3) ORDER BY c.episode_id LIMIT $4)
 ORDER BY e.id FOR UPDATE"""
_OF_EPISODES = _RUNNING + " AND c.episode_id = ANY($3) ORDER BY c.episode_id, c.instance"
_CLOSE = "UPDATE clock SET known_to = $2, to_sequence = $3, next_crossing_on = NULL WHERE id = $1"
_MAKE_AGAIN = (
    "INSERT INTO clock (episode_id, pathway, known_from, from_sequence, next_crossing_on, "
    f"{', '.join(CLOCK_COLUMNS)}) VALUES ({', '.join(f'${n}' for n in range(1, 6 + len(CLOCK_COLUMNS)))})"
)


@dataclass(frozen=True, slots=True)
class StoredThreshold:
    """A drafted or agreed version of a limit, with what is known of its signing."""

    version: Threshold
    pathway: str
    needs: tuple[str, ...]
    drafted_for: int
    agreed: bool
    withdrawn: bool
    re_dated_to: UUID | None
    re_dated: bool


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A current running clock, with what a change of its limit needs to know of its episode."""

    id: int
    episode_id: UUID
    child_id: UUID
    definition: str
    stage: str
    partners_stage: str
    last_sequence: int
    row: ClockRow


async def insert_draft(
    tx: Tx, pathway: str, version: Threshold, needs: Sequence[str], account: int, organisation: int
) -> int:
    """Keep a draft; nothing holds until it is signed."""
    found: int = await tx.fetchval(
        _INSERT,
        pathway,
        version.clock,
        str(version.limit),
        str(version.due_soon) if version.due_soon else None,
        version.applies.value,
        version.effective_from,
        version.source,
        list(needs),
        account,
        organisation,
    )
    return found


async def lock_threshold(tx: Tx, threshold_id: int) -> StoredThreshold:
    """The version, locked until the transaction ends; NotFound where there is none."""
    return _stored(await tx.fetchrow(_ONE + " FOR UPDATE", threshold_id))


async def threshold(tx: Tx, threshold_id: int) -> StoredThreshold:
    """The version, to read only."""
    return _stored(await tx.fetchrow(_ONE, threshold_id))


async def add_signature(tx: Tx, threshold_id: int, kind: str, organisation: int, account: int) -> None:
    """Sign for one kind of organisation."""
    await tx.execute(_SIGN, threshold_id, kind, organisation, account)


async def signed_kinds(tx: Tx, threshold_id: int) -> tuple[str, ...]:
    """The kinds of organisation that have signed, in the order of signing."""
    return tuple(row["kind"] for row in await tx.fetch(_SIGNED, threshold_id))


async def mark_agreed(tx: Tx, threshold_id: int) -> None:
    """Every partner has signed."""
    await tx.execute(_AGREE, threshold_id)


async def mark_withdrawn(tx: Tx, threshold_id: int) -> None:
    """The draft will not be signed any more."""
    await tx.execute(_WITHDRAW, threshold_id)


async def mark_re_dated_to(tx: Tx, threshold_id: int, episode: UUID) -> None:
    """The running clocks of all episodes up to this one have been put under the limit."""
    await tx.execute(_MARK, threshold_id, episode)


async def mark_re_dated(tx: Tx, threshold_id: int) -> None:
    """All running clocks have been put under the limit."""
    await tx.execute(_DONE, threshold_id)


async def stream_running(tx: Tx, pathway: str, clock: str) -> AsyncIterator[RunningClock]:
    """Every current running clock of one kind, a few hundred at a time."""
    async for row in tx.connection.cursor(_RUNNING, pathway, clock, prefetch=500):
        yield _running(row)


async def lock_next_running(
    tx: Tx, pathway: str, clock: str, after: UUID | None, batch: int
) -> list[RunningClock]:
    """The running clocks of the next episodes, whose rows are locked as an action would lock them."""
    episodes = [row["id"] for row in await tx.fetch(_NEXT_EPISODES, pathway, clock, after, batch)]
    return [_running(row) for row in await tx.fetch(_OF_EPISODES, pathway, clock, episodes)]


async def make_clocks_again(
    tx: Tx, pathway: str, changed: Sequence[tuple[RunningClock, ClockRow, date | None]]
) -> None:
    """Close clocks as they were known and make them again; each with its new row and the day of its first grade."""
    now = await tx.fetchval("SELECT clock_timestamp()")
    await tx.executemany(_CLOSE, [(old.id, now, old.last_sequence) for old, _, _ in changed])
    await tx.executemany(
        _MAKE_AGAIN,
        [
            (old.episode_id, pathway, now, old.last_sequence, on, *(getattr(row, n) for n in CLOCK_COLUMNS))
            for old, row, on in changed
        ],
    )


def _running(row: asyncpg.Record) -> RunningClock:
    return RunningClock(
        row["id"],
        row["episode_id"],
        row["child_id"],
        row["definition"],
        row["stage"],
        row["partners_stage"],
        row["last_sequence"],
        ClockRow(*(row[name] for name in CLOCK_COLUMNS)),
    )


def _stored(row: asyncpg.Record | None) -> StoredThreshold:
    if row is None:
        raise NotFound("There is no such limit. Choose one from the list of drafts.")
    version = Threshold(
        row["id"],
        row["clock"],
        Period.parse(row["limit_text"]),
        row["effective_from"],
        Applies(row["applies"]),
        row["source"],
        Period.parse(row["due_soon_text"]) if row["due_soon_text"] else None,
    )
    return StoredThreshold(
        version,
        row["pathway"],
        tuple(row["needs"]),
        row["drafted_for"],
        row["agreed"],
        row["withdrawn"],
        row["re_dated_to"],
        row["re_dated"],
    )

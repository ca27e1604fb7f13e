"""The ledger: committed events, numbered. "As known at" means up to a position in it.

An event's own sequence is given before its commit, so "up to sequence n" changes when a late transaction commits. A
position is given after it, by one numbering at a time, and never again: what stands before a position stays as it was.

Each numbering takes, in one snapshot, every event that is committed and has no position yet, and orders those by their
sequence. An event that was recorded upon another one (both lock the episode) has the higher sequence and is not visible
without it, so a position never holds a fact without the facts it rests on. The order of transaction ids would not keep
that: a transaction may have got its id long before it waited for the lock. What a transaction that is still open will
commit is numbered later, at the end; to find it without reading the whole table, each numbering remembers the oldest
transaction that was still open (the snapshot's xmin), and the next one looks from there.
"""

from datetime import datetime

from pathway.store.engine import Database, Tx
from pathway.store.scopes import WORKER

NUMBERING_LOCK = 7_204_010
"""Held while positions are given; `ledger_position` (migrations/sql) waits for it."""

_NUMBER = """
WITH given AS (
    INSERT INTO ledger (position, sequence, numbered_at)
    SELECT (SELECT coalesce(max(position), 0) FROM ledger) + row_number() OVER (ORDER BY e.sequence), e.sequence,
           statement_timestamp()
      FROM event e
     WHERE e.xid >= $1::text::xid8 AND NOT EXISTS (SELECT FROM ledger l WHERE l.sequence = e.sequence)
    RETURNING 1)
SELECT (SELECT count(*) FROM given) AS given, pg_snapshot_xmin(pg_current_snapshot())::text AS open_from"""


class Ledger:
    """Numbers events for one process. The first numbering looks at all of them, for it knows of none before it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open_from = "0"

    async def number(self) -> int:
        """Give a position to every committed event that has none; how many were given.

        Two processes at once wait for each other. Numbering a whole history for the first time may take a minute.
        """
        async with self._database.transaction(WORKER) as tx:
            await tx.execute("SET LOCAL statement_timeout = 0")
            await tx.execute("SELECT pg_advisory_xact_lock($1)", NUMBERING_LOCK)
            row = await tx.fetchrow(_NUMBER, self._open_from)
        if row is None:
            return 0
        self._open_from = row["open_from"]
        given: int = row["given"]
        return given


async def position_at(tx: Tx, known_at: datetime) -> int:
    """The last position that was given by then; 0 before the first. For a time that has passed it never changes."""
    position: int = await tx.fetchval("SELECT ledger_position($1)", known_at)
    return position


async def head(tx: Tx) -> int:
    """The last position given so far."""
    position: int = await tx.fetchval("SELECT coalesce(max(position), 0) FROM ledger")
    return position

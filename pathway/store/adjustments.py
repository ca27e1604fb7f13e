"""Reasonable adjustments in the database: one row for a child, readable with the child's key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathway.domain.adjustments import Adjustments
from pathway.store.engine import Tx
from pathway.store.jobs import ADJUSTMENTS, enqueue
from pathway.store.keys import ChildText

_READ = "SELECT secret, read_at FROM child_adjustment WHERE child_id = $1"
_KEEP = """
INSERT INTO child_adjustment (child_id, secret, wanted) VALUES ($1, $2, $3)
ON CONFLICT (child_id) DO UPDATE SET secret = excluded.secret, wanted = excluded.wanted, read_at = clock_timestamp()"""
_WANTED = "SELECT child_id FROM child_adjustment WHERE wanted ORDER BY child_id LIMIT $1"


@dataclass(frozen=True, slots=True)
class AdjustmentsHeld:
    """What is held, and when it was last written."""

    adjustments: Adjustments
    at: datetime | None


async def read(tx: Tx, child_id: UUID, text: ChildText) -> AdjustmentsHeld:
    """What is held of a child; empty where there is nothing, or where it was closed for good."""
    row = await tx.fetchrow(_READ, child_id)
    if row is None:
        return AdjustmentsHeld(Adjustments(), None)
    return AdjustmentsHeld(Adjustments.from_text(text.unlock(row["secret"])), row["read_at"])


async def keep(tx: Tx, child_id: UUID, new: Adjustments, text: ChildText, *, wanted: bool) -> None:
    """Keep both lists; `wanted` where there is something to send or to read."""
    await tx.execute(_KEEP, child_id, text.lock(new.as_text()), wanted)


async def enqueue_wanted(tx: Tx, limit: int = 100) -> int:
    """Enqueue what is to be exchanged with the national record; how many."""
    rows = await tx.fetch(_WANTED, limit)
    for row in rows:
        await enqueue(tx, ADJUSTMENTS, row["child_id"])
    return len(rows)

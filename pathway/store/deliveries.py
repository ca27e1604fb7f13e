"""Deliveries: what becomes of a row of the outbox when a worker takes it up."""

from dataclasses import dataclass
from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.store.engine import Tx
from pathway.store.jobs import DELIVER, enqueue

WAITING, SENT, HELD, DROPPED, NOBODY_TO_TELL = "waiting", "sent", "held", "dropped", "nobody_to_tell"

READ = "a person has read it and let it go"

_ROW = """
SELECT id, topic, template, episode_id, child_id, event_id, state, attempts, coalesce(last_error, '') AS note
  FROM outbox WHERE id = $1"""
# Only from `waiting`: what was dropped in the meantime stays dropped.
_SETTLE = """
UPDATE outbox SET state = $2, last_error = $3, changed_at = clock_timestamp() WHERE id = $1 AND state = 'waiting'"""
_FAILED = """
UPDATE outbox SET attempts = attempts + 1, last_error = $2, changed_at = clock_timestamp(),
       state = CASE WHEN attempts + 1 >= $3 THEN 'held' ELSE state END
 WHERE id = $1 AND state = 'waiting' RETURNING state"""
# Older than any job should wait: the queue may have been emptied, and the table is the truth.
_FORGOTTEN = """
SELECT id FROM outbox
 WHERE state = 'waiting' AND topic <> 'partner_message' AND made_at < clock_timestamp() - interval '1 minute'
 ORDER BY made_at LIMIT $1"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One row of the outbox."""

    id: UUID
    topic: str
    template: str
    episode_id: UUID
    child_id: UUID
    event_id: UUID | None
    state: str
    attempts: int
    note: str

    @property
    def was_read(self) -> bool:
        """A person has looked at it and let it go."""
        return self.note == READ


async def leaving(tx: Tx, outbox_id: UUID, *, lock: bool = False) -> Leaving:
    """The row of that id; `lock` keeps another delivery of it waiting until the transaction ends."""
    row = await tx.fetchrow(_ROW + (" FOR UPDATE" if lock else ""), outbox_id)
    if row is None:
        raise NotFound("There is no such message to send. It may have been imported and undone.")
    return Leaving(*row)


async def settle(tx: Tx, outbox_id: UUID, state: str, because: str | None = None) -> None:
    """End the work on a row that still waits. `because` is a sentence for those who look, without personal data."""
    await tx.execute(_SETTLE, outbox_id, state, because)


async def note_failure(tx: Tx, outbox_id: UUID, because: str, attempts_allowed: int) -> str:
    """Count a failed attempt; after the last one the row is held where people see it. The state it has now."""
    state: str | None = await tx.fetchval(_FAILED, outbox_id, because, attempts_allowed)
    return state or DROPPED


async def wake_forgotten(tx: Tx, limit: int = 1000) -> int:
    """Give a job to every row that waits without one, as after the queue was emptied; how many were looked at.

    Messages to partners' systems are woken by destination (pathway.store.partner_messages.wake).
    """
    rows = await tx.fetch(_FORGOTTEN, limit)
    for row in rows:
        await enqueue(tx, DELIVER, row["id"])
    return len(rows)

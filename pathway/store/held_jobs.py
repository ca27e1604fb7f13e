"""What could not be sent or done by itself, where people can see it: to be tried again, or closed with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.store.deliveries import READ
from pathway.store.engine import Tx
from pathway.store.jobs import DELIVER, enqueue

# Row-level security decides which rows an actor sees; jobs of the queue carry nothing about a child.
_MESSAGES = """
SELECT o.id, o.topic, o.template, o.episode_id, o.child_id, o.state, o.attempts, coalesce(o.last_error, '') AS reason,
       o.changed_at, coalesce(p.name, '') AS "to"
  FROM outbox o LEFT JOIN partner_message m ON m.id = o.id LEFT JOIN partner p ON p.id = m.partner_id
 WHERE o.state IN ('held', 'nobody_to_tell') ORDER BY o.made_at, o.id LIMIT $1"""
_JOBS = """
SELECT id, entrypoint, convert_from(payload, 'UTF8') AS about, attempts, updated
  FROM pgqueuer WHERE status = 'failed' ORDER BY updated, id LIMIT $1"""
_WAIT_AGAIN = """
UPDATE outbox SET state = 'waiting', attempts = 0, last_error = $2, changed_at = clock_timestamp()
 WHERE id = $1 AND state IN ('held', 'nobody_to_tell')"""
_CLOSE = """
UPDATE outbox SET state = 'dropped', last_error = $2, secret = $3, changed_at = clock_timestamp()
 WHERE id = $1 AND state IN ('held', 'nobody_to_tell')"""
_TAKE_JOB = "DELETE FROM pgqueuer WHERE id = $1 AND status = 'failed' RETURNING entrypoint, convert_from(payload, 'UTF8') AS about"

_CLOSED = "A person closed it, with a reason."
_GONE = "This is not held any more: somebody has sent or closed it since. Look at the list again."


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that waits for a person, with the sentence that says why. `to` is the partner's system that it is for, if any."""

    id: UUID
    topic: str
    template: str
    episode_id: UUID
    child_id: UUID
    state: str
    attempts: int
    reason: str
    since: datetime
    to: str = ""


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job of the queue that failed for good, such as putting clocks under a new limit."""

    id: int
    kind: str
    about: str
    attempts: int
    since: datetime


async def held_messages(tx: Tx, limit: int = 200) -> list[HeldMessage]:
    """Messages that wait for a person, oldest first; `tx` reads as the actor who asks."""
    return [HeldMessage(*row) for row in await tx.fetch(_MESSAGES, limit)]


async def held_jobs(tx: Tx, limit: int = 200) -> list[HeldJob]:
    """Jobs that failed for good, oldest first."""
    return [HeldJob(*row) for row in await tx.fetch(_JOBS, limit)]


async def send_again(tx: Tx, outbox_id: UUID) -> None:
    """Let a held message be tried again from the beginning; NotFound where it is not held any more."""
    if await tx.execute(_WAIT_AGAIN, outbox_id, READ) != "UPDATE 1":
        raise NotFound(_GONE)
    await enqueue(tx, DELIVER, outbox_id)


async def close(tx: Tx, outbox_id: UUID, reason: bytes | None) -> None:
    """End the work on a held message; NotFound where it is not held any more.

    `reason` is what somebody typed, encrypted with the child's key.
    """
    if await tx.execute(_CLOSE, outbox_id, _CLOSED, reason) != "UPDATE 1":
        raise NotFound(_GONE)


async def take_job(tx: Tx, job_id: int) -> HeldJob:
    """Take a failed job out of the queue, to be enqueued again or left."""
    row = await tx.fetchrow(_TAKE_JOB, job_id)
    if row is None:
        raise NotFound(_GONE)
    return HeldJob(job_id, row["entrypoint"], row["about"], 0, await tx.fetchval("SELECT clock_timestamp()"))

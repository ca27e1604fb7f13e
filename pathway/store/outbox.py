"""What must leave: a row is the record (what, to whom, state, attempts); the job in the queue carries only its id."""

from typing import Final
from uuid import UUID

from pathway.store.engine import Tx
from pathway.store.jobs import DELIVER, enqueue

FAMILY_UPDATE = "family_update"
CORRECTION = "correction"
MESSAGES_REFUSED: Final = "The family does not want texts or e-mails. Tell them by letter or telephone, then close this with a note."

_INSERT = """
INSERT INTO outbox (id, topic, template, episode_id, child_id, event_id) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING"""
_STOP = """
UPDATE outbox SET state = 'dropped', last_error = $2, changed_at = clock_timestamp()
 WHERE child_id = $1 AND state IN ('waiting', 'held') AND event_id IS DISTINCT FROM $3"""
_LEAVE_TO_A_PERSON = """
UPDATE outbox SET state = 'nobody_to_tell', last_error = $2, changed_at = clock_timestamp()
 WHERE episode_id = $1 AND state = 'waiting' AND topic <> 'partner_message'"""
_HOLD = """
INSERT INTO outbox (id, topic, template, episode_id, child_id, event_id, state, last_error)
VALUES ($1, $2, $3, $4, $5, $6, 'held', $7) ON CONFLICT (id) DO NOTHING"""
_DROP = """
UPDATE outbox SET state = 'dropped', last_error = $2, changed_at = clock_timestamp()
 WHERE event_id = $1 AND state IN ('waiting', 'held')"""
_SENT = "SELECT EXISTS (SELECT FROM outbox WHERE event_id = $1 AND topic = $2 AND state = 'sent')"


async def put(
    tx: Tx, outbox_id: UUID, topic: str, template: str, episode_id: UUID, child_id: UUID, event_id: UUID
) -> None:
    """Record what must leave because of a fact, and enqueue the job that sends it, in the same transaction."""
    await tx.execute(_INSERT, outbox_id, topic, template, episode_id, child_id, event_id)
    await enqueue(tx, DELIVER, outbox_id)


async def stop_all(tx: Tx, child_id: UUID, because: str, but: UUID | None = None) -> None:
    """Drop everything that still waits to be sent about a child: a death, a restriction, a sealing (docs/rules.md 19).

    `but` is the fact that stops it, where partners' systems are told of that very fact: so that nobody writes to the family.
    """
    await tx.execute(_STOP, child_id, because, but)


async def leave_to_a_person(tx: Tx, episode_id: UUID) -> None:
    """Send no text or e-mail of what waits about an episode: the family has taken its permission back, and is told otherwise."""
    await tx.execute(_LEAVE_TO_A_PERSON, episode_id, MESSAGES_REFUSED)


async def hold(
    tx: Tx,
    outbox_id: UUID,
    topic: str,
    template: str,
    episode_id: UUID,
    child_id: UUID,
    event_id: UUID,
    because: str,
) -> None:
    """Record what a person must read before it leaves; no job sends it until they let it go (docs/rules.md 19)."""
    await tx.execute(_HOLD, outbox_id, topic, template, episode_id, child_id, event_id, because)


async def drop_about(tx: Tx, event_id: UUID, because: str) -> None:
    """Drop what still waits to be sent because of one fact; locks those rows, so a delivery is before or after."""
    await tx.execute(_DROP, event_id, because)


async def was_told(tx: Tx, event_id: UUID) -> bool:
    """Whether the family has been told of a fact."""
    return bool(await tx.fetchval(_SENT, event_id, FAMILY_UPDATE))

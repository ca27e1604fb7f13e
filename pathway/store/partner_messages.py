"""Messages to partners' systems: a row of the outbox each, with what only they have: a destination, an order, ids and bytes.

The id of a message is its X-Request-ID, the same on every try; its number is its place among those of one destination. Its bytes
are made once, by the worker, and kept under the child's key: sealing closes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor, Door, Role
from pathway.domain.share_basis import ShareBasis
from pathway.store import outbox
from pathway.store.engine import Tx
from pathway.store.jobs import DELIVER, enqueue

TOPIC: Final = "partner_message"
STAGE, END, STEP, CORRECTION = "stage", "end", "step", "correction"
KINDS: Final = {
    STAGE: "the child has come to another stage that partners see",
    END: "the episode has ended",
    STEP: "something else was recorded that partners are told of",
    CORRECTION: "a fact was corrected; a person reads it first",
}
"""What a partner's system can want to be told of, each with its sentence."""
A_PERSON_FIRST: Final = "It tells of a correction: a person reads the record before it is sent."

_WANTING: Final = """
SELECT p.id, a.id AS account_id, a.role, a.organisation_id, p.name FROM partner p JOIN account a ON a.id = p.account_id
 WHERE p.active AND a.active AND p.mode <> 'off' AND (p.endpoint IS NOT NULL OR p.mode = 'stub') AND $1 = ANY (p.wants)
 ORDER BY p.id"""
_PUT: Final = """
INSERT INTO partner_message (id, partner_id, correlation_id, basis) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING"""
_ROW: Final = """
SELECT m.id, m.partner_id, o.child_id, o.episode_id, o.event_id, o.template AS kind, o.state, o.attempts, m.correlation_id,
       m.basis, m.secret, m.not_before, e.silent OR c.sealed_at IS NOT NULL AS stopped
  FROM partner_message m JOIN outbox o ON o.id = m.id JOIN episode e ON e.id = o.episode_id JOIN child c ON c.id = o.child_id
 WHERE m.id = $1"""
_NEXT: Final = """
SELECT m.id FROM partner_message m JOIN outbox o ON o.id = m.id
 WHERE m.partner_id = $1 AND m.sent_at IS NULL AND o.state = 'waiting' ORDER BY m.number LIMIT $2"""
_EARLIER: Final = """
SELECT EXISTS (SELECT FROM partner_message m JOIN outbox o ON o.id = m.id
                WHERE m.partner_id = $1 AND o.episode_id = $2 AND m.sent_at IS NOT NULL)"""
_FIGURES: Final = """
SELECT 'partner:' || p.id AS destination, count(o.id)::int AS waiting, max(coalesce(o.attempts, 0)) AS tries,
       coalesce(extract(epoch FROM clock_timestamp() - min(o.made_at)), 0)::int AS oldest, coalesce(d.failures, 0) AS failures,
       CASE WHEN d.open_until IS NULL THEN 0 WHEN d.open_until > $1 THEN 1 ELSE 2 END AS breaker
  FROM partner p
  LEFT JOIN partner_message m ON m.partner_id = p.id AND m.sent_at IS NULL
  LEFT JOIN outbox o ON o.id = m.id AND o.state = 'waiting'
  LEFT JOIN destination d ON d.name = 'partner:' || p.id
 WHERE p.active AND p.mode <> 'off' GROUP BY p.id, d.name ORDER BY p.id"""
_ORIGIN: Final = """
SELECT i.value FROM outside_identifier i JOIN partner p ON p.account_id = i.account_id
 WHERE p.id = $1 AND i.episode_id = $2 AND i.system = $3
   AND NOT EXISTS (SELECT FROM partner_message m WHERE m.id::text = i.value) ORDER BY i.value LIMIT 1"""
_FREEZE: Final = "UPDATE partner_message SET secret = $2 WHERE id = $1 AND secret IS NULL"
_ANSWERED: Final = """
UPDATE partner_message SET status = $2, not_before = $3, sent_at = CASE WHEN $4 THEN clock_timestamp() END WHERE id = $1"""
_OUT: Final = "UPDATE partner SET last_out_at = clock_timestamp() WHERE id = $1"
# One job for each destination is enough: whoever takes it up sends all that waits there.
_WAKE: Final = """
SELECT DISTINCT ON (m.partner_id) m.id FROM partner_message m JOIN outbox o ON o.id = m.id
 WHERE m.sent_at IS NULL AND o.state = 'waiting' AND (m.not_before IS NULL OR m.not_before <= $1)
   AND m.made_at < clock_timestamp() - interval '1 minute'
 ORDER BY m.partner_id, m.number"""


@dataclass(frozen=True, slots=True)
class Wanting:
    """A partner's system that wants messages, and as whom it reads."""

    partner_id: int
    actor: Actor


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to a partner's system. `stopped`: nothing leaves about this child, or about this episode yet."""

    id: UUID
    partner_id: int
    child_id: UUID
    episode_id: UUID
    event_id: UUID
    kind: str
    state: str
    attempts: int
    correlation_id: UUID
    basis: str
    secret: bytes | None
    not_before: datetime | None
    stopped: bool


async def wanting(tx: Tx, kind: str) -> list[Wanting]:
    """The partners' systems that want a kind of message and can be sent one."""
    return [
        Wanting(
            row["id"],
            Actor(row["account_id"], Role(row["role"]), row["organisation_id"], Door.FHIR, row["name"]),
        )
        for row in await tx.fetch(_WANTING, kind)
    ]


async def put(
    tx: Tx,
    message_id: UUID,
    to: int,
    kind: str,
    episode_id: UUID,
    child_id: UUID,
    event_id: UUID,
    correlation_id: UUID,
    basis: ShareBasis,
) -> None:
    """A message for one partner's system, in the transaction of the fact; a correction is held for a person."""
    about = (episode_id, child_id, event_id)
    if kind == CORRECTION:
        await outbox.hold(tx, message_id, TOPIC, kind, *about, A_PERSON_FIRST)
    else:
        await outbox.put(tx, message_id, TOPIC, kind, *about)
    await tx.execute(_PUT, message_id, to, correlation_id, basis.value)


@dataclass(frozen=True, slots=True)
class Figures:
    """How one destination does, by number (whoever runs the service may show these figures to others): what waits for it, the most tries of one message, the age of the oldest in seconds, failures in a
    row, and its breaker (0 closed, 1 open, 2 half open).
    """

    destination: str
    waiting: int
    tries: int
    oldest: int
    failures: int
    breaker: int


async def figures(tx: Tx, now: datetime) -> list[Figures]:
    """Every destination that is on; `tx` acts as the worker."""
    return [Figures(*row) for row in await tx.fetch(_FIGURES, now)]


async def outgoing(tx: Tx, message_id: UUID) -> Outgoing:
    row = await tx.fetchrow(_ROW, message_id)
    if row is None:
        raise NotFound("There is no such message to a partner.")
    return Outgoing(*row)


async def next_for(tx: Tx, partner_id: int, limit: int = 50) -> Sequence[UUID]:
    """What waits for a destination, in the order in which it gets it."""
    return [row["id"] for row in await tx.fetch(_NEXT, partner_id, limit)]


async def is_first(tx: Tx, message: Outgoing) -> bool:
    """Whether no message about this episode has reached this partner's system before."""
    return not await tx.fetchval(_EARLIER, message.partner_id, message.episode_id)


async def origin(tx: Tx, message: Outgoing, system: str) -> str:
    """The id of the message with which this partner's system referred the child, or nothing; `tx` acts as the writer.

    `system` is the system of such ids among the identifiers by which senders know a referral.
    """
    return await tx.fetchval(_ORIGIN, message.partner_id, message.episode_id, system) or ""


async def freeze(tx: Tx, message_id: UUID, secret: bytes) -> None:
    """Keep the bytes of a message; those that are there already stay."""
    await tx.execute(_FREEZE, message_id, secret)


async def note_answer(
    tx: Tx, message: Outgoing, status: int | None, *, arrived: bool, not_before: datetime | None = None
) -> None:
    """What became of one try: the status, whether it has arrived, and when it may be tried again."""
    await tx.execute(_ANSWERED, message.id, status, not_before, arrived)
    if arrived:
        await tx.execute(_OUT, message.partner_id)


async def wake(tx: Tx, now: datetime) -> int:
    """Give a job to each destination for which something waits and may be tried; how many there are."""
    rows = await tx.fetch(_WAKE, now)
    for row in rows:
        await enqueue(tx, DELIVER, row["id"])
    return len(rows)

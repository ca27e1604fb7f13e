"""Records that were opened without the usual right: the openings, their reviews, and when their families are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pathway.domain.break_glass import Finding, Why
from pathway.domain.errors import NotFound
from pathway.domain.identifiers import NhsNumber
from pathway.store import outbox
from pathway.store.engine import Tx

TOLD = "record_opened"
"""The topic and the template of what a family is told."""

_BY_NUMBER = "SELECT id FROM child WHERE nhs_number = $1"
_EPISODES = (
    "SELECT id FROM episode WHERE child_id = $1 ORDER BY closed_on NULLS FIRST, silent, started_on DESC, id"
)
_OPEN = """
INSERT INTO break_glass (id, account_id, child_id, why, secret, until, tell_from)
VALUES ($1, $2, $3, $4, $5, now() + $6::interval, now() + $7::interval) RETURNING until"""
_LIVE = """
SELECT max(until) FROM break_glass WHERE account_id = $1 AND child_id = $2 AND until > now()"""
_LOCK = "SELECT c.id FROM break_glass b JOIN child c ON c.id = b.child_id WHERE b.id = $1 FOR UPDATE OF c"
_REVIEW = """
INSERT INTO break_glass_review (id, opening_id, account_id, decision, secret) VALUES ($1, $2, $3, $4, $5)"""
_DECIDE = """
INSERT INTO break_glass_telling (id, opening_id, account_id, tell_from, secret) VALUES ($1, $2, $3, coalesce($4, now()), $5)"""
_WAS_TOLD = """
SELECT EXISTS (SELECT FROM outbox o JOIN message m ON m.outbox_id = o.id WHERE o.event_id = $1 AND m.state = 'delivered')"""
# Those whose time has come and of which nothing has been written since it was last decided.
_TO_TELL = """
SELECT b.id, b.child_id, coalesce(t.id, b.id) AS decided_by FROM break_glass b
  LEFT JOIN LATERAL (SELECT t.id, t.at, t.tell_from FROM break_glass_telling t WHERE t.opening_id = b.id
                      ORDER BY t.at DESC, t.id LIMIT 1) t ON true
 WHERE coalesce(t.tell_from, b.tell_from) <= now() AND ($1::uuid IS NULL OR b.id = $1)
   AND NOT EXISTS (SELECT FROM outbox o WHERE o.child_id = b.child_id AND o.event_id = b.id
                      AND o.made_at >= coalesce(t.at, b.since))"""


@dataclass(frozen=True, slots=True)
class ToTell:
    """An opening of which the family is to be told now. `decided_by`: the decision, or the opening itself, that says so."""

    id: UUID
    child_id: UUID
    decided_by: UUID


async def child_of_number(tx: Tx, number: NhsNumber) -> UUID | None:
    found: UUID | None = await tx.fetchval(_BY_NUMBER, number.value)
    return found


async def episodes_of(tx: Tx, child_id: UUID) -> list[UUID]:
    """The child's episodes, an open one first."""
    return [row["id"] for row in await tx.fetch(_EPISODES, child_id)]


async def insert_opening(
    tx: Tx,
    opening_id: UUID,
    account_id: int,
    child_id: UUID,
    why: Why,
    secret: bytes,
    lasts: timedelta,
    told_after: timedelta,
) -> datetime:
    """Open a record to one account; until when."""
    until: datetime = await tx.fetchval(
        _OPEN, opening_id, account_id, child_id, why.value, secret, lasts, told_after
    )
    return until


async def open_until(tx: Tx, account_id: int, child_id: UUID) -> datetime | None:
    """Until when this account has the record open by breaking the glass; nothing where it has not."""
    until: datetime | None = await tx.fetchval(_LIVE, account_id, child_id)
    return until


async def child_of_opening(tx: Tx, opening_id: UUID) -> UUID:
    """The child whose record was opened; one decision about an opening at a time."""
    child: UUID | None = await tx.fetchval(_LOCK, opening_id)
    if child is None:
        raise NotFound("There is no such opening. Go back to the list and choose one.")
    return child


async def insert_review(
    tx: Tx, review_id: UUID, opening_id: UUID, account_id: int, finding: Finding, secret: bytes
) -> None:
    await tx.execute(_REVIEW, review_id, opening_id, account_id, finding.value, secret)


async def insert_telling(
    tx: Tx, telling_id: UUID, opening_id: UUID, account_id: int, tell_from: datetime | None, secret: bytes
) -> None:
    """Keep a decision: the family is told from a moment on, or at once."""
    await tx.execute(_DECIDE, telling_id, opening_id, account_id, tell_from, secret)


async def was_told(tx: Tx, opening_id: UUID) -> bool:
    """Whether a message about it has reached somebody."""
    return bool(await tx.fetchval(_WAS_TOLD, opening_id))


async def to_tell(tx: Tx, opening_id: UUID | None = None) -> list[ToTell]:
    """The openings of which a family is to be told now: all of them, or one if its time has come."""
    return [ToTell(*row) for row in await tx.fetch(_TO_TELL, opening_id)]


async def put_message(tx: Tx, message_id: UUID, opening_id: UUID, child_id: UUID) -> None:
    """Put the message to the family in the outbox, beside the episode that is open."""
    episodes = await episodes_of(tx, child_id)
    if episodes:
        await outbox.put(tx, message_id, TOLD, TOLD, episodes[0], child_id, opening_id)

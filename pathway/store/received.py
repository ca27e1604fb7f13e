"""Messages as they were received, and what was answered: the same pair of ids is the same message, and has one effect."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from pathway.store.engine import Tx

KEPT_UNKNOWN: timedelta = timedelta(days=30)
"""How long the bytes of a message are kept that turned out to be about no child that we know."""

_BEGIN = """
INSERT INTO received (id, account_id, request_id, correlation_id, kind, digest, state, message_id, headers)
VALUES ($1, $2, $3, $4, $5, $6, 'processing', $7, $8)
ON CONFLICT (account_id, request_id, correlation_id) DO NOTHING RETURNING 1"""
_CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
_SAME_BYTES = """
SELECT EXISTS (SELECT FROM received WHERE account_id = $1 AND digest = $2 AND state = 'done')"""
_KNOWN = """
SELECT id, digest, state, status, answer FROM received
 WHERE account_id = $1 AND request_id = $2 AND correlation_id = $3"""
_FINISH = """
UPDATE received SET state = $2, child_id = $3, secret = $4, held = $5, status = $6, answer = $7,
       finished_at = clock_timestamp() WHERE id = $1"""
_MESSAGES_OF = """
SELECT id, message_id FROM received WHERE child_id = ANY($1) AND message_id IS NOT NULL"""
_FORGET = "UPDATE received SET held = NULL WHERE held IS NOT NULL AND at < clock_timestamp() - $1::interval"


@dataclass(frozen=True, slots=True)
class Known:
    """A message with these ids that has come before; `answer` is what was said then, once it was."""

    id: UUID
    digest: bytes
    state: str
    status: int | None
    answer: bytes | None


async def begin(
    tx: Tx,
    received_id: UUID,
    account_id: int,
    request_id: UUID,
    correlation_id: UUID,
    kind: str,
    digest: bytes,
    message_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Known | None:
    """Note that a message has come; the one that came before where these ids have been used. Waits for one under way."""
    kept = json.dumps(headers) if headers is not None else None
    made = await tx.fetchval(
        _BEGIN, received_id, account_id, request_id, correlation_id, kind, digest, message_id, kept
    )
    if made is not None:
        return None
    row = await tx.fetchrow(_KNOWN, account_id, request_id, correlation_id)
    return None if row is None else Known(*row)


async def claim(tx: Tx, account_id: int, request_id: UUID, correlation_id: UUID) -> bool:
    """Take a message for this transaction; False where another one, in whichever process, is at it. It ends with the
    transaction, so that a process that dies leaves nothing taken.
    """
    return bool(await tx.fetchval(_CLAIM, claimed_as(account_id, request_id, correlation_id)))


def claimed_as(account_id: int, request_id: UUID | str, correlation_id: UUID | str) -> str:
    """The name of a message's lock."""
    return f"received {account_id} {request_id} {correlation_id}"


async def done_before(tx: Tx, account_id: int, digest: bytes) -> bool:
    """Whether this sender has sent the very same bytes, under whatever ids, and they were acted on."""
    return bool(await tx.fetchval(_SAME_BYTES, account_id, digest))


async def messages_of(tx: Tx, children: Sequence[UUID]) -> dict[UUID, str]:
    """The messages about these children: our id of each, which is the request's that it made, and the sender's."""
    return {row["id"]: row["message_id"] for row in await tx.fetch(_MESSAGES_OF, list(children))}


async def finish(
    tx: Tx,
    received_id: UUID,
    state: str,
    child_id: UUID | None,
    secret: bytes | None,
    held: bytes | None,
    status: int,
    answer: bytes | None,
) -> None:
    """Note what was answered, and keep the bytes: under the child's key where the child is known, else under the area's."""
    await tx.execute(_FINISH, received_id, state, child_id, secret, held, status, answer)


async def forget_unknown(tx: Tx) -> None:
    """Let go of the bytes of messages about nobody, after the time for which they are kept; `tx` is the worker's."""
    await tx.execute(_FORGET, KEPT_UNKNOWN)

"""Messages as they were received, and what was answered: the same pair of ids is the same message, and has one effect."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from pathway.store.engine import Tx

KEPT_UNKNOWN: timedelta = timedelta(days=30)
"""How long the bytes of a message are kept that turned out to be about no child that we know."""

_BEGIN = """
INSERT INTO received (id, account_id, request_id, correlation_id, kind, digest, state)
VALUES ($1, $2, $3, $4, $5, $6, 'processing') ON CONFLICT (account_id, request_id, correlation_id) DO NOTHING RETURNING 1"""
_KNOWN = """
SELECT id, digest, state, status, answer FROM received
 WHERE account_id = $1 AND request_id = $2 AND correlation_id = $3"""
_FINISH = """
UPDATE received SET state = $2, child_id = $3, secret = $4, held = $5, status = $6, answer = $7,
       finished_at = clock_timestamp() WHERE id = $1"""
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
) -> Known | None:
    """Note that a message has come; the one that came before where these ids have been used. Waits for one under way."""
    made = await tx.fetchval(_BEGIN, received_id, account_id, request_id, correlation_id, kind, digest)
    if made is not None:
        return None
    row = await tx.fetchrow(_KNOWN, account_id, request_id, correlation_id)
    return None if row is None else Known(*row)


async def finish(
    tx: Tx,
    received_id: UUID,
    state: str,
    child_id: UUID | None,
    secret: bytes | None,
    held: bytes | None,
    status: int,
    answer: bytes,
) -> None:
    """Note what was answered, and keep the bytes: under the child's key where the child is known, else under the area's."""
    await tx.execute(_FINISH, received_id, state, child_id, secret, held, status, answer)


async def forget_unknown(tx: Tx) -> None:
    """Let go of the bytes of messages about nobody, after the time for which they are kept; `tx` is the worker's."""
    await tx.execute(_FORGET, KEPT_UNKNOWN)


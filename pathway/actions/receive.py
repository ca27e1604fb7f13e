"""Receive a message of a partner's system: its bytes, what it does, and what is answered, in one transaction.

A message that comes again with the same ids has no second effect: it is given the answer that it was given before. One with
the same ids and other bytes is refused. What fails leaves nothing behind.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.domain.errors import AlreadyReferred, DuplicateRequest
from pathway.store import received
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.scopes import writing


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is answered: the status and the body, and whose record it is about. `again`: it was answered before."""

    status: int
    answer: bytes
    child_id: UUID | None = None
    again: bool = False


async def receive(
    area: Area,
    asking: Asking,
    correlation_id: UUID,
    kind: str,
    body: bytes,
    work: Callable[[Tx], Awaitable[Receipt]],
) -> Receipt:
    """Run `work` once for these ids, and keep the bytes beside what it did.

    Raises DuplicateRequest where the ids came with other bytes, and whatever `work` raises: then nothing is kept but what
    protects a child who was referred already.
    """
    digest = sha256(kind.encode() + b"\0" + body).digest()

    async def attempt() -> Receipt:
        async with area.database.transaction(writing(asking.actor)) as tx:
            received_id = uuid4()
            before = await received.begin(
                tx, received_id, asking.actor.account_id, asking.request_id, correlation_id, kind, digest
            )
            if before is not None:
                return _answered(before, digest)
            receipt = await work(tx)
            await _keep(tx, area, received_id, body, receipt)
            return receipt

    try:
        return await area.database.retrying(attempt)
    except AlreadyReferred as fault:
        if fault.keep_protections is not None:
            await fault.keep_protections()
        raise


async def _keep(tx: Tx, area: Area, received_id: UUID, body: bytes, receipt: Receipt) -> None:
    secret = held = None
    if receipt.child_id is not None:
        text = await child_text(tx, area.key, receipt.child_id)
        secret = None if text.is_closed else text.lock({"body": b64encode(body).decode()})
    else:
        held = area.key.lock(body, f"received {received_id}")
    await received.finish(
        tx, received_id, "done", receipt.child_id, secret, held, receipt.status, receipt.answer
    )


def _answered(before: received.Known, digest: bytes) -> Receipt:
    if before.digest != digest or before.status is None or before.answer is None:
        raise DuplicateRequest(
            "This request id was used before, for something else. Send the change again with a new request id."
        )
    return Receipt(before.status, before.answer, again=True)

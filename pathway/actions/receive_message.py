"""Receive a message that is answered once: the first delivery is acted on, the same again is known, a failure is given again.

The message is taken with a lock that lasts as long as the transaction, so a second delivery that arrives meanwhile, in
whichever process, is told so at once instead of waiting; and a process that dies leaves nothing taken. What the message
does stands behind a savepoint: where it fails, only that is undone, and the failure is kept beside the bytes.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from json import dumps
from uuid import UUID, uuid4

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.store import received
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.scopes import writing


class Known(StrEnum):
    """What became of a delivery."""

    ACTED_ON = "acted_on"
    FAILED = "failed"
    DONE_BEFORE = "done_before"
    UNDER_WAY = "under_way"
    OTHER_BYTES = "other_bytes"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it arrived. `headers` may be kept in the open; `sealed` only under a key, as the body is."""

    actor: Actor
    request_id: UUID
    correlation_id: UUID
    kind: str
    body: bytes
    message_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> bytes:
        return sha256(self.kind.encode() + b"\0" + self.body).digest()


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered, and whose record the message is about. A failure's answer is kept and given again."""

    status: int
    answer: bytes
    child_id: UUID | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery; the answer is there where it was acted on or failed, now or before."""

    known: Known
    answered: Answered | None = None


Work = Callable[[Tx, UUID], Awaitable[Answered]]
"""Acts on the message; is given the id under which it was received, and everything that it asks for is asked under that."""
Judge = Callable[[Exception], Answered | None]
"""The answer to a fault that will be the same whenever the message comes again; None where another try may succeed."""


async def receive_message(area: Area, delivery: Delivery, work: Work, judge: Judge) -> Received:
    """Act on a message once for its pair of ids. Raises what `judge` does not answer: then nothing is kept at all."""
    account, digest = delivery.actor.account_id, delivery.digest

    async def attempt() -> Received:
        async with area.database.transaction(writing(delivery.actor)) as tx:
            if not await received.claim(tx, account, delivery.request_id, delivery.correlation_id):
                return Received(Known.UNDER_WAY)
            received_id = uuid4()
            before = await received.begin(
                tx, received_id, account, delivery.request_id, delivery.correlation_id, delivery.kind, digest,
                delivery.message_id or None, delivery.headers,
            )  # fmt: skip
            if before is not None:
                return _before(before, digest)
            answered = await _tried(area, delivery, received_id, work, judge)
            await _keep(tx, area, received_id, delivery, answered)
            return Received(Known.FAILED if answered.failed else Known.ACTED_ON, answered)

    return await area.database.retrying(attempt)


def _before(before: received.Known, digest: bytes) -> Received:
    if before.digest != digest:
        return Received(Known.OTHER_BYTES)
    if before.state == "failed" and before.status is not None and before.answer is not None:
        return Received(Known.FAILED, Answered(before.status, before.answer, failed=True))
    return Received(Known.DONE_BEFORE)


async def _tried(area: Area, delivery: Delivery, received_id: UUID, work: Work, judge: Judge) -> Answered:
    try:
        async with area.database.transaction(writing(delivery.actor)) as inner:
            return await work(inner, received_id)
    except Exception as fault:
        answered = judge(fault)
        if answered is None:
            raise
        return answered


async def _keep(tx: Tx, area: Area, received_id: UUID, delivery: Delivery, answered: Answered) -> None:
    """Keep the bytes and the sealed headers under the child's key, or the area's while no child is known.

    The answer is kept for a failure only: nothing else is ever given again, and an answer may name the child.
    """
    whole = {"body": b64encode(delivery.body).decode(), "headers": dumps(dict(delivery.sealed))}
    secret = held = None
    if answered.child_id is not None:
        text = await child_text(tx, area.key, answered.child_id)
        secret = None if text.is_closed else text.lock(whole)
    else:
        held = area.key.lock(dumps(whole).encode(), f"received {received_id}")
    state, answer = ("failed", answered.answer) if answered.failed else ("done", None)
    await received.finish(tx, received_id, state, answered.child_id, secret, held, answered.status, answer)

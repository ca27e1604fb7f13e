"""Delivering messages to partners' systems: one destination at a time, in order, each message until it arrives or is held.

Three steps, and nothing is sent inside a transaction: make the bytes and keep them; send them; note what was answered. The bytes
are made once: every later try, also after a crash, sends the same ones under the same ids, and a receiver that had them already
says so (409, duplicate), which is success. Whoever finds that another process sends to a destination leaves its message to it.
"""

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from pathway.actions.area import Area
from pathway.domain.errors import PathwayError, place_of
from pathway.store import deliveries, destinations, outside_identifiers, partner_messages, partners
from pathway.store.deliveries import DROPPED, HELD, SENT, WAITING
from pathway.store.jobs import DELIVER, enqueue_later
from pathway.store.keys import child_text, episode_text
from pathway.store.partner_messages import Outgoing
from pathway.store.partners import Partner
from pathway.store.scopes import WORKER, WRITER
from pathway_fhir.client.breaker import Breaker
from pathway_fhir.client.calling import Answer, Call, NoAnswer
from pathway_fhir.client.retrying import Judged, Next, delay_after, judge
from pathway_fhir.client.tokens import NoToken
from pathway_fhir.mapping.provenance import MESSAGE
from pathway_fhir.outbound.composing import compose
from pathway_fhir.outbound.outward import Outward

ATTEMPTS: Final = 12
"""Tries of one message, over about three hours; then it is held, and the next one goes."""
MOST: Final = 200
"""Messages sent by one job; the rest is for the next, so that a worker that is told to stop does so soon."""
LEASE: Final = timedelta(seconds=90)
"""For how long a process is the one that sends to a destination; renewed before each message, and longer than one takes."""
_OFF: Final = "This partner's system is switched off. Send it again once it is on, or close it."
_STOPPED: Final = "Nothing is sent about this record."
_NOT_THEIRS: Final = (
    "This partner has no more to do with the child, or its scopes do not allow what a message holds."
)
_STUB: Final = "Given to the stub of this process; nothing left it."


def name_of(partner_id: int) -> str:
    """The name of a partner's system among the destinations."""
    return f"partner:{partner_id}"


async def deliver(area: Area, outward: Outward, message_id: UUID) -> str:
    """Send what waits for the destination of this message, as far as it goes; the state in which the message is left."""
    async with area.database.transaction(WORKER) as tx:
        to = (await partner_messages.outgoing(tx, message_id)).partner_id
    holder, wait = uuid4(), None
    while await _is_ours(area, to, holder):
        try:
            wait = await _drain(area, outward, to, holder)
        finally:
            async with area.database.transaction(WORKER) as tx:
                await destinations.release(tx, name_of(to), holder)
        # What was put down meanwhile found the destination taken, and was left to us.
        if wait is not None or not await _waiting(area, to):
            break
    async with area.database.transaction(WORKER) as tx:
        return (await partner_messages.outgoing(tx, message_id)).state


async def _is_ours(area: Area, to: int, holder: UUID) -> bool:
    async with area.database.transaction(WORKER) as tx:
        return await destinations.lease(tx, name_of(to), holder, LEASE)


async def _waiting(area: Area, to: int) -> list[UUID]:
    async with area.database.transaction(WORKER) as tx:
        return list(await partner_messages.next_for(tx, to))


async def _drain(area: Area, outward: Outward, to: int, holder: UUID) -> datetime | None:
    """Send one after the other; until when to wait where one cannot go yet, and None where nothing is left."""
    done = 0
    while batch := await _waiting(area, to):
        for one in batch:
            if not await _is_ours(area, to, holder):
                return area.now()
            wait = area.now() if done == MOST else await _one(area, outward, one)
            if wait is not None:
                await _again(area, one, wait)
                return wait
            done += 1
    return None


async def _again(area: Area, message_id: UUID, at: datetime) -> None:
    after = max(at - area.now(), timedelta())
    async with area.database.transaction(WORKER) as tx:
        await enqueue_later(tx, DELIVER, message_id, after, at.isoformat())


async def _one(area: Area, outward: Outward, message_id: UUID) -> datetime | None:
    """One message: None where it waits no more, else until when it, and all behind it, must wait."""
    async with area.database.transaction(WORKER) as tx:
        message = await partner_messages.outgoing(tx, message_id)
        partner = await partners.by_id(tx, message.partner_id)
    if message.state != WAITING:
        return None
    if message.not_before is not None and message.not_before > area.now():
        return message.not_before
    try:
        call = await _prepared(area, outward, partner, message)
    except PathwayError as error:
        return await _failed(area, message, Judged(Next.LATER, error.message), None)
    except Exception as error:  # noqa: BLE001
        # Its own text may hold what somebody typed: where it arose is enough to find it.
        words = f"An unforeseen error, {type(error).__name__} at {place_of(error)}."
        return await _failed(area, message, Judged(Next.FINAL, words), None)
    if call is None:
        return None
    breaker = Breaker(area.database, name_of(partner.id))
    return await breaker.wait(area.now()) or await _sent(area, outward, partner, message, call, breaker)


async def _prepared(area: Area, outward: Outward, partner: Partner, message: Outgoing) -> Call | None:
    """The request with the bytes that were kept, or are kept now; None where the message does not leave."""
    if not message.stopped and not can_be_reached(partner):
        await _settle(area, message, HELD, _OFF)
        return None
    if not message.stopped and message.secret is None:
        await _make(area, outward, partner, message)
    body = await _kept(area, message)
    return outward.call_for(partner, message.id, message.correlation_id, body) if body else None


def can_be_reached(partner: Partner) -> bool:
    """Whether there is anywhere to send to."""
    return partner.active and partner.mode != "off" and (partner.mode == "stub" or bool(partner.endpoint))


async def _make(area: Area, outward: Outward, partner: Partner, message: Outgoing) -> None:
    async with area.database.transaction(WRITER) as tx:
        is_first = await partner_messages.is_first(tx, message)
        answers = await partner_messages.origin(tx, message, MESSAGE)
    made = await compose(area, outward, partner, message, is_first=is_first, answers=answers)
    if made is None:
        await _settle(area, message, DROPPED, _NOT_THEIRS)
        return
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    async with area.database.transaction(WORKER) as tx:
        secret = (await episode_text(tx, area.key, message.episode_id)).lock({"body": text})
        if secret is not None:
            await partner_messages.freeze(tx, message.id, secret)
    # So that an answer of theirs, which names this message, finds the referral.
    async with area.database.transaction(WRITER) as tx:
        name = (MESSAGE, str(message.id))
        await outside_identifiers.name(tx, partner.account_id, [name], message.episode_id)


async def _kept(area: Area, message: Outgoing) -> bytes | None:
    """The bytes, where the message still waits: asked right before they are sent, for it may have been stopped since."""
    async with area.database.transaction(WORKER) as tx:
        now = await partner_messages.outgoing(tx, message.id)
        said = (await child_text(tx, area.key, message.child_id)).unlock(now.secret)
    if now.state != WAITING:
        return None
    if now.stopped or "body" not in said:
        await _settle(area, message, DROPPED, _STOPPED)
        return None
    return said["body"].encode()


async def _settle(area: Area, message: Outgoing, state: str, because: str) -> None:
    async with area.database.transaction(WORKER) as tx:
        await deliveries.settle(tx, message.id, state, because)


async def _sent(
    area: Area, outward: Outward, partner: Partner, message: Outgoing, call: Call, breaker: Breaker
) -> datetime | None:
    answer: Answer | None = None
    try:
        answer = await outward.send(partner, call)
        judged = judge("bars", call, answer, area.now(), strict=partner.strict)
    except NoToken as error:
        return await _failed(area, message, Judged(Next.LATER, str(error)[:500]), None)
    except NoAnswer as error:
        # Where nothing can be sent at all the address is to be put right, and no message is to blame.
        judged = Judged(Next.FINAL if error.final and error.sent else Next.AGAIN, error.sentence)
    if judged.next is Next.AGAIN:
        await breaker.failed(area.now())
    else:
        await breaker.answered()
    if judged.next is not Next.ARRIVED:
        return await _failed(area, message, judged, answer)
    async with area.database.transaction(WORKER) as tx:
        await deliveries.settle(tx, message.id, SENT, _STUB if partner.mode == "stub" else None)
        await partner_messages.note_answer(tx, message, answer.status if answer else None, arrived=True)
    return None


async def _failed(area: Area, message: Outgoing, judged: Judged, answer: Answer | None) -> datetime | None:
    """Count the try. After the last one, or where trying again cannot help, people see it, and the next message goes."""
    allowed = 1 if judged.next is Next.FINAL else ATTEMPTS
    until = area.now() + max(delay_after(message.attempts), judged.wait or timedelta())
    async with area.database.transaction(WORKER) as tx:
        waits = await deliveries.note_failure(tx, message.id, judged.words, allowed) == WAITING
        status = answer.status if answer else None
        await partner_messages.note_answer(
            tx, message, status, arrived=False, not_before=until if waits else None
        )
    return until if waits else None

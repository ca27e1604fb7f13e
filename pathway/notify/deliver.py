"""Delivering one row of the outbox: whom to tell, in which words; keep the text, send it, note what became of it.

Three steps, and nothing is sent inside a transaction: make and keep the messages; hand each one over; note it. A message
is kept once for each carer and channel, so a repeat sends only what was not delivered, as it was; what a person lets go is
written anew, for it may have waited for weeks. Whether a message may still be
sent is asked again right before each one: a death, a sealing or an ended link stops it (docs/rules.md 19).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.family_reached import family_reached
from pathway.domain.definition import Definition
from pathway.domain.errors import NotSent
from pathway.domain.family_view import day_named
from pathway.domain.london import london_date
from pathway.domain.periods import Period, Unit, add
from pathway.domain.roles import THE_SERVICE
from pathway.domain.telling import must_be_asked
from pathway.notify.messages import Told, compose
from pathway.notify.senders import Letter, Post, Sender
from pathway.notify.templates import FRAME, template
from pathway.store import access_log, deliveries, messages, outbox
from pathway.store.deliveries import DROPPED, HELD, NOBODY_TO_TELL, SENT, WAITING, Leaving
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.messages import About, Carer, NewMessage, Unsent
from pathway.store.scopes import WORKER

WRITE_AGAIN_WITHIN: Final = Period(12, Unit.WEEKS)
"""Where a pathway has no clock of silence of its own."""

_UPDATES: Final = frozenset({outbox.FAMILY_UPDATE, outbox.CORRECTION})
"""What tells a family where their child is: only that counts as an update, and begins the silence again."""

_CORRECTED: Final = (
    "The fact was corrected after the message was made. Read it, then send it again or drop it."
)

_ASK_FIRST: Final = "From 16 a young person decides who is told, and nobody has asked yet. Ask, record the answer, then send it again."

_IN_DOUBT: Final = (
    "A national record says something about this child that a person must look at before anything is sent. Decide it under "
    "“Checks with national records”, then send it again or close it."
)

_NOBODY_LEFT: Final = (
    "Nobody could be told at the moment of sending. Look who may be told, then send it again."
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who can be told by a message, each with the sender of their channel, and how many cannot."""

    by_message: tuple[tuple[Carer, Sender], ...]
    others: int


async def deliver(area: Area, post: Post, outbox_id: UUID) -> str:
    """Tell the family what a row of the outbox says; the state in which the row is left.

    Raises NotSent where a sender failed: the caller counts the attempt and tries again later.
    """
    prepared = await _prepare(area, post, outbox_id)
    if prepared is not None:
        return prepared
    failures = []
    for message, letter in await _letters(area, outbox_id):
        if not await _may_still(area, outbox_id, message):
            continue
        try:
            await _send(area, post, message, letter)
        except NotSent as error:
            failures.append(error)  # one parent's address never keeps the other from hearing
    if failures:
        await _note_reached(area, outbox_id)
        raise min(failures, key=lambda error: error.final)
    return await _finish(area, post, outbox_id)


async def _prepare(area: Area, post: Post, outbox_id: UUID) -> str | None:
    """Make and keep the messages; or the state, where there is nothing to send."""
    async with area.database.transaction(WORKER) as tx:
        row = await deliveries.leaving(tx, outbox_id, lock=True)
        if row.state != WAITING:
            return row.state
        about = await messages.about(tx, row)
        stop = _reason_to_stop(about)
        if stop:
            return await _settle(tx, row, DROPPED, stop)
        if about.held:
            return await _settle(tx, row, HELD, _IN_DOUBT)
        if about.corrected and row.topic == outbox.FAMILY_UPDATE and not row.was_read:
            return await _settle(tx, row, HELD, _CORRECTED)
        if about.refused:
            return await _settle(tx, row, NOBODY_TO_TELL, outbox.MESSAGES_REFUSED)
        if not row.was_read and must_be_asked(about.birth_date, area.today, about.decided):
            return await _settle(tx, row, HELD, _ASK_FIRST)
        plan = _plan(post, await messages.carers(tx, row.child_id))
        if not plan.by_message:
            return await _settle(tx, row, NOBODY_TO_TELL, _nobody(plan, post))
        definition = await area.pathways.by_digest(tx, about.definition)
        text = await child_text(tx, area.key, row.child_id)
        for carer, _ in plan.by_message:
            await messages.keep(tx, row, _message(area, post, row, about, definition, carer, text.lock))
        await access_log.log(tx, THE_SERVICE, row.topic, [row.child_id])
        return None


def _reason_to_stop(about: About) -> str:
    reasons = {
        "The child has died. Nothing is sent.": about.died,
        "The record has been sealed. Nothing is sent.": about.sealed,
        "Messages about this child have been stopped.": about.stopped,
        "The record was imported and no person has released it yet.": about.silent,
        "The record was joined with another one, which tells the family.": about.merged,
    }
    return next((sentence for sentence, holds in reasons.items() if holds), "")


def _plan(post: Post, carers: list[Carer]) -> _Plan:
    found = [(carer, post.senders.get(carer.channel)) for carer in carers]
    able = tuple((c, s) for c, s in found if s is not None and (c.email or not s.needs_address))
    return _Plan(able, len(carers) - len(able))


def _nobody(plan: _Plan, post: Post) -> str:
    if not plan.others:
        return "Nobody may be told by us. Ask the family who should be told, and how."
    if not post.senders:
        return "No mail server is set up. Set PATHWAY_SMTP_HOST, then send it again."
    return "The family asked to be told by letter, text or telephone. Tell them, then close this with a note."


def _message(
    area: Area,
    post: Post,
    row: Leaving,
    about: About,
    definition: Definition,
    carer: Carer,
    lock: Callable[[Mapping[str, str]], bytes | None],
) -> NewMessage:
    words, frame = template(row.template, carer.language), template(FRAME, carer.language)
    told = Told(
        name=about.first_name,
        carer=carer.name,
        stage=definition.stages[about.stage],
        by=None if about.closed else next_update(area, definition),
        day=day_named(definition, about.kind, about.fields),
        team=about.team,
        link=post.page,
        needs=carer.needs,
    )
    message = compose(words, frame, told)
    secret = lock({"subject": message.subject, "text": message.text})
    if secret is None:
        raise NotSent("The message has no text, so it was not sent.", final=True)
    return NewMessage(
        uuid5(row.id, f"{carer.id}:{carer.channel}"),
        carer.id,
        carer.channel,
        words.language,
        row.template,
        words.version,
        secret,
    )


def next_update(area: Area, definition: Definition) -> date:
    """The day by which we write again: the limit of the pathway's own clock of silence, from today."""
    silence = (c.limit for c in definition.clocks.values() if c.restarts_when_family_reached)
    return add(area.today, min(silence, key=str, default=WRITE_AGAIN_WITHIN), area.calendar)


async def _settle(tx: Tx, row: Leaving, state: str, because: str) -> str:
    await deliveries.settle(tx, row.id, state, because)
    return state


async def _letters(area: Area, outbox_id: UUID) -> list[tuple[Unsent, Letter]]:
    """The messages that have not been delivered, readable."""
    async with area.database.transaction(WORKER) as tx:
        row = await deliveries.leaving(tx, outbox_id)
        text = await child_text(tx, area.key, row.child_id)
        found = []
        for message in await messages.unsent(tx, outbox_id):
            said = text.unlock(message.secret)
            if said:
                letter = Letter(message.id, message.email, said["subject"], said["text"], message.language)
                found.append((message, letter))
        return found


async def _may_still(area: Area, outbox_id: UUID, message: Unsent) -> bool:
    async with area.database.transaction(WORKER) as tx:
        return await messages.may_still_be_sent(tx, outbox_id, message)


async def _send(area: Area, post: Post, message: Unsent, letter: Letter) -> None:
    sender = post.senders.get(message.channel)
    if sender is None:
        raise NotSent(
            "There is no way any more to send by this channel. Set it up again, or drop the message."
        )
    try:
        await sender.send(letter)
    except NotSent:
        await _mark(area, message, "failed")
        raise
    await _mark(area, message, "delivered")


async def _mark(area: Area, message: Unsent, state: str) -> None:
    async with area.database.transaction(WORKER) as tx:
        await messages.mark(tx, message.id, state, area.now())


async def _note_reached(area: Area, outbox_id: UUID) -> None:
    """The family was reached if one carer was, although another has to be tried again."""
    async with area.database.transaction(WORKER) as tx:
        row = await deliveries.leaving(tx, outbox_id)
        at = await messages.last_delivered(tx, outbox_id)
    if at is not None and row.topic in _UPDATES:
        await family_reached(area, row.episode_id, london_date(at))


async def _finish(area: Area, post: Post, outbox_id: UUID) -> str:
    """Note that the family was reached, and say what is left to do by a person."""
    async with area.database.transaction(WORKER) as tx:
        row = await deliveries.leaving(tx, outbox_id)
        at = await messages.last_delivered(tx, outbox_id)
        others = _plan(post, await messages.carers(tx, row.child_id)).others
        if at is None:
            await deliveries.settle(tx, outbox_id, HELD, _NOBODY_LEFT)
            return (await deliveries.leaving(tx, outbox_id)).state
    if row.topic in _UPDATES:
        await family_reached(area, row.episode_id, london_date(at))
    async with area.database.transaction(WORKER) as tx:
        await deliveries.settle(
            tx, outbox_id, HELD if others else SENT, _also_tell(others) if others else None
        )
        return (await deliveries.leaving(tx, outbox_id)).state


def _also_tell(others: int) -> str:
    who = "One carer" if others == 1 else f"{others} carers"
    return f"{who} asked to be told by letter, text or telephone: tell them, then close this with a note."

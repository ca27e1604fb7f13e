"""Correct a fact: strike it out, or give it the day on which it really happened.

Nothing is changed: the correction is a fact of its own, with a reason, and the whole history is judged again. A family
that was told of a fact which is struck out is owed a correction; a person reads that message first (docs/rules.md 19).
"""

from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import NOT_THERE, Changed, Opened, change, open_episode
from pathway.actions.perform import Asking, perform, require
from pathway.domain.built_in_facts import coordinator_named
from pathway.domain.corrections import check_corrector, check_move, check_reason, check_strike, fold_corrected
from pathway.domain.decide import check_day
from pathway.domain.episode import Episode
from pathway.domain.errors import NotFound
from pathway.domain.events import BuiltIn, Event
from pathway.domain.ids import event_id
from pathway.domain.roles import Permission
from pathway.store import outbox
from pathway.store.caseloads import join_caseload, leave_caseload
from pathway.store.engine import Tx
from pathway.store.facts import Draft, by_id
from pathway.store.keys import episode_text


async def strike_out(area: Area, asking: Asking, episode_id: UUID, event_id: UUID, reason: str) -> Changed:
    """Append the fact that an earlier fact does not hold; a correction can be struck out too, which undoes it.

    Raises NotFound, StaleVersion, NotAllowed (whose fact it is), Conflict (the opening fact; struck out already),
    InvalidInput (no reason), ImpossibleHistory (a later fact rests on it), DuplicateRequest.
    """
    why = check_reason(reason)

    async def work(tx: Tx) -> Changed:
        opened, fact = await _open(tx, area, asking, episode_id, event_id)
        check_strike(opened.events, fact)
        draft = await _draft(tx, area, asking, opened, BuiltIn.STRUCK_OUT, fact, {}, why)
        episode = _judge(area, asking, opened, draft)
        changed = await change(tx, area, asking, opened, [draft], episode, BuiltIn.STRUCK_OUT)
        await _tell(tx, asking, opened, episode, fact, draft)
        named = coordinator_named(fact, opened.definition.steps.get(fact.kind))
        if named and named != episode.coordinator:
            await leave_caseload(tx, episode_id, named)
            if episode.coordinator:
                await join_caseload(tx, episode_id, episode.coordinator)
        return changed

    body = {"episode": episode_id, "event": event_id, "reason": why}
    return await perform(area, asking, "strike_out", body, Changed, work)


async def re_date(
    area: Area, asking: Asking, episode_id: UUID, event_id: UUID, new_day: date, reason: str
) -> Changed:
    """Append the fact that an earlier fact happened on another day.

    Raises as `strike_out`, and InvalidInput for a day after today, before the birth, or the same day.
    """
    why = check_reason(reason)

    async def work(tx: Tx) -> Changed:
        opened, fact = await _open(tx, area, asking, episode_id, event_id)
        check_day(new_day, area.today, opened.head.birth_date)
        check_move(opened.events, fact, new_day)
        fields = {"happened_on": new_day.isoformat()}
        draft = await _draft(tx, area, asking, opened, BuiltIn.RE_DATED, fact, fields, why)
        episode = _judge(area, asking, opened, draft)
        return await change(tx, area, asking, opened, [draft], episode, BuiltIn.RE_DATED)

    body = {"episode": episode_id, "event": event_id, "on": new_day, "reason": why}
    return await perform(area, asking, "re_date", body, Changed, work)


async def _open(tx: Tx, area: Area, asking: Asking, episode_id: UUID, fact: UUID) -> tuple[Opened, Event]:
    require(asking.actor, Permission.CORRECT, "correct a fact")
    opened = await open_episode(tx, area, asking, episode_id)
    found = by_id(opened.events).get(fact)
    if found is None:
        raise NotFound(NOT_THERE)
    check_corrector(asking.actor, found, opened.head.standing.provider_id)
    return opened, found


async def _draft(
    tx: Tx,
    area: Area,
    asking: Asking,
    opened: Opened,
    kind: BuiltIn,
    fact: Event,
    fields: dict[str, str],
    why: str,
) -> Draft:
    secret = (await episode_text(tx, area.key, opened.head.id)).lock({"reason": why})
    return Draft(event_id(asking.request_id, 0), kind, area.today, fields, secret, target=fact.id)


def _judge(area: Area, asking: Asking, opened: Opened, draft: Draft) -> Episode:
    candidate = draft.as_event(asking.actor, opened.next_sequence)
    return fold_corrected(
        opened.definition, opened.events, candidate, area.calendar, opened.head.family_reached_on
    )


async def _tell(tx: Tx, asking: Asking, opened: Opened, episode: Episode, fact: Event, draft: Draft) -> None:
    """Stop what still waits to be said about the fact; where it was said, hold a correction for a person to read."""
    head = opened.head
    await outbox.drop_about(tx, fact.id, "the fact was struck out")
    if episode.messages_stopped or head.silent or head.sealed or not await outbox.was_told(tx, fact.id):
        return
    await outbox.hold(
        tx,
        event_id(asking.request_id, 1000),
        outbox.CORRECTION,
        outbox.CORRECTION,
        head.id,
        head.child_id,
        draft.id,
        "a person reads a correction before it is sent",
    )

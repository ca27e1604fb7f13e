"""What is held is seen by people, who try it again or close it with a reason. Nothing is closed by itself."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import check_reach
from pathway.actions.perform import Asking, perform
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed
from pathway.domain.events import in_force
from pathway.domain.family_view import day_named
from pathway.domain.roles import Permission, Role
from pathway.store import access_log, deliveries, held_jobs, outbox
from pathway.store.deliveries import Leaving
from pathway.store.engine import Tx
from pathway.store.facts import events_of, head_of
from pathway.store.jobs import enqueue
from pathway.store.keys import child_text

LONGEST_REASON = 200


async def send_again(area: Area, asking: Asking, outbox_id: UUID) -> UUID:
    """Try a held message again: it is written anew, and who may get it is asked again before it leaves.

    Raises NotAllowed, NotFound (not held, or not this actor's child), Conflict (what it says is not so any more),
    DuplicateRequest.
    """

    async def again(tx: Tx) -> UUID:
        await _check_still_so(tx, area, await _check(tx, asking, outbox_id, "send_again"))
        await held_jobs.send_again(tx, outbox_id)
        return outbox_id

    return await perform(area, asking, "send_again", {"message": outbox_id}, UUID, again)


async def close_held(area: Area, asking: Asking, outbox_id: UUID, reason: str) -> UUID:
    """Close a held message with a reason, as when the family was told by telephone; it is kept under the child's key.

    Raises InvalidInput (no reason), NotAllowed, NotFound, DuplicateRequest.
    """
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise InvalidInput(
            f"Say in 1 to {LONGEST_REASON} characters why it is closed, such as “told by telephone”.",
            "reason",
        )

    async def end(tx: Tx) -> UUID:
        row = await _check(tx, asking, outbox_id, "close_held_message")
        text = await child_text(tx, area.key, row.child_id)
        await held_jobs.close(tx, outbox_id, text.lock({"reason": why}))
        return outbox_id

    return await perform(area, asking, "close_held", {"message": outbox_id, "reason": why}, UUID, end)


async def run_again(area: Area, asking: Asking, job_id: int) -> int:
    """Put a failed job of the queue back into it. Raises NotAllowed, NotFound, DuplicateRequest."""

    async def again(tx: Tx) -> int:
        _require(asking)
        job = await held_jobs.take_job(tx, job_id)
        await enqueue(tx, job.kind, UUID(job.about) if "-" in job.about else int(job.about))
        return job_id

    return await perform(area, asking, "run_job_again", {"job": job_id}, int, again)


def _require(asking: Asking) -> None:
    if not asking.actor.may(Permission.HELD_JOBS):
        raise NotAllowed("Held messages are for the provider's lead and information governance.")


async def _check(tx: Tx, asking: Asking, outbox_id: UUID, action: str) -> Leaving:
    """The actor's right, and that the child is theirs; information governance sees the work and not the record."""
    _require(asking)
    row = await deliveries.leaving(tx, outbox_id, lock=True)
    if asking.actor.role is not Role.PRIVACY:
        await check_reach(tx, asking.actor, await head_of(tx, row.episode_id))
    await access_log.log(tx, asking.actor, action, [row.child_id], request_id=asking.request_id)
    return row


async def _check_still_so(tx: Tx, area: Area, row: Leaving) -> None:
    """Refuse, without a word of the record, an update about a fact that does not hold, or whose day or turn has passed."""
    if row.topic != outbox.FAMILY_UPDATE or row.event_id is None:
        return
    definition = await area.pathways.by_digest(tx, (await head_of(tx, row.episode_id)).definition)
    facts = [event for _, _, event in in_force(await events_of(tx, row.episode_id))]
    at = next((n for n, event in enumerate(facts) if event.id == row.event_id), None)
    if at is None:
        raise Conflict("What this message is about was struck out. Close it with a reason.")
    if any(event.kind == facts[at].kind for event in facts[at + 1 :]):
        raise Conflict(
            "The same was recorded again since, with a message of its own. Close this one with a reason."
        )
    day = day_named(definition, facts[at].kind, facts[at].fields)
    if day is not None and day < area.today:
        raise Conflict(
            "The day that this message names has passed. Speak with the family, then close it with a reason."
        )

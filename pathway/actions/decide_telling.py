"""Decide when a family is told that their record was opened: a Caldicott decision, with its reason and its last day.

A delay has an end, and the family is told then unless it is decided again (docs/rules.md 15).
"""

from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.actions.review_opening import PURPOSE
from pathway.domain.break_glass import LONGEST_DELAY, reason_in_words
from pathway.domain.errors import Conflict, InvalidInput
from pathway.domain.ids import event_id
from pathway.domain.london import london_midnight
from pathway.domain.roles import Permission
from pathway.store import access_log, openings, outbox
from pathway.store.engine import Tx
from pathway.store.keys import child_text


async def decide_telling(
    area: Area, asking: Asking, opening_id: UUID, until: date | None, reason: str
) -> UUID:
    """Delay telling the family until a day, or (with no day) tell them now. The decision's id.

    Raises NotAllowed, InvalidInput (the reason, or the day), NotFound, Conflict (the family has been told already),
    DuplicateRequest.
    """
    require(asking.actor, Permission.REVIEW_BREAK_GLASS, "decide when a family is told")
    why = reason_in_words(reason)
    if until is not None and not area.today < until <= area.today + LONGEST_DELAY:
        raise InvalidInput(
            "Choose a day after today and within a year; it can be decided again then.", "until"
        )

    async def work(tx: Tx) -> UUID:
        child = await openings.child_of_opening(tx, opening_id)
        if await openings.was_told(tx, opening_id):
            raise Conflict("The family has been told of this already, so there is nothing to delay.")
        secret = (await child_text(tx, area.key, child)).lock({"reason": why})
        telling, actor = event_id(asking.request_id, 0), asking.actor
        tell_from = london_midnight(until) if until else None
        await outbox.drop_about(tx, opening_id, "It was decided again when the family is told.")
        await openings.insert_telling(tx, telling, opening_id, actor.account_id, tell_from, secret or b"")
        await access_log.log(
            tx, actor, "decide_telling", [child], PURPOSE, asking.request_id, opening=opening_id
        )
        for one in await openings.to_tell(tx, opening_id):
            await openings.put_message(tx, event_id(one.decided_by, 1000), one.id, one.child_id)
        return telling

    body = {"opening": opening_id, "until": until, "reason": why}
    return await perform(area, asking, "decide_telling", body, UUID, work)

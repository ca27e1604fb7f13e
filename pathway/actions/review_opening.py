"""Review an opening: information governance says whether it was right to break the glass, and why (docs/rules.md 15)."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.break_glass import Finding, reason_in_words
from pathway.domain.ids import event_id
from pathway.domain.roles import Permission
from pathway.store import access_log, openings
from pathway.store.engine import Tx
from pathway.store.keys import child_text

PURPOSE = "review of an opening"


async def review_opening(area: Area, asking: Asking, opening_id: UUID, finding: Finding, note: str) -> UUID:
    """Append the review; a later one stands above it. The review's id.

    Raises NotAllowed, InvalidInput (the note), NotFound, DuplicateRequest.
    """
    require(asking.actor, Permission.REVIEW_BREAK_GLASS, "review an opened record")
    words = reason_in_words(note, "note")

    async def work(tx: Tx) -> UUID:
        child = await openings.child_of_opening(tx, opening_id)
        secret = (await child_text(tx, area.key, child)).lock({"note": words})
        review, actor = event_id(asking.request_id, 0), asking.actor
        await openings.insert_review(tx, review, opening_id, actor.account_id, finding, secret or b"")
        await access_log.log(
            tx, actor, "review_opening", [child], PURPOSE, asking.request_id, opening=opening_id
        )
        return review

    body = {"opening": opening_id, "finding": finding, "note": words}
    return await perform(area, asking, "review_opening", body, UUID, work)

"""Write a referral over several pages: begin a draft, keep what was typed, throw it away, and send it once.

The draft's id is the request id of the referral, so a double click, a second window or the back button sends nothing twice.
"""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, require
from pathway.actions.refer import keep_protections, open_referral
from pathway.domain.errors import AlreadyReferred, Conflict, InvalidInput, NotFound
from pathway.domain.referral import Referral
from pathway.domain.roles import Actor, Permission
from pathway.store import drafts
from pathway.store.drafts import ReferralDraft, Typed
from pathway.store.engine import Tx
from pathway.store.scopes import writing

LONGEST = 100_000
NOT_THERE = "There is no such referral being written, or it is another organisation's. Start again from “Refer a child”."
_ALREADY = "This referral has been sent. Its page says what happens next."
_CHANGED = (
    "Answers were changed in another window since this page was opened. Read them again, and then send."
)


async def begin_draft(area: Area, actor: Actor, draft_id: UUID, pathway: str) -> None:
    """Begin a referral to a pathway. Raises NotAllowed (role), NotFound (no such pathway)."""
    require(actor, Permission.REFER, "refer a child")
    definition = area.pathways.newest(pathway)
    async with area.database.transaction(writing(actor)) as tx:
        await drafts.begin(tx, area.key, draft_id, actor.account_id, actor.organisation_id, definition.key)


async def save_section(area: Area, actor: Actor, draft_id: UUID, section: str, typed: Typed) -> None:
    """Keep what was typed on one page, right or wrong. Raises NotFound, Conflict (sent), InvalidInput (too long)."""
    if sum(len(name) + len(value) for name, value in typed) > LONGEST:
        raise InvalidInput("This is too long to keep. Shorten it and save again.")
    async with area.database.transaction(writing(actor)) as tx:
        draft = await _open(tx, area, actor, draft_id)
        if draft.is_sent:
            raise Conflict(_ALREADY)
        await drafts.save(tx, area.key, draft.having(section, typed))


async def discard_draft(area: Area, actor: Actor, draft_id: UUID) -> None:
    """Throw a draft away; one that was sent stays, for it only says that it was sent."""
    async with area.database.transaction(writing(actor)) as tx:
        await _open(tx, area, actor, draft_id)
        await drafts.delete(tx, draft_id)


async def send_draft(area: Area, actor: Actor, draft_id: UUID, version: int, referral: Referral) -> None:
    """Send the referral that was made from this version of a draft, and empty the draft, in one transaction.

    Sending it again does nothing. Raises as `refer` does, and Conflict where the draft has changed since.
    """
    asking = Asking(actor, draft_id)

    async def attempt() -> None:
        async with area.database.transaction(writing(actor)) as tx:
            draft = await _open(tx, area, actor, draft_id)
            if draft.is_sent:
                return
            if draft.version != version:
                raise Conflict(_CHANGED)
            referred = await open_referral(area, asking, referral)
            await drafts.mark_sent(tx, draft_id, referred.reference, referred.being_checked)

    try:
        await area.database.retrying(attempt)
    except AlreadyReferred:
        await keep_protections(area, asking, referral)
        raise


async def _open(tx: Tx, area: Area, actor: Actor, draft_id: UUID) -> ReferralDraft:
    require(actor, Permission.REFER, "refer a child")
    draft = await drafts.draft_row(tx, area.key, draft_id, lock=True)
    if draft is None or draft.organisation_id != actor.organisation_id:
        raise NotFound(NOT_THERE)
    return draft

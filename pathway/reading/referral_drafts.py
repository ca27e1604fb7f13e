"""Referrals being written, as the organisation that writes them reads them. Logged; there is no child's record yet to name."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.save_draft import NOT_THERE
from pathway.domain.definition import Definition
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor
from pathway.store import access_log, drafts
from pathway.store.drafts import ReferralDraft
from pathway.store.organisations import Organisation, organisation, organisations
from pathway.store.scopes import reading


async def referral_draft(area: Area, actor: Actor, draft_id: UUID) -> ReferralDraft:
    """One draft of the reader's own organisation. NotFound otherwise."""
    async with area.database.transaction(reading(actor)) as tx:
        draft = await drafts.draft_row(tx, area.key, draft_id)
        if draft is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "referral draft", [])
        return draft


async def unsent_drafts(area: Area, actor: Actor) -> list[ReferralDraft]:
    """The drafts of the reader's organisation that wait to be finished, newest first."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await drafts.unsent(tx, area.key, actor.organisation_id)
        if found:
            await access_log.log(tx, actor, "referral drafts", [])
        return found


async def own_organisation(area: Area, actor: Actor) -> Organisation:
    """The organisation that the reader acts for."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return await organisation(tx, actor.organisation_id)


async def organisations_to_name(area: Area, actor: Actor) -> list[Organisation]:
    """Every organisation in use, to choose one from."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return await organisations(tx)


def pathways_open_to(area: Area, actor: Actor) -> tuple[Definition, ...]:
    """The pathways whose first step this role may take."""
    known = (area.pathways.newest(key) for key in area.pathways.keys)
    return tuple(d for d in known if actor.role in d.steps[d.first_step].by)

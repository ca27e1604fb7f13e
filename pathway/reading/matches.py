"""Records that look alike, for a person to compare."""

from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor
from pathway.store import access_log
from pathway.store.match_rows import MatchProposal, open_proposals
from pathway.store.scopes import reading


async def proposals(area: Area, actor: Actor) -> list[MatchProposal]:
    """The undecided proposals whose two records the actor may both see, oldest first."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await open_proposals(tx)
        if found:
            await access_log.log(
                tx, actor, "match proposals", [s.id for m in found for s in (m.one, m.other)]
            )
        return found


async def proposal(area: Area, actor: Actor, proposal_id: UUID) -> MatchProposal:
    """One proposal. NotFound where it is decided, or where one of the records is another team's."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await open_proposals(tx, proposal_id)
        if not found:
            raise NotFound("This has been decided already, or one of the two records is another team's.")
        await access_log.log(tx, actor, "match proposal", [found[0].one.id, found[0].other.id])
        return found[0]

"""The roles of staff and the providers of pathways, as a partner's system is told them: nobody by name."""

from typing import Final

from pathway.actions.area import Area
from pathway.domain.roles import PERMISSIONS, Actor, Permission, Role
from pathway.domain.told import OrganisationTold, PersonTold
from pathway.reading.told.organisations import organisations
from pathway.store.exchange_figures import routes, staff
from pathway.store.scopes import reading

_NOT_STAFF: Final = [role.value for role in Role if Permission.READ_OWN_CHILD in PERMISSIONS[role]]


async def staff_told(area: Area, actor: Actor) -> list[PersonTold]:
    """Every account of an organisation, by its role there."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        bodies = await organisations(area.database, tx, frozenset({actor.organisation_id}))
        rows = await staff(tx, _NOT_STAFF)
    return [PersonTold(row.id, "", Role(row.role), bodies.get(row.organisation_id)) for row in rows]


async def routes_told(area: Area, actor: Actor) -> list[tuple[str, OrganisationTold]]:
    """Which provider takes new children on which pathway."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        bodies = await organisations(area.database, tx, frozenset({actor.organisation_id}))
        found = await routes(tx)
    return [(pathway, bodies[provider]) for pathway, provider in found if pathway in area.pathways.keys]

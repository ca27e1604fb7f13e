"""The organisations of the area by name: no personal data, so nothing is logged."""

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.store.organisations import Organisation, organisations
from pathway.store.scopes import reading


async def providers(area: Area, actor: Actor) -> list[Organisation]:
    """The assessment providers in use."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return await organisations(tx, "provider")

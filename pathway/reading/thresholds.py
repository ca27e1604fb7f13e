"""Limits and their versions: no personal data, so nothing is logged."""

from pathway.actions.area import Area
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor
from pathway.store.organisations import organisation
from pathway.store.scopes import reading
from pathway.store.threshold_rows import ThresholdVersion, threshold_versions


async def versions(area: Area, actor: Actor) -> list[ThresholdVersion]:
    """Every drafted, agreed or withdrawn version, the newest first."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return await threshold_versions(tx)


async def version(area: Area, actor: Actor, threshold_id: int) -> tuple[ThresholdVersion, str]:
    """One version, and the kind of organisation for which the reader would sign."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        found = await threshold_versions(tx, threshold_id)
        if not found:
            raise NotFound("There is no such version of a limit. Go back to the list.")
        return found[0], (await organisation(tx, actor.organisation_id)).kind

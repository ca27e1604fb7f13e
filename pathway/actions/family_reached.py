"""A message has reached the family: the clock of silence begins again. A receipt, and no fact about the child."""

from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.reproject import reproject
from pathway.store.episodes import note_family_reached
from pathway.store.facts import lock_episode
from pathway.store.scopes import WRITER


async def family_reached(area: Area, episode_id: UUID, on: date) -> bool:
    """Note the day, unless a later one is known, and make the rows anew; whether anything was new.

    The record's version stays, so a clinician's page does not become stale when a message arrives.
    """

    async def note() -> bool:
        async with area.database.transaction(WRITER) as tx:
            head = await lock_episode(tx, episode_id)
            if head.family_reached_on is not None and head.family_reached_on >= on:
                return False
            await note_family_reached(tx, episode_id, on)
            await reproject(tx, area, head, on)
            return True

    return await area.database.retrying(note)

"""A review day that has passed gives way to the next one: no child is left with a date in the past (docs/rules.md 6)."""

from pathway.actions.area import Area
from pathway.actions.reproject import reproject
from pathway.store.episodes import overdue_reviews
from pathway.store.facts import lock_episode
from pathway.store.scopes import WRITER


async def roll_reviews_forward(area: Area, *, batch: int = 200) -> int:
    """Give every open episode whose planned date has passed its next review date; how many there were."""
    rolled = 0
    while found := await _batch(area, batch):
        rolled += found
    return rolled


async def _batch(area: Area, batch: int) -> int:
    async with area.database.transaction(WRITER) as tx:
        found = await overdue_reviews(tx, area.today, batch)
        for episode_id in found:
            head = await lock_episode(tx, episode_id)
            await reproject(tx, area, head, head.family_reached_on)
        return len(found)

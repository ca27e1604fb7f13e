"""Reading what an action has written, as the writer sees it."""

from datetime import date
from typing import Any
from uuid import UUID

from pathway.store.scopes import WRITER
from tests.world import World


async def rows(world: World, query: str, *arguments: Any) -> list[Any]:
    """Every row of a query."""
    async with world.area.database.transaction(WRITER) as tx:
        return await tx.fetch(query, *arguments)


async def row(world: World, query: str, *arguments: Any) -> Any:
    """The first row of a query; there is one."""
    found = await rows(world, query, *arguments)
    assert found, "the query found nothing"
    return found[0]


async def outbox_rows(world: World, episode: UUID) -> list[Any]:
    """What is to leave about an episode, in the order in which it was written."""
    return await rows(world, "SELECT * FROM outbox WHERE episode_id = $1 ORDER BY made_at, id", episode)


async def due(world: World, episode: UUID) -> dict[str, date]:
    """The due date of each current clock of an episode (of the last instance)."""
    found = await rows(
        world,
        "SELECT clock, due_on FROM clock WHERE episode_id = $1 AND known_to IS NULL ORDER BY clock, instance",
        episode,
    )
    return {r["clock"]: r["due_on"] for r in found}


async def kinds(world: World, episode: UUID) -> list[str]:
    """The kinds of an episode's facts in the order of recording."""
    found = await rows(world, "SELECT kind FROM event WHERE episode_id = $1 ORDER BY sequence", episode)
    return [r["kind"] for r in found]


async def mark_sent(world: World, episode: UUID) -> None:
    """As the worker does once every message about an episode has been delivered."""
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE outbox SET state = 'sent' WHERE episode_id = $1", episode)

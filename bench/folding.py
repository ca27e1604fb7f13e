"""Folding an episode of 20 events against the time PostgreSQL takes to return them."""

import time
from collections.abc import Awaitable, Callable
from datetime import date
from statistics import median

from bench.figures import Figure
from bench.steps import needed
from pathway.domain.fold import fold
from pathway.store.facts import events_of
from pathway.store.scopes import WRITER
from tests.world import World

EVENTS = 20
ROUNDS = 400


async def long_episode(world: World) -> object:
    """An episode with 20 facts, recorded through the product."""
    referred = await world.refer()
    for step in ("triage_started", "referral_accepted"):
        await world.step("triage", referred.episode_id, step, date(2026, 3, 4), **needed(step))
    for n in range(EVENTS - 3):
        step = ("hold_requested", "hold_ended")[n % 2]
        await world.step("coordinator", referred.episode_id, step, date(2026, 3, 6), **needed(step))
    return referred.episode_id


async def seconds(call: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await call()
    return time.perf_counter() - begun


async def figures(world: World) -> list[Figure]:
    """Medians over rounds that take turns, so that both meet the same machine."""
    episode = await long_episode(world)
    fetched, folded = [], []
    async with world.area.database.transaction(WRITER, read_only=True) as tx:
        definition = world.area.pathways.newest("autism")
        sql = "SELECT * FROM event WHERE episode_id = $1 ORDER BY sequence"
        events = await events_of(tx, episode)  # type: ignore[arg-type]
        assert len(events) == EVENTS
        for _ in range(ROUNDS):
            fetched.append(await seconds(lambda: tx.connection.fetch(sql, episode)))
            begun = time.perf_counter()
            fold(definition, events, world.area.calendar)
            folded.append(time.perf_counter() - begun)
    returned, read = median(fetched) * 1e6, median(folded) * 1e6
    return [
        Figure("fold: PostgreSQL returns 20 events", returned, "µs"),
        Figure("fold: the engine folds them", read, "µs"),
        Figure("fold: engine ÷ PostgreSQL", read / returned, "", at_most=1.0),
    ]

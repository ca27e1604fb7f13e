"""Whether the service lives and is ready, and its figures: counts as of the area's own day, and nothing about a child."""

import re
from datetime import date

import httpx

from tests.web.signing_in import app_over
from tests.world import TODAY, World


async def figures(world: World) -> dict[str, int]:
    app = app_over(world)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        answer = await client.get("/metrics")
        assert (await client.get("/health/live")).text == "live\n"
        assert (await client.get("/health/ready")).status_code == 200
    return {name: int(value) for name, value in re.findall(r"^(\w+) (-?\d+)$", answer.text, re.MULTILINE)}


async def test_a_wait_counts_as_past_its_limit_on_the_areas_own_day(world: World) -> None:
    await world.refer(received_on=date(2026, 3, 3))
    assert (await figures(world.on(date(2026, 3, 4))))["pathway_breached_clocks"] == 0
    assert (await figures(world.on(TODAY)))["pathway_breached_clocks"] > 0


async def test_an_open_child_has_a_next_step(world: World) -> None:
    await world.refer()
    found = await figures(world)
    assert (found["pathway_open_episodes"], found["pathway_episodes_without_next_step"]) == (1, 0)
    assert found["pathway_outbox_waiting"] == 1

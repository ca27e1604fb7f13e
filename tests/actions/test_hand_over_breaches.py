"""A breach that is open when a child changes provider is answered for by whoever holds the child now (docs/rules.md 9, 16)."""

from datetime import date

import pytest

from pathway.actions.acknowledge import acknowledge_one
from pathway.actions.hand_over import accept, offer
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.domain.errors import NotFound
from pathway.reading.breaches import late_waits
from pathway.store.breach_rows import BreachFilter
from tests.world import World


async def test_after_a_hand_over_the_new_provider_acknowledges_what_is_still_open(world: World) -> None:
    episode = (await world.refer(received_on=date(2025, 1, 6))).episode_id
    await scan_for_breaches(world.area)
    await offer(world.area, world.asking("lead"), episode, world.org["other_provider"])
    await accept(world.area, world.asking("other_lead"), episode)
    found = (await late_waits(world.area, world.actors["other_lead"], BreachFilter())).rows
    assert found
    for wait in found:
        assert wait.late.crossing is not None, wait.clock.key
        with pytest.raises(NotFound):
            await acknowledge_one(
                world.area, world.asking("lead"), wait.late.crossing, "capacity", "extra_clinic"
            )
        done = await acknowledge_one(
            world.area, world.asking("other_lead"), wait.late.crossing, "capacity", "extra_clinic"
        )
        assert done.crossings == (wait.late.crossing,)

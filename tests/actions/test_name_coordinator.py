"""A case coordinator is named once and known everywhere: on the episode, on the clock, on the list (NICE CG128)."""

from datetime import date
from uuid import UUID

import pytest

from pathway.actions.correct import strike_out
from pathway.actions.name_coordinator import name_coordinator
from pathway.domain.errors import InvalidInput
from pathway.store.scopes import WRITER
from tests.world import World

ACCEPTED = date(2026, 3, 6)


async def accepted(world: World) -> UUID:
    episode = (await world.refer()).episode_id
    await world.step("triage", episode, "referral_accepted", ACCEPTED, priority="routine")
    return episode


async def standing(world: World, episode: UUID) -> tuple[int | None, list[int], str]:
    """Who coordinates, on whose own list the child is, and where the coordinator clock stands."""
    async with world.area.database.transaction(WRITER) as tx:
        named = await tx.fetchval("SELECT coordinator_id FROM episode WHERE id = $1", episode)
        lists = await tx.fetch("SELECT account_id FROM caseload WHERE episode_id = $1", episode)
        clock = await tx.fetchval(
            "SELECT state FROM clock WHERE episode_id = $1 AND clock = 'coordinator' AND known_to IS NULL",
            episode,
        )
    return named, [row["account_id"] for row in lists], clock


async def test_naming_a_coordinator_stops_the_clock_and_puts_the_child_on_their_list(world: World) -> None:
    episode, theirs = await accepted(world), world.actors["coordinator"].account_id
    assert (await standing(world, episode))[2] == "running"
    await name_coordinator(world.area, world.asking("lead"), episode, theirs)
    assert await standing(world, episode) == (theirs, [theirs], "missed")


async def test_whoever_records_the_step_takes_the_child_on(world: World) -> None:
    episode, theirs = await accepted(world), world.actors["coordinator"].account_id
    await world.step("coordinator", episode, "coordinator_assigned", date(2026, 3, 9))
    assert await standing(world, episode) == (theirs, [theirs], "met")


async def test_another_name_moves_the_child_to_the_other_list_and_striking_it_out_moves_it_back(
    world: World,
) -> None:
    episode = await accepted(world)
    first, second = world.actors["coordinator"].account_id, world.actors["clinician"].account_id
    await name_coordinator(world.area, world.asking("lead"), episode, first)
    changed = await name_coordinator(world.area, world.asking("lead"), episode, second)
    assert (await standing(world, episode))[:2] == (second, [second])
    await strike_out(world.area, world.asking("lead"), episode, changed.event_id, "The wrong name")
    assert (await standing(world, episode))[:2] == (first, [first])


async def test_before_the_stage_for_it_the_name_is_kept_all_the_same(world: World) -> None:
    episode, theirs = (await world.refer()).episode_id, world.actors["coordinator"].account_id
    await name_coordinator(world.area, world.asking("lead"), episode, theirs)
    assert (await standing(world, episode))[:2] == (theirs, [theirs])


async def test_nobody_of_another_team_is_named(world: World) -> None:
    episode = await accepted(world)
    with pytest.raises(InvalidInput, match="works in the team"):
        await name_coordinator(
            world.area, world.asking("lead"), episode, world.actors["other_clinician"].account_id
        )


async def test_the_family_is_told_who_it_is(world: World) -> None:
    episode = await accepted(world)
    await name_coordinator(world.area, world.asking("lead"), episode, world.actors["coordinator"].account_id)
    async with world.area.database.transaction(WRITER) as tx:
        told = await tx.fetch("SELECT template FROM outbox WHERE episode_id = $1", episode)
    assert "coordinator_named" in {row["template"] for row in told}

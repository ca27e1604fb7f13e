"""The version that somebody outside the team was shown is compared under the episode's lock, and counts what they may know."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.episode_change import Changed
from pathway.actions.record_step import record_step
from pathway.domain.errors import StaleVersion
from pathway.reading.episode_record import episode_record
from tests.rules.test_rule_10_no_outcome_on_pages import assessed, decide
from tests.world import World

GIVEN = {"scope": "gather_information", "given_by": "parental_responsibility"}


async def shown(world: World, episode: UUID, who: str = "senco") -> int:
    return (await episode_record(world.area, world.actors[who], episode)).version


async def permit(world: World, episode: UUID, version: int, who: str = "senco") -> Changed:
    asking = replace(world.asking(who, version), counts_what_is_shown=True)
    return await record_step(world.area, asking, episode, "consent_given", date(2026, 11, 1), GIVEN)


async def test_of_two_who_saw_the_same_version_only_one_records(committed_world: World) -> None:
    world = committed_world
    episode = (await assessed(world)).episode_id
    version = await shown(world, episode)
    answers = await asyncio.gather(
        permit(world, episode, version), permit(world, episode, version), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == [Changed.__name__, StaleVersion.__name__]
    [refusal] = [answer for answer in answers if isinstance(answer, StaleVersion)]
    assert refusal.changes == ()


async def test_a_decision_that_is_hidden_from_them_makes_nobody_outside_stale(world: World) -> None:
    episode = (await assessed(world)).episode_id
    version = await shown(world, episode)
    await decide(world, episode, "autism")
    assert await shown(world, episode) == version
    assert (await permit(world, episode, version)).episode_id == episode


async def test_the_team_is_held_to_every_fact(world: World) -> None:
    episode = (await assessed(world)).episode_id
    version = await shown(world, episode, "clinician")
    await decide(world, episode, "autism")
    with pytest.raises(StaleVersion) as refusal:
        await permit(world, episode, version, "clinician")
    assert refusal.value.changes

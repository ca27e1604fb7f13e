"""Refer and record a step: the thin path through every layer."""

from datetime import date

import pytest

from pathway.domain.errors import AlreadyReferred, DuplicateRequest, NotFound, StaleVersion, StepNotAllowed
from pathway.store.scopes import WRITER
from tests.world import World


async def test_a_referral_is_triaged_and_its_clocks_run(world: World) -> None:
    referred = await world.refer()
    started = await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    assert started.stage == "triage"
    assert started.version == 2
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT clock, state, due_on FROM clock WHERE episode_id = $1 AND known_to IS NULL",
            referred.episode_id,
        )
        due = {row["clock"]: row["due_on"] for row in rows}
        jobs = await tx.fetchval("SELECT count(*) FROM outbox WHERE episode_id = $1", referred.episode_id)
    assert due["nice_start"] == date(2026, 6, 3)
    assert jobs >= 1


async def test_another_schools_senco_does_not_find_the_child(world: World) -> None:
    referred = await world.refer()
    with pytest.raises(NotFound):
        await world.step("other_senco", referred.episode_id, "information_received", date(2026, 3, 9))


async def test_a_repeat_of_a_request_changes_nothing_and_answers_the_same(world: World) -> None:
    request = world.asking("senco").request_id
    child = world.child()
    first = await world.refer(child=child, request=request)
    assert await world.refer(child=child, request=request) == first
    with pytest.raises(DuplicateRequest):
        await world.refer(child=world.child(), request=request)


async def test_an_open_referral_is_not_opened_twice(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    with pytest.raises(AlreadyReferred):
        await world.refer("gp", child=child)


async def test_a_stale_version_says_who_changed_what(world: World) -> None:
    referred = await world.refer()
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5), version=1)
    with pytest.raises(StaleVersion, match="Triage clinician"):
        await world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 6), version=1)


async def test_a_step_that_is_not_possible_names_those_that_are(world: World) -> None:
    referred = await world.refer()
    with pytest.raises(StepNotAllowed) as refusal:
        await world.step(
            "clinician", referred.episode_id, "outcome_recorded", date(2026, 3, 6), outcome="autism"
        )
    assert "triage_started" in refusal.value.allowed

"""What is stored is what follows from the facts, and whoever changes it behind our back is found out."""

from datetime import date
from typing import Any

import pytest

from pathway.store.engine import Tx
from pathway.store.integrity import Report, rebuild
from pathway.store.scopes import WRITER
from tests.world import TODAY, World

RECEIVED = date(2026, 3, 3)


@pytest.fixture
def world(committed_world: World) -> World:
    """Each page is read in one snapshot, which cannot begin inside the transaction of a test."""
    return committed_world


async def check(world: World) -> Report:
    return await rebuild(world.area.database, world.area.pathways, world.area.calendar)


async def lived(world: World) -> Any:
    referred = await world.on(RECEIVED).refer(received_on=RECEIVED)
    await world.on(date(2026, 3, 6)).step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    await world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine")
    await world.step("coordinator", referred.episode_id, "family_updated", TODAY, how="telephone")
    return referred.episode_id


async def test_what_actions_wrote_is_what_the_facts_give(world: World) -> None:
    for _ in range(3):
        await lived(world)
    report = await check(world)
    assert (report.episodes, report.events, report.open_episodes, report.differences) == (3, 12, 3, 0), (
        report.printed()
    )
    assert report.clocks > 3 * 5
    assert report.tasks >= 3
    assert report.is_whole


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE episode SET stage = 'booked'", "stage: booked is stored"),
        ("UPDATE episode SET planned_for = planned_for + 1", "planned_for"),
        ("UPDATE episode SET version = 9", "version: 9 is stored, and there are 4 facts"),
        ("UPDATE episode SET last_sequence = 0", "last_sequence"),
        ("UPDATE episode SET family_reached_on = '2026-11-25'", "clock silence (1): counts_from"),
        ("DELETE FROM task WHERE key = 'school_support_information'", "task school_support_information: is missing"),
        ("UPDATE task SET due_on = due_on + 1", "task school_support_information: due_on"),
        ("UPDATE clock SET known_to = now(), to_sequence = 1 WHERE clock = 'nice_start'", "clock nice_start (1): is missing"),
    ],
)  # fmt: skip
async def test_each_change_made_behind_our_back_is_found(world: World, change: str, found: str) -> None:
    await lived(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(change)
    report = await check(world)
    assert not report.is_whole
    assert any(found in difference.what for difference in report.shown), report.printed()


async def test_an_event_that_is_gone_is_found(world: World) -> None:
    episode = await lived(world)
    async with world.area.database.transaction(WRITER) as tx:
        await _add_behind_our_back(tx, episode)
    report = await check(world)
    assert report.differences > 0


async def _add_behind_our_back(tx: Tx, episode: Any) -> None:
    await tx.execute(
        "INSERT INTO event (id, episode_id, kind, happened_on, account_id, role, organisation_id, door, request_id, definition)"
        " SELECT gen_random_uuid(), episode_id, 'family_updated', happened_on, 1, role, 1, door, request_id, definition"
        " FROM event WHERE episode_id = $1 ORDER BY sequence DESC LIMIT 1",
        episode,
    )


async def test_progress_is_told_to_whoever_waits(world: World) -> None:
    await lived(world)
    told: list[tuple[int, int]] = []
    await rebuild(
        world.area.database,
        world.area.pathways,
        world.area.calendar,
        lambda done, of: told.append((done, of)),
    )
    assert told == [(1, 1)]

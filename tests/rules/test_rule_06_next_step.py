"""Rule 6: one headline next step, as many tasks beside it as there are; a missed target is never the next date."""

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from pathway.actions.plan import set_plan
from pathway.store.scopes import WRITER
from tests.actions.reading import row, rows
from tests.world import TODAY, World


async def headline(world: World, episode: UUID) -> tuple[str, date]:
    found = await row(world, "SELECT next_step, planned_for FROM episode WHERE id = $1", episode)
    return found["next_step"], found["planned_for"]


async def test_an_open_episode_has_one_next_step_and_its_tasks_beside_it(world: World) -> None:
    """“One headline next step, and as many parallel tasks as there are.”"""
    episode = (await world.refer()).episode_id
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 9), priority="routine")
    await world.step("coordinator", episode, "family_replied", date(2026, 3, 10), about="something_else")
    assert (await headline(world, episode))[0] == "assessment_booked"
    tasks = await rows(world, "SELECT key FROM task WHERE episode_id = $1 AND done_on IS NULL", episode)
    assert {t["key"] for t in tasks} == {"school_support_information", "answer_family"}


async def test_a_limit_that_has_passed_is_never_the_next_date(world: World) -> None:
    """“A missed target is never the next date: the next date is the next review of the child.”"""
    episode = (await world.refer(received_on=date(2026, 3, 3))).episode_id
    _, planned = await headline(world, episode)
    late = await rows(world, "SELECT due_on FROM clock WHERE episode_id = $1 AND due_on < $2", episode, TODAY)
    assert planned >= TODAY
    assert late
    assert planned not in {clock["due_on"] for clock in late}


async def test_a_plan_that_has_passed_gives_way_to_the_next_review(world: World) -> None:
    episode = (await world.refer(received_on=date(2026, 11, 20))).episode_id
    await set_plan(world.area, world.asking("triage"), episode, TODAY + timedelta(3))
    later = world.on(TODAY + timedelta(30))
    await later.step("senco", episode, "referral_added_to", TODAY + timedelta(30), details="A new report")
    assert (await headline(world, episode))[1] >= TODAY + timedelta(30)


async def test_the_database_itself_refuses_an_open_episode_without_a_next_step(world: World) -> None:
    episode = (await world.refer()).episode_id
    with pytest.raises(asyncpg.CheckViolationError, match="no_child_without_a_next_step"):
        async with world.area.database.transaction(WRITER) as tx:
            await tx.execute("UPDATE episode SET planned_for = NULL WHERE id = $1", episode)

"""What moves no stage: the next date, the child's school, the case coordinator."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.move_school import Moved, move_school
from pathway.actions.name_coordinator import name_coordinator
from pathway.actions.plan import set_plan
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.store.scopes import WRITER
from tests.actions.reading import row, rows
from tests.world import World

SOON = date(2026, 12, 8)


async def planned(world: World, episode: UUID) -> tuple[date, bool]:
    found = await row(world, "SELECT planned_for, plan_by_person FROM episode WHERE id = $1", episode)
    return found["planned_for"], found["plan_by_person"]


# --- the next date ------------------------------------------------------------------------------


async def test_the_date_a_person_sets_is_the_next_date_until_the_stage_changes(world: World) -> None:
    episode = (await world.refer()).episode_id
    await set_plan(world.area, world.asking("coordinator"), episode, SOON)
    assert await planned(world, episode) == (SOON, True)
    await world.step("triage", episode, "triage_started", date(2026, 11, 24))
    assert (await planned(world, episode))[1] is False


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 1), date(2028, 11, 25)])
async def test_the_next_date_is_still_to_come_and_not_years_away(world: World, day: date) -> None:
    episode = (await world.refer()).episode_id
    with pytest.raises(InvalidInput) as refusal:
        await set_plan(world.area, world.asking("triage"), episode, day)
    assert refusal.value.field == "planned_for"


async def test_the_next_date_is_agreed_by_staff_or_by_whoever_holds_the_child(world: World) -> None:
    episode = (await world.refer()).episode_id
    with pytest.raises(NotAllowed, match="holds the child"):
        await set_plan(world.area, world.asking("senco"), episode, SOON)
    with pytest.raises(NotFound):
        await set_plan(world.area, world.asking("other_senco"), episode, SOON)
    asked = date(2026, 3, 4)
    await world.step(
        "triage", episode, "information_requested", asked, what="school_information", needed_by="2026-04-01"
    )
    await set_plan(world.area, world.asking("senco"), episode, SOON)
    assert await planned(world, episode) == (SOON, True)


async def test_nothing_is_planned_for_a_closed_episode(world: World) -> None:
    episode = (await world.refer()).episode_id
    await world.step("lead", episode, "entered_in_error", date(2026, 3, 5))
    with pytest.raises(Conflict, match="closed"):
        await set_plan(world.area, world.asking("triage"), episode, SOON)


# --- the school ---------------------------------------------------------------------------------


async def both_pathways(world: World) -> tuple[UUID, tuple[UUID, UUID]]:
    """A child on two pathways, one closed a third time."""
    child = world.child()
    one = await world.refer(child=child)
    other = await world.refer("officer", date(2026, 5, 1), child, pathway="ehc_needs_assessment")
    return one.child_id, (one.episode_id, other.episode_id)


async def test_every_open_episode_moves_and_the_wait_goes_on(world: World) -> None:
    child, episodes = await both_pathways(world)
    moved = await move_school(
        world.area, world.asking("senco"), child, world.org["other_school"], date(2026, 4, 1)
    )
    assert set(moved.episodes) == set(episodes)
    stored = await rows(world, "SELECT school_id, started_on FROM episode ORDER BY started_on")
    assert [s["school_id"] for s in stored] == [world.org["other_school"]] * 2
    assert [s["started_on"] for s in stored] == [date(2026, 3, 3), date(2026, 5, 1)]


async def test_the_new_school_sees_the_child_and_the_one_before_does_not(world: World) -> None:
    referred = await world.refer("gp")
    await move_school(
        world.area,
        world.asking("coordinator"),
        referred.child_id,
        world.org["other_school"],
        date(2026, 4, 1),
    )
    await world.step(
        "other_senco", referred.episode_id, "referral_added_to", date(2026, 4, 2), details="New here"
    )
    with pytest.raises(NotFound):
        await world.step("senco", referred.episode_id, "referral_added_to", date(2026, 4, 2), details="Gone")


async def test_what_is_no_move(world: World) -> None:
    referred = await world.refer()
    child, asking = referred.child_id, world.asking("coordinator")
    with pytest.raises(InvalidInput, match="school already"):
        await move_school(world.area, asking, child, world.org["school"], date(2026, 4, 1))
    with pytest.raises(InvalidInput, match="from the list"):
        await move_school(world.area, asking, child, world.org["gp"], date(2026, 4, 1))
    with pytest.raises(InvalidInput, match="today or in the past"):
        await move_school(world.area, asking, child, world.org["other_school"], date(2026, 11, 25))
    for who in ("other_senco", "other_lead"):
        with pytest.raises(NotFound):
            await move_school(
                world.area, world.asking(who), child, world.org["other_school"], date(2026, 4, 1)
            )
    with pytest.raises(NotAllowed):
        await move_school(
            world.area, world.asking("commissioner"), child, world.org["other_school"], date(2026, 4, 1)
        )


async def test_two_moves_at_once_leave_one_school(committed_world: World) -> None:
    world = committed_world
    referred = await world.refer()
    answers = await asyncio.gather(
        *(
            move_school(
                world.area, world.asking(who), referred.child_id, world.org["other_school"], date(2026, 4, 1)
            )
            for who in ("coordinator", "lead")
        ),
        return_exceptions=True,
    )
    assert sorted(type(a).__name__ for a in answers) == [InvalidInput.__name__, Moved.__name__]


# --- the coordinator ----------------------------------------------------------------------------


async def test_the_coordinator_has_the_child_on_their_list_and_the_one_before_no_longer(world: World) -> None:
    episode = (await world.refer()).episode_id
    first, second = world.actors["coordinator"].account_id, world.actors["clinician"].account_id
    for account in (first, second):
        await name_coordinator(world.area, world.asking("lead"), episode, account)
    listed = await rows(world, "SELECT account_id FROM caseload WHERE episode_id = $1", episode)
    assert [one["account_id"] for one in listed] == [second]
    stored = await row(world, "SELECT coordinator_id FROM episode WHERE id = $1", episode)
    assert stored["coordinator_id"] == second


async def test_only_someone_of_the_team_that_holds_the_child_is_named_and_names(world: World) -> None:
    episode = (await world.refer()).episode_id
    for who in ("other_clinician", "senco", "family"):
        with pytest.raises(InvalidInput, match="works in the team"):
            await name_coordinator(world.area, world.asking("lead"), episode, world.actors[who].account_id)
    async with world.area.database.transaction(WRITER) as tx:
        account = world.actors["clinician"].account_id
        await tx.execute("UPDATE account SET active = false WHERE id = $1", account)
    with pytest.raises(InvalidInput, match="works in the team"):
        await name_coordinator(world.area, world.asking("lead"), episode, account)
    with pytest.raises(NotAllowed, match="names the coordinator"):
        await name_coordinator(
            world.area, world.asking("senco"), episode, world.actors["coordinator"].account_id
        )


async def test_of_two_coordinators_named_at_once_the_last_has_the_child(committed_world: World) -> None:
    world = committed_world
    episode = (await world.refer()).episode_id
    accounts = [world.actors[who].account_id for who in ("coordinator", "clinician")]
    await asyncio.gather(
        *(name_coordinator(world.area, world.asking("lead"), episode, account) for account in accounts)
    )
    listed = await rows(world, "SELECT account_id FROM caseload WHERE episode_id = $1", episode)
    stored = await row(world, "SELECT coordinator_id FROM episode WHERE id = $1", episode)
    assert [one["account_id"] for one in listed] == [stored["coordinator_id"]]

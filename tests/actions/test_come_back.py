"""Coming back: opened again, or referred again; the first date is kept where the rules keep it."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from pathway.domain.referral import ChildDetails
from tests.actions.reading import due, kinds, row
from tests.world import World

TOLD, CLOSED = date(2026, 4, 1), date(2026, 4, 29)


async def closed(world: World, child: ChildDetails, received_on: date = date(2026, 3, 3)) -> UUID:
    """An episode that a person closed, the family having been told 28 days before."""
    episode = (await world.refer(child=child, received_on=received_on)).episode_id
    await world.step(
        "triage",
        episode,
        "closing_notified",
        TOLD,
        closure="withdrawn_by_family",
        close_on=CLOSED.isoformat(),
    )
    await world.step("triage", episode, "episode_closed", CLOSED, closure="withdrawn_by_family")
    return episode


async def started(world: World, episode: UUID) -> date:
    found = await row(world, "SELECT started_on FROM episode WHERE id = $1", episode)
    day: date = found["started_on"]
    return day


async def test_an_episode_opened_again_keeps_its_first_date(world: World) -> None:
    episode = await closed(world, world.child())
    reopened = await world.step("triage", episode, "reopened", date(2026, 6, 1), why="family_asked")
    assert reopened.stage == "triage"
    stored = await row(world, "SELECT started_on, closed_on, closure FROM episode WHERE id = $1", episode)
    assert (stored["started_on"], stored["closed_on"], stored["closure"]) == (date(2026, 3, 3), None, "")


async def test_a_triage_clock_starts_anew_when_an_episode_is_opened_again(world: World) -> None:
    episode = await closed(world, world.child())
    await world.step("triage", episode, "reopened", date(2026, 6, 1), why="re_referred")
    assert (await due(world, episode))["triage_decision"] == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("after", "kept"), [(timedelta(1), True), (timedelta(365), True), (timedelta(366), False)]
)
async def test_a_referral_within_a_year_of_the_closure_keeps_the_first_date(
    world: World, after: timedelta, kept: bool
) -> None:
    child = world.child()
    await closed(world, child)
    again_on = CLOSED + after
    later = world.on(again_on)
    again = await later.refer("gp", again_on, child)
    assert await started(world, again.episode_id) == (date(2026, 3, 3) if kept else again_on)
    assert await kinds(world, again.episode_id) == ["referral_received", "linked"]


async def test_a_closure_in_error_never_costs_the_first_date(world: World) -> None:
    child = world.child()
    first = await world.refer(child=child)
    await world.step("lead", first.episode_id, "entered_in_error", date(2026, 3, 9))
    day = date(2028, 3, 9)
    again = await world.on(day).refer("gp", day, child)
    assert again.child_id == first.child_id
    assert await started(world, again.episode_id) == date(2026, 3, 3)


async def test_the_clocks_of_a_kept_date_run_from_it(world: World) -> None:
    child = world.child()
    await closed(world, child)
    again = await world.refer("gp", date(2026, 6, 1), child)
    dues = await due(world, again.episode_id)
    assert dues["nice_start"] == date(2026, 6, 3)
    assert dues["referral_to_feedback"] == date(2027, 3, 2)

"""Rule 2: the start date survives everything; the unadjusted wait is always shown."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.hand_over import accept, offer
from pathway.actions.merge import merge, unmerge
from pathway.actions.move_school import move_school
from pathway.actions.refer import Referred
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.referral import ChildDetails
from tests.actions.reading import row
from tests.world import World

START = date(2026, 3, 3)


async def returned_for_information(world: World, child: Referred) -> None:
    await world.step(
        "triage",
        child.episode_id,
        "information_requested",
        date(2026, 3, 5),
        what="reports",
        needed_by="2026-04-01",
    )
    await world.step("senco", child.episode_id, "information_received", date(2026, 4, 20))


async def transferred(world: World, child: Referred) -> None:
    await offer(world.area, world.asking("lead"), child.episode_id, world.org["other_provider"])
    await accept(world.area, world.asking("other_lead"), child.episode_id)


async def placement_moved(world: World, child: Referred) -> None:
    await move_school(
        world.area, world.asking("senco"), child.child_id, world.org["other_school"], date(2026, 5, 1)
    )


async def right_to_choose(world: World, child: Referred) -> None:
    for day, step in enumerate(("chosen", "accepted", "seen"), start=10):
        await world.step("coordinator", child.episode_id, f"right_to_choose_{step}", date(2026, 4, day))
    await world.step("coordinator", child.episode_id, "right_to_choose_ended", date(2026, 6, 1))


async def reopened(world: World, child: Referred) -> None:
    await world.step("lead", child.episode_id, "entered_in_error", date(2026, 3, 9))
    await world.step("triage", child.episode_id, "reopened", date(2026, 9, 1), why="closed_in_error")


async def adopted(world: World, child: Referred) -> None:
    new = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1)))
    await seal_identity(world.area, world.asking("privacy"), child.child_id, new)


async def merged_into_another(world: World, child: Referred) -> None:
    later = await world.refer("gp", date(2026, 7, 1), world.child(nhs_number=None))
    await merge(world.area, world.asking("lead"), later.child_id, child.child_id)


async def merged_and_parted(world: World, child: Referred) -> None:
    later = await world.refer("gp", date(2026, 7, 1), world.child(nhs_number=None))
    done = await merge(world.area, world.asking("lead"), later.child_id, child.child_id)
    await unmerge(world.area, world.asking("lead"), done.merge_id, "Two children after all")


@pytest.mark.parametrize(
    "happens",
    [
        returned_for_information,
        transferred,
        placement_moved,
        right_to_choose,
        reopened,
        adopted,
        merged_into_another,
        merged_and_parted,
    ],
    ids=lambda one: one.__name__,
)
async def test_the_start_date_survives(
    world: World, happens: Callable[[World, Referred], Awaitable[None]]
) -> None:
    """“Return for information, transfer, placement move, Right to Choose, re-opening, adoption, merge.”"""
    child = await world.refer(received_on=START)
    await happens(world, child)
    assert await started(world, child.episode_id) == START
    clock = await row(
        world,
        "SELECT started_on FROM clock WHERE episode_id = $1 AND clock = 'referral_to_feedback' AND known_to IS NULL"
        " ORDER BY instance",
        child.episode_id,
    )
    assert clock["started_on"] == START


async def test_a_second_referral_of_a_child_counts_from_the_first_once_the_records_are_joined(
    world: World,
) -> None:
    """“Merge.” Both were open at once; no wait begins with the later of two referrals."""
    first = await world.refer(received_on=START)
    second = await world.refer("gp", date(2026, 7, 1), world.child(nhs_number=None))
    assert await started(world, second.episode_id) == date(2026, 7, 1)
    await merge(world.area, world.asking("lead"), first.child_id, second.child_id)
    assert await started(world, second.episode_id) == START


async def started(world: World, episode: UUID) -> date:
    found = await row(world, "SELECT started_on FROM episode WHERE id = $1", episode)
    day: date = found["started_on"]
    return day


async def test_days_that_the_family_asked_for_are_shown_as_theirs_and_never_subtracted(world: World) -> None:
    """“The unadjusted wait is always shown.” A pause at the family's wish moves no date of the clock."""
    child = await world.refer(received_on=START)
    query = "SELECT due_on, started_on FROM clock WHERE episode_id = $1 AND clock = 'nice_start' AND known_to IS NULL"
    before = dict(await row(world, query, child.episode_id))
    await world.step(
        "coordinator", child.episode_id, "hold_requested", date(2026, 4, 1), why="away", until="2026-12-01"
    )
    assert dict(await row(world, query, child.episode_id)) == before
    holder = await row(world, "SELECT holder_slot FROM episode WHERE id = $1", child.episode_id)
    assert holder["holder_slot"] == "family"

"""Rule 18: matching on three of four proposes to a person and never links; two different NHS numbers never link."""

import pytest

from pathway.actions.decide_match import Decision, decide_match
from pathway.actions.merge import merge
from pathway.domain.errors import Conflict
from tests.actions.reading import row, rows
from tests.world import World, nhs_number


async def test_three_of_four_are_put_before_a_person_and_nothing_is_linked(world: World) -> None:
    """“Matching on three of four proposes to a person; it never links.”"""
    known = world.child(first_name="Zoya", family_name="Marsh")
    one = await world.refer(child=known)
    two = await world.refer("gp", child=world.child(first_name="Zoya", family_name="Marsh", nhs_number=None))
    assert two.being_checked
    assert two.child_id != one.child_id
    proposal = await row(world, "SELECT child_id, candidate_id, decision FROM match_proposal")
    assert tuple(proposal) == (two.child_id, one.child_id, None)
    assert await rows(world, "SELECT 1 FROM child WHERE merged_into IS NOT NULL") == []


async def test_two_different_numbers_are_two_children_whatever_else_agrees(world: World) -> None:
    """“Two different NHS numbers never link.” Not by proposal, and not by a person either."""
    one = await world.refer(child=world.child(first_name="Zoya", family_name="Marsh"))
    twin = world.child(first_name="Zoya", family_name="Marsh", nhs_number=nhs_number(900))
    two = await world.refer("gp", child=twin)
    assert not two.being_checked
    assert await rows(world, "SELECT 1 FROM match_proposal") == []
    for pair in ((one.child_id, two.child_id), (two.child_id, one.child_id)):
        with pytest.raises(Conflict, match="two different NHS numbers"):
            await merge(world.area, world.asking("lead"), *pair)


async def test_a_number_learned_after_the_proposal_stops_the_joining(world: World) -> None:
    """The proposal was right when it was made; what has been learned since counts."""
    await world.refer(child=world.child(first_name="Zoya", family_name="Marsh"))
    two = await world.refer("gp", child=world.child(first_name="Zoya", family_name="Marsh", nhs_number=None))
    proposal = (await row(world, "SELECT id FROM match_proposal"))["id"]
    await learn_number(world, two.child_id)
    with pytest.raises(Conflict, match="two different NHS numbers"):
        await decide_match(world.area, world.asking("lead"), proposal, Decision.SAME)
    await decide_match(world.area, world.asking("lead"), proposal, Decision.DIFFERENT)


async def learn_number(world: World, child: object) -> None:
    await rows(world, "UPDATE child SET nhs_number = $2 WHERE id = $1", child, nhs_number(901).value)

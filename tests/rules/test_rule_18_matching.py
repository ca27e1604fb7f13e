"""Rule 18: matching on three of four proposes to a person and never links; two different NHS numbers never link."""

from uuid import UUID

import pytest

from pathway.actions.decide_match import Decision, decide_match
from pathway.actions.merge import merge
from pathway.domain.errors import Conflict, NotFound
from pathway.reading.matches import proposal
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


async def elsewhere_first(world: World, **child: object) -> tuple[UUID, UUID, UUID]:
    """Another team holds a record; ours is given a referral that looks alike. The two children, and the proposal."""
    known = world.child(first_name="Zoya", family_name="Marsh", **child)
    one = await world.refer(child=known)
    there = world.org["other_provider"]
    await rows(world, "UPDATE episode SET provider_id = $2 WHERE id = $1", one.episode_id, there)
    two = await world.refer("gp", child=world.child(first_name="Zoya", family_name="Marsh", nhs_number=None))
    return one.child_id, two.child_id, (await row(world, "SELECT id FROM match_proposal"))["id"]


async def test_across_teams_whoever_holds_the_newer_referral_decides_and_does_not_see_the_other_record(
    world: World,
) -> None:
    """A pair that no single team holds must not wait for ever: its content stays with its team none the less."""
    older, newer, key = await elsewhere_first(world)
    found = await proposal(world.area, world.actors["triage"], key)
    assert (found.proposal.one, found.held_by) == (None, "Harbour Assessments")
    assert found.proposal.other.id == newer
    assert set(found.proposal.agreeing) == {"first_name", "family_name", "birth_date", "postcode"}
    logged = await row(world, "SELECT children FROM access_log WHERE action = 'match proposal'")
    assert set(logged["children"]) == {older, newer}, "that details agree was learned about both"
    with pytest.raises(NotFound):
        await proposal(world.area, world.actors["other_lead"], key)
    with pytest.raises(NotFound):
        await decide_match(world.area, world.asking("other_lead"), key, Decision.SAME)
    decided = await decide_match(world.area, world.asking("triage"), key, Decision.SAME)
    assert decided.merged is not None
    assert decided.merged.child_id == older


async def test_two_records_are_still_joined_directly_only_by_who_reaches_both(world: World) -> None:
    older, newer, key = await elsewhere_first(world)
    for who in ("triage", "other_lead"):
        with pytest.raises(NotFound):
            await merge(world.area, world.asking(who), older, newer)
    await decide_match(world.area, world.asking("lead"), key, Decision.DIFFERENT)
    assert await rows(world, "SELECT 1 FROM child WHERE merged_into IS NOT NULL") == []


async def test_the_team_of_a_restricted_child_is_not_named(world: World) -> None:
    """docs/rules.md 12: where a child is looked after tells where they are."""
    _, _, key = await elsewhere_first(world, restricted=True, safe_contact="Social worker")
    found = await proposal(world.area, world.actors["triage"], key)
    assert (found.proposal.one, found.held_by) == (None, "")


async def learn_number(world: World, child: object) -> None:
    await rows(world, "UPDATE child SET nhs_number = $2 WHERE id = $1", child, nhs_number(901).value)

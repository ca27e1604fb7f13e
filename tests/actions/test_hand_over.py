"""Handing over: until the other provider accepts, the sender holds the child; the start date goes with the child."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.episode_change import Changed
from pathway.actions.hand_over import accept, decline, offer, take_back
from pathway.actions.hand_over_list import LONGEST_LIST, HandedOver, accept_list, hand_over_list
from pathway.actions.name_coordinator import name_coordinator
from pathway.actions.refer import reference
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.store.hand_overs import ListChoice
from tests.actions.reading import kinds, row, rows
from tests.world import World


async def referred(world: World) -> UUID:
    return (await world.refer()).episode_id


async def held_by(world: World, episode: UUID) -> tuple[int, int | None]:
    """Who holds the days, and who has been offered them."""
    found = await row(world, "SELECT holder_id, hand_over_to FROM episode WHERE id = $1", episode)
    return found["holder_id"], found["hand_over_to"]


async def test_the_sender_holds_the_child_until_the_other_provider_accepts(world: World) -> None:
    episode = await referred(world)
    ours, theirs = world.org["provider"], world.org["other_provider"]
    await offer(world.area, world.asking("coordinator"), episode, theirs)
    assert await held_by(world, episode) == (ours, theirs)
    await accept(world.area, world.asking("other_lead"), episode)
    assert await held_by(world, episode) == (theirs, None)
    stored = await row(world, "SELECT started_on, provider_id FROM episode WHERE id = $1", episode)
    assert (stored["started_on"], stored["provider_id"]) == (date(2026, 3, 3), theirs)


async def test_the_work_that_is_open_goes_with_the_child_and_the_senders_people_lose_sight_of_it(
    world: World,
) -> None:
    episode = await referred(world)
    await world.step("triage", episode, "family_replied", date(2026, 3, 4), about="something_else")
    coordinator = world.actors["coordinator"].account_id
    await name_coordinator(world.area, world.asking("lead"), episode, coordinator)
    await offer(world.area, world.asking("lead"), episode, world.org["other_provider"])
    await accept(world.area, world.asking("other_lead"), episode)
    task = await row(
        world, "SELECT owner_id FROM task WHERE episode_id = $1 AND key = 'answer_family'", episode
    )
    assert task["owner_id"] == world.org["other_provider"]
    assert await rows(world, "SELECT 1 FROM caseload WHERE episode_id = $1", episode) == []
    with pytest.raises(NotFound):
        await world.step("coordinator", episode, "triage_started", date(2026, 3, 5))


async def test_a_declined_or_withdrawn_offer_leaves_everything_as_it_was(world: World) -> None:
    episode, theirs = await referred(world), world.org["other_provider"]
    await offer(world.area, world.asking("lead"), episode, theirs)
    with pytest.raises(InvalidInput, match="Say why you decline"):
        await decline(world.area, world.asking("other_lead"), episode, " ")
    await decline(world.area, world.asking("other_lead"), episode, "We have no clinic there.")
    assert await held_by(world, episode) == (world.org["provider"], None)
    await offer(world.area, world.asking("lead"), episode, theirs)
    await take_back(world.area, world.asking("lead"), episode)
    assert await held_by(world, episode) == (world.org["provider"], None)
    with pytest.raises(NotFound):
        await accept(world.area, world.asking("other_lead"), episode)


async def test_who_may_offer_and_who_may_answer(world: World) -> None:
    episode, theirs = await referred(world), world.org["other_provider"]
    with pytest.raises(NotAllowed, match="Case coordinator"):
        await offer(world.area, world.asking("clinician"), episode, theirs)
    with pytest.raises(NotFound):
        await offer(world.area, world.asking("other_lead"), episode, theirs)
    with pytest.raises(Conflict, match="waits for an answer"):
        await accept(world.area, world.asking("lead"), episode)
    await offer(world.area, world.asking("triage"), episode, theirs)
    with pytest.raises(NotAllowed, match="that was offered"):
        await accept(world.area, world.asking("lead"), episode)
    with pytest.raises(NotAllowed, match="that holds the child"):
        await take_back(world.area, world.asking("other_lead"), episode)
    with pytest.raises(NotAllowed):
        await accept(world.area, world.asking("other_clinician"), episode)


async def test_what_cannot_be_offered(world: World) -> None:
    episode = await referred(world)
    with pytest.raises(InvalidInput, match="your own|Your own"):
        await offer(world.area, world.asking("lead"), episode, world.org["provider"])
    with pytest.raises(InvalidInput, match="to a provider"):
        await offer(world.area, world.asking("lead"), episode, world.org["school"])
    with pytest.raises(NotFound, match="no such organisation"):
        await offer(world.area, world.asking("lead"), episode, 999_999)
    with pytest.raises(Conflict, match="No hand-over"):
        await take_back(world.area, world.asking("lead"), episode)
    await offer(world.area, world.asking("lead"), episode, world.org["other_provider"])
    with pytest.raises(Conflict, match="waiting for an answer"):
        await offer(world.area, world.asking("lead"), episode, world.org["other_provider"])
    void = await referred(world)
    await world.step("lead", void, "entered_in_error", date(2026, 3, 9))
    with pytest.raises(Conflict, match="closed"):
        await offer(world.area, world.asking("lead"), void, world.org["other_provider"])


async def test_a_list_is_offered_child_by_child_and_the_refused_are_named(world: World) -> None:
    good = [await referred(world) for _ in range(3)]
    gone = await referred(world)
    await world.step("lead", gone, "entered_in_error", date(2026, 3, 9))
    asking = world.asking("lead")
    theirs = world.org["other_provider"]
    given = await hand_over_list(world.area, asking, [*good, gone, good[0]], theirs)
    assert (given.done, [r.reference for r in given.refused]) == (3, [reference(gone)])
    assert "closed" in given.refused[0].reason
    assert await hand_over_list(world.area, asking, [*good, gone, good[0]], theirs) == given
    assert (await kinds(world, good[0])).count("hand_over_offered") == 1
    taken = await accept_list(world.area, world.asking("other_lead"))
    assert (taken.done, {r.episode_id for r in taken.results}) == (3, set(good))


async def test_a_list_may_be_all_of_one_stage(world: World) -> None:
    received, triaged = await referred(world), await referred(world)
    await world.step("triage", triaged, "triage_started", date(2026, 3, 5))
    choice = ListChoice(pathway="autism", stage="triage")
    given = await hand_over_list(world.area, world.asking("lead"), choice, world.org["other_provider"])
    assert [r.episode_id for r in given.results] == [triaged]
    assert await held_by(world, received) == (world.org["provider"], None)


async def test_a_list_that_was_cut_off_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of the first asking is kept: a child referred in between is not drawn into it."""
    episodes = sorted([await referred(world) for _ in range(3)])
    asking, theirs = world.asking("lead"), world.org["other_provider"]
    calls = 0

    async def cut_off(*given: object) -> Changed:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise ConnectionError("the line went dead")
        return await offer(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("pathway.actions.hand_over_list.offer", cut_off)
    with pytest.raises(ConnectionError):
        await hand_over_list(world.area, asking, ListChoice(), theirs)
    late = await referred(world)
    monkeypatch.undo()
    given = await hand_over_list(world.area, asking, ListChoice(), theirs)
    assert (given.done, sorted(r.episode_id for r in given.results)) == (3, episodes)
    assert await held_by(world, late) == (world.org["provider"], None)


async def test_a_list_has_a_length_and_is_for_those_who_hand_over(world: World) -> None:
    many = [UUID(int=n) for n in range(LONGEST_LIST + 1)]
    with pytest.raises(InvalidInput, match="in parts"):
        await hand_over_list(world.area, world.asking("lead"), many, world.org["other_provider"])
    with pytest.raises(NotAllowed):
        await hand_over_list(world.area, world.asking("senco"), many[:1], world.org["other_provider"])


async def test_accepted_and_taken_back_at_once_only_one_happens(committed_world: World) -> None:
    world = committed_world
    episode, theirs = await referred(world), world.org["other_provider"]
    await offer(world.area, world.asking("lead"), episode, theirs)
    answers = await asyncio.gather(
        accept(world.area, world.asking("other_lead"), episode),
        take_back(world.area, world.asking("lead"), episode),
        return_exceptions=True,
    )
    assert sum(isinstance(a, Changed) for a in answers) == 1
    assert await held_by(world, episode) in [(world.org["provider"], None), (theirs, None)]


@pytest.mark.slow
async def test_five_hundred_children_are_handed_over_and_accepted(committed_world: World) -> None:
    world = committed_world
    episodes = [await referred(world) for _ in range(500)]
    theirs = world.org["other_provider"]
    given: HandedOver = await hand_over_list(world.area, world.asking("lead"), episodes, theirs)
    assert (given.done, given.refused) == (500, ())
    taken = await accept_list(world.area, world.asking("other_lead"))
    assert taken.done == 500
    left = await rows(world, "SELECT 1 FROM episode WHERE provider_id = $1", world.org["provider"])
    assert left == []

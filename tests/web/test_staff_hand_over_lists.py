"""A whole list is handed over from a page: counted first, then each child offered once, and accepted as it was shown."""

import re

import pytest

from tests.actions.reading import rows
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import World

PATH = "/hand-overs/list"


async def offered_to(world: World) -> list[int | None]:
    return [one["hand_over_to"] for one in await rows(world, "SELECT hand_over_to FROM episode ORDER BY id")]


async def test_a_lead_offers_a_list_and_the_other_team_accepts_what_it_was_shown(world: World) -> None:
    """Given three children, when the list is offered and accepted, then each has moved once and keeps the first date."""
    for _ in range(3):
        await world.refer()
    to = world.org["other_provider"]
    given = {"which": "autism:received", "to": str(to)}
    async with signed_in(world, "lead") as client:
        counted = await send(client, PATH, given)
        assert await offered_to(world) == [None, None, None]
        form = {**hidden(counted.text), **given, "_go": "confirm"}
        done = await client.post(PATH, data=form)
        again = await client.post(PATH, data=form)
    assert "Offer 3 children to another team?" in words(counted)
    assert "Offered: 3 children" in words(done)
    assert "Offered: 3 children" in words(again)
    assert await offered_to(world) == [to, to, to]
    async with signed_in(world, "other_lead") as client:
        listed = await client.get("/hand-overs")
        assert "Accept all 3 on this page" in words(listed)
        shown = re.findall(r'name="episode" value="([0-9a-f-]{36})"', listed.text)
        accepted = await client.post("/hand-overs/accept", data={**hidden(listed.text), "episode": shown[:2]})
    assert "Accepted: 2 children" in words(accepted)
    held = await rows(world, "SELECT provider_id, started_on::text AS began FROM episode ORDER BY id")
    assert sum(one["provider_id"] == to for one in held) == 2
    assert {one["began"] for one in held} == {"2026-03-03"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Select which children"),
        ({"which": "autism", "to": "x"}, "Select a team from the list"),
        ({"which": "autism:waiting"}, "No open child of your team is on this list"),
        ({"which": "autism; DROP TABLE"}, "Select which children from the list"),
    ],
)
async def test_a_list_that_cannot_be_offered_says_why(world: World, given: dict[str, str], said: str) -> None:
    await world.refer()
    async with signed_in(world, "coordinator") as client:
        answer = await send(client, PATH, {"to": str(world.org["other_provider"]), **given})
    assert answer.status_code == 422
    assert said in words(answer)


async def test_a_child_who_is_not_ours_to_accept_is_named_by_reference_with_the_reason(world: World) -> None:
    child = await world.refer()
    async with signed_in(world, "other_lead") as client:
        token = hidden((await client.get(PATH)).text)
        answer = await client.post(
            "/hand-overs/accept", data={**token, "episode": [str(child.episode_id), "x"]}
        )
    assert "1 child was not accepted and stays where they were" in words(answer)
    assert "Accepted: 0 children" in words(answer)


@pytest.mark.parametrize("who", ["senco", "clinician", "commissioner", "officer", "family"])
async def test_only_who_hands_children_over_opens_the_page(world: World, who: str) -> None:
    async with signed_in(world, who) as client:
        assert (await client.get(PATH)).status_code == 403

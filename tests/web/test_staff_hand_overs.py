"""A hand-over on its pages: who asks, and a no that says why."""

from tests.actions.reading import kinds
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import World


async def test_who_is_asked_reads_who_asks_and_says_no_with_a_reason_that_the_sender_reads(
    world: World,
) -> None:
    child = await world.refer(child=world.child(nhs_number=None))
    path = f"/episodes/{child.episode_id}/hand-over"
    async with signed_in(world, "lead") as client:
        await send(client, path, {"to": str(world.org["other_provider"])})
        assert (await client.get(f"{path}/decline")).status_code == 404
    async with signed_in(world, "other_lead") as client:
        listed = words(await client.get("/hand-overs"))
        silent = await send(client, f"{path}/decline")
        form = hidden(silent.text)
        said = await client.post(f"{path}/decline", data={**form, "reason": "We see no children under 5."})
        again = await client.post(f"{path}/decline", data={**form, "reason": "We see no children under 5."})
        after = words(await client.get(said.headers["location"]))
    assert "Moorshire Children's Autism Team asks. NHS number not known." in listed
    assert silent.status_code == 422
    assert "Enter why you decline" in words(silent)
    assert [said.status_code, again.status_code] == [303, 303]
    assert "Hand-over declined" in after
    assert (await kinds(world, child.episode_id)).count("hand_over_declined") == 1
    async with signed_in(world, "lead") as client:
        record = words(await client.get(f"/children/{child.child_id}"))
    assert "Hand-over declined 24 November 2026" in record
    assert "We see no children under 5." in record


async def test_of_a_restricted_child_nobody_reads_which_team_asks(world: World) -> None:
    child = await world.refer(child=world.child(restricted=True, safe_contact="Jo at the council"))
    async with signed_in(world, "lead") as client:
        await send(
            client, f"/episodes/{child.episode_id}/hand-over", {"to": str(world.org["other_provider"])}
        )
    async with signed_in(world, "other_lead") as client:
        listed = words(await client.get("/hand-overs"))
    assert "Another team asks." in listed
    assert "Moorshire Children's Autism Team" not in listed

"""The people page of a known child who was referred again with other details: what was stated, and a person decides there."""

from tests.actions.reading import row
from tests.actions.test_stated_details import come_back, waiting
from tests.web.signing_in import hidden, signed_in, words
from tests.world import World


async def test_the_people_page_shows_what_was_stated_and_a_person_decides_there(world: World) -> None:
    again = await come_back(world)
    async with signed_in(world, "triage") as client:
        record = await client.get(f"/children/{again.child_id}")
        people = await client.get(f"/children/{again.child_id}/people")
        assert "says something else" in words(record)
        said = words(people)
        assert {word for word in ("Tariq Stone", "1 New Street", "Polish") if word not in said} == set()
        form = hidden(people.text)
        [found] = await waiting(world, again.child_id)
        path = f"/episodes/{again.episode_id}/details/{found.fact}"
        done = await client.post(path, data={**form, "decision": "taken"})
        assert done.status_code == 303
        after = words(await client.get(done.headers["location"]))
    assert "The record now says so" in after
    assert "says something else" not in after
    assert (await row(world, "SELECT language FROM child WHERE id = $1", again.child_id))["language"] == "pl"

"""A child moves school: staff record it once for every open episode, and the wait goes on as it was."""

import pytest

from tests.actions.reading import row
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import World

MOVED = {"moved_on-day": "1", "moved_on-month": "9", "moved_on-year": "2026"}


async def test_a_coordinator_records_a_change_of_school_from_the_page_of_people(world: World) -> None:
    """Given a pupil of one school, when the move is recorded, then the other school holds the school's part, once."""
    child = await world.refer(tell_school="yes")
    to = str(world.org["other_school"])
    async with signed_in(world, "coordinator") as client:
        people = await client.get(f"/children/{child.child_id}/people")
        assert f'href="/children/{child.child_id}/school"' in people.text
        form = hidden((await client.get(f"/children/{child.child_id}/school")).text)
        given = {**form, **MOVED, "to": to}
        saved = await client.post(f"/children/{child.child_id}/school", data=given)
        again = await client.post(f"/children/{child.child_id}/school", data=given)
        shown = await client.get(saved.headers["location"])
    assert (saved.status_code, again.status_code) == (303, 303)
    assert "School or setting changed: saved." in words(shown)
    standing = await row(world, "SELECT school_id, started_on FROM episode WHERE id = $1", child.episode_id)
    assert (str(standing["school_id"]), standing["started_on"].isoformat()) == (to, "2026-03-03")
    told = await row(
        world, "SELECT count(*) AS n FROM event WHERE episode_id = $1 AND kind = 'school_changed'", child.episode_id
    )  # fmt: skip
    assert told["n"] == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"to": ""}, "Select the new school or setting"),
        ({"to": "gp"}, "Select the new school or setting from the list"),
        ({"to": "school"}, "This is the child&#39;s school already"),
        ({"moved_on-year": "2027"}, "must be today or in the past"),
        ({"moved_on-month": "2", "moved_on-day": "31"}, "must be a real date"),
    ],
)
async def test_a_move_that_cannot_be_is_refused_with_everything_that_was_typed(
    world: World, changed: dict[str, str], said: str
) -> None:
    child = await world.refer()
    given = {**MOVED, "to": "other_school", **changed}
    given["to"] = str(world.org.get(given["to"], ""))
    async with signed_in(world, "triage") as client:
        answer = await send(client, f"/children/{child.child_id}/school", given)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{given["moved_on-year"]}"' in answer.text


@pytest.mark.parametrize(("who", "status"), [("senco", 403), ("commissioner", 403), ("other_lead", 404)])
async def test_a_school_does_not_move_its_pupils_nor_does_another_team(
    world: World, who: str, status: int
) -> None:
    child = await world.refer()
    async with signed_in(world, who) as client:
        answer = await client.get(f"/children/{child.child_id}/school")
    assert answer.status_code == status

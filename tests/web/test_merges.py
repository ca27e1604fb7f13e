"""Joined records are parted again from the child's own record, by those who may, with a reason that is kept."""

from uuid import UUID, uuid4

import pytest

from pathway.actions.merge import Merged, merge
from tests.actions.reading import row
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import World


async def joined(world: World) -> tuple[Merged, UUID]:
    """Two records, the second joined into the first; and the second's id."""
    one, other = await world.refer(), await world.refer(child=world.child(nhs_number=None))
    return await merge(world.area, world.asking("triage"), one.child_id, other.child_id), other.child_id


async def test_the_record_leads_to_the_parting_and_shows_why_it_was_done(world: World) -> None:
    done, other = await joined(world)
    path = f"/children/{done.child_id}/merges/{done.merge_id}"
    async with signed_in(world, "coordinator") as client:
        record = await client.get(f"/children/{done.child_id}")
        assert f'href="{path}"' in record.text
        asked = await send(client, path)
        parted = await send(client, path, {"reason": "The mother says that they are cousins"})
        after = await client.get(parted.headers["location"])
        back = words(await client.get(f"/children/{other}"))
        again = await client.get(path)
    assert (asked.status_code, parted.status_code, again.status_code) == (422, 303, 404)
    assert "Joined records parted again: saved" in words(after)
    assert "The mother says that they are cousins" in back
    kept = await row(world, "SELECT merged_into FROM child WHERE id = $1", other)
    assert kept["merged_into"] is None


async def test_the_reason_is_readable_only_with_the_childs_key(world: World) -> None:
    done, _ = await joined(world)
    async with signed_in(world, "lead") as client:
        await send(client, f"/children/{done.child_id}/merges/{done.merge_id}", {"reason": "Cousins"})
    fact = await row(world, "SELECT fields::text AS fields, secret FROM event WHERE kind = 'unmerged'")
    assert "Cousins" not in fact["fields"]
    assert fact["secret"]


@pytest.mark.parametrize(("who", "status"), [("clinician", 403), ("officer", 403), ("other_lead", 404)])
async def test_nobody_else_parts_them(world: World, who: str, status: int) -> None:
    done, _ = await joined(world)
    path = f"/children/{done.child_id}/merges/{done.merge_id}"
    async with signed_in(world, who) as client:
        assert (await client.get(path)).status_code == status
        sent = await client.post(path, data={**hidden((await client.get("/worklist")).text), "reason": "No"})
        assert sent.status_code == status


async def test_a_joining_that_never_was_is_not_there(world: World) -> None:
    done, _ = await joined(world)
    async with signed_in(world, "lead") as client:
        answer = await client.get(f"/children/{done.child_id}/merges/{uuid4()}")
    assert answer.status_code == 404

"""Checks with national records: what differs is shown in words, and a person decides on the page."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from pathway.actions.note_proxies import note_proxies
from pathway.actions.trace import begin_trace, note_trace
from pathway.domain.proxies import Proxy
from pathway.domain.tracing import Answered, National
from tests.actions.reading import row
from tests.web.signing_in import send, signed_in, words
from tests.world import World, nhs_number

PATH = "/national-checks"


async def doubt_of(world: World, **said: object) -> tuple[UUID, str]:
    """A child of whom the national record says something else; the child, and the address of the page about it."""
    child = (await world.refer()).child_id
    asked = await begin_trace(world.area, child)
    assert asked is not None
    held = asked.held
    same = National(Answered.FOUND, held.nhs_number or "", held.first_name, held.family_name, held.birth_date)
    await note_trace(world.area, asked, replace(same, **said))  # type: ignore[arg-type]
    found = await row(world, "SELECT id FROM doubt WHERE child_id = $1 AND decided_at IS NULL", child)
    return child, f"{PATH}/{found['id']}"


@pytest.mark.parametrize(
    ("said", "shown", "given"),
    [
        ({"family_name": "Brown"}, "Different", {"decision": "keep"}),
        ({"nhs_number": nhs_number(910).value}, "The NHS number was replaced", {"decision": "take_number"}),
        ({"answered": Answered.INVALIDATED}, "The number has been withdrawn", {"decision": "wrong_number"}),
        ({"answered": Answered.TOO_MANY}, "More than one person fits", {"decision": "keep"}),
        (
            {"died": True, "died_on": date(2026, 11, 1)},
            "Nothing is sent from now on",
            {"decision": "not_this_child"},
        ),
        ({"restricted": True}, "Name a safe contact", {"contact": "Aunt Zoya, 01632 960123"}),
    ],
)
async def test_each_question_is_put_in_words_and_decided(
    world: World, said: dict[str, object], shown: str, given: dict[str, str]
) -> None:
    child, path = await doubt_of(world, **said)
    async with signed_in(world, "triage") as client:
        listed = await client.get(PATH)
        assert path in listed.text
        assert shown in words(await client.get(path))
        nothing = await send(client, path, {})
        assert nothing.status_code == 422
        done = await send(client, path, given)
        assert done.status_code == 303, words(done)
        after = words(await client.get(done.headers["location"]))
        assert "Your decision is saved" in after
        assert "Nothing waits for a decision" in after
        assert (await client.get(path)).status_code == 404
        assert (await client.get(f"/children/{child}")).status_code == 200


async def test_a_carer_is_shown_by_name_and_basis(world: World) -> None:
    child = (await world.refer()).child_id
    await note_proxies(
        world.area, child, [Proxy("A1", "Tariq Stone", "uncle", "parental-responsibility", True)]
    )
    found = await row(world, "SELECT id FROM doubt")
    async with signed_in(world, "coordinator") as client:
        read = words(await client.get(f"{PATH}/{found['id']}"))
    for word in ("Tariq Stone", "uncle", "Parental responsibility", "yes"):
        assert word in read


async def test_why_a_decision_is_refused_stands_beside_it(world: World) -> None:
    _, path = await doubt_of(world, died=True)
    async with signed_in(world, "triage") as client:
        refused = await send(client, path, {"decision": "recorded"})
        assert refused.status_code == 422
        assert "Record the death" in words(refused)
        other = await send(client, path, {"decision": "take_number"})
        assert other.status_code == 422, "not among the answers that are offered"


async def test_another_teams_child_and_other_roles_see_nothing(world: World) -> None:
    _, path = await doubt_of(world, family_name="Brown")
    async with signed_in(world, "other_lead") as client:
        assert path not in (await client.get(PATH)).text
        assert (await client.get(path)).status_code == 404
    async with signed_in(world, "officer") as client:
        assert (await client.get(PATH)).status_code == 403
    async with signed_in(world, "triage") as client:
        assert (await client.get(f"{PATH}/{uuid4()}")).status_code == 404

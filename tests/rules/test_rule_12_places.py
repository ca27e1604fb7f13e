"""Rule 12: restricted means location. No page or list names a place, an organisation, or a detail that gives one away."""

from datetime import date
from uuid import UUID

import pytest

from pathway.actions.hand_over import offer
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.api.schemas_episode import timeline_answer
from pathway.domain.referral import ChildDetails
from pathway.reading.episode_record import episode_timeline
from tests.actions.reading import row
from tests.web.signing_in import signed_in, words
from tests.web.test_family_pages import of_family
from tests.world import ORGANISATIONS, World

PLACES = [title for kind, title in ORGANISATIONS.values() if kind != "icb"]
CONTACT = "Duty social worker, 01632 960123"


async def in_hiding(world: World, **details: object) -> tuple[UUID, UUID]:
    """A child whose whereabouts are restricted, waiting long past every limit, and offered to another team."""
    child = world.child(restricted=True, safe_contact=CONTACT, **details)
    referred = await world.refer(child=child, received_on=date(2025, 1, 6), carers=())
    await of_family(world, "family", referred.child_id)
    await world.step("triage", referred.episode_id, "triage_started", date(2025, 1, 9))
    await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2025, 1, 12), priority="routine"
    )
    await scan_for_breaches(world.area)
    return referred.child_id, referred.episode_id


@pytest.mark.parametrize("who", ["clinician", "lead", "coordinator", "triage"])
async def test_no_page_of_the_team_names_a_place_of_a_restricted_child(world: World, who: str) -> None:
    child, episode = await in_hiding(world)
    await offer(world.area, world.asking("coordinator"), episode, world.org["other_provider"])
    pages = [f"/children/{child}", f"/children/{child}/people", f"/children/{child}/messages", "/worklist"]
    if who in ("lead", "coordinator", "triage"):
        pages.append(f"/episodes/{episode}/hand-over")
    if who == "lead":
        pages.append("/breaches")
    async with signed_in(world, who) as client:
        for address in pages:
            answer = await client.get(address)
            assert answer.status_code == 200, address
            read = words(answer).split("Account")[-1]
            for place in (*PLACES, "Mill Lane", "EX1 1AA"):
                assert place not in read, (address, place)
            if address.startswith("/children"):
                assert CONTACT in read, address


async def test_the_familys_own_page_names_no_place_either(world: World) -> None:
    child, _ = await in_hiding(world)
    async with signed_in(world, "family") as client:
        read = words(await client.get(f"/family/{child}"))
    for place in (*PLACES, "Mill Lane", "EX1 1AA"):
        assert place not in read, place
    assert "Ask the safe contact that we agreed with you." in read


async def test_what_agrees_with_another_record_does_not_give_an_address_away(world: World) -> None:
    """The other record's address is on the page: that it agrees would be the restricted child's address itself."""
    known = world.child(first_name="Zoya", family_name="Marsh")
    await in_hiding(world, first_name="Zoya", family_name="Marsh", nhs_number=None)
    await world.refer("gp", date(2025, 6, 1), known, carers=())
    async with signed_in(world, "coordinator") as client:
        listed = await client.get("/matches")
        proposal = await row(world, "SELECT id FROM match_proposal")
        compared = await client.get(f"/matches/{proposal['id']}")
    assert "postcode" not in words(listed)
    assert "Cannot be compared" in words(compared)
    for answer in (listed, compared):
        assert answer.status_code == 200
        assert "Mill Lane" not in words(answer)
        assert "EX1 1AA" not in words(answer)


@pytest.mark.parametrize("who", ["clinician", "lead"])
async def test_after_a_sealing_no_page_names_the_school_or_the_referrer_of_before(
    world: World, who: str
) -> None:
    """“Leaves no link”: where the child went to school and who referred them leads back to who they were."""
    referred = await world.refer("gp", carers=(), tell_school="yes")
    new = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1)), (), world.org["other_school"])
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, new)
    async with signed_in(world, who) as client:
        read = words(await client.get(f"/children/{referred.child_id}"))
        before = words(await client.get(f"/children/{referred.child_id}?as_of=2026-05-01"))
    for place in ("Castle Primary School", "Market Street Surgery"):
        assert place not in read, place
        assert place not in before, f"{place}: no replay names it either"
    assert ORGANISATIONS["provider"][1] in read, "those who hold the child now are named as before"
    told = await episode_timeline(world.area, world.actors[who], referred.episode_id, texts=False)
    first = timeline_answer(told).events[-1]
    assert first.organisation is None
    assert not {"school", "referrer", "provider", "council"} & first.answers.keys()

"""What a new referral says of a known child is never lost: a restriction holds at once, the rest waits for a person."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.decide_details import decide_details
from pathway.actions.refer import Referred
from pathway.actions.save_draft import begin_draft, send_draft
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.errors import AlreadyReferred, NotAllowed, NotFound
from pathway.domain.identifiers import Postcode
from pathway.domain.referral import CarerDetails, ChildDetails, Referral
from pathway.domain.stated import TakeOver
from pathway.reading.child_record import child_record
from pathway.reading.episode_record import episode_timeline
from pathway.reading.stated_details import Stated, stated_details
from tests.actions.reading import outbox_rows, row, rows
from tests.world import World, first_answers

NADIA = CarerDetails("Nadia Stone", "mother", email="nadia.stone@example.com", parental_responsibility=True)
FATHER = CarerDetails("Tariq Stone", "father", phone="07700900456", channel="telephone")
AGAIN = date(2026, 4, 7)


async def gone(world: World, child: ChildDetails) -> Referred:
    referred = await world.refer(child=child, carers=(NADIA,))
    await world.step("coordinator", referred.episode_id, "entered_in_error", date(2026, 3, 4))
    return referred


def moved(child: ChildDetails) -> ChildDetails:
    return replace(child, address=("1 New Street",), postcode=Postcode.parse("EX2 2BB"), language="pl")


async def waiting(world: World, child: UUID, who: str = "triage") -> tuple[Stated, ...]:
    actor = world.actors[who]
    return await stated_details(world.area, actor, await child_record(world.area, actor, child))


async def come_back(world: World) -> Referred:
    """A child whom we know comes back with another address, another language and a second parent."""
    child = world.child()
    await gone(world, child)
    return await world.refer("gp", AGAIN, moved(child), carers=(NADIA, FATHER))


async def on_record(world: World, child: UUID) -> tuple[object, ...]:
    found = await row(
        world,
        "SELECT c.language, a.lines, a.postcode, (SELECT count(*) FROM guardian g WHERE g.child_id = c.id) AS carers"
        " FROM child c JOIN child_address a ON a.child_id = c.id WHERE c.id = $1",
        child,
    )
    return tuple(found)


async def test_what_a_new_referral_says_otherwise_waits_for_a_person_and_changes_nothing(
    world: World,
) -> None:
    again = await come_back(world)
    [found] = await waiting(world, again.child_id)
    assert found.details.carers == (FATHER,)
    assert (found.details.address, found.details.postcode) == (("1 New Street",), "EX2 2BB")
    assert found.details.language == "pl"
    language, lines, _, carers = await on_record(world, again.child_id)
    assert (language, lines, carers) == ("en", ["0 Mill Lane"], 1)


async def test_a_referral_that_says_what_we_know_puts_nothing_before_anyone(world: World) -> None:
    child = world.child()
    await gone(world, child)
    again = await world.refer("gp", AGAIN, child, carers=(replace(NADIA, email=""),))
    assert await waiting(world, again.child_id) == ()


async def test_details_that_are_taken_over_stand_on_the_record_and_the_earlier_ones_are_kept(
    world: World,
) -> None:
    again = await come_back(world)
    [found] = await waiting(world, again.child_id)
    asking = world.asking("triage")
    for _ in range(2):  # the same request again is harmless
        await decide_details(world.area, asking, found.episode_id, found.fact, TakeOver.TAKEN)
    assert await on_record(world, again.child_id) == ("pl", ["1 New Street"], "EX2 2BB", 2)
    assert len(await rows(world, "SELECT 1 FROM child_past WHERE child_id = $1", again.child_id)) == 1
    assert await waiting(world, again.child_id) == ()
    with pytest.raises(NotFound, match="already"):
        await decide_details(world.area, world.asking("triage"), found.episode_id, found.fact, TakeOver.LEFT)


async def test_a_parents_new_number_is_brought_up_to_date_and_adds_nobody(world: World) -> None:
    child = world.child()
    await gone(world, child)
    again = await world.refer("gp", AGAIN, child, carers=(replace(NADIA, phone="07700900789"),))
    [found] = await waiting(world, again.child_id)
    await decide_details(world.area, world.asking("lead"), found.episode_id, found.fact, TakeOver.TAKEN)
    [kept] = await rows(world, "SELECT phone, email FROM carer")
    assert tuple(kept) == ("07700900789", "nadia.stone@example.com")


async def test_details_that_are_left_change_nothing_and_are_asked_about_no_more(world: World) -> None:
    again = await come_back(world)
    before = await on_record(world, again.child_id)
    [found] = await waiting(world, again.child_id)
    await decide_details(world.area, world.asking("coordinator"), found.episode_id, found.fact, TakeOver.LEFT)
    assert await on_record(world, again.child_id) == before
    assert await waiting(world, again.child_id) == ()


@pytest.mark.parametrize(
    ("who", "refusal"), [("gp", NotAllowed), ("privacy", NotAllowed), ("officer", NotFound), ("other_lead", NotFound)]
)  # fmt: skip
async def test_nobody_else_decides(world: World, who: str, refusal: type[Exception]) -> None:
    again = await come_back(world)
    [found] = await waiting(world, again.child_id)
    with pytest.raises(refusal):
        await decide_details(world.area, world.asking(who), found.episode_id, found.fact, TakeOver.TAKEN)


async def test_no_text_of_it_stands_on_the_timeline_and_none_survives_a_sealing(world: World) -> None:
    again = await come_back(world)
    seen = await episode_timeline(world.area, world.actors["triage"], again.episode_id, texts=True)
    assert [dict(f.texts) for f in seen.facts if f.event.kind == "details_stated"] == [{}]
    new = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1)))
    await seal_identity(world.area, world.asking("privacy"), again.child_id, new)
    assert await waiting(world, again.child_id) == ()


async def test_where_the_child_is_hidden_so_is_what_the_referral_says_of_a_place(world: World) -> None:
    child = world.child(restricted=True, safe_contact="Duty desk")
    await gone(world, child)
    again = await world.refer("gp", AGAIN, moved(replace(child, restricted=False)), carers=(FATHER,))
    [found] = await waiting(world, again.child_id)
    assert "New Street" not in str(found)
    assert "07700900456" not in str(found)
    assert found.details.carers[0].name == "Tariq Stone"


async def test_another_safe_contact_than_ours_is_put_before_a_person(world: World) -> None:
    child = world.child(restricted=True, safe_contact="Aunt Fern")
    await gone(world, child)
    again = await world.refer("gp", AGAIN, replace(child, safe_contact="Duty social worker"), carers=())
    [found] = await waiting(world, again.child_id)
    assert found.details.safe_contact == "Duty social worker"


# --- a referral of a child who is on the pathway already -----------------------------------------------------------


def hidden_now(child: ChildDetails) -> ChildDetails:
    return replace(child, restricted=True, safe_contact="Duty social worker")


async def test_a_restriction_holds_also_where_the_referral_is_refused(world: World) -> None:
    child = world.child()
    first = await world.refer(child=child)
    with pytest.raises(AlreadyReferred, match="nobody may learn where the child is"):
        await world.refer("gp", AGAIN, hidden_now(child))
    kept = await row(world, "SELECT restricted, safe_contact FROM child WHERE id = $1", first.child_id)
    assert tuple(kept) == (True, "Duty social worker")
    assert {r["state"] for r in await outbox_rows(world, first.episode_id)} == {"dropped"}
    logged = await rows(
        world, "SELECT 1 FROM access_log WHERE account_id = $1", world.actors["gp"].account_id
    )
    assert logged


async def test_a_draft_that_is_refused_keeps_the_restriction_too(world: World) -> None:
    child = world.child()
    first = await world.refer(child=child)
    draft, gp = UUID(int=5), world.actors["gp"]
    await begin_draft(world.area, gp, draft, "autism")
    referral = Referral("autism", hidden_now(child), AGAIN, (NADIA,), first_answers("autism"))
    version = (await row(world, "SELECT version FROM referral_draft WHERE id = $1", draft))["version"]
    with pytest.raises(AlreadyReferred):
        await send_draft(world.area, gp, draft, version, referral)
    kept = await row(world, "SELECT restricted FROM child WHERE id = $1", first.child_id)
    assert kept["restricted"]


async def test_a_refused_referral_that_may_be_a_siblings_restricts_nobody(world: World) -> None:
    child = world.child()
    first = await world.refer(child=child)
    other = hidden_now(replace(child, first_name="Other", birth_date=date(2015, 1, 1)))
    await world.refer("gp", AGAIN, other)
    kept = await row(world, "SELECT restricted FROM child WHERE id = $1", first.child_id)
    assert not kept["restricted"]

"""docs/rules.md 13: from sixteen a young person decides who is told; carers are neither cut off nor carried on by themselves."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from pathway import definitions
from pathway.actions.decide_who_is_told import Choice, decide_who_is_told
from pathway.actions.mark_birthdays import mark_birthdays
from pathway.actions.refer import Referred
from pathway.actions.take_up_decisions import take_up_decisions
from pathway.domain.ages import compulsory_school_age_ends, is_over_compulsory_school_age
from pathway.domain.birthdays import DUE_FROM
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.referral import CarerDetails
from pathway.domain.roles import Actor, Door, Role
from pathway.domain.telling import Decision
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from pathway.reading.family_page import family_page
from pathway.store.scopes import reading
from tests.actions.reading import row, rows
from tests.notify.test_deliver import Recorder
from tests.web.signing_in import send, signed_in, words
from tests.web.test_family_pages import of_family
from tests.world import World

BIRTH = date(2011, 1, 10)  # sixteen on 10 January 2027
BEFORE, ON, AFTER = date(2026, 12, 1), date(2027, 1, 10), date(2027, 1, 11)
MOTHER = CarerDetails("Nadia Stone", "mother", email="nadia@example.com", parental_responsibility=True)
FATHER = CarerDetails("Tariq Stone", "father", email="tariq@example.com", parental_responsibility=True)
OWN = "ellis@example.com"


async def teenager(world: World, birth: date = BIRTH) -> Referred:
    """Referred before the birthday, with two carers; the first message has been sent."""
    referred = await world.refer(child=world.child(birth_date=birth), carers=(MOTHER, FATHER))
    assert sorted(await sent(world)) == ["nadia@example.com", "tariq@example.com"]
    return referred


async def sent(world: World) -> list[str]:
    """To whom everything that waits is sent, as the worker does it."""
    sender = Recorder()
    for one in await rows(world, "SELECT id FROM outbox WHERE state = 'waiting' ORDER BY made_at"):
        await deliver(world.area, Post({"email": sender}), one["id"])
    return [letter.to for letter in sender.letters]


async def carer(world: World, name: str) -> UUID:
    found = await row(world, "SELECT id FROM carer WHERE name = $1", name)
    return UUID(str(found["id"]))


async def decided(world: World, episode: UUID, day: date, decision: Decision, **choice: object) -> None:
    chosen = replace(Choice(decision), **choice)  # type: ignore[arg-type]
    await decide_who_is_told(world.area, world.asking("coordinator"), episode, day, chosen)


async def told(world: World) -> set[str]:
    found = await rows(
        world,
        "SELECT c.name FROM guardian g JOIN carer c ON c.id = g.carer_id WHERE g.active AND g.may_be_told",
    )
    return {one["name"] for one in found}


async def test_it_becomes_a_task_before_the_birthday(world: World) -> None:
    referred = await teenager(world)
    assert await mark_birthdays(world.on(BEFORE).area) == 1
    task = await row(world, "SELECT key, done_on FROM task WHERE episode_id = $1", referred.episode_id)
    assert (task["key"], task["done_on"]) == ("ask_young_person", None)
    await decided(world.on(BEFORE), referred.episode_id, BEFORE, Decision.AS_BEFORE)
    task = await row(world, "SELECT key, done_on FROM task WHERE episode_id = $1", referred.episode_id)
    assert task["done_on"] == BEFORE


async def test_a_birthday_cuts_nobody_off_and_carries_nobody_on(world: World) -> None:
    """The day before, carers are told; from the birthday what there is to tell waits until somebody has asked."""
    referred = await teenager(world)
    await world.on(date(2027, 1, 9)).step("triage", referred.episode_id, "triage_started", date(2027, 1, 9))
    after = world.on(AFTER)
    assert await told(world) == {"Nadia Stone", "Tariq Stone"}
    await after.step("triage", referred.episode_id, "referral_accepted", AFTER, priority="routine")
    assert await sent(after) == []
    held = await rows(world, "SELECT last_error FROM outbox WHERE state = 'held'")
    assert held
    assert all("nobody has asked yet" in one["last_error"] for one in held)
    await decided(after, referred.episode_id, AFTER, Decision.AS_BEFORE)
    assert sorted(await sent(after)) == ["nadia@example.com", "tariq@example.com"]


async def test_the_young_person_decides_carer_by_carer(world: World) -> None:
    referred = await teenager(world)
    after = world.on(AFTER)
    father = await carer(world, "Tariq Stone")
    await decided(after, referred.episode_id, AFTER, Decision.SOME, carers=frozenset({father}))
    assert await told(world) == {"Tariq Stone"}
    assert await sent(after) == ["tariq@example.com"]


async def test_only_the_young_person_is_told_at_their_own_address(world: World) -> None:
    referred = await teenager(world)
    after = world.on(AFTER)
    await decided(after, referred.episode_id, AFTER, Decision.ONLY, own_name="Ellis Stone", own_email=OWN)
    assert await sent(after) == [OWN]


async def test_a_carer_who_is_added_later_is_not_told_either(world: World) -> None:
    referred = await teenager(world)
    after = world.on(AFTER)
    await decided(after, referred.episode_id, AFTER, Decision.ONLY, own_name="Ellis Stone", own_email=OWN)
    await of_family(after, "family", referred.child_id, "Someone New")
    assert await told(world) == {"Ellis Stone"}


async def test_their_own_address_is_in_no_partners_system(world: World) -> None:
    referred = await teenager(world)
    after = world.on(AFTER)
    await decided(
        after, referred.episode_id, AFTER, Decision.AS_BEFORE, own_name="Ellis Stone", own_email=OWN
    )
    partner = Actor(world.actors["lead"].account_id, Role.PARTNER, world.org["provider"], Door.FHIR)
    async with world.area.database.transaction(reading(partner)) as tx:
        names = {one["name"] for one in await tx.fetch("SELECT name FROM carer")}
    assert names == {"Nadia Stone", "Tariq Stone"}


async def test_a_carer_who_is_no_longer_told_sees_no_page_either(world: World) -> None:
    referred = await teenager(world)
    await of_family(world, "family", referred.child_id)
    after = world.on(AFTER)
    assert (await family_page(after.area, world.actors["family"], referred.child_id)).episodes
    await decided(after, referred.episode_id, AFTER, Decision.ONLY)
    with pytest.raises(NotFound):
        await family_page(after.area, world.actors["family"], referred.child_id)


async def test_an_answer_before_the_birthday_holds_from_the_birthday(world: World) -> None:
    referred = await teenager(world)
    await decided(world.on(BEFORE), referred.episode_id, BEFORE, Decision.ONLY)
    assert await take_up_decisions(world.on(BEFORE).area) == 0
    assert await told(world) == {"Nadia Stone", "Tariq Stone"}
    assert await take_up_decisions(world.on(ON).area) == 1
    assert await take_up_decisions(world.on(ON).area) == 0
    assert await told(world) == set()


async def test_a_child_who_was_judged_able_decides_and_has_messages_of_their_own(world: World) -> None:
    referred = await teenager(world, date(2012, 6, 1))
    day = date(2026, 11, 20)
    with pytest.raises(InvalidInput, match="Gillick"):
        await decided(world, referred.episode_id, day, Decision.ONLY)
    note = "Explained it back in their own words."
    await world.step("clinician", referred.episode_id, "gillick_judged", day, able="yes", note=note)
    await decided(world, referred.episode_id, day, Decision.ONLY, own_name="Ellis Stone", own_email=OWN)
    assert await sent(world) == [OWN]
    kept = await row(world, "SELECT basis, from_on FROM who_is_told")
    assert (kept["basis"], kept["from_on"]) == ("gillick", day)
    secret = await row(world, "SELECT secret FROM event WHERE kind = 'gillick_judged'")
    assert b"own words" not in secret["secret"]


async def test_a_child_who_was_judged_not_able_does_not_decide(world: World) -> None:
    referred = await teenager(world, date(2012, 6, 1))
    for on, able in ((date(2026, 11, 18), "yes"), (date(2026, 11, 19), "no")):
        await world.step("clinician", referred.episode_id, "gillick_judged", on, able=able)
    with pytest.raises(InvalidInput, match="Gillick"):
        await decided(world, referred.episode_id, date(2026, 11, 20), Decision.ONLY)


@pytest.mark.parametrize("who", ["coordinator", "senco", "triage", "lead"])
async def test_only_a_clinician_judges_it(world: World, who: str) -> None:
    referred = await teenager(world, date(2012, 6, 1))
    with pytest.raises(Exception, match="Assessing clinician|not one that you may see"):
        await world.step(who, referred.episode_id, "gillick_judged", date(2026, 11, 20), able="yes")


async def test_recorded_as_a_step_it_has_the_same_effect_and_some_must_be_named(world: World) -> None:
    referred = await teenager(world)
    after = world.on(AFTER)
    with pytest.raises(InvalidInput, match="Choose which carers"):
        await after.step(
            "coordinator", referred.episode_id, "young_person_asked", AFTER, decision="some_carers"
        )
    await after.step(
        "coordinator", referred.episode_id, "young_person_asked", AFTER, decision="young_person_only"
    )
    assert await told(world) == set()


def test_rights_in_an_ehc_plan_pass_on_the_last_friday_of_june() -> None:
    """Born on either side of 1 September: the same birthday, a school year apart."""
    for birth, last in ((date(2011, 8, 31), date(2027, 6, 25)), (date(2011, 9, 1), date(2028, 6, 30))):
        assert compulsory_school_age_ends(birth) == last
        assert last.weekday() == 4
        assert not is_over_compulsory_school_age(birth, last)
    step = definitions.load("annual_review").steps["rights_passed_to_young_person"]
    assert Role.SYSTEM in step.by
    assert step.key in DUE_FROM


async def test_the_page_records_it_with_the_carers_by_name(world: World) -> None:
    referred = await teenager(world)
    after = world.on(AFTER)
    father = await carer(world, "Tariq Stone")
    given = {
        "happened_on-day": "11", "happened_on-month": "1", "happened_on-year": "2027",
        "decision": "some_carers", "own_email": OWN,
    }  # fmt: skip
    path = f"/children/{referred.child_id}/told"
    async with signed_in(after, "coordinator") as client:
        assert path in (await client.get(f"/children/{referred.child_id}/people")).text
        assert "Nadia Stone (mother): is told now" in words(await client.get(path))
        assert "Choose which carers" in words(await send(client, path, given))
        answer = await send(client, path, {**given, "carers": str(father)})
        assert (answer.status_code, answer.headers["location"]) == (
            303, f"/children/{referred.child_id}?saved=young_person_asked",
        )  # fmt: skip
    assert await told(world) == {
        "Tariq Stone",
        *{one for one in await told(world) if one.startswith("Amira")},
    }
    assert sorted(await sent(after)) == [OWN, "tariq@example.com"]

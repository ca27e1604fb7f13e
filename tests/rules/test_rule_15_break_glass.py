"""docs/rules.md 15: breaking the glass is shown to information governance at once, and to the family unless delayed."""

import re
from datetime import timedelta

import pytest

from pathway.actions.decide_telling import decide_telling
from pathway.domain.roles import ROLE_TITLES, Role
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from pathway.reading.child_record import child_record
from pathway.reading.openings import openings
from tests.actions.opening_records import of_today, opened
from tests.actions.reading import row
from tests.notify.test_deliver import Recorder
from tests.rules.test_rule_20_words_of_messages import NEVER, PRONOUNS
from tests.web.signing_in import signed_in, words
from tests.web.test_family_pages import of_family, page_of
from tests.world import World

DELAYED = "The police ask that the family is not told yet."


async def test_information_governance_sees_an_opening_in_the_moment_it_is_made(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child, endangers=True)
    assert [one.id for one in await openings(world.area, world.actors["privacy"])] == [made.id]
    async with signed_in(world, "privacy") as client:
        said = words(await client.get("/openings"))
    assert "Other Clinician" in said
    assert "To review" in said


@pytest.mark.parametrize("restricted", [False, True])
async def test_the_family_sees_it_at_once_by_role_and_never_by_name_or_place(
    world: World, restricted: bool
) -> None:
    child = world.child(restricted=restricted, safe_contact="Duty desk" if restricted else "")
    referred = await world.refer(child=child, carers=())
    await of_family(world, "family", referred.child_id)
    await opened(world, child)
    text = await page_of(world, referred.child_id)
    assert f"{ROLE_TITLES[Role.CLINICIAN]}, from outside {child.first_name}’s team" in text
    assert "Other Clinician" not in text
    assert "Harbour Assessments" not in text


async def test_a_caldicott_decision_delays_what_the_family_sees_and_nothing_hints_at_it(world: World) -> None:
    world = of_today(world)
    child = world.child()
    referred = await world.refer(child=child, carers=())
    await of_family(world, "family", referred.child_id)
    before = await page_of(world, referred.child_id)
    made = await opened(world, child)
    await child_record(world.area, world.actors["other_clinician"], referred.child_id)
    until = world.area.today + timedelta(days=30)
    await decide_telling(world.area, world.asking("privacy"), made.id, until, DELAYED)
    async with signed_in(world, "privacy") as client:
        assert DELAYED in words(await client.get(f"/openings/{made.id}"))
    assert _looks(await page_of(world, referred.child_id)) == _looks(before)
    await decide_telling(world.area, world.asking("privacy"), made.id, None, "The police have finished.")
    assert "from outside" in await page_of(world, referred.child_id)


def _looks(text: str) -> list[str]:
    return re.findall(r"<li>(\d[^<]+)</li>", text)


async def test_where_telling_could_endanger_it_waits_for_a_decision_on_the_page_too(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child, carers=())
    await of_family(world, "family", referred.child_id)
    await opened(world, child, endangers=True)
    assert "from outside" not in await page_of(world, referred.child_id)


async def test_another_family_sees_nothing_of_it(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    await opened(world, child)
    mine = await world.refer(carers=())
    await of_family(world, "other_family", mine.child_id)
    assert "from outside" not in await page_of(world, mine.child_id, "other_family")


async def test_the_family_is_written_to_without_a_name_or_the_word_autism_in_the_subject(
    world: World,
) -> None:
    child = world.child()
    await world.refer(child=child)
    await opened(world, child)
    message = (await row(world, "SELECT id FROM outbox WHERE topic = 'record_opened'"))["id"]
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), message) == "sent"
    [letter] = sender.letters
    assert child.first_name not in letter.subject
    assert "autis" not in letter.subject.lower()
    assert "Other Clinician" not in letter.text
    assert "Harbour" not in letter.text
    assert "ring 999" in letter.text
    assert not NEVER.search(letter.subject + letter.text)
    assert not PRONOUNS.search(letter.text.replace("whose", ""))


async def test_the_record_says_while_it_lasts_that_it_is_open_by_breaking_the_glass(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    await opened(world, child)
    async with signed_in(world, "other_clinician") as client:
        assert "from outside the child's team" in words(await client.get(f"/children/{referred.child_id}"))
    async with signed_in(world, "clinician") as client:
        assert "from outside the child's team" not in words(
            await client.get(f"/children/{referred.child_id}")
        )

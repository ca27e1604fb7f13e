"""Rule 21: every page says what to do if things are worse now, danger first; a referral says that it is not safeguarding."""

import re

from pathway.notify.templates import FRAME, template
from tests.web.signing_in import signed_in
from tests.web.test_family_pages import waiting
from tests.world import World

NUMBERS = ("999", "111", "85258", "999bsl.co.uk", "signvideo.co.uk/nhs111")


async def test_every_page_of_a_family_has_the_crisis_numbers_danger_first_and_a_way_to_answer(
    world: World,
) -> None:
    referred = await waiting(world)
    family = f"/family/{referred.child_id}"
    async with signed_in(world, "family") as client:
        for address in (family, f"{family}/write/{referred.episode_id}"):
            text = (await client.get(address)).text
            places = [text.index(f"ring {number}") for number in ("999", "111")]
            assert places == sorted(places), address
            assert all(number in text for number in NUMBERS), address
            assert f"{family}/write/{referred.episode_id}" in text


async def test_the_crisis_numbers_stand_before_help_and_letters_and_before_the_form(world: World) -> None:
    referred = await waiting(world)
    family = f"/family/{referred.child_id}"
    async with signed_in(world, "family") as client:
        page = (await client.get(family)).text
        assert page.index("ring 999") < page.index("Help while you wait") < page.index("Messages we sent you")
        form = (await client.get(f"{family}/write/{referred.episode_id}")).text
        assert form.index("ring 999") < form.index("<textarea")


async def test_a_family_with_no_child_linked_still_finds_them(world: World) -> None:
    async with signed_in(world, "other_family") as client:
        assert "ring 999 now" in (await client.get("/family")).text


async def test_pages_and_messages_give_the_same_numbers(world: World) -> None:
    """Two texts, written apart for page and letter, that must not drift apart."""
    letter = " ".join(template(FRAME).section("If things are worse now").paragraphs)
    async with signed_in(world, "other_family") as client:
        page = (await client.get("/family")).text.split("If things are worse now")[1].split("</section>")[0]

    def found(text: str) -> set[str]:
        return set(re.findall(r"\b(?:\d{3,5}|option \d|[\w.]+\.co\.uk(?:/\w+)?)\b", text))

    assert found(letter) == found(page)
    assert found(letter) >= {"999", "111", "85258", "option 2"}


async def test_there_is_a_route_without_screens(world: World) -> None:
    referred = await waiting(world)
    async with signed_in(world, "family") as client:
        text = (await client.get(f"/family/{referred.child_id}")).text
    assert "If you would rather not use a screen, ring us or write to us." in text


async def test_a_referral_says_first_that_it_is_not_a_safeguarding_referral_and_what_to_do_instead(
    world: World,
) -> None:
    for who in ("senco", "gp", "triage", "officer"):
        async with signed_in(world, who) as client:
            text = (await client.get("/refer")).text
        at = text.index("This is not a safeguarding referral")
        assert (
            at
            < text.index("ring 999")
            < text.index("social care team today")
            < text.index('<form method="post" action="/refer"')
        )

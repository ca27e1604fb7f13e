"""A parent reads where their child is and writes to the team, in a real browser: on a phone, without JavaScript, by ear."""

from datetime import date

import pytest
from playwright.async_api import expect

from tests.browser import OpenPage, axe_problems, scrolls_sideways
from tests.journeys.signed_in_browser import served
from tests.web.test_family_pages import of_family, waiting, written_to
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_parent_signs_in_reads_where_things_are_and_tells_us_that_they_are_worse(
    committed_world: World, open_page: OpenPage, java_script: bool
) -> None:
    """Given a child on the list, when the parent opens the page, then it says where and how long, and they can answer."""
    await waiting(committed_world)
    async with served(committed_world, open_page) as page_as:
        page = await page_as("family", width=320, java_script=java_script)
        await page.goto("/")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Where Amira0 is now")
        await expect(page.get_by_text("That is 38 weeks so far")).to_be_visible()
        await page.get_by_role("button", name="Tell us that something has changed").click()
        await page.get_by_role("radio", name="Things are worse").check()
        await page.get_by_label("What would you like to tell us?").fill("Not sleeping, not at school.")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("A person will read it and answer.")).to_be_visible()


async def test_the_way_is_a_list_whose_present_part_is_marked_for_those_who_listen(
    committed_world: World, open_page: OpenPage
) -> None:
    """Given a screen reader, when the way from start to finish is read, then each part says where it stands."""
    await waiting(committed_world)
    async with served(committed_world, open_page) as page_as:
        page = await page_as("family")
        await page.goto("/")
        now = page.locator("[aria-current=step]")
        await expect(now).to_have_count(1)
        await expect(now).to_contain_text("On the list")
        await expect(now).to_contain_text("You are here")


async def test_a_parent_of_two_children_chooses_one(committed_world: World, open_page: OpenPage) -> None:
    """Given two children, when the parent opens the first page, then both are named and each leads to its own page."""
    await waiting(committed_world)
    second = await committed_world.refer(carers=())
    await of_family(committed_world, "family", second.child_id)
    async with served(committed_world, open_page) as page_as:
        page = await page_as("family")
        await page.goto("/family")
        await page.get_by_role("link", name="Amira1").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Where Amira1 is now")


@pytest.mark.parametrize("width", [320, 768, 1280])
async def test_every_page_of_a_family_passes_axe_and_fits_the_window(
    committed_world: World, open_page: OpenPage, width: int
) -> None:
    """Given a phone, a tablet and a desk, when each page is opened, then it is accessible and no wider than the window."""
    world = committed_world
    first = await waiting(world)
    carer = await of_family(world, "family", first.child_id, needs=("large_print",))
    await written_to(
        world, first, carer, "An update", "Dear Ada,\n\nthe place is safe.\n\nhttps://" + "a" * 90
    )
    closed = await world.refer(carers=())
    await of_family(world, "family", closed.child_id)
    await world.step("coordinator", closed.episode_id, "entered_in_error", date(2026, 3, 4))
    addresses = [
        "/family", f"/family/{first.child_id}", f"/family/{closed.child_id}",
        f"/family/{first.child_id}/write/{first.episode_id}", "/mailbox",
    ]  # fmt: skip
    async with served(world, open_page) as page_as:
        page = await page_as("family", width=width)
        for address in addresses:
            await page.goto(address)
            for fold in await page.locator("summary").all():
                await fold.click()
            assert await axe_problems(page) == [], address
            assert not await scrolls_sideways(page), address

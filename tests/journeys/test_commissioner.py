"""A commissioner before the board: which waits are past a limit, is the number true, and no child in sight."""

from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from pathway.actions.scan_for_breaches import scan_for_breaches
from tests.browser import OpenPage, axe_problems, scrolls_sideways
from tests.journeys.signed_in_browser import served
from tests.world import TODAY, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def children(world: World) -> None:
    """Seven who have waited over 26 weeks, one over 104, one who has just come."""
    for waited in (200, 201, 202, 203, 204, 205, 206, 760, 5):
        await world.refer(received_on=TODAY - timedelta(days=waited))
    await scan_for_breaches(world.area)


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
async def test_from_a_count_to_the_sum_behind_one_flag(
    committed_world: World, open_page: OpenPage, java_script: bool
) -> None:
    # given children who wait, of whom one has waited over 104 weeks
    world = committed_world
    await children(world)
    async with served(world, open_page) as page_as:
        page = await page_as("commissioner", java_script=java_script)
        # when the commissioner signs in and opens the table
        await page.goto("/breaches")
        await page.get_by_text("Counts by provider, limit and grade").click()
        # then counts are rounded, and a count of one child is hidden
        counts = page.get_by_role("table", name="How many waits, by provider, limit and grade")
        start = counts.get_by_role("row").filter(has_text="Referral to start of assessment")
        for grade, figure in (("Over 26 weeks", "5"), ("Over 104 weeks", "*")):
            cell = start.filter(has_text=grade).get_by_role("cell", name=figure, exact=True)
            await expect(cell).to_be_visible()
        # when they narrow the table to the longest waits
        await page.get_by_label("Grade", exact=True).select_option("Over 104 weeks")
        await page.get_by_role("button", name="Update results").click()
        # then the filter stands in sight and can be removed
        await expect(page.get_by_role("link", name="Remove filter Grade: Over 104 weeks")).to_be_visible()
        # when they open a flag
        await page.get_by_role("link", name="760 days").first.click()
        # then it explains itself, and names nobody
        started = TODAY - timedelta(days=760)
        await expect(page.get_by_text(f"started on {started.day} {started:%B %Y}")).to_be_visible()
        await expect(page.get_by_text("From then to 24 November 2026 is 760 days.")).to_be_visible()
        assert "Amira" not in await page.content()


async def test_a_child_cannot_be_reached_from_here(committed_world: World, open_page: OpenPage) -> None:
    # given a child, whose address a commissioner has somehow got
    world = committed_world
    child = await world.refer(received_on=date(2026, 3, 3))
    async with served(world, open_page) as page_as:
        page = await page_as("commissioner", expect_status=403)
        # when they open it
        await page.goto(f"/children/{child.child_id}")
        # then they are told that it is not theirs, and nothing more
        await expect(page.get_by_role("heading", name="You cannot do this")).to_be_visible()
        assert "Amira" not in await page.content()


async def test_every_page_is_accessible_and_fits_its_window(
    committed_world: World, open_page: OpenPage
) -> None:
    # given children past their limits
    world = committed_world
    await children(world)
    seen = {
        "commissioner": ["/breaches", "/breaches?grade=over_26_weeks", "/figures", "/thresholds", "/thresholds/new"],
        "lead": ["/breaches", "/figures", "/held", "/thresholds"],
        "officer": ["/breaches", "/worklist", "/thresholds"],
        "privacy": ["/access-log", "/held"],
    }  # fmt: skip
    wrong: list[str] = []
    async with served(world, open_page) as page_as:
        for who, paths in seen.items():
            for width in (320, 768, 1280):
                page = await page_as(who, width=width)
                for path in paths:
                    # when each is opened at each width
                    await page.goto(path)
                    wrong += [f"{who} {width} {path}: {problem}" for problem in await axe_problems(page)]
                    if await scrolls_sideways(page):
                        wrong.append(f"{who} {width} {path}: scrolls sideways")
    # then axe finds nothing, and nothing scrolls sideways
    assert wrong == []

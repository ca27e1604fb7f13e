"""A clinician's morning: who is first, what has happened, what will this do, done; and a colleague who was quicker."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenPage, axe_problems, scrolls_sideways
from tests.journeys.signed_in_browser import served
from tests.world import TODAY, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (320, 768, 1280)


async def triaged(world: World, first: str, family: str, waited: int) -> tuple[str, str]:
    """A child who was referred so many days ago and is being reviewed: the child's id and the episode's."""
    since = TODAY - timedelta(days=waited)
    child = await world.refer(received_on=since, child=world.child(first_name=first, family_name=family))
    await world.step("triage", child.episode_id, "triage_started", since + timedelta(days=3))
    return str(child.child_id), str(child.episode_id)


async def fill_day(page: Page, day: date) -> None:
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        await page.get_by_label(part, exact=True).first.fill(str(value))


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
async def test_from_the_worklist_to_a_recorded_step(
    committed_world: World, open_page: OpenPage, java_script: bool
) -> None:
    # given several children, of whom one has waited far too long
    world = committed_world
    await triaged(world, "Leo", "Carter", 9)
    await triaged(world, "Kayla", "Okafor", 420)
    async with served(world, open_page) as page_as:
        page = await page_as("triage", java_script=java_script)
        # when a triage clinician opens the worklist
        await page.goto("/worklist")
        line = page.get_by_role("row").filter(has_text="Kayla Okafor")
        # then each line says how long, how late, and why the child is on it
        await expect(line.get_by_text("60 weeks")).to_be_visible()
        await expect(line.get_by_text("Over 52 weeks")).to_be_visible()
        await expect(line.get_by_text("Past the limit of")).to_be_visible()
        # when they open the child and one of the sums
        await line.get_by_role("link", name="Kayla Okafor").click()
        await page.get_by_role(
            "link", name=re.compile("How this is worked out.*Referral to start of assessment")
        ).click()
        # then the sum is there to be added up
        await expect(page.get_by_text("From then to 24 November 2026 is 420 days.")).to_be_visible()
        await page.get_by_role("link", name="The child's record").click()
        # when they record the next step
        await page.get_by_role("button", name="Record: ").click()
        await fill_day(page, TODAY)
        await page.get_by_label("Routine").check()
        await page.get_by_role("button", name="Continue").click()
        # then they are told what it will do before anything is saved
        await expect(page.get_by_text("Nothing has been saved yet")).to_be_visible()
        await expect(page.get_by_text("The stage becomes “Accepted, waiting for assessment”")).to_be_visible()
        await expect(page.get_by_text("What the family will be told")).to_be_visible()
        # when they confirm
        await page.get_by_role("button", name="Confirm and save").click()
        # then the record says so, and shows the new stage
        await expect(page.get_by_role("alert").get_by_text("Referral accepted: saved.")).to_be_visible()
        await expect(page.get_by_text("Accepted, waiting for assessment").first).to_be_visible()


async def test_a_wrong_day_is_mended_without_typing_anything_again(
    committed_world: World, open_page: OpenPage
) -> None:
    # given a child who is being reviewed
    world = committed_world
    _, episode = await triaged(world, "Zofia", "Kowalska", 30)
    async with served(world, open_page) as page_as:
        page = await page_as("triage", expect_status=422)
        # when the clinician types a day that does not exist
        await page.goto(f"/episodes/{episode}/steps/referral_accepted")
        await page.get_by_label("Day", exact=True).first.fill("31")
        await page.get_by_label("Month", exact=True).first.fill("2")
        await page.get_by_label("Routine").check()
        await page.get_by_role("button", name="Continue").click()
        # then the summary leads to the box, and the other answers are still there
        await page.get_by_role("link", name="The date it happened must be a real date").click()
        await expect(page.locator("#happened_on-day")).to_be_focused()
        await expect(page.get_by_label("Routine")).to_be_checked()
        # when they mend it
        await fill_day(page, TODAY)
        await page.get_by_role("button", name="Continue").click()
        # then they go on
        await expect(page.get_by_text("Nothing has been saved yet")).to_be_visible()


async def test_a_colleague_was_quicker(committed_world: World, open_page: OpenPage) -> None:
    # given a form that was opened before a colleague recorded something
    world = committed_world
    _, episode = await triaged(world, "Ravi", "Patel", 30)
    async with served(world, open_page) as page_as:
        page = await page_as("triage", expect_status=412)
        await page.goto(f"/episodes/{episode}/steps/referral_accepted")
        await page.get_by_label("Urgent").first.check()
        form = page.url
        await world.step("coordinator", UUID(episode), "family_updated", TODAY, how="telephone")
        # when they send theirs
        await page.get_by_role("button", name="Continue").click()
        # then nothing is overwritten: they see who did what, by role, and keep what they chose
        await expect(page.get_by_text("Someone else has changed this record").first).to_be_visible()
        await expect(page.get_by_text("Case coordinator: ")).to_be_visible()
        await page.get_by_role("button", name="Go on with what I typed").click()
        await expect(page.get_by_label("Urgent").first).to_be_checked()
        assert page.url == form


async def test_every_page_of_the_morning_is_accessible_and_fits_its_window(
    committed_world: World, open_page: OpenPage
) -> None:
    # given a few children in different stages
    world = committed_world
    child, episode = await triaged(world, "Kayla", "Okafor", 420)
    await triaged(world, "Leo", "Carter", 9)
    pages = [
        "/worklist",
        "/worklist?late=yes&stage=autism:triage",
        f"/children/{child}",
        f"/children/{child}/people",
        f"/children/{child}/school",
        f"/children/{child}/messages",
        f"/children/{child}/clocks/{episode}/nice_start/1",
        f"/children/{child}?as_of=2026-03-01",
        f"/episodes/{episode}/steps/referral_accepted",
        "/hand-overs",
        "/hand-overs/list",
        "/matches",
        f"/episodes/{episode}/hand-over",
        "/help",
        "/accessibility",
        "/privacy",
        "/cookies",
    ]
    wrong: list[str] = []
    async with served(world, open_page) as page_as:
        for width in WIDTHS:
            page = await page_as("triage", width=width)
            for path in pages:
                # when each is opened at each width
                await page.goto(path)
                wrong += [f"{width} {path}: {problem}" for problem in await axe_problems(page)]
                if await scrolls_sideways(page):
                    wrong.append(f"{width} {path}: scrolls sideways")
    # then axe finds nothing, and nothing scrolls sideways
    assert wrong == []

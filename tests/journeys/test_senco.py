"""A SENCO refers a child and answers a question, in a real browser: with JavaScript, without it, and by keyboard alone."""

from datetime import date

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenPage, axe_problems, scrolls_sideways
from tests.journeys.signed_in_browser import served
from tests.world import World, nhs_number

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def begin(page: Page) -> None:
    await page.goto("/refer")
    await page.get_by_label("Autism assessment", exact=True).check()
    await page.get_by_role("button", name="Start the referral").click()
    await page.get_by_role("link", name="The child").click()


async def fill_child(page: Page) -> None:
    await page.get_by_label("First name").fill("Maya")
    await page.get_by_label("Family name").fill("Okafor")
    for box, value in (("Day", "15"), ("Month", "3"), ("Year", "2019")):
        await page.get_by_label(box, exact=True).fill(value)
    await page.get_by_role("group", name="Do you know").get_by_label("Yes").check()
    await go_on(page)


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="Save and continue").click()


async def fill_home(page: Page) -> None:
    await page.get_by_label("Address line 1").fill("4 Mill Lane")
    await page.get_by_label("Postcode").fill("EX1 1AA")
    for question in ("Must the child", "Does the child need an interpreter", "Is the child looked after"):
        await page.get_by_role("group", name=question).get_by_label("No", exact=True).check()
    await page.get_by_label("Child’s first language").select_option("English")
    await go_on(page)


async def fill_carer(page: Page) -> None:
    await page.get_by_label("Full name").fill("Ada Okafor")
    await page.get_by_label("Who they are to the child").fill("mother")
    for question in ("Do they have parental", "May they be told"):
        await page.get_by_role("group", name=question).get_by_label("Yes").check()
    await page.get_by_role("group", name="How do they want").get_by_label("Email").check()
    await page.get_by_label("Email address").fill("ada@example.com")
    await page.get_by_label("Their first language").select_option("English")
    await go_on(page)


async def fill_pathway(page: Page) -> None:
    await page.get_by_label("School or early years setting").check()
    await page.get_by_role("group", name="Does the person with parental").get_by_label("Yes").check()
    await page.get_by_role("group", name="May the school be told").get_by_label("Yes").check()
    await go_on(page)
    for _ in range(2):
        await go_on(page)
    await page.get_by_label("What you have noticed").fill("Finds the hall too loud.")
    await go_on(page)


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_senco_refers_a_child_puts_a_mistake_right_and_sends_once(
    committed_world: World, open_page: OpenPage, java_script: bool
) -> None:
    """Given a SENCO, when they refer a child and mistype the NHS number, then nothing is lost and one referral is sent."""
    number = nhs_number(3).value
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    async with served(committed_world, open_page) as page_as:
        page = await page_as("senco", java_script=java_script, expect_status=422)
        await begin(page)
        await fill_child(page)
        await page.get_by_label("NHS number").fill(wrong)
        await go_on(page)
        await expect(page).to_have_title("Error: NHS number – Autism assessment pathway")
        await page.get_by_role("link", name="One or more digits").click()
        await expect(page.locator("#nhs_number")).to_be_focused()
        await expect(page.locator("#nhs_number")).to_have_value(wrong)
        await page.get_by_label("NHS number").fill(number)
        await go_on(page)
        await fill_home(page)
        await fill_carer(page)
        await go_on(page)
        await fill_pathway(page)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Check your answers")
        await expect(page.get_by_text("Finds the hall too loud.")).to_be_visible()
        await page.get_by_role("button", name="Confirm and send").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Referral sent")
        await page.go_back()
        await page.goto("/pupils")
        await expect(page.get_by_role("link", name="Maya Okafor")).to_have_count(1)


async def test_the_error_summary_takes_the_focus(committed_world: World, open_page: OpenPage) -> None:
    """Given an empty page, when it is sent, then the focus is on the list of what to put right."""
    async with served(committed_world, open_page) as page_as:
        page = await page_as("senco", expect_status=422)
        await begin(page)
        await go_on(page)
        await expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        await expect(page.get_by_role("alert").get_by_role("listitem")).to_have_count(4)


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def focus(page: Page, name: str) -> None:
    """Press Tab until the element of this id, name or text has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            "name => { const e = document.activeElement;"
            " return e.id === name || e.name === name || e.textContent.trim() === name }",
            name,
        )
        if found:
            return
    raise AssertionError(f"The keyboard does not reach {name}.")


async def test_a_senco_refers_a_child_by_keyboard_alone(committed_world: World, open_page: OpenPage) -> None:
    """Given no mouse, when a SENCO uses Tab, Space, arrows and Enter only, then the referral is sent."""
    async with served(committed_world, open_page) as page_as:
        page = await page_as("senco")
        await page.goto("/refer")
        await focus(page, "pathway")
        await press(page, "Space")
        await focus(page, "Start the referral")
        await press(page, "Enter")
        await page.wait_for_url("**/refer/*")
        await focus(page, "The child")
        await press(page, "Enter")
        await page.wait_for_url("**/pages/child")
        for name, text in (
            ("first_name", "Maya"), ("family_name", "Okafor"), ("birth_date-day", "15"),
            ("birth_date-month", "3"), ("birth_date-year", "2019"),
        ):  # fmt: skip
            await focus(page, name)
            await page.keyboard.type(text)
        await focus(page, "number_known")
        await press(page, "Space", "ArrowRight", "Enter")
        await page.wait_for_url("**/pages/home")
        await focus(page, "hidden")
        await press(page, "Space", "ArrowRight")
        await focus(page, "language")
        await page.keyboard.type("Eng")
        for name in ("interpreter", "looked_after"):
            await focus(page, name)
            await press(page, "Space", "ArrowRight")
        await press(page, "Enter")
        await page.wait_for_url("**/pages/carer")
        await keyboard_carer(page)
        await page.wait_for_url("**/pages/other-carer")
        await focus(page, "Save and continue")
        await press(page, "Enter")
        await page.wait_for_url("**/pages/agreement")
        for name in ("source", "family_agrees"):
            await focus(page, name)
            await press(page, "Space")
        for following in ("needs-1", "needs-2", "words"):
            await focus(page, "Save and continue")
            await press(page, "Enter")
            await page.wait_for_url(f"**/pages/{following}")
        await focus(page, "Save and continue")
        await press(page, "Enter")
        await page.wait_for_url("**/check")
        await focus(page, "Confirm and send")
        await press(page, "Enter")
        await page.wait_for_url("**/sent")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Referral sent")


async def keyboard_carer(page: Page) -> None:
    for name, text in (("name", "Ada Okafor"), ("relationship", "mother")):
        await focus(page, name)
        await page.keyboard.type(text)
    for name in ("responsibility", "told", "channel"):
        await focus(page, name)
        await press(page, "Space")
    await focus(page, "email")
    await page.keyboard.type("ada@example.com")
    await focus(page, "language")
    await page.keyboard.type("Eng")
    await focus(page, "Save and continue")
    await press(page, "Enter")


async def test_a_senco_answers_what_the_team_asked(committed_world: World, open_page: OpenPage) -> None:
    """Given a request for information, when the SENCO opens the child's page, then it is answered there."""
    world = committed_world
    referred = await world.refer(tell_school="yes")
    await world.step(
        "triage", referred.episode_id, "information_requested", date(2026, 3, 9),
        what="school_information", needed_by="2026-04-02",
    )  # fmt: skip
    async with served(world, open_page) as page_as:
        page = await page_as("senco", width=768)
        await page.goto("/pupils")
        await page.get_by_role("link", name="Amira0 Stone0").click()
        await page.get_by_label("What was sent").fill("Two reports, by post.")
        await page.get_by_role("button", name="Confirm and send").click()
        await expect(page.get_by_text("Recorded: Information received")).to_be_visible()


@pytest.mark.parametrize("width", [320, 768, 1280])
async def test_every_page_of_the_school_passes_axe_and_fits_the_window(
    committed_world: World, open_page: OpenPage, width: int
) -> None:
    """Given a phone, a tablet and a desk, when each page is opened, then it is accessible and no wider than the window."""
    world = committed_world
    referred = await world.refer(tell_school="yes")
    await world.step(
        "triage", referred.episode_id, "information_requested", date(2026, 3, 9),
        what="school_information", needed_by="2026-04-02",
    )  # fmt: skip
    async with served(world, open_page) as page_as:
        page = await page_as("senco", width=width)
        await begin(page)
        await page.get_by_label("First name").fill("Maya")
        await page.get_by_role("button", name="Save and come back later").click()
        draft = page.url
        pages = ("child", "home", "carer", "other-carer", "agreement", "needs-1", "needs-2", "words")
        addresses = [
            "/refer", draft, f"{draft}/discard", *(f"{draft}/pages/{key}" for key in pages), "/pupils",
            "/pupils?closed=yes", f"/pupils/{referred.episode_id}",
            f"/pupils/{referred.episode_id}/steps/consent_given",
        ]  # fmt: skip
        for address in addresses:
            await page.goto(address)
            assert await axe_problems(page) == [], address
            assert not await scrolls_sideways(page), address

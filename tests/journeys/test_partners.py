"""Who looks after the exchange: what came and went, and a message that is tried before a partner sends it."""

import json
from datetime import date

import pytest
from playwright.async_api import expect

from pathway.domain.roles import Role
from tests.browser import OpenPage, axe_problems, scrolls_sideways
from tests.fhir.access.partner_system import register
from tests.fhir.server.calling import patient
from tests.journeys.signed_in_browser import served
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def surgery(world: World) -> None:
    await register(
        world, name="Market Street Surgery system", client_id="surgery", role=Role.PARTNER,
        organisation_id=world.org["gp"], scopes=("system/*.rs", "system/Patient.cu"),
    )  # fmt: skip
    await world.refer("gp", received_on=date(2026, 3, 3))


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
async def test_a_message_is_tried_and_put_right(
    committed_world: World, open_page: OpenPage, java_script: bool
) -> None:
    # given a surgery's system
    world = committed_world
    await surgery(world)
    async with served(world, open_page) as page_as:
        page = await page_as("lead", java_script=java_script)
        # when the provider's lead opens the page from the navigation
        await page.goto("/partners")
        systems = page.get_by_role("table", name="Systems that are registered")
        await expect(systems.get_by_role("cell", name="Market Street Surgery system")).to_be_visible()
        # and tries a message that has no date of birth as FHIR writes it
        await page.get_by_label("Market Street Surgery system").check()
        await page.get_by_label("The resource or Bundle, as JSON").fill(
            json.dumps(patient(world, birthDate="1 May 2018"))
        )
        await page.get_by_role("button", name="Try it").click()
        # then it says why it would be refused
        await expect(page.get_by_role("heading", name="This would be refused")).to_be_visible()
        await expect(page.get_by_text("Patient.birthDate")).to_be_visible()
        # when it is put right
        await page.get_by_label("The resource or Bundle, as JSON").fill(json.dumps(patient(world)))
        await page.get_by_role("button", name="Try it").click()
        # then it would be taken, and nothing was written
        await expect(page.get_by_role("heading", name="This would be taken")).to_be_visible()
        await expect(page.get_by_text("nothing was written", exact=False).first).to_be_visible()


async def test_the_page_is_accessible_and_fits_its_window(
    committed_world: World, open_page: OpenPage
) -> None:
    world = committed_world
    await surgery(world)
    wrong: list[str] = []
    async with served(world, open_page) as page_as:
        for width in (320, 768, 1280):
            page = await page_as("privacy", width=width)
            await page.goto("/partners")
            for state in ("opened", "tried"):
                wrong += [f"{width} {state}: {problem}" for problem in await axe_problems(page)]
                if await scrolls_sideways(page):
                    wrong.append(f"{width} {state}: scrolls sideways")
                await page.get_by_label("Market Street Surgery system").check()
                await page.get_by_label("The resource or Bundle, as JSON").fill(
                    '{"resourceType": "Patient", "gender": 5}'
                )
                await page.get_by_role("button", name="Try it").click()
                await expect(page.get_by_role("heading", name="This would be refused")).to_be_visible()
                await page.wait_for_load_state()
    assert wrong == []

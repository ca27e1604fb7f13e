"""The shell in a real browser: accessible, no wider than a phone, strict CSP, and the same without JavaScript."""

import pytest
from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from tests.browser import Gate, OpenPage, axe_problems, scrolls_sideways, serve, watched_page
from tests.web.gallery import gallery_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("wrong", [False, True], ids=["filled", "with errors"])
async def test_every_component_passes_axe_and_fits_the_window(
    open_page: OpenPage, width: int, wrong: bool
) -> None:
    async with serve(gallery_app()) as base_url:
        page = await open_page(base_url, width=width, expect_status=422 if wrong else None)
        await page.goto("/?wrong=1" if wrong else "/")
        await page.wait_for_load_state("networkidle")
        assert await axe_problems(page) == []
        assert not await scrolls_sideways(page)


async def test_a_page_that_reads_right_to_left_passes_axe_and_fits_a_phone(open_page: OpenPage) -> None:
    async with serve(gallery_app()) as base_url:
        page = await open_page(base_url, width=320)
        await page.goto("/?rtl=1")
        assert await axe_problems(page) == []
        assert not await scrolls_sideways(page)


async def test_the_error_summary_takes_focus_and_leads_to_the_answer_to_put_right(
    open_page: OpenPage,
) -> None:
    async with serve(gallery_app()) as base_url:
        page = await open_page(base_url, expect_status=422)
        await page.goto("/?wrong=1")
        assert (await page.title()).startswith("Error: ")
        await page.wait_for_function("document.activeElement.classList.contains('nhsuk-error-summary')")
        await page.get_by_role("link", name="The date of birth must include a month").click()
        assert await page.evaluate("document.activeElement.id") == "birth-month"


async def test_filters_fold_on_a_phone_and_stand_open_on_a_wide_screen(open_page: OpenPage) -> None:
    async with serve(gallery_app()) as base_url:
        for width, is_open in ((320, False), (1280, True)):
            page = await open_page(base_url, width=width, java_script=False)
            await page.goto("/")
            field = page.get_by_label("Name or NHS number")
            assert await field.is_visible() is is_open
            if not is_open:
                await page.get_by_text("Find children").first.click()
                assert await field.is_visible()


async def test_without_javascript_the_page_is_whole_and_asks_no_other_host(open_page: OpenPage) -> None:
    async with serve(gallery_app()) as base_url:
        page = await open_page(base_url, java_script=False)
        await page.goto("/")
        assert await page.get_by_role("link", name="Dashboard").is_visible()
        assert await page.get_by_role("button", name="Sign out").is_visible()
        assert await page.get_by_role("table", name="Children waiting").is_visible()


async def test_the_gate_notices_inline_style_other_hosts_and_broken_scripts(browser: Browser) -> None:
    """The other tests lean on the gate: this one proves that it can fail them."""
    async with serve(gallery_app()) as base_url:
        gate = Gate(base_url, None)
        page = await watched_page(browser, gate)
        await page.goto("/")
        assert gate.problems == []
        await page.evaluate(
            "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))"
        )
        await page.evaluate("setTimeout(() => { throw new Error('broken') })")
        await page.wait_for_timeout(100)
        with pytest.raises(PlaywrightError):
            await page.goto("http://elsewhere.invalid/")
        await page.context.close()
    assert any("Content Security Policy" in problem for problem in gate.problems)
    assert any("script error: broken" in problem for problem in gate.problems)
    assert "asked another host: http://elsewhere.invalid/" in gate.problems

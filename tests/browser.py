"""A real browser for journeys: a page that fails its test on any outside request, script error or CSP violation.

Import the fixtures in the conftest.py beside the tests that use them:

    from tests.browser import browser, open_page  # noqa: F401

and then, in a test marked `browser`:

    async with serve(app) as base_url:
        page = await open_page(base_url, width=320, java_script=False)
        await page.goto("/worklist")
        assert await axe_problems(page) == []
"""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from litestar.types import ASGIApp
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Route, async_playwright

CHROMIUM = os.environ.get("PATHWAY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


class OpenPage(Protocol):
    """Opens a tab on a served application."""

    async def __call__(
        self, base_url: str, *, width: int = 1280, java_script: bool = True, expect_status: int | None = None
    ) -> Page: ...


class Gate:
    """What a page did that it must not do."""

    def __init__(self, base_url: str, expect_status: int | None) -> None:
        self.base_url = base_url
        self.expected = str(expect_status) if expect_status else None
        self.problems: list[str] = []

    async def route(self, route: Route) -> None:
        if route.request.url.startswith(self.base_url):
            await route.continue_()
        else:
            self.problems.append(f"asked another host: {route.request.url}")
            await route.abort()

    def console(self, message: ConsoleMessage) -> None:
        """An error in the console, but for the status a test expects: browsers log every 422 and 404."""
        if message.type == "error" and not (self.expected and self.expected in message.text):
            self.problems.append(f"console: {message.text}")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The Chromium of this machine, started once."""
    if CHROMIUM is None:
        pytest.skip(
            "No Chromium on this machine: install it, or name it in PATHWAY_CHROMIUM, to run browser tests."
        )
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


async def watched_page(browser: Browser, gate: Gate, *, width: int = 1280, java_script: bool = True) -> Page:
    """A tab of its own, whose every misstep the gate writes down."""
    context = await browser.new_context(
        base_url=gate.base_url,
        viewport={"width": width, "height": 900},
        java_script_enabled=java_script,
        locale="en-GB",
    )
    await context.route("**/*", gate.route)
    page = await context.new_page()
    page.on("console", gate.console)
    page.on("pageerror", lambda error: gate.problems.append(f"script error: {error}"))
    return page


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens tabs, closes them, and fails the test if any of them misbehaved."""
    contexts: list[BrowserContext] = []
    gates: list[Gate] = []

    async def open_one(
        base_url: str, *, width: int = 1280, java_script: bool = True, expect_status: int | None = None
    ) -> Page:
        gate = Gate(base_url, expect_status)
        page = await watched_page(browser, gate, width=width, java_script=java_script)
        contexts.append(page.context)
        gates.append(gate)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    problems = [problem for gate in gates for problem in gate.problems]
    assert not problems, problems


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application inside the test, on a free port, and say where."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            if running.done():
                await running
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


async def axe_problems(page: Page) -> list[str]:
    """What axe-core finds wrong, one line for each rule that is broken."""
    found = await Axe().run(page, options=AXE)
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


async def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window (WCAG 2.2 1.4.10, Reflow)."""
    return bool(
        await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )

"""Opening the application in a real browser as one of the world's people."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Page

from pathway.store.accounts import begin_session
from tests.browser import OpenPage, serve
from tests.web.signing_in import app_over
from tests.world import World

SignedIn = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def served(world: World, open_page: OpenPage) -> AsyncIterator[SignedIn]:
    """Serve the application over a world; what is given opens a tab signed in as somebody, `page_as("senco", width=320)`."""
    pages: list[Page] = []
    async with serve(app_over(world)) as base_url:

        async def page_as(
            who: str, *, width: int = 1280, java_script: bool = True, expect_status: int | None = None
        ) -> Page:
            page = await open_page(
                base_url, width=width, java_script=java_script, expect_status=expect_status
            )
            token = await begin_session(world.area.database, who)
            await page.context.add_cookies([{"name": "session", "value": token, "url": base_url}])
            pages.append(page)
            return page

        yield page_as
        # Before the server stops, or what a page still loads would look like a fault of the page.
        for page in pages:
            await page.close()

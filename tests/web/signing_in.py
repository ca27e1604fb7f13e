"""A browser without a screen: an httpx client that is signed in to the application over a test's own world."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx
from litestar import Litestar

from pathway.app import create_app
from pathway.settings import Settings
from pathway.store.accounts import begin_session
from tests.world import World

SETTINGS = Settings(mode="demo", base_url="http://test")


def app_over(world: World) -> Litestar:
    """The whole application over the world of a test, without the worker."""
    return create_app(SETTINGS, with_worker=False, area=world.area)


@asynccontextmanager
async def signed_in(world: World, who: str, app: Litestar | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the session of one of the world's accounts."""
    served = app or app_over(world)
    token = await begin_session(world.area.database, who)
    async with (
        served.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(served), base_url="http://test", cookies={"session": token}
        ) as client,
    ):
        yield client


def words(answer: httpx.Response) -> str:
    """What a reader reads on a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def hidden(html: str) -> dict[str, str]:
    """The hidden inputs of a page, as a browser sends them back; the form that signs out holds only the token."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


async def send(
    client: httpx.AsyncClient, path: str, given: Mapping[str, Any] | None = None
) -> httpx.Response:
    """Open a page with a form, fill it in and send it to the same address."""
    opened = await client.get(path)
    assert opened.status_code == 200, (opened.status_code, opened.text[-2000:])
    return await client.post(path, data={**hidden(opened.text), **(given or {})})

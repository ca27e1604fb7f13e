"""Signing in and out: personas in a demonstration only, one session for a browser, and nothing left behind."""

import httpx
import pytest

from pathway.app import create_app
from pathway.domain.errors import NotAllowed
from pathway.store.accounts import session_of
from pathway.store.scopes import WRITER
from pathway.web.identity import Cookie
from tests.web.signing_in import SETTINGS, app_over, hidden, signed_in, words
from tests.world import World


@pytest.fixture
async def personas(world: World) -> None:
    """Two accounts that the sign-in page offers."""
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE account SET persona = 'Tries it out' WHERE login IN ('triage', 'lead')")


def sessions(answer: httpx.Response) -> list[str]:
    return [line for line in answer.headers.get_list("set-cookie") if "session" in line]


@pytest.mark.usefixtures("personas")
async def test_signing_in_as_somebody_else_ends_the_session_before(world: World) -> None:
    async with signed_in(world, "triage") as client:
        earlier = client.cookies["session"]
        assert await session_of(world.area.database, earlier)
        page = await client.get("/sign-in")
        answer = await client.post("/sign-in", data={**hidden(page.text), "login": "lead"})
        assert answer.status_code == 303
    assert await session_of(world.area.database, earlier) is None


@pytest.mark.usefixtures("personas")
async def test_an_account_without_a_persona_is_nobodys_to_choose(world: World) -> None:
    app = app_over(world)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        answer = await client.post("/sign-in", data={"login": "clinician"})
    assert answer.status_code == 422
    assert not sessions(answer)


@pytest.mark.usefixtures("personas")
async def test_outside_a_demonstration_nobody_signs_in_by_choosing_a_persona(world: World) -> None:
    app = create_app(SETTINGS, with_worker=False, area=world.area)
    app.state["demo"] = False
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        page = await client.get("/sign-in")
        one = await client.get("/sign-in/lead")
        answer = await client.post("/sign-in", data={"login": "lead"})
    assert "Lead" not in words(page)
    assert one.status_code == 404
    assert (answer.status_code, sessions(answer)) == (NotAllowed.status, [])


async def test_signing_out_ends_the_session_and_takes_the_cookie_back_over_https_too(world: World) -> None:
    """A browser drops a `__Host-` cookie only where the answer that ends it is marked Secure (RFC 6265bis 4.1.3.2)."""
    app = app_over(world)
    app.state["cookie"] = Cookie(secure=True)
    async with signed_in(world, "triage", app) as client:
        token = client.cookies["session"]
        client.cookies.clear()
        cookie = {"cookie": f"__Host-session={token}"}
        page = await client.get("/worklist", headers=cookie)
        answer = await client.post("/sign-out", data=hidden(page.text), headers=cookie)
    assert answer.status_code == 303
    assert await session_of(world.area.database, token) is None
    [ended] = sessions(answer)
    assert ended.startswith("__Host-session=")
    for part in ("Secure", "Path=/", "Max-Age=0", "HttpOnly"):
        assert part.lower() in ended.lower(), ended


async def test_a_form_with_a_token_in_other_letters_is_refused_in_a_sentence(world: World) -> None:
    async with signed_in(world, "triage") as client:
        answer = await client.post("/worklist/search", data={"csrf": "é", "name": "Stone"})
    assert answer.status_code == NotAllowed.status
    assert "nothing was changed" in words(answer)


async def test_a_password_that_a_proxy_asked_for_does_not_open_forms_to_other_websites(world: World) -> None:
    """Only a bearer token, which no website can make a browser send, needs no proof of where the form came from."""
    async with signed_in(world, "triage") as client:
        page = await client.get("/worklist")
        answer = await client.post(
            "/worklist/search",
            data={**hidden(page.text), "name": "Stone"},
            headers={"Authorization": "Basic dXNlcjpwYXNz", "Sec-Fetch-Site": "cross-site"},
        )
    assert answer.status_code == NotAllowed.status
    assert "sent from another website" in words(answer)

"""Who may open what: every route names its permission, and every role gets exactly what the table gives it."""

from datetime import date
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from pathway.app import routes
from pathway.domain.roles import PERMISSIONS, Permission, Role
from tests.web.signing_in import app_over, signed_in
from tests.world import ACCOUNTS, World

ONE_PER_ROLE = {role: login for login, (role, _) in reversed(ACCOUNTS.items())}
NOBODYS = str(UUID(int=7))


def own_routes(app: Litestar) -> list[tuple[str, str, Permission]]:
    """Every page: its method, an address of it that leads to nobody's record, and its permission."""
    found = []
    for path, handler in routes(app):
        permission = handler.opt.get("permission")
        for method in sorted(getattr(handler, "http_methods", ())):
            if (
                method in ("GET", "POST")
                and permission is not None
                and not path.startswith(("/api", "/fhir", "/static"))
            ):
                found.append((method, filled(path), permission))
    return found


def filled(path: str) -> str:
    parts = {"uuid": NOBODYS, "int": "999999", "str": "nothing", "path": "nothing"}
    pieces = [
        parts[piece[1:-1].split(":")[1]] if piece.startswith("{") else piece for piece in path.split("/")
    ]
    return "/".join(pieces) or "/"


def test_every_route_names_a_permission_that_the_table_knows(world_app: Litestar) -> None:
    without = [
        f"{sorted(handler.http_methods)} {path}"
        for path, handler in routes(world_app)
        # Litestar makes OPTIONS and the pages of the API's description by itself: the guard refuses what names no permission.
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}
        if not path.startswith("/api/openapi") and path not in ("/api", "/api/{path:str}")
        if not isinstance(handler.opt.get("permission"), Permission)
    ]
    assert without == []


def test_every_permission_is_held_by_some_role() -> None:
    assert set(Permission) == {p for held in PERMISSIONS.values() for p in held}


@pytest.fixture
def world_app(world: World) -> Litestar:
    return app_over(world)


@pytest.mark.parametrize("role", sorted(ONE_PER_ROLE, key=lambda r: r.value), ids=lambda r: r.value)
async def test_a_role_opens_exactly_the_pages_that_the_table_gives_it(world: World, role: Role) -> None:
    app = app_over(world)
    wrong: list[str] = []
    async with signed_in(world, ONE_PER_ROLE[role], app) as client:
        for method, path, permission in own_routes(app):
            if path == "/sign-out":
                continue
            answer = await client.request(method, path, data={} if method == "POST" else None)
            refused = answer.status_code == 403 and "Your role does not include this page" in answer.text
            if refused == (permission in PERMISSIONS[role]) or answer.status_code >= 500:
                wrong.append(f"{method} {path}: {answer.status_code}, needs {permission}")
    assert wrong == []


async def test_whoever_has_not_signed_in_is_led_to_the_sign_in_page(world: World) -> None:
    app = app_over(world)
    wrong: list[str] = []
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        for method, path, permission in own_routes(app):
            if permission is Permission.PUBLIC:
                continue
            answer = await client.request(method, path)
            led = answer.status_code in (302, 303, 307) and answer.headers["location"] == "/sign-in"
            if not (led or answer.status_code == 401):
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


async def test_a_form_sent_from_another_website_changes_nothing(world: World) -> None:
    async with signed_in(world, "triage") as client:
        answer = await client.post(
            "/worklist/search", data={"name": "am"}, headers={"sec-fetch-site": "cross-site"}
        )
    assert answer.status_code == 403


async def test_a_commissioner_never_meets_a_child(world: World) -> None:
    """Planted: a name and a number that occur nowhere else. No page of theirs holds them, or the child's or episode's id."""
    planted = world.child(first_name="Zebedee", family_name="Quillfeather")
    child = await world.refer(received_on=date(2025, 1, 6), child=planted)
    await world.step("triage", child.episode_id, "triage_started", date(2025, 1, 9))
    number = planted.nhs_number.value if planted.nhs_number else ""
    pages = ["/breaches", "/breaches?grade=breached", "/figures", "/thresholds", "/thresholds/new"]
    async with signed_in(world, "commissioner") as client:
        table = (await client.get("/breaches")).text
        rows = [part.split('"')[0] for part in table.split('href="/breaches/')[1:]]
        assert rows
        for path in [*pages, *(f"/breaches/{row}" for row in rows)]:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            said = answer.text.casefold()
            for secret in ("zebedee", "quillfeather", number, str(child.child_id), str(child.episode_id)):
                assert secret not in said, f"{path} holds {secret}"
        for path in (
            f"/children/{child.child_id}",
            "/worklist",
            "/access-log",
            f"/episodes/{child.episode_id}/steps/x",
        ):
            assert (await client.get(path)).status_code == 403, path

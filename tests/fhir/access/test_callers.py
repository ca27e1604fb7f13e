"""The caller behind a token: remembered for half a minute, refused once switched off, and never more than is registered."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.middleware import DefineMiddleware
from litestar.response import Response

from pathway.domain.errors import PathwayError
from pathway.domain.roles import Actor, Door, Permission, Role
from pathway.store import partners
from pathway.store.accounts import begin_session, digest, give_token
from pathway.store.scopes import WRITER
from pathway.web.identity import Cookie, Identity, current_actor, permitted
from pathway_fhir.access.access import Access
from pathway_fhir.access.caller import MOST, REMEMBERED, Caller, Callers
from pathway_fhir.access.identity import PartnerIdentity, caller, require_scope
from pathway_fhir.access.key_sets import KeySets
from pathway_fhir.access.scopes import parse
from pathway_fhir.access.smart import security
from pathway_fhir.outcome import Refused
from tests.fhir.access.partner_system import System, register
from tests.world import World


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def token_for(system: System, *scopes: str) -> str:
    """A token as the endpoint gives it."""
    partner = await system.registered()
    until = system.world.area.now() + timedelta(minutes=4)
    database = system.world.area.database
    token = await partners.exchange(database, partner.id, str(uuid4()), until, scopes or partner.scopes)
    assert token is not None
    return token


async def test_a_token_gives_the_caller_with_its_actor_and_scopes(world: World) -> None:
    system = await register(world, strict=False)
    found = await Callers(world.area.database).caller_of(await token_for(system, "system/Patient.rs"))
    assert found is not None
    assert found.actor == Actor(
        found.actor.account_id, Role.PROVIDER_SYSTEM, world.org["provider"], Door.FHIR, "Trust patient system"
    )
    assert found.scopes == parse("system/Patient.rs")
    assert (found.strict, found.name) == (False, "Trust patient system")


async def test_a_caller_is_remembered_and_a_partner_that_is_switched_off_is_refused_within_half_a_minute(
    world: World,
) -> None:
    system, clock = await register(world), Clock()
    callers = Callers(world.area.database, clock)
    token = await token_for(system)
    first = await callers.caller_of(token)
    assert first is not None
    await partners.switch(world.area.database, system.client_id, active=False)
    clock.now = REMEMBERED - 0.1
    assert await callers.caller_of(token) is first
    clock.now = REMEMBERED
    assert await callers.caller_of(token) is None
    assert await Callers(world.area.database).caller_of(token) is None


async def test_switching_a_partner_on_again_does_not_bring_back_its_tokens(world: World) -> None:
    system = await register(world)
    token = await token_for(system)
    for active in (False, True):
        await partners.switch(world.area.database, system.client_id, active=active)
    assert await Callers(world.area.database).caller_of(token) is None
    assert await Callers(world.area.database).caller_of(await token_for(system)) is not None


async def test_a_token_ends_with_its_time_also_where_it_is_remembered(world: World) -> None:
    system, clock = await register(world), Clock()
    callers = Callers(world.area.database, clock)
    partner = await system.registered()
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO partner_token VALUES ($1, $2, $3, clock_timestamp() + interval '0.3 seconds')",
            digest("short"), partner.id, list(partner.scopes),
        )  # fmt: skip
    assert await callers.caller_of("short") is not None
    await asyncio.sleep(0.35)
    clock.now = 0.35
    assert await callers.caller_of("short") is None


async def test_no_more_callers_are_remembered_than_there_is_room_for(world: World) -> None:
    system = await register(world)
    callers = Callers(world.area.database, Clock())
    token = await token_for(system)
    found = await callers.caller_of(token)
    assert found is not None
    for n in range(MOST):
        callers._known[digest(str(n))] = (found, 30.0)
    assert await callers.caller_of(await token_for(system)) is not None
    assert len(callers._known) <= MOST + 1


@pytest.mark.parametrize("bearer", ["", "unknown", "a" * 600, "\x00", "é"])
async def test_what_is_no_token_of_ours_gives_nobody(world: World, bearer: str) -> None:
    assert await Callers(world.area.database).caller_of(bearer) is None


async def test_that_a_partner_was_heard_of_is_written_at_most_once_a_minute(world: World) -> None:
    system = await register(world)
    token = await token_for(system)
    assert (await system.registered()).last_in_at is None
    await Callers(world.area.database).caller_of(token)
    first = (await system.registered()).last_in_at
    assert first is not None
    await Callers(world.area.database).caller_of(token)
    assert (await system.registered()).last_in_at == first
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE partner SET last_in_at = last_in_at - interval '61 seconds'")
    await Callers(world.area.database).caller_of(token)
    again = (await system.registered()).last_in_at
    assert again is not None
    assert again > first


@pytest.mark.parametrize(
    ("mode", "speaks"), [("off", True), ("stub", True), ("sandbox", True), ("int", False), ("live", False)]
)
async def test_the_lasting_token_of_an_account_speaks_for_its_partner_until_it_is_in_earnest(
    world: World, mode: str, speaks: bool
) -> None:
    system = await register(world, mode=mode)
    token = await give_token(world.area.database, system.client_id)
    found = await Callers(world.area.database).caller_of(token)
    assert (found is not None) is speaks
    assert found is None or found.scopes == parse("system/*.rs system/Appointment.cud")


async def test_the_token_of_a_person_speaks_no_fhir(world: World) -> None:
    for who in ("coordinator", "commissioner", "senco"):
        assert (
            await Callers(world.area.database).caller_of(await give_token(world.area.database, who)) is None
        )


async def test_a_registered_account_of_another_role_speaks_no_fhir(world: World) -> None:
    system = await register(world, role=Role.CLINICIAN)
    assert await Callers(world.area.database).caller_of(await token_for(system)) is None


# --- on a request -----------------------------------------------------------------------------------------------------


@get("/fhir/R4/Patient", opt={"permission": Permission.RECORD_STEP}, sync_to_thread=False)
def read(caller: NamedDependency[Caller], actor: NamedDependency[Actor]) -> dict[str, Any]:
    require_scope(caller, "Patient", "r")
    return {"name": caller.name, "role": actor.role.value}


@post("/fhir/R4/Patient", opt={"permission": Permission.CORRECT}, sync_to_thread=False)
def write(caller: NamedDependency[Caller]) -> dict[str, Any]:
    return {"name": caller.name}


@get(["/fhir/R4/known", "/known"], opt={"permission": Permission.SIGNED_IN}, sync_to_thread=False)
def known() -> str:
    return "known"


def _said(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    match error:
        case Refused() | PathwayError():
            return Response({"said": str(error)}, status_code=error.status)
    raise error


def _actor(request: Request[Any, Any, Any]) -> Actor:
    return current_actor(request)


def door(world: World) -> Litestar:
    """A FHIR door of two routes, guarded as the real ones are."""
    access = Access(Callers(world.area.database), KeySets(), "http://test")
    return Litestar(
        [read, write, known],
        guards=[permitted],
        middleware=[DefineMiddleware(Identity), DefineMiddleware(PartnerIdentity, exclude="^/known")],
        dependencies={
            "caller": Provide(caller, sync_to_thread=False),
            "actor": Provide(_actor, sync_to_thread=False),
        },
        exception_handlers={Refused: _said, PathwayError: _said},
        state=State({"fhir": access, "database": world.area.database, "cookie": Cookie(False)}),
        openapi_config=None,
        logging_config=None,
    )


async def asked(world: World, token: str | None, method: str = "GET", **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(door(world)), base_url="http://test"
    ) as client:
        return await client.request(method, "/fhir/R4/Patient", headers=headers, **more)


async def test_a_route_is_given_the_caller_and_the_actor(world: World) -> None:
    answer = await asked(world, await token_for(await register(world)))
    assert (answer.status_code, answer.json()) == (
        200,
        {"name": "Trust patient system", "role": "provider_system"},
    )


async def test_without_a_token_or_with_a_false_one_nobody_is_let_in(world: World) -> None:
    without, false = await asked(world, None), await asked(world, "false")
    assert (without.status_code, false.status_code) == (401, 401)
    assert "smart-configuration" in without.json()["said"]
    assert "not known" in false.json()["said"]


async def test_a_cookie_that_opens_a_page_opens_nothing_here(world: World) -> None:
    session = await begin_session(world.area.database, "coordinator")
    transport = httpx.ASGITransport(door(world))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", cookies={"session": session}
    ) as client:
        assert (await client.get("/known")).status_code == 200
        assert (await client.get("/fhir/R4/known")).status_code == 401


async def test_a_role_without_the_permission_is_refused_before_the_scope_is_asked(world: World) -> None:
    answer = await asked(world, await token_for(await register(world)), "POST")
    assert answer.status_code == 403
    assert "role of this token's account" in answer.json()["said"]


async def test_a_scope_that_is_missing_is_named(world: World) -> None:
    system = await register(world)
    answer = await asked(world, await token_for(system, "system/Task.rs"))
    assert answer.status_code == 403
    assert "system/Patient.r" in answer.json()["said"]


async def test_whoever_tries_tokens_is_slowed_down(world: World) -> None:
    statuses = [(await asked(world, f"false {n}")).status_code for n in range(12)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert (await asked(world, await token_for(await register(world)))).status_code == 200


def test_the_capability_statement_says_where_tokens_are_given() -> None:
    told = security("https://pathway.example")
    assert told["extension"][0]["extension"][0]["valueUri"] == "https://pathway.example/fhir/R4/token"
    assert told["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"

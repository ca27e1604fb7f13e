"""A partner's system that calls /fhir/R4 with a token of its own."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from pathway.domain.roles import Role
from tests.fhir.access.partner_system import register, served_whole
from tests.world import World

NHS = "https://fhir.nhs.uk/Id/nhs-number"
FHIR = "application/fhir+json"


@dataclass
class Calls:
    """One partner's system. Every answer is JSON of FHIR; none is 500."""

    world: World
    client: httpx.AsyncClient
    token: str
    organisation: int

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.call("POST", path, body, **headers)

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.call("PUT", path, body, **headers)

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        params = more.pop("params", None)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": FHIR, **headers}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = await self.client.request(
            method, f"/fhir/R4/{path}", content=content, params=params or None, headers=sent
        )
        assert answer.status_code != 500, answer.text
        return answer


@asynccontextmanager
async def calling(
    world: World,
    organisation: str = "provider",
    role: Role = Role.PROVIDER_SYSTEM,
    scopes: tuple[str, ...] = ("system/*.cruds",),
    **changes: Any,
) -> AsyncIterator[Calls]:
    """A system of one organisation of the world, signed in."""
    name = f"system-{uuid4()}"
    system = await register(
        world,
        name=name,
        client_id=name,
        role=role,
        organisation_id=world.org[organisation],
        scopes=scopes,
        **changes,
    )
    async with served_whole(world) as client:
        token = await client.post("/fhir/R4/token", data=system.form(scope=" ".join(scopes)))
        assert token.status_code == 200, token.text
        yield Calls(world, client, token.json()["access_token"], world.org[organisation])


def patient(world: World, **changes: Any) -> dict[str, Any]:
    """A Patient that nobody knows yet."""
    child = world.child()
    number = child.nhs_number
    assert number is not None
    return {
        "resourceType": "Patient",
        "identifier": [{"system": NHS, "value": number.value}],
        "name": [{"use": "official", "family": child.family_name, "given": [child.first_name]}],
        "gender": "female",
        "birthDate": child.birth_date.isoformat(),
        **changes,
    }

"""Another system that calls the JSON API: it has a token for each account, and holds every answer to the OpenAPI document."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from litestar import Litestar

from pathway.api.openapi import complete, operations
from pathway.store.accounts import give_token
from tests.web.signing_in import app_over
from tests.world import World

Operation = tuple[str, str]


def document_of(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document, as it is served."""
    document: dict[str, Any] = json.loads(json.dumps(complete(app.openapi_schema.to_schema())))
    return document


@dataclass
class Calls:
    """Calls as any account. An answer that the document does not have fails the test."""

    world: World
    client: httpx.AsyncClient
    document: dict[str, Any]
    tokens: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[Operation, int]] = field(default_factory=set)

    async def get(self, who: str | None, path: str, **params: Any) -> httpx.Response:
        return await self.call("GET", who, path, params=params)

    async def post(
        self, who: str | None, path: str, body: Any = None, version: int | str | None = None, **headers: str | None
    ) -> httpx.Response:  # fmt: skip
        """POST with a new Idempotency-Key, unless `key` gives one (or None); `version` becomes If-Match."""
        sent = {"Idempotency-Key": headers.pop("key", str(uuid4()))}
        sent["If-Match"] = f'W/"{version}"' if isinstance(version, int) else version
        given = {name: value for name, value in sent.items() if value is not None}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given["Content-Type"] = "application/json"
        return await self.call("POST", who, path, content=content, headers=given)

    async def call(
        self, method: str, who: str | None, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:  # fmt: skip
        sent = {**(headers or {}), **(await self.signed(who))}
        answer = await self.client.request(method, f"/api{path}", headers=sent, **more)
        self.hold_to_document(method, f"/api{path}", answer)
        return answer

    async def signed(self, who: str | None) -> dict[str, str]:
        if who is None:
            return {}
        if who not in self.tokens:
            self.tokens[who] = await give_token(self.world.area.database, who)
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def hold_to_document(self, method: str, path: str, answer: httpx.Response) -> None:
        operation = self.operation(method, path)
        assert answer.status_code < 500 or answer.status_code == 503, (path, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert set(answer.json()) >= {"type", "title", "status", "detail"}
            assert answer.json()["status"] == answer.status_code
        if operation is None:
            return
        documented = operations(self.document)[operation]["responses"]
        assert str(answer.status_code) in documented, (operation, answer.status_code, answer.text)
        self.seen.add((operation, answer.status_code))

    def operation(self, method: str, path: str) -> Operation | None:
        for found, template in operations(self.document):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if found == method and re.fullmatch(pattern, path):
                return found, template
        return None


@asynccontextmanager
async def calling(world: World, app: Litestar | None = None) -> AsyncIterator[Calls]:
    """The API over a test's own world."""
    served = app or app_over(world)
    # As the application's own start does; a fixture is left in another task than it was entered in, and anyio forbids that.
    served.state["database"], served.state["area"] = world.area.database, world.area
    transport = httpx.ASGITransport(served, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Calls(world, client, document_of(served))


def referral_body(world: World, n: int, **changes: Any) -> dict[str, Any]:
    """A referral that is accepted, of a child whom nobody else has."""
    return {
        "pathway": "autism",
        "received_on": "2026-03-03",
        "child": {"first_name": f"Amira{n}", "family_name": f"Stone{n}", "birth_date": "2018-05-01"},
        "carers": [
            {"name": "Nadia Stone", "relationship": "mother", "parental_responsibility": True, "may_be_told": True}
        ],
        "answers": {"source": "school", "family_agrees": "yes"},
        "school_id": world.org["school"],
        **changes,
    }  # fmt: skip

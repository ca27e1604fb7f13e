"""A partner's system as the other side of the wire: it has a key, signs assertions, and asks for tokens."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from pathway.domain.roles import Role
from pathway.store import partners
from pathway.store.partners import Partner, Registration
from pathway_fhir.access.access import Access
from pathway_fhir.access.routes import handlers
from pathway_fhir.access.tokens import ASSERTION_TYPE
from tests.web.signing_in import app_over
from tests.world import World

TOKEN_URL = "http://test/fhir/R4/token"  # the address of the endpoint, no secret
ES384, RS384 = "ES384", "RS384"
EC = ECKey.generate_key("P-384", {"kid": "one"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER = ECKey.generate_key("P-384", {"kid": "one"})


def jwks(*keys: ECKey | RSAKey) -> dict[str, Any]:
    """The public parts, as a partner publishes them."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


@dataclass(frozen=True)
class System:
    """A partner's system that is registered in the world of a test."""

    world: World
    client_id: str = "trust-pas"
    claims: Mapping[str, Any] = field(default_factory=dict)

    def assertion(
        self, key: Any = EC, alg: str = ES384, header: Mapping[str, Any] | None = None, **changes: Any
    ) -> str:
        """A signed assertion; `changes` replace claims, and None leaves one out."""
        now = int(self.world.area.now().timestamp())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": TOKEN_URL, "exp": now + 240, "jti": str(uuid4()),
            **self.claims, **changes,
        }  # fmt: skip
        signed = {"alg": alg, "kid": key.kid, "typ": "JWT", **(header or {})}
        return jwt.encode(
            {k: v for k, v in signed.items() if v is not None},
            {k: v for k, v in claims.items() if v is not None},
            key,
            algorithms=[alg],
        )

    def form(self, assertion: str | None = None, **changes: str | None) -> dict[str, str]:
        """The form that asks for a token; None leaves a parameter out."""
        given = {
            "grant_type": "client_credentials", "scope": "system/*.rs", "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(), **changes,
        }  # fmt: skip
        return {k: v for k, v in given.items() if v is not None}

    async def registered(self) -> Partner:
        found = await partners.by_client(self.world.area.database, self.client_id)
        assert found is not None
        return found


def registration(world: World, **changes: Any) -> Registration:
    """The trust's patient system, as it is registered."""
    usual = Registration(
        "Trust patient system", "trust-pas", Role.PROVIDER_SYSTEM, world.org["provider"],
        ("system/*.rs", "system/Appointment.cud"), jwks=jwks(EC, RSA),
    )  # fmt: skip
    return replace(usual, **changes)


async def register(world: World, **changes: Any) -> System:
    new = registration(world, **changes)
    await partners.add(world.area.database, new)
    return System(world, new.client_id)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the token endpoint over the world of a test, without the rest of the application: that is made sooner."""
    access = Access.over(world.area.database, "http://test")
    app = Litestar(
        [*handlers],
        dependencies={"area": Provide(lambda: world.area, sync_to_thread=False)},
        state=State({"fhir": access}),
        openapi_config=None,
        logging_config=None,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client
    await access.close()


@asynccontextmanager
async def served_whole(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, without a cookie."""
    app = app_over(world)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        yield client

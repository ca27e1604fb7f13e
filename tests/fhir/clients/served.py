"""The whole application on a port of its own, and a token for a system that may do everything a surgery's system may."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from pathway.domain.roles import Role
from tests.browser import serve
from tests.fhir.access.partner_system import register
from tests.web.signing_in import app_over
from tests.world import World

REFERRAL: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "status": "active",
    "intent": "plan",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "401204006"}]},
    "authoredOn": "2026-11-20",
    "contained": [
        {
            "resourceType": "Consent",
            "id": "yes",
            "status": "active",
            "scope": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                        "code": "patient-privacy",
                    }
                ]
            },
            "category": [{"text": "Referral"}],
            "policyRule": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]
            },
            "provision": {"type": "permit"},
        }
    ],
    "supportingInfo": [{"reference": "#yes"}],
}
"""A referral that says all that a referral must; only the child is missing."""


@dataclass(frozen=True)
class Served:
    """Where the server is, and a token for it."""

    base: str
    token: str
    referral: dict[str, Any]


@asynccontextmanager
async def served_to_clients(
    world: World, organisation: str = "provider", role: Role = Role.PARTNER
) -> AsyncIterator[Served]:
    """Serve the application on a free port, with a token of a system of one organisation."""
    name = f"system-{uuid4()}"
    system = await register(
        world, name=name, client_id=name, role=role, organisation_id=world.org[organisation],
        scopes=("system/*.cruds",),
    )  # fmt: skip
    async with serve(app_over(world)) as address, httpx.AsyncClient() as client:
        answer = await client.post(f"{address}/fhir/R4/token", data=system.form(scope="system/*.cruds"))
        assert answer.status_code == 200, answer.text
        yield Served(f"{address}/fhir/R4", answer.json()["access_token"], REFERRAL)

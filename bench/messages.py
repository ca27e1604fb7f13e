"""How long a BaRS message of 22 kB takes to answer, over HTTP, one at a time: the guide asks for 90% within 2.1 seconds.

The message is a new referral each time, so each one opens an episode, keeps its bytes and is answered with a message.
"""

import json
import statistics
import time
from typing import Any
from uuid import uuid4

import httpx

from bench.figures import Figure
from pathway.domain.roles import Role
from pathway.store.outside_identifiers import list_service
from pathway.store.scopes import WRITER
from tests.browser import serve
from tests.fhir.access.partner_system import register
from tests.fhir.bars.made import DOS, Referral, headers
from tests.fhir.server.calling import FHIR
from tests.web.signing_in import app_over
from tests.world import World

SIZE = 22_000
MESSAGES = 60
BEFORE = 10
"""Messages that are not counted: the first ones load the guard's tables."""


async def figures(world: World) -> list[Figure]:
    """Send each message by itself, and take the median and the slowest tenth."""
    scope = "system/*.cruds"
    system = await register(
        world,
        name="bench",
        client_id="bench",
        role=Role.PARTNER,
        organisation_id=world.org["gp"],
        scopes=(scope,),
    )
    await _list(world)
    bodies = [_of_size(Referral(world)) for _ in range(MESSAGES + BEFORE)]
    async with serve(app_over(world)) as base, httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(f"{base}/fhir/R4/token", data=system.form(scope=scope))
        client.headers.update(
            {"Authorization": f"Bearer {answer.json()['access_token']}", "Content-Type": FHIR}
        )
        took = [await _took(client, f"{base}/fhir/R4/$process-message", body) for body in bodies][BEFORE:]
    return [
        Figure(f"a message of {len(bodies[0]) / 1000:.0f} kB answered, median", statistics.median(took), "ms", at_most=60),
        Figure("and nine of ten within", statistics.quantiles(took, n=10)[-1], "ms"),
    ]  # fmt: skip


async def _list(world: World) -> None:
    async with world.area.database.transaction(WRITER) as tx:
        await list_service(tx, "autism", DOS["value"])


def _of_size(referral: Referral) -> bytes:
    """The message with as many observations as fill it up."""
    body = json.dumps(referral.new()).encode()
    while len(body) < SIZE:
        observed: dict[str, Any] = {
            "resourceType": "Observation", "status": "final", "code": {"text": "Seen at school"},
            "valueString": "Plays alone at break and lines up the cars by colour. " * 4,
        }  # fmt: skip
        referral.add(f"seen {uuid4()}", observed)
        body = json.dumps(referral.new()).encode()
    return body


async def _took(client: httpx.AsyncClient, address: str, body: bytes) -> float:
    began = time.perf_counter()
    answer = await client.post(address, content=body, headers=headers())
    if answer.status_code != 200:
        raise RuntimeError(f"a message was refused: {answer.text}")
    return (time.perf_counter() - began) * 1000

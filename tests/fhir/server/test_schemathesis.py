"""A stranger reads the OpenAPI document of the FHIR door, and sends what it allows and what it forbids.

Schemathesis makes the requests, the same in every run. None is answered 5xx, none hangs, and every answer is FHIR in JSON, an
OperationOutcome from 400 on; what the document allows is answered as it says. Half of the requests name what is there.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from pathway.api.openapi import operations
from pathway_fhir.inbound.table import CREATES
from pathway_fhir.server.openapi import openapi_document
from pathway_fhir.server.registry import types_for
from scripts.profiles.from_code import pathways
from tests.fhir.clients.served import REFERRAL
from tests.fhir.server.calling import Calls, calling, patient
from tests.fhir.server.searched import populated
from tests.world import World

BASE = "http://test/fhir/R4"
DOCUMENT = openapi_document(types_for(pathways()).values(), BASE)
SCHEMA = schemathesis.openapi.from_dict({**DOCUMENT, "security": []})
AS_DOCUMENTED = [
    CHECKS.get_one(name)
    for name in ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
]  # fmt: skip
READS, WRITES = 3, 12
"""Examples of each operation and mode."""
LONGEST = 20.0
"""Seconds after which an answer counts as a hang, on a busy machine."""
OF_A_CHILD = [
    name for name, one in DOCUMENT["components"]["schemas"].items() if "patient" in one.get("properties", {})
]
There = Mapping[str, list[dict[str, Any]]]


def cases(method: str, path: str, mode: GenerationMode) -> list[Case]:
    """What Schemathesis makes of one operation; none is shrunk, as each is sent to a world that the ones before changed."""
    made: list[Case] = []

    @settings(
        max_examples=READS
        if method in ("GET", "DELETE") or path.endswith(("_search", "$validate"))
        else WRITES,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(SCHEMA[path][method].as_strategy(mode))
    def collect(case: Case) -> None:
        made.append(case)

    collect()
    return made


async def resources(them: Calls, world: World) -> There:
    """What is there of each type, as the server prints it; of a type that may be sent, at least one that could be."""
    children = await populated(world)
    found: dict[str, list[dict[str, Any]]] = {}
    for name in types_for(pathways()):
        asked = {"patient": children[0]} if f"{name}.search" in OF_A_CHILD else {}
        bundle = (await them.get(name, **({"_id": children[0]} if name == "Patient" else asked))).json()
        found[name] = [entry["resource"] for entry in bundle.get("entry", ())]
    found["Patient"].append(patient(world))
    found["ServiceRequest"].append({**REFERRAL, "subject": {"reference": f"Patient/{children[1]}"}})
    return found


def made_real(case: Case, path: str, there: There, number: int) -> None:
    """Put something that is there into every other request that the document allows."""
    known = there.get(path.split("/")[1], [])
    if number % 2 or not known:
        return
    one = known[number // 2 % len(known)]
    if "{id}" in path and "id" in one:
        case.path_parameters = {**case.path_parameters, "id": one["id"]}
    if "{version}" in path:
        case.path_parameters = {**case.path_parameters, "version": one.get("meta", {}).get("versionId", "1")}
    if isinstance(case.body, dict) and "resourceType" in case.body:
        case.body = {**one, **(case.body if number % 4 else {})}
    if case.method == "GET" and path.count("/") == 1 and f"{path[1:]}.search" in OF_A_CHILD:
        case.query = {**dict(list(case.query.items())[:2]), "patient": f"Patient/{there['Patient'][0]['id']}"}


async def send(them: Calls, case: Case) -> httpx.Response:
    made = case.as_transport_kwargs(base_url=BASE)
    headers = {str(name): str(value).encode("latin-1", "replace") for name, value in made["headers"].items()}
    body = json.dumps(made["json"]) if "json" in made else made.get("data") or b""
    if not isinstance(body, str | bytes):
        body = urlencode(body, doseq=True)
    async with asyncio.timeout(LONGEST):
        return await them.client.request(
            made["method"], made["url"], params=made["params"], content=body,
            headers={**headers, "Authorization": f"Bearer {them.token}".encode()},
        )  # fmt: skip


def forbids_something(operation: dict[str, Any]) -> bool:
    return bool(operation["parameters"]) or "requestBody" in operation


def fault(answer: httpx.Response) -> str:
    """What no answer may be, whatever was asked."""
    if answer.status_code >= 500:
        return "a failure of ours"
    if answer.status_code == 304:
        return ""
    if not answer.headers["content-type"].startswith("application/fhir+json"):
        return f"of the kind {answer.headers['content-type']}"
    named = answer.json().get("resourceType")
    return "" if (named == "OperationOutcome" if answer.status_code >= 400 else named) else f"a {named}"


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_every_answer_is_fhir(world: World, mode: GenerationMode) -> None:
    statuses, wrong = Counter[int](), list[str]()
    async with calling(world) as them:
        there = await resources(them, world)
        for (method, path), operation in operations(DOCUMENT).items():
            if mode is GenerationMode.NEGATIVE and not forbids_something(operation):
                continue
            for number, case in enumerate(cases(method, path, mode)):
                if mode is GenerationMode.POSITIVE:
                    made_real(case, path, there, number)
                answer = await send(them, case)
                statuses[answer.status_code] += 1
                if found := fault(answer):
                    wrong.append(
                        f"{method} {path}: {answer.status_code}, {found}: {answer.request.url} {case.body}"
                    )
                elif mode is GenerationMode.POSITIVE:
                    case.validate_response(answer, checks=AS_DOCUMENTED)
    assert wrong == []
    assert min(statuses[200], statuses[400], statuses[404]) > 50, statuses


@pytest.mark.parametrize(
    ("status", "kind", "body", "faulty"),
    [
        (500, "application/fhir+json", {"resourceType": "OperationOutcome"}, True),
        (400, "application/fhir+json", {"resourceType": "Patient"}, True),
        (404, "text/html", {"resourceType": "OperationOutcome"}, True),
        (200, "application/fhir+json", {}, True),
        (200, "application/fhir+json", {"resourceType": "Patient"}, False),
        (422, "application/fhir+json", {"resourceType": "OperationOutcome"}, False),
    ],
)
def test_what_no_answer_may_be_is_seen(status: int, kind: str, body: dict[str, str], faulty: bool) -> None:
    answer = httpx.Response(status, headers={"content-type": kind}, content=json.dumps(body))
    assert bool(fault(answer)) == faulty


async def test_the_document_is_served_to_anybody(world: World) -> None:
    async with calling(world) as them:
        answer = await them.client.get(f"{BASE}/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == DOCUMENT
    for name in CREATES:
        assert "post" in answer.json()["paths"][f"/{name}"]

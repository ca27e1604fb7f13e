"""Whatever is sent: an OperationOutcome with the right status and code, nothing of what was sent in it or in a log, nothing written."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from pathway.store.accounts import digest
from pathway.store.scopes import WRITER
from tests.fhir.access.partner_system import register, served_whole
from tests.fhir.clients.served import REFERRAL
from tests.fhir.server.calling import NHS, Calls, calling
from tests.fhir.server.refusals import NUMBER, OTHER_NUMBER, PLANTED, child, outcome, rows
from tests.world import World


def deep(levels: int) -> bytes:
    inside: dict[str, Any] = {"linkId": "1", "text": PLANTED}
    text = json.dumps(inside)
    for _ in range(levels):
        text = f'{{"linkId":"1","item":[{text}]}}'
    return f'{{"resourceType":"QuestionnaireResponse","status":"completed","item":[{text}]}}'.encode()


NARRATIVE = {
    "status": "generated",
    "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{PLANTED}<script>alert(1)</script></div>',
}
TWO_NUMBERS = [{"system": NHS, "value": NUMBER}, {"system": NHS, "value": OTHER_NUMBER}]
BODIES: Mapping[str, tuple[str, Mapping[str, Any], int, str]] = {
    "two NHS numbers": ("Patient", {"identifier": TWO_NUMBERS}, 422, "multiple-matches"),
    "an NHS number whose check digit is wrong": (
        "Patient", {"identifier": [{"system": NHS, "value": "9990000001"}]}, 400, "value",
    ),
    "a code that is none": ("Patient", {"gender": PLANTED}, 422, "code-invalid"),
    "a date that is none": ("Patient", {"birthDate": "2018-02-31"}, 400, "value"),
    "born tomorrow": ("Patient", {"birthDate": "2026-11-25"}, 422, "value"),
    "a script in the narrative": ("Patient", {"text": NARRATIVE}, 422, "security"),
    "another type than the address": ("RelatedPerson", {}, 400, "invalid"),
    "an element that is none": ("Patient", {"quetzalcoatl": PLANTED}, 400, "structure"),
    "a contained resource of no type": ("Patient", {"contained": [{"resourceType": []}]}, 422, "not-supported"),
    "a resource that is none": ("Patient", {"resourceType": PLANTED}, 400, "invalid"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
async def test_a_resource_that_cannot_be_used(
    world: World, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path, changes, status, code = BODIES[name]
    async with calling(world) as them:
        before = await rows(world)
        with caplog.at_level(logging.DEBUG):
            outcome(await them.post(path, {**child(world), **changes}), status, code)
        assert await rows(world) == before
    assert PLANTED not in caplog.text


RAW: Mapping[str, tuple[bytes, int, str]] = {
    "300 levels": (deep(300), 400, "too-costly"),
    "nothing": (b"", 400, "required"),
    "no JSON": (b"<Patient/>", 400, "invalid"),
    "half a JSON": (b'{"resourceType": "Patient", "name": [{"family": "Quetzalcoatl"', 400, "invalid"),
    "a zero byte": (b'{"resourceType": "Patient", "name": [{"family": "Quetz\x00alcoatl"}]}', 400, "invalid"),
    "a zero byte in an escape": (b'{"resourceType": "Patient", "id": "\\u0000"}', 400, "value"),
    "half a character": (b'{"resourceType": "Patient", "id": "\\ud800"}', 400, "value"),
    "not UTF-8": (b'{"resourceType": "Patient", "id": "\xff"}', 400, "invalid"),
    "a list": (b"[1, 2]", 400, "structure"),
    "an element twice": (b'{"resourceType": "Patient", "id": "a", "id": "b"}', 400, "invalid"),
    "a number without end": (b'{"resourceType": "Patient", "x": 1e999999999}', 400, "value"),
    "no number": (b'{"resourceType": "Patient", "x": NaN}', 400, "value"),
}  # fmt: skip


@pytest.mark.parametrize("name", RAW)
async def test_bytes_that_cannot_be_read(world: World, name: str) -> None:
    body, status, code = RAW[name]
    async with calling(world) as them:
        before = await rows(world)
        for path in ("Patient", "", "Patient/$validate"):
            outcome(await them.post(path, body), status, code)
        assert await rows(world) == before


async def test_fifty_megabytes(world: World) -> None:
    entry = json.dumps({"resource": {"resourceType": "Basic", "note": PLANTED * 80}}).encode()
    body = b'{"resourceType":"Bundle","type":"batch","entry":[' + b",".join([entry] * 50_000) + b"]}"
    assert len(body) > 50_000_000
    async with calling(world) as them:
        before = await rows(world)
        outcome(await them.post("", body), 413, "too-long")
        assert await rows(world) == before


ENTRIES: tuple[Any, ...] = (
    "x", 5, {"a": 1}, ["x"], [None], [[]], [{"request": "x"}], [{"request": {"method": "GET"}}],
    [{"request": {"method": "GET", "url": "Patient"}, "resource": [1]}],
    [{"request": {"method": "QUETZALCOATL", "url": "Patient"}}],
)  # fmt: skip


async def test_a_bundle_whose_entries_are_none(world: World) -> None:
    async with calling(world) as them:
        before = await rows(world)
        for entry in ENTRIES:
            for kind in ("batch", "transaction"):
                answer = await them.post("", {"resourceType": "Bundle", "type": kind, "entry": entry})
                assert answer.status_code == 400, (entry, answer.text)
        outcome(await them.post("", {"resourceType": "Bundle", "type": PLANTED}), 400, "invalid")
        assert await rows(world) == before


async def test_what_is_read_in_a_bundle_is_what_the_address_names(world: World) -> None:
    """An address that a Bundle does not answer is refused, and not answered with something near it."""
    referred = await world.refer()
    async with calling(world) as them:
        url = f"Patient/{referred.child_id}/$everything"
        sent = {
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [{"request": {"method": "GET", "url": url}}],
        }
        [entry] = (await them.post("", sent)).json()["entry"]
    assert entry["response"]["status"] == "404"


async def test_types_and_content_that_are_not_taken(world: World) -> None:
    async with calling(world) as them:
        before = await rows(world)
        for method in ("GET", "POST"):
            words = outcome(await them.call(method, PLANTED, child(world)), 404, "not-supported")
            assert "Patient" in words
        for kind in ("text/xml", "application/fhir+xml", "text/plain", "multipart/form-data", ""):
            outcome(await them.post("Patient", child(world), Content_Type=kind), 415, "not-supported")
        form = await them.post("Patient/_search", {"family": PLANTED})
        outcome(form, 415, "not-supported")
        for kind in ("application/fhir+xml", "text/html", "application/fhir+json; fhirVersion=5.0"):
            outcome(await them.call("GET", "Patient", Accept=kind), 406, "not-supported")
        assert (await them.get("Patient", _format="application/fhir+json")).status_code == 200
        assert (await them.call("GET", "Patient?_format=application/fhir+json")).status_code == 200
        outcome(await them.call("DELETE", f"Patient/{uuid4()}"), 405, "not-supported")
        outcome(
            await them.post("Organization", {"resourceType": "Organization", "name": PLANTED}),
            405,
            "not-supported",
        )
        assert await rows(world) == before


async def test_a_child_of_another_organisation_is_as_one_that_is_not_there(world: World) -> None:
    theirs = await world.refer("senco")
    async with calling(world, "other_provider") as them:
        before = await rows(world)
        for key, number in ((str(theirs.child_id), "9990000107"), (str(uuid4()), OTHER_NUMBER)):
            answers = [
                await them.get(f"Patient/{key}"),
                await them.get(f"Patient/{key}/_history"),
                await them.get(f"Patient/{key}/_history/1"),
                await them.get(f"Patient/{key}/$everything"),
                await them.put(f"Patient/{key}", child(world)),
                await them.put(f"Patient/{key}", child(world), If_Match='W/"1"'),
                await them.call("PATCH", f"Patient/{key}", [{"op": "remove", "path": "/gender"}]),
                await them.post("ServiceRequest", {**REFERRAL, "subject": {"reference": f"Patient/{key}"}}),
                await them.post("RelatedPerson", {
                    "resourceType": "RelatedPerson", "patient": {"reference": f"Patient/{key}"},
                    "name": [{"family": PLANTED}], "active": True, "relationship": [{"coding": [{
                        "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}]}],
                }),
                await them.get("EpisodeOfCare", patient=key),
                await them.get("EpisodeOfCare", **{"patient:identifier": f"{NHS}|{number}"}),
                await them.get("Flag", patient=key),
                await them.get("AuditEvent", patient=key),
            ]  # fmt: skip
            said = [(a.status_code, a.text.replace(key, "KEY").replace(number, "NUMBER")) for a in answers]
            if key == str(theirs.child_id):
                first = said
        assert said == first
        assert [status for status, _ in said] == [404] * 7 + [422, 404] + [200] * 4
        assert await rows(world) == before


async def test_tokens_that_are_none(world: World) -> None:
    async with calling(world) as them:
        before = await rows(world)
        for token in ("", PLANTED, them.token[:-1]):
            stranger = Calls(world, them.client, token, them.organisation)
            for path in (f"Patient/{uuid4()}", "Patient?family=Quetzalcoatl", "Quetzalcoatl"):
                outcome(await stranger.get(path), 401, "login")
            outcome(await stranger.post("Patient", child(world)), 401, "login")
        assert {k: v for k, v in (await rows(world)).items() if k != "rate_limit"} == {
            k: v for k, v in before.items() if k != "rate_limit"
        }
        token = str(uuid4())
        async with world.area.database.transaction(WRITER) as tx:
            await tx.execute(
                "INSERT INTO partner_token (token_sha256, partner_id, scopes, until)"
                " SELECT $1, id, $2, clock_timestamp() - interval '1 second' FROM partner",
                digest(token),
                ["system/*.cruds"],
            )
        expired = Calls(world, them.client, token, them.organisation)
        answer = await expired.get("Patient")
        outcome(answer, 401, "login")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_assertions_that_are_expired_replayed_or_for_another(world: World) -> None:
    system = await register(world)
    now = int(world.area.now().timestamp())
    async with served_whole(world) as client:
        once = system.form()
        assert (await client.post("/fhir/R4/token", data=once)).status_code == 200
        for form in (
            once,
            system.form(system.assertion(exp=now - 1)),
            system.form(system.assertion(aud="http://test")),
        ):
            answer = await client.post("/fhir/R4/token", data=form)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_scope_that_is_missing(world: World) -> None:
    referred = await world.refer()
    key = str(referred.child_id)
    async with calling(world, scopes=("system/Patient.cu", "system/Task.r")) as them:
        before = await rows(world)
        refusals = [
            await them.get(f"Patient/{key}"),
            await them.get("Patient"),
            await them.get("Task", patient=key),
            await them.call("POST", "Task/_search"),
            await them.post("ServiceRequest", REFERRAL),
            await them.call("DELETE", f"Patient/{key}"),
            # A condition reads: who may only create would learn who is here.
            await them.post("Patient", child(world), If_None_Exist=f"identifier={NHS}|{NUMBER}"),
            await them.put(f"Patient?identifier={NHS}|{NUMBER}", child(world)),
        ]
        for answer in refusals:
            assert "system/" in outcome(answer, 403, "forbidden")
        entry = {"request": {"method": "GET", "url": f"Patient/{key}"}}
        batch = await them.post("", {"resourceType": "Bundle", "type": "batch", "entry": [entry]})
        assert batch.json()["entry"][0]["response"]["status"] == "403"
        assert await rows(world) == before
    async with calling(world, scopes=("system/Patient.us",)) as them:
        outcome(await them.put(f"Patient?identifier={NHS}|{NUMBER}", child(world)), 403, "forbidden")

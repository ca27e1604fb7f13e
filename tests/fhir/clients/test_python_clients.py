"""Two public Python clients, unmodified, against the running server."""

import asyncio
from typing import Any

import pytest
from fhirclient import client as smart
from fhirclient.models.fhirdate import FHIRDate
from fhirclient.models.humanname import HumanName
from fhirclient.models.identifier import Identifier
from fhirclient.models.patient import Patient
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from tests.fhir.clients.served import Served, served_to_clients
from tests.fhir.server.calling import NHS
from tests.world import World, nhs_number

CHILD = {"name": [{"family": "Okafor", "given": ["Ada"]}], "gender": "female", "birthDate": "2018-03-04"}


def identified(n: int) -> list[dict[str, str]]:
    return [{"system": NHS, "value": nhs_number(n).value}]


async def test_fhirpy_creates_reads_searches_pages_and_updates(committed_world: World) -> None:
    async with served_to_clients(committed_world) as served:
        c = AsyncFHIRClient(served.base, authorization=f"Bearer {served.token}")
        child = c.resource("Patient", identifier=identified(5100), **CHILD)
        await child.create()
        assert child.id
        got = await c.reference("Patient", child.id).to_resource()
        assert got.serialize()["name"][0]["family"] == "Okafor"
        sent = {k: v for k, v in served.referral.items() if k != "resourceType"}
        referral = c.resource("ServiceRequest", **sent, subject=child.to_reference())
        await referral.save()
        assert referral["status"] == "active"
        assert await c.resources("ServiceRequest").search(subject=child.to_reference()).count() == 1
        number = nhs_number(5100).value
        first = await c.resources("Patient").search(identifier=f"{NHS}|{number}").first()
        assert first is not None
        assert first.id == child.id
        found = (
            c.resources("ServiceRequest")
            .search(subject=f"Patient/{child.id}", status="active")
            .include("ServiceRequest", "subject")
            .limit(10)
            .sort("-authored")
        )
        bundle = await found.fetch_raw()
        assert {e["resource"]["resourceType"] for e in bundle["entry"]} == {"ServiceRequest", "Patient"}
        await c.resource("Patient", identifier=identified(5101), **CHILD).create()
        pages = [
            r async for r in c.resources("Patient").search(family="Oka", birthdate__ge="2018-01-01").limit(1)
        ]
        assert len(pages) == 2
        child["gender"] = "male"
        await child.save()
        child["gender"] = "other"
        await child.save(fields=["gender"])
        assert (await c.reference("Patient", child.id).to_resource())["gender"] == "other"
        new = c.resource("Patient", identifier=identified(5102), **CHILD)
        search = c.resources("Patient").search(identifier=f"{NHS}|{nhs_number(5102).value}")
        made, created = await search.get_or_create(new)
        again, created_again = await search.get_or_create(new)
        assert (created, created_again) == (True, False)
        assert again.id == made.id
        with pytest.raises(ResourceNotFound):
            await c.reference("Patient", "00000000-0000-4000-8000-000000000000").to_resource()
        with pytest.raises(OperationOutcome):
            await made.delete()


async def test_the_smart_client_reads_creates_searches_and_updates(committed_world: World) -> None:
    async with served_to_clients(committed_world) as served:
        await asyncio.to_thread(_smart, served)


def _smart(served: Served) -> None:
    c = smart.FHIRClient(settings={"app_id": "test", "api_base": served.base})
    c.server.session.headers["Authorization"] = f"Bearer {served.token}"
    c.prepare()
    child = Patient()
    child.identifier = [Identifier({"system": NHS, "value": nhs_number(5200).value})]
    child.name = [HumanName({"family": "Okafor", "given": ["Ada"]})]
    child.birthDate = FHIRDate("2018-03-04")
    answer: dict[str, Any] | None = child.create(c.server)
    assert answer is not None
    child_id = answer["id"]
    read = Patient.read(child_id, c.server)
    assert read.name[0].family == "Okafor"
    found = list(
        Patient.where({"identifier": f"{NHS}|{nhs_number(5200).value}"}).perform_resources_iter(c.server)
    )
    assert [one.id for one in found] == [child_id]
    read.gender = "female"
    assert read.update(c.server)
    assert Patient.read(child_id, c.server).gender == "female"

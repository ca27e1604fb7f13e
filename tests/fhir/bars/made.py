"""BaRS messages as a good sender makes them, and the sender."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from pathway.domain.roles import Role
from pathway.store.scopes import WRITER
from tests.fhir.server.calling import FHIR, Calls, calling, patient
from tests.world import World

Json = dict[str, Any]
DOS = {"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000099999"}
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
NHS = "https://fhir.nhs.uk"
ENDPOINT = "https://fhir.nhs.uk/Id/dos-service-id|2000011111"
USE_CASE = "https://fhir.autism-pathway.example/CodeSystem/use-case"


def code(system: str, value: str) -> Json:
    return {"coding": [{"system": system, "code": value}]}


def header(event: str, reason: str, focus: str, definition: str, **more: Any) -> Json:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": f"{NHS}/CodeSystem/message-events-bars", "code": event},
        "destination": [{"endpoint": f"{DOS['system']}|{DOS['value']}"}],
        "source": {"name": "Surgery", "software": "Records", "version": "1", "endpoint": ENDPOINT},
        "reason": code(f"{NHS}/CodeSystem/message-reason-bars", reason),
        "focus": [{"reference": focus}],
        "definition": definition,
        **more,
    }


@dataclass
class Referral:
    """One referral of a new child, and the messages about it. Each resource may be changed before it is sent."""

    world: World
    id: str = field(default_factory=lambda: str(uuid4()))
    number: str = field(default_factory=lambda: f"REF-{uuid4()}")
    keys: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        child, use_case = self.at("child"), code(USE_CASE, "autism")["coding"][0]
        self.parts = {
            "request": {
                "resourceType": "ServiceRequest",
                "identifier": [{"system": "https://surgery.example/Id/referral", "value": self.number}],
                "basedOn": [{"reference": self.at("plan")}],
                "status": "active",
                "intent": "plan",
                "category": [
                    {"coding": [{"system": f"{NHS}/CodeSystem/message-category-servicerequest", "code": "referral"}, use_case]}
                ],
                "subject": {"reference": child},
                "encounter": {"reference": self.at("contact")},
                "occurrencePeriod": {"start": "2026-11-20T09:00:00+00:00", "end": "2027-05-20T09:00:00+00:00"},
                "authoredOn": "2026-11-20T09:00:00.1234567+00:00",
                "requester": {"reference": self.at("doctor")},
                "performer": [{"reference": self.at("service")}],
            },
            "child": patient(self.world),
            "contact": {
                "resourceType": "Encounter", "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": {"reference": child},
                "episodeOfCare": [{"reference": f"EpisodeOfCare/{uuid4()}"}],
            },
            "plan": {
                "resourceType": "CarePlan", "status": "completed", "intent": "plan", "subject": {"reference": child},
                "activity": [{"outcomeCodeableConcept": [{"text": "Two cycles of support were tried at school."}]}],
            },
            "sender": {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "Z99001"}], "name": "Surgery"},
            "receiver": {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "Z99002"}], "name": "Team"},
            "doctor": {"resourceType": "Practitioner", "name": [{"family": "Okafor", "given": ["Ada"]}]},
            "role": {"resourceType": "PractitionerRole", "practitioner": {"reference": self.at("doctor")}},
            "service": {"resourceType": "HealthcareService", "providedBy": {"reference": self.at("receiver")}},
            "agreed": {
                "resourceType": "Consent", "status": "active",
                "scope": code("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
                "category": [{"text": "Referral"}],
                "patient": {"reference": child},
                "policyRule": code("http://terminology.hl7.org/CodeSystem/v3-ActCode", "OPTIN"),
                "provision": {"type": "permit"},
            },
        }  # fmt: skip

    def at(self, part: str) -> str:
        return f"urn:uuid:{self.keys.setdefault(part, str(uuid4()))}"

    @property
    def nhs_number(self) -> str:
        return str(self.parts["child"]["identifier"][0]["value"])

    def add(self, part: str, resource: Json) -> None:
        self.parts[part] = {**resource, "subject": {"reference": self.at("child")}}

    def bundle(self, head: Json, parts: Mapping[str, Json] | None = None) -> Json:
        entries = [{"fullUrl": self.at("header"), "resource": head}]
        entries += [
            {"fullUrl": self.at(name), "resource": deepcopy(one)}
            for name, one in (parts or self.parts).items()
        ]
        return {
            "resourceType": "Bundle",
            "id": self.id,
            "meta": {"profile": [f"{NHS}/StructureDefinition/BARSBundleMessage"], "versionId": "1"},
            "type": "message",
            "timestamp": "2026-11-20T09:00:01+00:00",
            "entry": entries,
        }

    def new(self) -> Json:
        return self._request("new", "referral")

    def update(self, note: str, status: str = "active", reason: str = "update") -> Json:
        made = self._request(reason, "referral")
        request = made["entry"][1]["resource"]
        request["status"] = status
        if note:
            request["note"] = [{"text": note}]
        return made

    def cancel(self, reason: str = "update", status: str = "revoked") -> Json:
        kept = {
            name: one
            for name, one in self.parts.items()
            if name in ("request", "child", "sender", "receiver")
        }
        kept["request"] = {
            k: v
            for k, v in kept["request"].items()
            if k not in ("basedOn", "encounter", "requester", "performer")
        }
        kept["request"]["status"] = status
        head = header(
            "servicerequest-request", reason, self.at("request"),
            f"{NHS}/MessageDefinition/bars-message-servicerequest-request-cancelled",
        )  # fmt: skip
        return self.bundle(head, kept)

    def answer(self, identifier: str, note: str = "") -> Json:
        head = header(
            "servicerequest-response", "new", self.at("request"),
            f"{NHS}/MessageDefinition/bars-message-servicerequest-response-referral",
            response={"identifier": identifier, "code": "ok"},
        )  # fmt: skip
        names = ("request", "child", "sender", "receiver", "agreed")
        kept = {name: deepcopy(self.parts[name]) for name in names}
        for name in ("basedOn", "encounter", "requester", "performer"):
            kept["request"].pop(name)
        if note:
            kept["request"]["note"] = [{"text": note}]
        return {**self.bundle(head, kept), "id": str(uuid4())}

    def _request(self, reason: str, kind: str) -> Json:
        head = header(
            "servicerequest-request", reason, self.at("request"),
            f"{NHS}/MessageDefinition/bars-message-servicerequest-request-{kind}",
        )  # fmt: skip
        return self.bundle(head)


def encoded(resource: Json) -> str:
    return base64.b64encode(json.dumps(resource).encode()).decode()


def headers(
    request_id: UUID | None = None, correlation_id: UUID | None = None, **changes: str | None
) -> dict[str, str]:
    """The headers of a good sender; None leaves one out."""
    given: dict[str, str | None] = {
        "X-Request-Id": str(request_id or uuid4()),
        "X-Correlation-Id": str(correlation_id or uuid4()),
        "NHSD-Target-Identifier": encoded(DOS),
        "NHSD-End-User-Organisation": encoded(
            {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "Z99001"}], "name": "Surgery"}
        ),
        "NHSD-Requesting-Software": encoded(
            {"resourceType": "Device", "deviceName": [{"name": "Records", "type": "user-friendly-name"}], "version": [{"value": "1"}]}
        ),
        "NHSD-Requesting-Practitioner": encoded(
            {"resourceType": "PractitionerRole", "identifier": [{"value": "555"}], "practitioner": {"display": "Dr Ada Okafor"}}
        ),
        "use-context": "a4t2|referral|servicerequest-request|new",
        "Accept": "application/fhir+json; version=1.0.0",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


@dataclass
class Sender:
    """A system that sends BaRS messages."""

    calls: Calls

    async def send(self, message: Json | bytes, sent: Mapping[str, str] | None = None) -> httpx.Response:
        content = message if isinstance(message, bytes) else json.dumps(message).encode()
        own = dict(sent) if sent is not None else headers()
        answer = await self.calls.client.post(
            "/fhir/R4/$process-message",
            content=content,
            headers={"Authorization": f"Bearer {self.calls.token}", "Content-Type": FHIR, **own},
        )
        assert answer.status_code != 500, answer.text
        for name in ("X-Request-Id", "X-Correlation-Id"):
            assert answer.headers.get(name) == own.get(name), (name, answer.headers)
        return answer

    async def sent(self, message: Json) -> Json:
        """Send, and give the answer, which must be a good one."""
        answer = await self.send(message)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


@asynccontextmanager
async def sending(world: World, organisation: str = "gp", **changes: Any) -> AsyncIterator[Sender]:
    """A surgery's system, and a service that is listed under a number."""
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE pathway_route SET dos_service_id = $1 WHERE pathway = 'autism'", DOS["value"]
        )
        await tx.execute("UPDATE organisation SET ods_code = 'Z99002' WHERE id = $1", world.org["provider"])
    async with calling(world, organisation, changes.pop("role", Role.PARTNER), **changes) as calls:
        yield Sender(calls)


def said(answer: httpx.Response) -> tuple[int, str, str]:
    """The status, BaRS's code and the kind of the first issue."""
    issue = answer.json()["issue"][0]
    coding = issue["details"].get("coding", [{}])[0]
    return answer.status_code, coding.get("code", ""), issue["code"]


def referral_id(answer: Json) -> str:
    return str(answer["entry"][1]["resource"]["id"])

"""NHS's own examples of BaRS messages, read where they are laid out: each is taken or refused as its origin says.

None of the published use cases is ours (they are bookings, and the validation of a 999 triage), so as they stand all are
refused as not supported. Made into a referral, the validation's message is taken from a tolerant sender.
"""

import json
from copy import deepcopy
from typing import Any

import pytest

from pathway_fhir.vocabulary import bars
from tests.fhir.bars.made import headers, referral_id, said, sending
from tests.fhir.bars.test_messages import texts
from tests.fhir.outside import EXAMPLES, needs_examples
from tests.fhir.server.calling import patient
from tests.world import World

FOLDER = EXAMPLES / "bars" / "spec"


def messages() -> list[tuple[str, bytes]]:
    """Every Bundle of type message, by the name of its file."""
    found = []
    for path in sorted(FOLDER.rglob("*.json")):
        try:
            sent = json.loads(path.read_bytes())
        except ValueError:
            continue
        if isinstance(sent, dict) and sent.get("resourceType") == "Bundle" and sent.get("type") == "message":
            found.append((path.name, path.read_bytes()))
    return found


MESSAGES = messages()
pytestmark = needs_examples


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "tolerant"])
@pytest.mark.parametrize("body", [body for _, body in MESSAGES], ids=[name for name, _ in MESSAGES])
async def test_a_message_of_another_use_case_is_refused_as_such(
    world: World, body: bytes, strict: bool
) -> None:
    async with sending(world, strict=strict) as surgery:
        answer = await surgery.send(body)
        assert said(answer)[:2] == (400, "REC_BAD_REQUEST"), answer.text
        if not strict:
            assert "not-supported" in {issue["code"] for issue in answer.json()["issue"]}, answer.text


async def test_made_into_a_referral_it_is_taken_and_what_came_along_is_read(world: World) -> None:
    """Given the example of another use case with our category, a child of ours and an agreement, then a tolerant sender's is
    taken with its flag and what was observed, and a strict one is told what the definition asks for.
    """
    [example] = [body for name, body in MESSAGES if name.startswith("ValidationRequest")]
    sent = as_referral(json.loads(example), world)
    async with sending(world) as surgery:
        assert said(await surgery.send(sent))[0] == 400
    async with sending(world, strict=False) as surgery:
        answer = await surgery.send(sent, headers())
    assert answer.status_code == 200, answer.text
    [first] = await texts(world, referral_id(answer.json()))
    assert "Flag: Patient has some scene safety issues." in first["concerns"]
    assert "Observation: Syncope (disorder)" in first["concerns"]


def as_referral(example: dict[str, Any], world: World) -> dict[str, Any]:
    made = deepcopy(example)
    by_type = {entry["resource"]["resourceType"]: entry for entry in made["entry"]}
    request = by_type["ServiceRequest"]["resource"]
    request["category"][0]["coding"][0]["code"] = "referral"
    request["authoredOn"] = "2026-11-20T10:00:00+00:00"
    by_type["Patient"]["resource"] = patient(world)
    by_type["MessageHeader"]["resource"]["definition"] = bars.REFERRAL
    made["entry"].append(
        {
            "fullUrl": "urn:uuid:5b94d980-b9b6-42ce-8ca3-56676af6c0aa",
            "resource": {
                "resourceType": "Consent",
                "status": "active",
                "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]},
                "category": [{"text": "Referral"}],
                "provision": {"type": "permit"},
                "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]},
            },
        }
    )  # fmt: skip
    return made

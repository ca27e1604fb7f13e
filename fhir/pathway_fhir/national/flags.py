"""Patient Flags: the reasonable adjustments of a child, read and given.

The payloads of this service are not published. What is public is built to: the address and the code of its flag, as in the signal
patientflags-change-1, and the form of an R4 Flag. An answer in another form is not guessed at. Only adjustments are read: the
conditions and impairments that the national record holds beside them are left where they are (UK GDPR Article 5(1)(c)).

Source: NHS England, API catalogue, Patient Flags API; Multicast Notification Service, patientflags-change-1; DAPB4019.
"""

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pathway.actions.adjustments import note_given, note_national, to_exchange
from pathway.actions.area import Area
from pathway.domain.adjustments import LONGEST, MOST, Adjustments
from pathway_fhir.client.calling import Answer
from pathway_fhir.client.heading import Sender
from pathway_fhir.mapping import received
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.national.addresses import FLAGS
from pathway_fhir.national.asking import National, NotAnswered
from pathway_fhir.vocabulary import systems

PATH: Final = "/PatientFlag"
CODE: Final = "NRAF"
CODES: Final = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategory"
"""Assumed: the system of the code is not published."""


async def exchange_adjustments(area: Area, national: National, child_id: UUID) -> Adjustments | None:
    """Give what staff recorded, where that was not given yet, and read what the national record has. Raises NotNow, NotAnswered."""
    asked = await to_exchange(area, child_id)
    if asked is None:
        return None
    if asked.ours:
        body = json.dumps(flag(asked.nhs_number, asked.ours, national.sender), ensure_ascii=False).encode()
        answer = await national.ask(FLAGS, "POST", PATH, request_id=asked.request_id, body=body)
        if answer.status not in (200, 201, 409):
            raise NotAnswered(f"Patient Flags refused what was given ({answer.status}).")
        await note_given(area, asked)
    answer = await national.ask(FLAGS, "GET", PATH, {"patient": asked.nhs_number, "code": CODE})
    return await note_national(area, child_id, adjustments_in(answer))


def flag(nhs_number: str, lines: Sequence[str], sender: Sender | None) -> Json:
    """The flag that is given: whose, from whom, and what helps, in words."""
    found: Json = {
        "resourceType": "Flag",
        "status": "active",
        "category": [{"coding": [{"system": CODES, "code": CODE}]}],
        "code": {"text": "\n".join(lines)},
        "subject": {"identifier": {"system": systems.NHS_NUMBER, "value": nhs_number}},
    }
    if sender is not None:
        found["author"] = {"identifier": {"system": systems.ODS_CODE, "value": sender.ods_code}}
    return found


def adjustments_in(answer: Answer) -> list[str]:
    """The adjustments in force, each as a line. Raises NotAnswered where the answer has another form than FHIR's."""
    body = answer.resource
    if answer.status == 404:
        return []
    if answer.status != 200 or body is None or body["resourceType"] not in ("Bundle", "Flag"):
        raise NotAnswered(f"Patient Flags answered something that cannot be read ({answer.status}).")
    entries = [received.one(entry.get("resource")) for _, entry in received.several(body.get("entry"))]
    lines: list[str] = []
    for one in [body, *entries]:
        if one.get("resourceType") == "Flag" and one.get("status") == "active" and _is_of_adjustments(one):
            lines += _lines(received.one(one.get("code")))
    return list(dict.fromkeys(lines))[: MOST * 3]


def _is_of_adjustments(one: Json) -> bool:
    """A flag of another kind, such as child protection, is not read here."""
    given = [coding for _, concept in received.several(one.get("category"))
             for _, coding in received.several(concept.get("coding"))]  # fmt: skip
    return any(coding.get("code") == CODE for coding in given)


def _lines(code: Json) -> list[str]:
    codings = [received.words(coding.get("display")) for _, coding in received.several(code.get("coding"))]
    text = received.words(code.get("text"))
    found = text.splitlines() if text else codings
    return [line.strip()[:LONGEST] for line in found if line.strip()]

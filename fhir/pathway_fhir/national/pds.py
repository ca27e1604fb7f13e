"""The Personal Demographics Service: the two questions of an unattended trace, and how its answers are read.

By the number where we hold one; else by name, date of birth and the beginning of the postcode, where exactly one person fits. No
record is ever changed there (PATCH is for people who have signed in with a smartcard), and how well somebody fits is not kept.

Source: NHS England, Personal Demographics Service - FHIR API: "Get patient details", "Search for a patient", "Unattended search".
"""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.trace import begin_trace, leave_trace, note_trace
from pathway.domain.identifiers import NhsNumber
from pathway.domain.tracing import Answered, Held, Traced
from pathway.domain.tracing import National as NationalRecord
from pathway.store.traces import Asked
from pathway_fhir.client.calling import Answer
from pathway_fhir.mapping import patient, received
from pathway_fhir.national.addresses import PDS
from pathway_fhir.national.asking import National, NotAnswered
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import systems

_log = logging.getLogger(__name__)

SPINE_CODES: Final = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"
_SAYS: Final[Mapping[str, Answered]] = {
    "TOO_MANY_MATCHES": Answered.TOO_MANY,
    "RESOURCE_NOT_FOUND": Answered.NOT_FOUND,
    "INVALIDATED_RESOURCE": Answered.INVALIDATED,
    "INVALID_RESOURCE_ID": Answered.NOT_FOUND,
}
"""What an OperationOutcome means, whatever the status beside it: too many matches come with 200."""
_GIVEN, _POSTCODE = 3, 2
_CANNOT_READ: Final = "The Personal Demographics Service answered something that cannot be read."


async def trace_child(area: Area, national: National, child_id: UUID) -> Traced | None:
    """Ask about a child and take the answer in; None where nobody is asked about, or our record changed meanwhile.

    A question that will not be answered is asked again tomorrow, and said in the log. Raises NotNow: ask again, it is the same
    question.
    """
    asked = await begin_trace(area, child_id)
    if asked is None:
        return None
    try:
        found = await trace(national, asked)
    except NotAnswered as error:
        _log.error("A trace was not answered: %s", error)
        await leave_trace(area, asked)
        return None
    return await note_trace(area, asked, found)


async def trace(national: National, asked: Asked) -> NationalRecord:
    """Ask about one child, and read the answer. Raises NotNow, NotAnswered."""
    held = asked.held
    if held.nhs_number:
        return await by_number(national, held.nhs_number, asked.request_id)
    answer = await national.ask(PDS, "GET", "/Patient", search_for(held), asked.request_id)
    return read_search(answer, national.now().date())


async def by_number(national: National, number: str, request_id: UUID) -> NationalRecord:
    """Whose number it is. Raises NotNow, NotAnswered."""
    answer = await national.ask(PDS, "GET", f"/Patient/{number}", request_id=request_id)
    return read_patient(answer, national.now().date())


def search_for(held: Held) -> list[tuple[str, str]]:
    """The recommended search of an unattended trace.

    Neither fuzzy nor exact, with history, so that a name or home of before is found too. A wildcard may not stand among the
    first two letters of a name. The postcode is left out for a restricted child: with it, the service finds no such person.
    """
    given = held.first_name.strip()
    parameters = [
        ("family", held.family_name.strip()),
        ("given", f"{given[:_GIVEN]}*" if len(given) >= _GIVEN else given),
        ("birthdate", f"eq{held.birth_date.isoformat()}"),
        ("_fuzzy-match", "false"),
        ("_exact-match", "false"),
        ("_history", "true"),
        ("_max-results", "1"),
    ]
    if held.postcode and not held.restricted:
        parameters.insert(3, ("address-postalcode", f"{held.postcode[:_POSTCODE]}*"))
    return parameters


def read_patient(answer: Answer, on: date) -> NationalRecord:
    """The answer to a question by number."""
    said = _said(answer)
    if said is not None:
        return NationalRecord(said)
    return _person(answer.resource, on)


def read_search(answer: Answer, on: date) -> NationalRecord:
    """The answer to a search: one person, nobody, or too many; a list of several is too many, whatever their scores."""
    said = _said(answer)
    if said is not None:
        return NationalRecord(said)
    bundle = answer.resource
    if bundle is None or bundle.get("resourceType") != "Bundle":
        raise NotAnswered(_CANNOT_READ)
    found = [entry.get("resource") for _, entry in received.several(bundle.get("entry"))]
    people = [one for one in found if isinstance(one, dict) and one.get("resourceType") == "Patient"]
    if len(people) == 1:
        return _person(people[0], on)
    return NationalRecord(Answered.TOO_MANY if people else Answered.NOT_FOUND)


def spine_codes(answer: Answer) -> list[str]:
    """The Spine codes of an OperationOutcome."""
    issues = received.several((answer.outcome or {}).get("issue"))
    return [code for _, issue in issues for code in received.codes(issue.get("details"), SPINE_CODES)]


def _said(answer: Answer) -> Answered | None:
    """What an OperationOutcome says of the person, or nothing where there is a person; NotAnswered where it is our fault."""
    if answer.status == 200 and answer.outcome is None:
        return None
    known = [_SAYS[code] for code in spine_codes(answer) if code in _SAYS]
    if known:
        return known[0]
    raise NotAnswered(f"The Personal Demographics Service refused the question ({answer.status}).")


def _person(sent: Mapping[str, Any] | None, on: date) -> NationalRecord:
    """A Patient as a trace compares it. One without a name or date of birth is a record with nothing to compare."""
    number = received.words((sent or {}).get("id"))
    if sent is None or NhsNumber.fault_in(number):
        raise NotAnswered(_CANNOT_READ)
    restricted = _restricted(sent)
    try:
        found = patient.parse(sent, on, referring=False)
    except Refused:
        died = bool(sent.get("deceasedDateTime") or sent.get("deceasedBoolean"))
        return NationalRecord(Answered.FOUND, number, restricted=restricted, died=died)
    child = found.child
    return NationalRecord(
        Answered.FOUND, number, child.first_name, child.family_name, child.birth_date, restricted, found.died,
        found.died_on,
    )  # fmt: skip


def _restricted(sent: Mapping[str, Any]) -> bool:
    """R, and what is more so: V, and a record whose details are redacted."""
    labels = received.codes(
        {"coding": received.one(sent.get("meta")).get("security")}, systems.CONFIDENTIALITY
    )
    return not {"R", "V", "REDACTED"}.isdisjoint(labels)

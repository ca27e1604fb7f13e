"""The e-Referral Service: referrals that wait for review, as rows of the list that the existing import takes.

It is read and never written: accepting, rejecting and creating a referral there are for people with a smartcard. A referral of e-RS
names its patient by NHS number, so who that is is asked of the Personal Demographics Service; what is not known stays empty, and
the import's dry run says so. The meaning of a worklist's lines is not published in full: only the references are relied upon.

Source: NHS England, e-Referral Service - FHIR API: A008 retrieve worklist and A005 retrieve referral request (STU3), and search
for service requests (R4).
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import uuid4

from pathway.actions.area import Area
from pathway.actions.look_up_organisations import propose_organisation
from pathway.domain.identifiers import NhsNumber, OdsCode
from pathway.domain.london import london_date
from pathway.domain.tracing import Answered
from pathway.domain.tracing import National as NationalRecord
from pathway_fhir.client.calling import Answer
from pathway_fhir.mapping import received
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.national.addresses import ERS, PDS
from pathway_fhir.national.asking import National, NotAnswered
from pathway_fhir.national.pds import by_number
from pathway_fhir.vocabulary import systems

FUNCTION: Final = "SERVICE_PROVIDER_CLINICIAN"
_WORKLIST: Final = "/FHIR/STU3/v1/ReferralRequest/$ers.fetchworklist"
_REFERRAL: Final = "/FHIR/STU3/v1/ReferralRequest"
_SELECTOR: Final = "https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralListSelector-1"
_REFERENCE: Final = re.compile(r"ReferralRequest/([0-9]{12})(?:/|$)")
_PATIENT: Final = re.compile(r"(?:^|/)Patient/([0-9]{10})$")
_ORGANISATION: Final = re.compile(r"(?:^|/)Organization/([A-Za-z0-9]{3,9})$")
_UBRN: Final = re.compile(r"[0-9]{12}")
COLUMNS: Final = (
    "reference", "NHS number", "first name", "family name", "date of birth", "restricted", "referral_received",
)  # fmt: skip
"""What the import reads a column by (`pathway.domain.sheet_columns`); the last is the step with which a referral begins."""


@dataclass(frozen=True, slots=True, repr=False)
class ErsReferral:
    """A referral as e-RS has it. Hidden in logs."""

    ubrn: str
    nhs_number: str
    received_on: date | None = None
    requester: str = ""


async def waiting_list(area: Area, national: National, user: str) -> str:
    """The referrals for review as a CSV file for `pathway import`; a practice that this area does not have is proposed.

    Raises NotNow, NotAnswered.
    """
    rows: list[Mapping[str, str]] = []
    for ubrn in await worklist(national, user):
        found = read_referral(await _ask(national, "GET", f"{_REFERRAL}/{ubrn}", user))
        if not OdsCode.fault_in(found.requester):
            await propose_organisation(area, OdsCode(found.requester))
        rows.append(row_of(found, await _person(national, found.nhs_number)))
    return as_csv(rows)


async def worklist(national: National, user: str) -> list[str]:
    """The references (UBRN) of the referrals that wait for review. Raises NotNow, NotAnswered."""
    selector = {"coding": [{"system": _SELECTOR, "code": "REFERRALS_FOR_REVIEW"}]}
    asked = {
        "resourceType": "Parameters",
        "parameter": [{"name": "listType", "valueCodeableConcept": selector}],
    }
    return read_worklist(await _ask(national, "POST", _WORKLIST, user, json.dumps(asked).encode()))


def read_worklist(answer: Answer) -> list[str]:
    """The references in a worklist, each once, in its order. Raises NotAnswered."""
    body = _good(answer)
    if body["resourceType"] != "List":
        raise NotAnswered("The e-Referral Service answered something that is no worklist.")
    found = [received.one(entry.get("item")) for _, entry in received.several(body.get("entry"))]
    matches = [_REFERENCE.search(received.words(item.get("reference"))) for item in found]
    return list(dict.fromkeys(match[1] for match in matches if match))


def read_referral(answer: Answer) -> ErsReferral:
    """A ReferralRequest (STU3), a ServiceRequest (R4), or a search that found exactly one. Raises NotAnswered."""
    body = _good(answer)
    if body["resourceType"] == "Bundle":
        entries = [received.one(entry.get("resource")) for _, entry in received.several(body.get("entry"))]
        body = entries[0] if len(entries) == 1 else {}
    if body.get("resourceType") not in ("ReferralRequest", "ServiceRequest"):
        raise NotAnswered("The e-Referral Service answered something that is no referral.")
    ubrn = next((value for _, value in received.numbered(body.get("identifier"), systems.UBRN)), "")
    ubrn = ubrn or received.words(body.get("id"))
    subject = received.pointed(body.get("subject"))
    literal = _PATIENT.search(subject.reference)
    number = subject.value if subject.system == systems.NHS_NUMBER else literal[1] if literal else ""
    if not _UBRN.fullmatch(ubrn) or NhsNumber.fault_in(number):
        raise NotAnswered("A referral of the e-Referral Service names no patient by NHS number.")
    at = received.moment(body.get("authoredOn"))
    return ErsReferral(
        ubrn, number, london_date(at) if at else _day(body.get("authoredOn")), _requester(body)
    )


def _day(value: Any) -> date | None:
    aside = received.Reading("ReferralRequest")
    return received.whole_day(aside, value, "authoredOn", what="when")


def _requester(body: Json) -> str:
    """The code of the practice that refers: on whose behalf in STU3, the requester itself in R4."""
    requester = received.one(body.get("requester"))
    for reference in (requester.get("onBehalfOf"), requester):
        pointed = received.pointed(reference)
        if pointed.system == systems.ODS_CODE:
            return pointed.value
        match = _ORGANISATION.search(pointed.reference)
        if match:
            return match[1].upper()
    return ""


def row_of(referral: ErsReferral, person: NationalRecord | None) -> dict[str, str]:
    """One line of the list. A person whose number was replaced or is not known is left for people to find out."""
    sure = (
        person is not None and person.answered is Answered.FOUND and person.nhs_number == referral.nhs_number
    )
    known = person if sure and person is not None else NationalRecord(Answered.NOT_FOUND)
    return {
        "reference": referral.ubrn,
        "NHS number": referral.nhs_number,
        "first name": known.first_name,
        "family name": known.family_name,
        "date of birth": known.birth_date.isoformat() if known.birth_date else "",
        "restricted": "yes" if known.restricted else "",
        "referral_received": referral.received_on.isoformat() if referral.received_on else "",
    }


def as_csv(rows: Iterable[Mapping[str, str]]) -> str:
    """The file. A cell that a spreadsheet would run is written as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_plain(row.get(column, "")) for column in COLUMNS] for row in rows)
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _good(answer: Answer) -> Json:
    if answer.status != 200 or answer.resource is None:
        raise NotAnswered(f"The e-Referral Service refused the question ({answer.status}).")
    return answer.resource


async def _ask(national: National, method: str, path: str, user: str, body: bytes | None = None) -> Answer:
    headers = {
        "nhsd-ers-business-function": FUNCTION,
        "nhsd-ers-on-behalf-of-user-id": user,
        "nhsd-end-user-organisation-ods": national.sender.ods_code if national.sender else "",
    }
    return await national.ask(ERS, method, path, body=body, headers={k: v for k, v in headers.items() if v})


async def _person(national: National, number: str) -> NationalRecord | None:
    """Who the number is, where the national record may be asked."""
    return await by_number(national, number, uuid4()) if national.is_on(PDS) else None

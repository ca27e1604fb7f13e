"""The Personal Demographics Service played in this process, for a demonstration without a line to the NHS: invented people only.

The answers have the form of NHS England's published examples, which the tests hold them to; the people are ours, with numbers of
the range that is kept for tests. Nothing is sent anywhere, and no number of a real person is known here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.national.pds import SPINE_CODES
from pathway_fhir.vocabulary import systems

_TITLES: Final = {
    "RESOURCE_NOT_FOUND": "Resource not found",
    "INVALIDATED_RESOURCE": "Resource that has been marked as invalid was requested - invalid resources cannot be retrieved",
    "TOO_MANY_MATCHES": "Too Many Matches",
}
_KINDS: Final = {"TOO_MANY_MATCHES": "multiple-matches", "RESOURCE_NOT_FOUND": "not-found"}


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person. `now` is the number that replaced theirs; `invalid` where the number was withdrawn."""

    number: str
    given: str
    family: str
    born: str
    postcode: str = "EX1 1AA"
    security: str = "U"
    died: str = ""
    now: str = ""
    invalid: bool = False


PEOPLE: Final[Sequence[Person]] = (
    Person("9998800013", "Robin", "Fernleigh", "2017-03-04"),
    Person("9998800021", "Sage", "Fernleigh", "2019-08-21", security="R"),
    Person("9998800048", "Rowan", "Ashcombe", "2016-11-30", died="2026-10-02T00:00:00+00:00"),
    Person("9998800056", "Jude", "Ashcombe", "2018-01-15", now="9998800064"),
    Person("9998800072", "Wren", "Coldridge", "2015-06-09", invalid=True),
)


@dataclass(slots=True)
class StubPeople:
    """Answers the two questions of a trace about the people it is given. `asked` counts the questions."""

    people: Sequence[Person] = PEOPLE
    asked: list[str] = field(default_factory=list)

    def __call__(self, call: Call) -> Answer:
        place = urlsplit(call.url)
        self.asked.append(call.method)
        if call.method != "GET":
            return _no(405, "UNSUPPORTED_SERVICE")
        number = re.search(r"/Patient/([0-9]{10})$", place.path)
        if number:
            return self._by_number(number[1])
        return self._search({name: values[0] for name, values in parse_qs(place.query).items()})

    def _by_number(self, number: str) -> Answer:
        person = next((one for one in self.people if one.number == number), None)
        if person is None:
            return _no(404, "RESOURCE_NOT_FOUND")
        return _no(404, "INVALIDATED_RESOURCE") if person.invalid else _yes(resource(person))

    def _search(self, wanted: Mapping[str, str]) -> Answer:
        found = [one for one in self.people if _fits(one, wanted) and not one.invalid]
        if len(found) > 1:
            return _no(200, "TOO_MANY_MATCHES", "information")
        entries = [
            {
                "fullUrl": f"{_base()}/Patient/{one.number}",
                "search": {"score": 1.0},
                "resource": resource(one),
            }
            for one in found
        ]
        bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        return _yes({**bundle, "entry": entries} if entries else bundle)


def resource(person: Person) -> Json:
    """The Patient as the service writes it: what is restricted has neither address nor practice."""
    verified = {
        "url": systems.uk_extension("NHSNumberVerificationStatus"),
        "valueCodeableConcept": {"coding": [{"system": systems.NUMBER_STATUS_BEFORE, "version": "1.0.0", "code": "01",
                                             "display": "Number present and verified"}]},
    }  # fmt: skip
    number = person.now or person.number
    found: Json = {
        "resourceType": "Patient",
        "id": number,
        "identifier": [{"extension": [verified], "system": systems.NHS_NUMBER, "value": number}],
        "meta": {
            "versionId": "2",
            "security": [{"system": systems.CONFIDENTIALITY, "code": person.security,
                          "display": "restricted" if person.security == "R" else "unrestricted"}],
        },
        "name": [{"id": "1", "use": "usual", "given": [person.given], "family": person.family}],
        "gender": "unknown",
        "birthDate": person.born,
    }  # fmt: skip
    if person.died:
        found["deceasedDateTime"] = person.died
    if person.security == "U":
        found["address"] = [
            {"id": "1", "use": "home", "line": ["1 Invented Lane"], "postalCode": person.postcode}
        ]
    return found


def _base() -> str:
    return "https://stub.invalid/personal-demographics/FHIR/R4"


def _fits(person: Person, wanted: Mapping[str, str]) -> bool:
    """With a wildcard at the end, as the service has it; a postcode finds nobody who is restricted."""
    has = {
        "family": person.family,
        "given": person.given,
        "birthdate": f"eq{person.born}",
        "address-postalcode": person.postcode if person.security == "U" else "",
    }
    return all(_like(has[name], value) for name, value in wanted.items() if name in has)


def _like(value: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return value.casefold().startswith(pattern[:-1].casefold())
    return value.casefold() == pattern.casefold()


def _yes(body: Json) -> Answer:
    version: Any = body.get("meta", {}).get("versionId")
    return Answer(200, {"etag": f'W/"{version}"'} if version else {}, json.dumps(body).encode())


def _no(status: int, code: str, severity: str = "error") -> Answer:
    issue: Json = {
        "severity": severity,
        "code": _KINDS.get(code, "processing"),
        "details": {"coding": [{"system": SPINE_CODES, "version": "1", "code": code, "display": _TITLES.get(code, code)}]},
    }  # fmt: skip
    return Answer(status, {}, json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode())

"""A carer of one child as a RelatedPerson, both ways (UK Core RelatedPerson; VRS and PDS send the same resource).

Nobody is told anything because a system forgot to say no: parental responsibility and whether a carer may be told hold
only where they are said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pathway.domain.phone_numbers import PhoneNumber
from pathway.domain.referral import CarerDetails
from pathway.domain.told import CarerTold
from pathway_fhir.ids import reference, related_person
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping import received, spoken
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.received import Pointed
from pathway_fhir.outcome import Issue, IssueType
from pathway_fhir.vocabulary import people, systems

_PREFERENCE: Final = systems.uk_extension("ContactPreference")
_COPY: Final = systems.uk_extension("CopyCorrespondenceIndicator")
_COPY_BEFORE: Final = (
    "https://fhir.nhs.uk/R4/StructureDefinition/Extension-UKCore-CopyCorrespondenceIndicator"
)
_EMAIL: Final = re.compile(r"[^\x00-\x20\x7f@]+@[^\x00-\x20\x7f@]+\.[^\x00-\x20\x7f@]+")
_LONGEST_RELATIONSHIP: Final = 60


@dataclass(frozen=True, slots=True)
class CarerSent:
    """A carer as another system describes them, of the child that is pointed at."""

    child: Pointed
    carer: CarerDetails
    warnings: tuple[Issue, ...] = ()


def resource(told: CarerTold) -> Json:
    """The RelatedPerson: how they are related, how they want to be told, what they need, and whether they may be told."""
    return made.resource(
        "RelatedPerson",
        related_person(told.child_id, told.carer_id),
        {
            "extension": [
                _preference(told),
                made.extension(_COPY, valueBoolean=told.may_be_told),
                made.extension(systems.PARENTAL_RESPONSIBILITY, valueBoolean=told.parental_responsibility),
                made.extension(systems.MAY_BE_TOLD, valueBoolean=told.may_be_told),
                *(_need(need) for need in told.needs),
            ],
            "active": told.active,
            "patient": reference("Patient", told.child_id),
            "relationship": [_relationship(told.relationship)],
            "name": [made.whole_name(told.name)],
            "telecom": [made.contact_point("phone", told.phone), made.contact_point("email", told.email)],
            "communication": [{"language": made.language(told.language), "preferred": True}],
        },
        changed_at=told.changed_at,
    )


def _preference(told: CarerTold) -> Json:
    method, title = people.CONTACT_METHODS[told.channel]
    format_, format_title = next(
        (people.WRITTEN_FORMATS[need] for need in told.needs if need in people.WRITTEN_FORMATS), ("", "")
    )
    coded = {
        "PreferredContactMethod": made.coding(systems.CONTACT_METHOD, method, title),
        "PreferredWrittenCommunicationFormat": made.coding(systems.WRITTEN_FORMAT, format_, format_title),
    }
    parts = [made.extension(url, valueCodeableConcept=made.concept(code)) for url, code in coded.items()]
    return made.extension_of(_PREFERENCE, *parts)


def _need(need: str) -> Json:
    coded = made.coding(systems.CARER_NEED, need, people.NEEDS.get(need, ""))
    return made.extension(systems.NEED, valueCodeableConcept=made.concept(coded))


def _relationship(words: str) -> Json:
    code = people.RELATIONSHIPS.get(words.strip().lower(), "")
    return made.concept(made.coding(systems.ROLE_CODE, code), text=words)


# --- What comes in ----------------------------------------------------------------------------------------------------


def parse(sent: Any, on: date, root: str = "") -> CarerSent:
    """The carer that a RelatedPerson describes on a day. Raises Refused with everything that keeps it from being used."""
    reading = received.begin(sent, "RelatedPerson", root)
    child = received.pointed(sent.get("patient"))
    if not child:
        reading.fault(IssueType.REQUIRED, "Say whose carer this is.", "patient")
    phone, email = _phone(reading, sent, on), _email(reading, sent, on)
    channel, needs = _preferences(sent)
    carer = CarerDetails(
        _name(reading, sent, on),
        relationship_of(reading, sent),
        email=email,
        phone=phone,
        channel=channel or _best_channel(email, phone),
        language=spoken.language(sent),
        parental_responsibility=_said(sent, systems.PARENTAL_RESPONSIBILITY),
        may_be_told=_may_be_told(reading, sent),
        needs=needs,
    )
    reading.end()
    return CarerSent(child, carer, tuple(reading.issues))


def _name(reading: received.Reading, sent: Mapping[str, Any], on: date) -> str:
    found = received.name_now(sent.get("name"), on)
    n, name = found if found else (0, {})
    whole = received.whole_name(name)
    if not whole:
        reading.fault(IssueType.REQUIRED, "Say the carer's name, official or usual.", "name")
    return received.line(reading, whole, f"name[{n}]")


def relationship_of(reading: received.Reading, sent: Mapping[str, Any]) -> str:
    """Who they are to the child, in words: as it was written, or by the most exact code that has a word."""
    concepts = [concept for _, concept in received.several(sent.get("relationship"))]
    written = [received.words(concept.get("text")) for concept in concepts]
    coded = [code for concept in concepts for code in received.codes(concept, systems.ROLE_CODE)]
    exact = sorted(
        (code for code in coded if code in people.RELATIONSHIP_WORDS), key=lambda code: code == "PRN"
    )
    shown = [
        received.words(c.get("display"))
        for concept in concepts
        for _, c in received.several(concept.get("coding"))
    ]
    found = next(filter(None, [*written, *(people.RELATIONSHIP_WORDS[code] for code in exact), *shown]), "")
    if not found:
        reading.fault(
            IssueType.REQUIRED, "Say who the carer is to the child, such as mother.", "relationship"
        )
    return received.line(reading, found, "relationship", _LONGEST_RELATIONSHIP)


def _phone(reading: received.Reading, sent: Mapping[str, Any], on: date) -> str:
    n, value = received.contact_now(sent.get("telecom"), "phone", on)
    number = received.parsed(reading, PhoneNumber, value, f"telecom[{n}].value") if value else None
    return number.value if number else ""


def _email(reading: received.Reading, sent: Mapping[str, Any], on: date) -> str:
    n, value = received.contact_now(sent.get("telecom"), "email", on)
    if value and not (_EMAIL.fullmatch(value) and len(value) <= 200):
        reading.fault(
            IssueType.VALUE, "This is no e-mail address. Check it, or leave it out.", f"telecom[{n}].value"
        )
        return ""
    return value


def _best_channel(email: str, phone: str) -> str:
    """Where nothing is said: what reaches them, and never a text, which others may read."""
    return "email" if email else "telephone" if phone else "letter"


def _preferences(sent: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The way they want to be told, and what they need, as UK Core, PDS and we say it."""
    preference = received.extension(sent, _PREFERENCE)
    method = _coded(received.extension(preference, "PreferredContactMethod"), systems.CONTACT_METHOD)
    written = _coded(
        received.extension(preference, "PreferredWrittenCommunicationFormat"), systems.WRITTEN_FORMAT
    )
    said = [_coded(need, systems.CARER_NEED) for need in received.extensions(sent, systems.NEED)]
    said += [people.NEED_OF_METHOD.get(method, ""), people.NEED_OF_FORMAT.get(written, "")]
    said += ["interpreter" if spoken.interpreter(sent) else ""]
    return people.CHANNELS.get(method, ""), tuple(
        dict.fromkeys(need for need in said if need in people.NEEDS)
    )


def _coded(extension: Json, system: str) -> str:
    return received.code(extension.get("valueCodeableConcept"), system)


def _said(sent: Mapping[str, Any], *urls: str) -> bool:
    return any(found.get("valueBoolean") is True for found in received.extensions(sent, *urls))


def _may_be_told(reading: received.Reading, sent: Mapping[str, Any]) -> bool:
    ours = received.extensions(sent, systems.MAY_BE_TOLD)
    national = received.extensions(sent, _COPY, _COPY_BEFORE)
    if not (ours or national):
        text = "It is not said whether this carer may be told, so they are not, until somebody says so."
        reading.warn(IssueType.INCOMPLETE, text, "extension")
    return _said(sent, systems.MAY_BE_TOLD) if ours else _said(sent, _COPY, _COPY_BEFORE)

"""A child as a Patient, both ways (UK Core Patient).

Where the location is restricted no address leaves and the label R does; one that comes in with R is kept without the
address that came with it, and only where a safe contact is named (docs/rules.md 12).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pathway.domain.identifiers import NhsNumber, Postcode, Upn
from pathway.domain.referral import ChildDetails
from pathway.domain.told import ChildTold, NumberStatus
from pathway_fhir.ids import reference
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping import received, spoken
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.outcome import Issue, IssueType
from pathway_fhir.vocabulary import people, systems

_VERIFICATION: Final = systems.uk_extension("NHSNumberVerificationStatus")
_UNAVAILABLE: Final = systems.uk_extension("NHSNumberUnavailableReason")
_ADDRESS_LINES: Final = 6


@dataclass(frozen=True, slots=True)
class ChildSent:
    """A child as another system describes them. `warnings` are said to the sender; `died_on` and `died` never refer."""

    child: ChildDetails
    number_status: NumberStatus | None = None
    died: bool = False
    died_on: date | None = None
    warnings: tuple[Issue, ...] = ()


def resource(told: ChildTold) -> Json:
    """The Patient. What is restricted has no address here, even if a caller left one in."""
    return made.resource(
        "Patient",
        told.id,
        {
            "extension": [_no_number(told), _interpreter(told)],
            "identifier": [_nhs_number(told), made.identifier(systems.UPN, told.upn, use="secondary")],
            "active": told.merged_into is None,
            "name": [made.human_name(told.first_name, told.family_name)],
            "gender": people.GENDER[told.sex],
            "birthDate": made.day(told.birth_date),
            "deceasedDateTime": made.day(told.died_on),
            "address": [_address(told)],
            "communication": [{"language": made.language(told.language), "preferred": True}],
            "link": [_link(told)],
        },
        version=told.version,
        changed_at=told.changed_at,
        restricted=told.restricted,
    )


def _nhs_number(told: ChildTold) -> Json:
    status = made.coding(
        systems.NUMBER_STATUS, told.number_status, people.NUMBER_STATUS_TITLES[told.number_status]
    )
    verified = made.extension(_VERIFICATION, valueCodeableConcept=made.concept(status))
    return made.identifier(systems.NHS_NUMBER, told.nhs_number, use="official", extensions=[verified])


def _no_number(told: ChildTold) -> Json:
    if told.nhs_number:
        return {}
    reason = made.concept(made.coding(systems.NUMBER_UNAVAILABLE, "nhs-number-not-known"))
    return made.extension(_UNAVAILABLE, valueCodeableConcept=reason)


def _interpreter(told: ChildTold) -> Json:
    return made.extension(systems.HL7_INTERPRETER, valueBoolean=told.interpreter)


def _address(told: ChildTold) -> Json:
    if told.restricted or not (told.address or told.postcode):
        return {}
    return {"use": "home", "line": list(told.address), "postalCode": told.postcode}


def _link(told: ChildTold) -> Json:
    return (
        {"other": reference("Patient", told.merged_into), "type": "replaced-by"} if told.merged_into else {}
    )


# --- What comes in ----------------------------------------------------------------------------------------------------


def parse(sent: Any, on: date, root: str = "", *, referring: bool = True) -> ChildSent:
    """The child that a Patient describes on a day. Raises Refused with everything that keeps it from being used.

    An answer to a trace refers nobody (`referring=False`): it may be restricted without a safe contact, and an address that
    cannot be read is left out.
    """
    reading = received.begin(sent, "Patient", root)
    first, family = _name(reading, sent, on)
    born = received.whole_day(
        reading, sent.get("birthDate"), "birthDate", what="the date of birth", required=True
    )
    number, status = _number(reading, sent)
    restricted = _is_restricted(sent)
    safe_contact = _safe_contact(reading, sent, on)
    if referring and restricted and not safe_contact:
        reading.fault(
            IssueType.BUSINESS_RULE,
            "This child's location is restricted, so nobody here could reach the family safely. Name a safe contact: a "
            f"Patient.contact whose relationship is coded “{people.SAFE_CONTACT}” in {systems.CONTACT_ROLE}.",
            "contact",
        )
    lines, postcode = (
        ((), None)
        if restricted
        else _address_in(reading if referring else received.Reading("Patient"), sent, on)
    )
    sex, upn = _sex(reading, sent), _upn(reading, sent)
    looked_after = received.extension(sent, systems.LOOKED_AFTER).get("valueBoolean") is True
    died = bool(sent.get("deceasedBoolean") or sent.get("deceasedDateTime"))
    died_on = _day_of_death(sent)
    reading.end()
    if born is None:
        raise ValueError("A missing date of birth was refused above.")
    child = ChildDetails(
        first, family, born, number, upn, sex, language=spoken.language(sent), interpreter=spoken.interpreter(sent),
        looked_after=looked_after, restricted=restricted, safe_contact=safe_contact, address=lines, postcode=postcode,
    )  # fmt: skip
    return ChildSent(child, status, died, died_on, tuple(reading.issues))


def _name(reading: received.Reading, sent: Mapping[str, Any], on: date) -> tuple[str, str]:
    found = received.name_now(sent.get("name"), on)
    if found is None:
        reading.fault(IssueType.REQUIRED, "Say the child's name, official or usual.", "name")
        return "", ""
    n, name = found
    parts = {
        "given": received.whole_name({"given": name.get("given")}),
        "family": received.words(name.get("family")),
    }
    for part, value in parts.items():
        if not value:
            reading.fault(IssueType.REQUIRED, f"Say the child's {part} name.", f"name[{n}].{part}")
    first, family = (received.line(reading, value, f"name[{n}].{part}") for part, value in parts.items())
    return first, family


def _number(
    reading: received.Reading, sent: Mapping[str, Any]
) -> tuple[NhsNumber | None, NumberStatus | None]:
    found = received.numbered(sent.get("identifier"), systems.NHS_NUMBER)
    if len(found) > 1:
        reading.fault(
            IssueType.BUSINESS_RULE,
            "A child has one NHS number, and this Patient has more. Find out which is right, and send that one.",
            "identifier",
        )
        return None, None
    if not found:
        return None, None
    n, value = found[0]
    number = received.parsed(reading, NhsNumber, value, f"identifier[{n}].value")
    said = received.extension(sent["identifier"][n], _VERIFICATION).get("valueCodeableConcept")
    status = received.code(said, systems.NUMBER_STATUS, systems.NUMBER_STATUS_BEFORE)
    known = status in set(NumberStatus)
    return number, NumberStatus(status) if known else NumberStatus.TRACE_REQUIRED


def _upn(reading: received.Reading, sent: Mapping[str, Any]) -> Upn | None:
    found = received.numbered(sent.get("identifier"), systems.UPN)
    return received.parsed(reading, Upn, found[0][1], f"identifier[{found[0][0]}].value") if found else None


def _sex(reading: received.Reading, sent: Mapping[str, Any]) -> str:
    gender = received.words(sent.get("gender")) or "unknown"
    if gender not in people.SEX:
        reading.fault(IssueType.CODE_INVALID, "Say male, female, other or unknown.", "gender")
    return people.SEX.get(gender, "not_known")


def _is_restricted(sent: Mapping[str, Any]) -> bool:
    """R as PDS marks it, and V, which is more so."""
    labels = received.codes(
        {"coding": received.one(sent.get("meta")).get("security")}, systems.CONFIDENTIALITY
    )
    return not {"R", "V"}.isdisjoint(labels)


def _safe_contact(reading: received.Reading, sent: Mapping[str, Any], on: date) -> str:
    """Whoever is named as safe, with a way to reach them; any other contact may be the one from whom the child is kept."""
    for n, contact in received.several(sent.get("contact")):
        roles = [
            received.code(role, systems.CONTACT_ROLE)
            for _, role in received.several(contact.get("relationship"))
        ]
        if people.SAFE_CONTACT not in roles:
            continue
        who = received.whole_name(contact.get("name"))
        ways = (received.contact_now(contact.get("telecom"), way, on)[1] for way in ("phone", "email"))
        return received.line(reading, ", ".join(filter(None, (who, *ways))), f"contact[{n}]")
    return ""


def _address_in(
    reading: received.Reading, sent: Mapping[str, Any], on: date
) -> tuple[tuple[str, ...], Postcode | None]:
    """The home address in force; one for letters only, and an old one, is not where the child lives."""
    homes = [
        (n, address)
        for n, address in received.several(sent.get("address"))
        if address.get("use", "home") == "home" and received.in_force(address, on)
    ]
    if not homes:
        return (), None
    n, home = homes[0]
    sent_lines = home.get("line") if isinstance(home.get("line"), list) else []
    parts = [*(sent_lines or []), home.get("city"), home.get("district"), home.get("state")]
    lines = [received.line(reading, part, f"address[{n}].line") for part in parts]
    code = received.words(home.get("postalCode"))
    postcode = received.parsed(reading, Postcode, code, f"address[{n}].postalCode") if code else None
    return tuple(filter(None, lines))[:_ADDRESS_LINES], postcode


def _day_of_death(sent: Mapping[str, Any]) -> date | None:
    """The day, where a whole one is told; a part of it still says that the child has died."""
    aside = received.Reading("Patient")
    return received.whole_day(aside, sent.get("deceasedDateTime"), "deceasedDateTime", what="the day")

"""What comes along with a referral and has no place of its own in the record, in words for the people who read the referral.

A plan, an observation, a flag: none is dropped. Each is one line, what kind of thing it is and what was written in it; a
code without words is given by its code. A safeguarding flag comes first. Nothing that says where a child lives is
written down here: whoever reads a referral may not be allowed to know (docs/rules.md 12).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pathway_fhir.bars.message import Message
from pathway_fhir.ids import named_in
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.received import codes, several, whole_name, words
from pathway_fhir.vocabulary import bars

_TITLES: Final[Mapping[str, str]] = {
    "Flag": "Flag",
    "CarePlan": "Plan",
    "Condition": "Condition",
    "Observation": "Observation",
    "Encounter": "Contact before the referral",
    "Procedure": "Procedure",
    "MedicationStatement": "Medicine",
    "AllergyIntolerance": "Allergy or intolerance",
    "Communication": "Message",
    "Task": "Task",
    "DocumentReference": "Document",
    "DiagnosticReport": "Report",
    "Goal": "Goal",
    "Immunization": "Immunisation",
    "FamilyMemberHistory": "Family history",
    "QuestionnaireResponse": "Form",
}
"""What is put into words, in this order, and how it is called."""
_ELSEWHERE: Final = frozenset({
    "text", "meta", "id", "identifier", "subject", "patient", "extension", "category", "status", "clinicalStatus",
    "verificationStatus", "contained", "intent", "reference", "class", "author", "recorder", "asserter", "performer",
    "location", "participant", "serviceProvider", "telecom", "address", "period",
})  # fmt: skip
"""Elements that say nothing of their own here: what kind of thing it is, who and where."""
_SAYS: Final = frozenset({
    "description", "title", "contentString", "comment", "valueString", "detail", "patientInstruction",
})  # fmt: skip
"""Elements whose value is words."""
_DATES: Final = frozenset(
    {"effectiveDateTime", "onsetDateTime", "recordedDate", "performedDateTime", "start"}
)
SAFEGUARDING: Final = "Safeguarding concern sent with the referral"
_ADJUSTMENT: Final = "Reasonable adjustment"


def words_along(message: Message) -> tuple[str, ...]:
    """One line for each thing that came along and says something; a safeguarding concern is the first."""
    lines = [
        (not is_safeguarding(found), f"{_title(found)}: {said}")
        for resource_type in _TITLES
        for found in message.of_type(resource_type)
        if not is_our_form(found) and (said := _said(found))
    ]
    lines += [
        (True, line) for request in message.of_type("ServiceRequest") for line in _asked_in_codes(request)
    ]
    lines += [(True, line) for line in _referrers(message)]
    lines += [(True, line) for patient in message.of_type("Patient") for line in _contacts(patient)]
    lines.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(line for _, line in lines))


def is_safeguarding(resource: Json) -> bool:
    """A Flag of BaRS's category SG, or whose code is one of its safeguarding codes."""
    if resource.get("resourceType") != "Flag":
        return False
    categories = [
        code
        for _, concept in several(resource.get("category"))
        for code in codes(concept, bars.FLAG_CATEGORIES)
    ]
    return bars.SAFEGUARDING in categories or bool(codes(resource.get("code"), bars.SAFEGUARDING_CODES))


def _title(resource: Json) -> str:
    if is_safeguarding(resource):
        return SAFEGUARDING
    categories = [
        c for _, concept in several(resource.get("category")) for c in codes(concept, bars.FLAG_CATEGORIES)
    ]
    if resource["resourceType"] == "Flag" and bars.REASONABLE_ADJUSTMENT in categories:
        return _ADJUSTMENT
    return _TITLES[resource["resourceType"]]


def _said(resource: Json) -> str:
    found = dict.fromkeys(_in(resource))
    when = next((words(resource[name])[:10] for name in _DATES if words(resource.get(name))), "")
    return "; ".join(found) + (f" ({when})" if found and when else "")


def _in(element: Any) -> Iterator[str]:
    """The words in an element: texts as they were written, codes by their words or else by themselves, amounts."""
    if isinstance(element, list):
        for inner in element:
            yield from _in(inner)
    elif isinstance(element, dict):
        if "coding" in element:
            yield from _concept(element)
        elif "code" in element and isinstance(element.get("system"), str):
            yield from _coding([element])
        elif "value" in element and isinstance(element["value"], int | float | Decimal):
            yield f"{element['value']} {words(element.get('unit'))}".strip()
        else:
            yield from _fields(element)


def _fields(element: Json) -> Iterator[str]:
    for name, value in element.items():
        if isinstance(value, dict | list):
            if name not in _ELSEWHERE:
                yield from _in(value)
        elif name in _SAYS or name.startswith("value") or (name == "text" and "status" not in element):
            yield from _plain(value)


def _plain(value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, int | float | Decimal):
        yield str(value)
    elif words(value):
        yield words(value)


def _concept(concept: Json) -> Iterator[str]:
    written, codings = words(concept.get("text")), [coding for _, coding in several(concept["coding"])]
    if written:
        yield written
        codings = [coding for coding in codings if words(coding.get("display"))]
    yield from _coding(codings)


def _coding(codings: Sequence[Json]) -> Iterator[str]:
    """The first display, or else the first code."""
    shown = next(filter(None, (words(c.get("display")) for c in codings)), "")
    coded = next(filter(None, (words(c.get("code")) for c in codings)), "")
    if shown or coded:
        yield shown or f"code {coded}"


def is_our_form(resource: Json) -> bool:
    """A form of ours is read for its answers and needs no words; any other one is put into words."""
    start, _, logical_id = words(resource.get("questionnaire")).partition("|")[0].rpartition("/")
    return start.endswith("Questionnaire") and named_in(logical_id) is not None


def _asked_in_codes(request: Json) -> Iterator[str]:
    """What a ServiceRequest says beside what it asks for and outside its notes: why, as codes, and in which way."""
    reasons = [concept for _, concept in several(request.get("reasonCode")) if not words(concept.get("text"))]
    for title, found in (
        ("Reason", reasons),
        ("Asked for", request.get("orderDetail")),
        ("Told to the family", {"valueString": request.get("patientInstruction")}),
    ):
        said = "; ".join(dict.fromkeys(_in(found)))
        if said:
            yield f"{title}: {said}"


def _referrers(message: Message) -> Iterator[str]:
    """Who referred, by name: the team may want to ask them."""
    for practitioner in message.of_type("Practitioner"):
        name = next((whole_name(n) for _, n in several(practitioner.get("name"))), "")
        if name:
            yield f"Referred by: {name}"


def _contacts(patient: Json) -> Iterator[str]:
    """Whom the Patient itself names as a contact: who, by what relationship; never how or where to reach them."""
    for _, contact in several(patient.get("contact")):
        name = whole_name(contact.get("name"))
        relationship = "; ".join(_in(contact.get("relationship")))
        if name:
            yield f"Contact named by the sender: {name}" + (f" ({relationship})" if relationship else "")

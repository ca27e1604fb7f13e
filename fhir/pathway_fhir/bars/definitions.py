"""The kinds of BaRS message that this service takes and sends: what each must hold, as the MessageDefinition that is published.

No national use case exists for an autism assessment, a community paediatric service or a school: the national list of use
cases knows 111, 999, clinical assessment, pharmacy and ambulance services only. These definitions are therefore local: they
keep to the national ones that they are based on, and carry our own use-case category. Going live over the national
service needs NHS England to add one.

Source: NHS England, BaRS implementation guide, MessageDefinitions; HL7 FHIR R4, MessageDefinition.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pathway.domain.definition import Definition as Pathway
from pathway.store.outside_identifiers import Listed
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.outcome import Issue, IssueType, Severity
from pathway_fhir.vocabulary import bars, referrals, systems

MANY: Final = None
"""As many as there are."""
Bounds = tuple[int, int | None]
_CONTEXT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/usage-context-type"
_DATE: Final = "2026-11-26"
_LOCAL: Final = (
    "Local to this area: no national BaRS use case exists for an autism assessment. The category of the ServiceRequest is "
    "“referral” of message-category-servicerequest together with a code of our own list of use cases (useContext)."
)


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of message. `holds` says how many of each resource type; what is not named may come along in any number."""

    key: str
    title: str
    event: str
    based_on: str
    holds: Mapping[str, Bounds]
    says: str
    comes_in: bool = True

    @property
    def url(self) -> str:
        return f"{systems.OURS}/MessageDefinition/{self.key}"


REFERRAL: Final = MessageKind(
    "bars-servicerequest-request-referral",
    "A referral, or what is added to one",
    bars.REQUEST,
    bars.REFERRAL,
    {
        "MessageHeader": (1, 1), "ServiceRequest": (1, 1), "Patient": (1, 1), "Encounter": (1, 1), "CarePlan": (1, 1),
        "Organization": (2, MANY), "Practitioner": (1, MANY), "PractitionerRole": (1, MANY), "HealthcareService": (1, 1),
        "Consent": (1, MANY), "RelatedPerson": (0, MANY), "Location": (0, MANY), "Observation": (0, MANY), "Flag": (0, MANY),
        "MedicationStatement": (0, MANY), "AllergyIntolerance": (0, MANY), "Questionnaire": (0, MANY),
        "QuestionnaireResponse": (0, MANY), "Condition": (0, MANY), "Task": (0, MANY), "Communication": (0, MANY),
        "Procedure": (0, MANY),
    },
    "A child is referred, or something is added to a referral that we have. Carers come as RelatedPerson, agreement as Consent.",
)  # fmt: skip
CANCELLATION: Final = MessageKind(
    "bars-servicerequest-request-cancelled",
    "A referral is to end",
    bars.REQUEST,
    bars.CANCELLED,
    {"MessageHeader": (1, 1), "ServiceRequest": (1, 1), "Patient": (1, 1), "Organization": (2, MANY)},
    "The sender withdraws a referral, or says that it was a mistake. It is put before a person: nothing closes by itself.",
)
ANSWER: Final = MessageKind(
    "bars-servicerequest-response-referral",
    "An answer to a referral that was sent",
    bars.RESPONSE,
    bars.REFERRAL_RESPONSE,
    {
        "MessageHeader": (1, 1), "ServiceRequest": (1, 1), "Patient": (1, 1), "Organization": (2, MANY),
        "Encounter": (0, MANY), "CarePlan": (0, MANY), "Appointment": (0, 1), "Consent": (1, MANY),
    },
    "What became of a referral: MessageHeader.response names the message that it answers.",
)  # fmt: skip
RECEIPT: Final = MessageKind(
    "bars-servicerequest-response-received",
    "A message has arrived and been acted on",
    bars.RESPONSE,
    bars.REFERRAL_RESPONSE,
    {"MessageHeader": (1, 1), "ServiceRequest": (0, 1), "OperationOutcome": (0, 1)},
    "The answer to $process-message itself: the roles are reversed, and the ServiceRequest is as we hold it.",
    comes_in=False,
)
_TOLD: Final[Mapping[str, Bounds]] = {
    "MessageHeader": (1, 1), "ServiceRequest": (1, 1), "Patient": (1, 1), "EpisodeOfCare": (0, 1), "Task": (0, MANY),
    "Provenance": (0, 1), "Organization": (0, MANY),
}  # fmt: skip
TOLD: Final = MessageKind(
    "bars-servicerequest-request-told",
    "Where a child is, for a partner whose referral did not come as a message",
    bars.REQUEST,
    bars.REFERRAL,
    _TOLD,
    "A step was recorded. The message holds what the receiver could read from us when it was made, and nothing else.",
    comes_in=False,
)
TOLD_ITS_SENDER: Final = MessageKind(
    "bars-servicerequest-response-told",
    "Where a child is, for the partner whose message referred them",
    bars.RESPONSE,
    bars.REFERRAL_RESPONSE,
    _TOLD,
    "The same, as an answer: MessageHeader.response names the message that the referral came with.",
    comes_in=False,
)
KINDS: Final = (REFERRAL, CANCELLATION, ANSWER, RECEIPT, TOLD, TOLD_ITS_SENDER)
BY_URL: Final[Mapping[str, MessageKind]] = {
    **{kind.based_on: kind for kind in KINDS if kind.comes_in},
    **{kind.url: kind for kind in KINDS if kind.comes_in},
}
"""What may stand in MessageHeader.definition: ours, or the national one that ours is based on."""


def breaches(kind: MessageKind, types: Iterable[str], *, strict: bool) -> list[Issue]:
    """What a message has too few or too many of. It refuses a strict sender; NHS's own examples have some, so a tolerant one
    is only told.
    """
    counted = Counter(types)
    severity = Severity.ERROR if strict else Severity.WARNING
    found = []
    for name, (least, most) in kind.holds.items():
        n = counted[name]
        if n < least or (most is not None and n > most):
            text = f"This message must have {_amount(least, most)} {name}, and has {n}. Its definition is {kind.url}."
            code = IssueType.REQUIRED if n < least else IssueType.INVARIANT
            found.append(Issue(severity, code, text, ("Bundle.entry",)))
    return found


def _amount(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"exactly {least}" if least == most else f"{least} to {most}"


def resource(kind: MessageKind, pathways: Sequence[Pathway], there: Sequence[Listed] = ()) -> Json:
    """The MessageDefinition as it is published."""
    return made.resource(
        "MessageDefinition",
        kind.key,
        {
            "url": kind.url,
            "version": "1.0.0",
            "name": kind.key.title().replace("-", ""),
            "title": kind.title,
            "status": "active",
            "date": _DATE,
            "description": f"{kind.says} {_LOCAL}",
            "useContext": [*map(_context, pathways), *(found for one in there for found in _services(one))],
            "base": kind.based_on,
            "eventCoding": made.coding(bars.MESSAGE_EVENTS, kind.event, bars.EVENT_TITLES[kind.event]),
            "category": "consequence" if kind.comes_in else "notification",
            "focus": [_focus(name, *bounds) for name, bounds in kind.holds.items()],
            "responseRequired": "always" if kind.event == bars.REQUEST else "never",
            "allowedResponse": [{"message": RECEIPT.url}] if kind.event == bars.REQUEST else [],
        },
    )


def _context(pathway: Pathway) -> Json:
    use_case = made.coding(systems.USE_CASE, referrals.use_case(pathway), pathway.title)
    return {
        "code": made.coding(_CONTEXT_TYPE, "workflow", "Workflow Setting"),
        "valueCodeableConcept": made.concept(use_case, text=pathway.title),
    }


def _services(service: Listed) -> list[Json]:
    """The identifiers by which a service of ours is addressed: a partner asks for the definitions of one (`context`)."""
    known = ((systems.DOS_SERVICE, service.dos_service_id), (systems.ODS_CODE, service.provider_ods))
    return [
        {
            "code": made.coding(_CONTEXT_TYPE, "program", "Program"),
            "valueReference": {"identifier": made.identifier(system, value)},
        }
        for system, value in known
        if value
    ]


def _focus(name: str, least: int, most: int | None) -> Json:
    return {"code": name, "min": least, "max": "*" if most is None else str(most)}

"""A referral that another system sends as a ServiceRequest: what is asked, on which pathway, since when, by whom, for whom.

The same resource asks for a new referral and for its end: BaRS cancels with revoked or with entered-in-error (BaRS
implementation guide, ServiceRequest), and both are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pathway_fhir.mapping import received
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.healthcare_service import keys_in
from pathway_fhir.mapping.received import Pointed
from pathway_fhir.mapping.service_request import PRIORITY_REASON, SOURCE_OF_REQUEST
from pathway_fhir.outcome import Issue, IssueType
from pathway_fhir.vocabulary import referrals, systems


class Asked(StrEnum):
    """What a ServiceRequest asks of us, by its status."""

    REFER = "refer"
    HOLD = "hold"
    WITHDRAW = "withdraw"
    ENTERED_IN_ERROR = "entered_in_error"


_ASKED: Final[Mapping[str, Asked]] = {
    "active": Asked.REFER,
    "on-hold": Asked.HOLD,
    "revoked": Asked.WITHDRAW,
    "entered-in-error": Asked.ENTERED_IN_ERROR,
}
_TEXT: Final = 4000


@dataclass(frozen=True, slots=True)
class ReferralAsked:
    """A referral as it was sent. `identifiers` are the sender's own (as UBRN), by which a repeat is known.

    `received_on` is the London day of authoredOn; None only where something other than a new referral is asked.
    """

    asked: Asked
    pathway: str
    received_on: date | None
    subject: Pointed
    requester: Pointed
    performers: tuple[Pointed, ...] = ()
    source: str = ""
    priority: str = ""
    consents: tuple[Pointed, ...] = ()
    forms: tuple[Pointed, ...] = ()
    documents: tuple[Pointed, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    warnings: tuple[Issue, ...] = ()


def parse(
    sent: Any, pathways: Mapping[tuple[str, str], str], root: str = "", *, otherwise: str = ""
) -> ReferralAsked:
    """The referral that is sent; `pathways` says which code asks for which (`referrals.pathways_by_code`).

    `otherwise` is the pathway of the door it came to (an endpoint, a worklist), where no code of it says one. A change
    need not say it again: it is known by the referral that it changes. Raises Refused with everything that keeps it from being used.
    """
    reading = received.begin(sent, "ServiceRequest", root)
    asked = _asked(reading, sent)
    new = asked is Asked.REFER
    pathway = _pathway(reading, sent, pathways) or otherwise
    if new and not pathway:
        known = "; ".join(f"{system}|{code}" for system, code in sorted(pathways))
        text = f"It is not said which pathway is asked for. Send one of: {known}."
        reading.fault(IssueType.CODE_INVALID, text, "code")
    on = received.whole_day(
        reading, sent.get("authoredOn"), "authoredOn", what="when the referral was made", required=new
    )
    subject = received.pointed(sent.get("subject"))
    if not subject:
        reading.fault(IssueType.REQUIRED, "Say whom the referral is about.", "subject")
    requester = received.pointed(sent.get("requester"))
    supporting = [received.pointed(element) for _, element in received.several(sent.get("supportingInfo"))]
    texts = _texts(reading, sent)
    reading.end()
    return ReferralAsked(
        asked,
        pathway,
        on,
        subject,
        requester,
        performers=tuple(
            filter(None, (received.pointed(e) for _, e in received.several(sent.get("performer"))))
        ),
        source=_source(sent),
        priority=_priority(sent),
        consents=_of_type(supporting, "Consent"),
        forms=_of_type(supporting, "QuestionnaireResponse"),
        documents=_of_type(supporting, "DocumentReference"),
        identifiers=_identifiers(sent),
        texts=texts,
        warnings=tuple(reading.issues),
    )


def _asked(reading: received.Reading, sent: Mapping[str, Any]) -> Asked:
    asked = _ASKED.get(received.words(sent.get("status")))
    if asked is None:
        known = ", ".join(_ASKED)
        text = f"A referral is sent as active, and changed to another of: {known}. Send one of these."
        reading.fault(IssueType.VALUE, text, "status")
    if not received.words(sent.get("intent")):
        reading.fault(IssueType.REQUIRED, "Say the intent; for a referral it is “plan” or “order”.", "intent")
    return asked or Asked.REFER


def _pathway(
    reading: received.Reading, sent: Mapping[str, Any], pathways: Mapping[tuple[str, str], str]
) -> str:
    """By what is asked for, or else the use case, or the reason, or the service named; another system's code is passed over."""
    concepts = [
        ("code", sent.get("code")),
        *(("category", concept) for _, concept in received.several(sent.get("category"))),
        *(("reasonCode", concept) for _, concept in received.several(sent.get("reasonCode"))),
    ]
    for name in ("code", "category", "reasonCode"):
        found = {
            pathways[coded]
            for place, concept in concepts
            if place == name
            for coded in _coded(concept)
            if coded in pathways
        }
        if len(found) == 1:
            return found.pop()
        if found:
            reading.fault(
                IssueType.INVARIANT, "Two pathways are asked for. Send one referral for each.", name
            )
            return ""
    offers = {_offered(element) for _, element in received.several(sent.get("performer"))} & set(
        pathways.values()
    )
    return offers.pop() if len(offers) == 1 else ""


def _offered(performer: Json) -> str:
    """The pathway of the HealthcareService of ours that is to do it."""
    kind, _, logical_id = received.pointed(performer).reference.rpartition("/")
    found = keys_in(logical_id) if kind.endswith("HealthcareService") else None
    return found[1] if found else ""


def _coded(concept: Any) -> list[tuple[str, str]]:
    codings = received.several(received.one(concept).get("coding"))
    return [(received.words(c.get("system")), received.words(c.get("code"))) for _, c in codings]


def _source(sent: Mapping[str, Any]) -> str:
    """Who first asked, by our code, or by the national one; nothing where it is in words alone."""
    concept = received.extension(sent, SOURCE_OF_REQUEST).get("valueCodeableConcept")
    ours = received.code(concept, systems.SOURCE)
    return ours or referrals.SOURCES_READ.get(received.code(concept, systems.SNOMED), "")


def _priority(sent: Mapping[str, Any]) -> str:
    coded = received.extension(sent.get("_priority"), PRIORITY_REASON).get("valueCodeableConcept")
    ours = received.code(coded, systems.PRIORITY)
    if ours in referrals.PRIORITIES:
        return ours
    return referrals.PRIORITIES_READ.get(received.words(sent.get("priority")), "")


def _of_type(pointed: list[Pointed], resource_type: str) -> tuple[Pointed, ...]:
    """Those of one type; a `urn:uuid:` says none, and whoever has the Bundle finds it there."""
    return tuple(found for found in pointed if found and found.type in (resource_type, ""))


def _identifiers(sent: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = (element for _, element in received.several(sent.get("identifier")))
    pairs = ((received.words(e.get("system")), received.words(e.get("value"))) for e in found)
    return tuple(pair for pair in pairs if all(pair))


def _texts(reading: received.Reading, sent: Mapping[str, Any]) -> tuple[str, ...]:
    """What was written in words: notes, then the reason. They are kept as they are, and no code is guessed from them."""
    places = [(f"note[{n}].text", element.get("text")) for n, element in received.several(sent.get("note"))]
    places += [
        (f"reasonCode[{n}].text", element.get("text"))
        for n, element in received.several(sent.get("reasonCode"))
    ]
    kept = [(path, received.words(value).replace("\x00", "")) for path, value in places]
    for path, text in kept:
        if len(text) > _TEXT:
            reading.fault(IssueType.TOO_LONG, f"This may have {_TEXT:,} characters. Shorten it.", path)
    return tuple(text for _, text in kept if text)

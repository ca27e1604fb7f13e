"""A ServiceRequest as it is sent: a referral, with the child, the carers, the permission and the form that came along.

What the first step of the pathway asks for is taken from the form; who first asked from the ServiceRequest, or else from what
kind of organisation sends it; whether the family agrees from the Consent. What is missing is refused by its own name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from pathway.actions.record_step import record_step
from pathway.actions.refer import refer
from pathway.domain.definition import Definition
from pathway.domain.errors import NotFound
from pathway.domain.identifiers import NhsNumber
from pathway.domain.referral import CarerDetails, ChildDetails, Referral
from pathway.domain.told import ChildTold
from pathway.reading.told.children import read_child, search_children
from pathway.reading.told.episodes import read_episode
from pathway.reading.told.organisations import organisations
from pathway.store.exchange_search import AllOf, Criterion, Page, Test
from pathway.store.organisations_named import organisation_named
from pathway.store.scopes import WRITER, reading
from pathway_fhir import ids
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.mapping import consent, organization, patient, questionnaire_response, related_person
from pathway_fhir.mapping.received import Pointed, begin
from pathway_fhir.mapping.service_request_sent import Asked, ReferralAsked, parse
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity
from pathway_fhir.server.reading import NOT_THERE
from pathway_fhir.server.values import reference_key
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.referrals import pathways_by_code

_SOURCE_OF_KIND: Final[Mapping[str, str]] = {
    "gp": "gp", "school": "school", "council": "council", "provider": "other_health", "other": "other_health",
}  # fmt: skip
"""Who first asked, where nobody says: the kind of organisation whose system refers."""
_ADDED_TO: Final = "referral_added_to"
_WORDS: Final = "concerns"
_LONGEST: Final = 4000
MOST_PIECES: Final = 10
_NO_PLACE: Final = "Words came along that this pathway has no place for. They are kept with the message and not in the record: tell the team."
_ASKED_FOR: Final[Mapping[Asked, str]] = {
    Asked.WITHDRAW: "The system that referred asks for this referral to be withdrawn. A person decides with the family.",
    Asked.ENTERED_IN_ERROR: "The system that referred says that this referral was sent by mistake. A person decides.",
    Asked.HOLD: "The system that referred asks for a pause. A person agrees it with the family.",
}
"""Nothing closes by itself (docs/rules.md 8): what a system asks for stands in the record until a person has decided."""


async def create_referral(sent: Sent) -> Written:
    """Refer the child. Raises Refused, and whatever the action raises (AlreadyReferred, InvalidInput, NotAllowed …)."""
    asked = read(sent)
    if asked.asked is not Asked.REFER or asked.received_on is None:
        raise Refused.because(
            422, IssueType.BUSINESS_RULE, "A new referral is sent as active.", "ServiceRequest.status"
        )
    exchange = sent.exchange
    known, child = await _child(sent, asked)
    form = _form(sent, asked)
    definition = exchange.area.pathways.newest(asked.pathway)
    answers = await _answers(sent, asked, definition, form)
    more = list(pieces(asked.texts))
    if more and _WORDS in _asked_for(definition) and _WORDS not in answers:
        answers[_WORDS] = more.pop(0)
    referral = Referral(
        asked.pathway,
        child,
        asked.received_on,
        _carers(sent),
        answers,
        provider_id=await _organisation(sent, asked.performers[0] if asked.performers else Pointed()),
        known_child=known,
    )
    done = await refer(exchange.area, sent.asking, referral)
    told = await _add(sent, done.episode_id, definition, more)
    return Written("ServiceRequest", str(done.episode_id), done.child_id, told=told)


async def update_referral(sent: Sent, logical_id: str) -> Written:
    """What the sender asks of a referral that is there: it is written down for the team, which decides."""
    key = ids.uuid_in(logical_id)
    told = await read_episode(sent.exchange.area, sent.exchange.actor, key) if key else None
    if told is None or key is None:
        raise NotFound(NOT_THERE)
    asked = read(sent)
    words = [*([_ASKED_FOR[asked.asked]] if asked.asked in _ASKED_FOR else []), *asked.texts]
    if not words:
        raise Refused.because(
            422,
            IssueType.BUSINESS_RULE,
            "A referral changes by what people do with it. Send a note with what is to be added, or a status that asks for "
            "something (revoked, on-hold, entered-in-error).",
            "ServiceRequest",
        )
    said = await _add(sent, key, told.definition, list(pieces(words)))
    return Written("ServiceRequest", logical_id, told.child_id, made=False, told=said)


def read(sent: Sent) -> ReferralAsked:
    """The referral as it was sent, for the pathways of this area."""
    pathways = sent.exchange.area.pathways
    known = pathways_by_code([pathways.newest(key) for key in pathways.keys])
    return parse(sent.resource, known, otherwise=sent.pathway)


# --- Words ------------------------------------------------------------------------------------------------------------


def pieces(texts: Sequence[str]) -> Iterator[str]:
    """The texts, one below the other, in as few pieces as the record's fields take; a text is cut only where it must be."""
    piece = ""
    for text in texts:
        for start in range(0, len(text), _LONGEST):
            part = text[start : start + _LONGEST]
            if piece and len(piece) + 1 + len(part) > _LONGEST:
                yield piece
                piece = ""
            piece = f"{piece}\n{part}" if piece else part
    if piece:
        yield piece


async def _add(sent: Sent, episode: UUID, definition: Definition, found: Sequence[str]) -> tuple[Issue, ...]:
    """Write down for the team what did not fit, each piece as a fact of its own; said, where the pathway keeps no such facts."""
    if found and _ADDED_TO not in definition.steps:
        return (Issue(Severity.WARNING, IssueType.INCOMPLETE, _NO_PLACE, ("ServiceRequest.note",)),)
    if len(found) > MOST_PIECES:
        text = (
            f"With all that came along there are more than {MOST_PIECES * _LONGEST:,} characters. Send less."
        )
        raise Refused.because(422, IssueType.TOO_COSTLY, text, "ServiceRequest.note")
    for n, piece in enumerate(found):
        asking = replace(sent.asking, request_id=added_under(sent.asking.request_id, n))
        area = sent.exchange.area
        await record_step(area, asking, episode, _ADDED_TO, area.today, {"details": piece})
    return ()


def added_under(request_id: UUID, n: int) -> UUID:
    """The request id under which the nth piece is written down."""
    return uuid5(request_id, f"added:{n}")


# --- The child --------------------------------------------------------------------------------------------------------


async def _child(sent: Sent, asked: ReferralAsked) -> tuple[UUID | None, ChildDetails]:
    """The child as our own record has it, or as the Patient that came along describes them."""
    along = sent.pointed_at(asked.subject.reference)
    if along is not None:
        return None, patient.parse(along, sent.exchange.area.today).child
    told = await _known(sent, asked.subject)
    if told is None:
        raise Refused.because(
            422,
            IssueType.NOT_FOUND,
            "The child is not one that your system has made known. Send the Patient first, or along with the referral.",
            "ServiceRequest.subject",
        )
    number = NhsNumber.parse(told.nhs_number) if told.nhs_number else None
    return told.id, ChildDetails(told.first_name, told.family_name, told.birth_date, number)


async def _known(sent: Sent, subject: Pointed) -> ChildTold | None:
    exchange = sent.exchange
    key = reference_key(subject.reference, "Patient") if subject.reference else None
    if key is not None:
        return await read_child(exchange.area, exchange.actor, key)
    if subject.system != systems.NHS_NUMBER:
        return None
    wanted = AllOf((Criterion("nhs_number", Test.IS, [subject.value]),))
    found = await search_children(exchange.area, exchange.actor, wanted, Page("id", 1))
    return found.page[0] if found.page else None


def _carers(sent: Sent) -> tuple[CarerDetails, ...]:
    on = sent.exchange.area.today
    return tuple(related_person.parse(one, on).carer for one in sent.all_beside("RelatedPerson"))


# --- The answers ------------------------------------------------------------------------------------------------------


def _form(sent: Sent, asked: ReferralAsked) -> questionnaire_response.AnswersSent | None:
    """The form that came along for the first step of the pathway, if any did."""
    pathways = sent.exchange.area.pathways
    known = {key: pathways.newest(key) for key in pathways.keys}
    for one in sent.all_beside("QuestionnaireResponse"):
        found = questionnaire_response.parse(one, known)
        if (found.pathway, found.step) == (asked.pathway, known[asked.pathway].first_step):
            return found
    return None


async def _answers(
    sent: Sent,
    asked: ReferralAsked,
    definition: Definition,
    form: questionnaire_response.AnswersSent | None,
) -> dict[str, str]:
    given = dict(form.answers) if form else {}
    fields = _asked_for(definition)
    source = asked.source or await _kind(sent)
    if "source" in fields and source and "source" not in given:
        given["source"] = source
    agreed = _agreed(sent)
    if "family_agrees" in fields and agreed is not None and "family_agrees" not in given:
        given["family_agrees"] = "yes" if agreed else "no"
    return given


def _asked_for(definition: Definition) -> set[str]:
    """What the first step of a pathway asks for."""
    return {field.key for field in definition.steps[definition.first_step].fields}


def _agreed(sent: Sent) -> bool | None:
    """What the Consents that came along say together: one no is a no."""
    said = [consent.agreed(one) for one in sent.all_beside("Consent")]
    if False in said:
        return False
    return True if True in said else None


async def _kind(sent: Sent) -> str:
    exchange = sent.exchange
    async with exchange.area.database.transaction(reading(exchange.actor), read_only=True) as tx:
        bodies = await organisations(exchange.area.database, tx, frozenset({exchange.actor.organisation_id}))
    own = bodies.get(exchange.actor.organisation_id)
    return _SOURCE_OF_KIND.get(own.kind, "") if own else ""


async def _organisation(sent: Sent, pointed: Pointed) -> int | None:
    """Our number of the team that is asked; None where nobody is named, so that the area's own takes it."""
    along = sent.pointed_at(pointed.reference) if pointed.reference else None
    if along is not None and along.get("resourceType") == "Organization":
        named = organization.parse(along)
    elif pointed and (along is None):
        read_here = begin(sent.resource, "ServiceRequest")
        named = organization.named(read_here, pointed, "performer", sent.exchange.base)
        read_here.end()
    else:
        return None
    if not named.is_numbered:
        return None
    async with sent.exchange.area.database.transaction(WRITER, read_only=True) as tx:
        found = await organisation_named(
            tx,
            named.id,
            named.ods_code.value if named.ods_code else None,
            named.urn.value if named.urn else None,
        )
    if found is None:
        raise Refused.because(
            422,
            IssueType.NOT_FOUND,
            "The team that is asked is not one of this area.",
            "ServiceRequest.performer",
        )
    return found

"""What is done about a message, one act each: refer, add, cancel, take an answer. Each is the action that people use.

A sender knows a referral by its own number, by the message's id and by the journey's; the same one again is the same referral,
whatever request id it comes under, so that nothing is ever referred twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from pathway.actions.perform import Asking
from pathway.actions.receive_message import Delivery
from pathway.domain.errors import AlreadyReferred
from pathway.store import outside_identifiers, received
from pathway.store.engine import Tx
from pathway.store.outside_identifiers import Identifier
from pathway_fhir import ids
from pathway_fhir.access.identity import require_scope
from pathway_fhir.bars.message import Message, journeys
from pathway_fhir.bars.same_child import require_same_child
from pathway_fhir.bars.words import SAFEGUARDING, is_our_form, is_safeguarding, words_along
from pathway_fhir.bars.workflow import Act
from pathway_fhir.inbound.referral import create_referral, update_referral
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.mapping.consent import agreed
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.provenance import MESSAGE
from pathway_fhir.mapping.received import several, words
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity
from pathway_fhir.server.offered import Exchange
from pathway_fhir.vocabulary import systems

JOURNEY: Final = f"{systems.OURS}/Id/journey"
"""The id of the journey (EpisodeOfCare) that the systems of one child's way share, as the sender writes it."""
_SENDERS_ID: Final = f"{systems.OURS}/Id/sender-service-request"
_LINE: Final = 4000
_NOT_KNOWN: Final = (
    "The referral that this message is about is not one that your system has sent here. Send the referral first, as new, or "
    "name it by the identifier, the message id or the journey that it was sent with."
)
_AGAIN: Final = "This referral is one that your system has sent before, so it was not made again."
_NOT_CHANGED: Final = (
    "What was said of the child, the carers and their agreement was kept with the message and changed nothing. Send a Patient, "
    "RelatedPerson or Consent to change them."
)
_UNCHANGED: Final = Issue(Severity.INFORMATION, IssueType.INFORMATIONAL, _NOT_CHANGED)
_DISAGREES: Final = (
    "The message says that the family does not agree, or no longer agrees. A person asks them."
)
_NOTED: Final = (
    "A safeguarding concern came along. It stands first in the words of the referral for the team to read, and is no report to "
    "children's social care: make that as you always do."
)


@dataclass(frozen=True, slots=True)
class Doing:
    """One message that is being acted on: who sends it, under which id it was received, and for which pathway it was
    addressed, where its address says so.
    """

    tx: Tx
    exchange: Exchange
    message: Message
    delivery: Delivery
    received_id: UUID
    pathway: str
    act: Act

    @property
    def asking(self) -> Asking:
        return Asking(self.exchange.actor, self.received_id)

    @property
    def account(self) -> int:
        return self.exchange.actor.account_id


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: the referral as it is read here, and what the sender is told."""

    written: Written
    told: tuple[Issue, ...] = ()


async def act(doing: Doing) -> Done:
    """Carry it out. Raises Refused, AlreadyReferred and whatever the action raises."""
    require_scope(doing.exchange.caller, "ServiceRequest", "c" if doing.act is Act.REFER else "u")
    done = await _ACTS[doing.act](doing)
    told = [*done.told, *done.written.told]
    if any(is_safeguarding(flag) for flag in doing.message.of_type("Flag")):
        told.append(Issue(Severity.INFORMATION, IssueType.INFORMATIONAL, _NOTED))
    return replace(done, told=tuple(told))


async def _refer(doing: Doing) -> Done:
    names, way = known_by(doing.message), on_the_way(doing.message)
    before = await outside_identifiers.take(doing.tx, doing.account, names)
    if before is not None:
        return await _again(doing, before)
    try:
        written = await create_referral(_sent(doing))
    except AlreadyReferred:
        # What protects the child has been kept, and this transaction is not undone: only the names are let go of.
        await outside_identifiers.give_back(doing.tx, doing.account, names)
        raise
    await outside_identifiers.name(doing.tx, doing.account, [*names, *way], UUID(written.logical_id))
    return Done(written)


async def _again(doing: Doing, episode: UUID) -> Done:
    """The same referral once more: what it says anew is added, and the very same bytes add nothing."""
    told = (Issue(Severity.INFORMATION, IssueType.INFORMATIONAL, _AGAIN),)
    await require_same_child(doing.exchange, doing.message, request_of(doing.message), episode)
    same = await received.done_before(doing.tx, doing.account, doing.delivery.digest)
    if same or not _says_something(doing):
        return Done(Written("ServiceRequest", str(episode), None, made=False), told)
    return Done(await update_referral(_sent(doing), str(episode)), (*told, _UNCHANGED))


async def _add(doing: Doing) -> Done:
    episode = await _referral(doing)
    written = await update_referral(_sent(doing), str(episode))
    await outside_identifiers.name(doing.tx, doing.account, known_by(doing.message), episode)
    return Done(written, (_UNCHANGED,))


async def _cancel(doing: Doing) -> Done:
    return Done(await update_referral(_sent(doing), str(await _referral(doing))))


async def _take_answer(doing: Doing) -> Done:
    """An answer to a message of ours: what it says is written down for the team."""
    if not doing.message.answers:
        text = "An answer names the message that it answers. Send MessageHeader.response with its identifier."
        raise Refused.because(400, IssueType.REQUIRED, text, "Bundle.entry[0].resource.response")
    named = (MESSAGE, doing.message.answers)
    episode = await outside_identifiers.find(doing.tx, doing.account, [named])
    if episode is None:
        text = "This is an answer to a message that we did not send you. Send the id of the Bundle that it answers."
        raise Refused.because(404, IssueType.NOT_FOUND, text, "Bundle.entry[0].resource.response.identifier")
    if _says_something(doing):
        return Done(await update_referral(_sent(doing), str(episode)))
    return Done(Written("ServiceRequest", str(episode), None, made=False))


_ACTS: Final[Mapping[Act, Callable[[Doing], Awaitable[Done]]]] = {
    Act.REFER: _refer, Act.ADD: _add, Act.CANCEL: _cancel, Act.TAKE_ANSWER: _take_answer,
}  # fmt: skip


# --- Which referral ---------------------------------------------------------------------------------------------------


def known_by(message: Message) -> list[Identifier]:
    """By what the sender knows this one referral: its own numbers first, then the message's id."""
    request = request_of(message)
    found = [
        (words(one.get("system")), words(one.get("value"))) for _, one in several(request.get("identifier"))
    ]
    found += [(_SENDERS_ID, words(request.get("id"))), (MESSAGE, message.id)]
    return [(system, value) for system, value in dict.fromkeys(found) if system and value]


def on_the_way(message: Message) -> list[Identifier]:
    """The journey, which several referrals of one child may share: it finds one, and keeps no other from being made."""
    return [(JOURNEY, one) for one in dict.fromkeys(journeys(message)) if one]


async def _referral(doing: Doing) -> UUID:
    """The referral that a message is about. Raises Refused (404): what is not the sender's and what is not there are alike."""
    names = [*known_by(doing.message), *on_the_way(doing.message)]
    found = await outside_identifiers.find(doing.tx, doing.account, names)
    if found is None:
        request = request_of(doing.message)
        ours = [
            words(one.get("value"))
            for _, one in several(request.get("identifier"))
            if one.get("system") == systems.EPISODE
        ]
        found = next(filter(None, map(ids.uuid_in, [*ours, words(request.get("id"))])), None)
    if found is None:
        raise Refused.because(404, IssueType.NOT_FOUND, _NOT_KNOWN, "ServiceRequest.identifier")
    await require_same_child(doing.exchange, doing.message, request_of(doing.message), found)
    return found


def request_of(message: Message) -> Json:
    """The ServiceRequest that the message is about; where the focus is something else, the one that is in it."""
    focused = [message.beside[address] for address in message.focus]
    found = [one for one in focused if one.get("resourceType") == "ServiceRequest"]
    found += message.of_type("ServiceRequest")
    if not found:
        text = "The message has no ServiceRequest. Send the referral that it is about."
        raise Refused.because(400, IssueType.REQUIRED, text, "Bundle.entry")
    return found[0]


# --- What is handed on ------------------------------------------------------------------------------------------------


def _sent(doing: Doing) -> Sent:
    """The ServiceRequest with everything beside it, and what has no place of its own put into its notes."""
    request = request_of(doing.message)
    notes = [note for _, note in several(request.get("note"))]
    along = words_along(doing.message)
    if doing.act is not Act.REFER and False in map(agreed, doing.message.of_type("Consent")):
        along = (_DISAGREES, *along)
    lines = [line for long in along for line in _lines(long)]
    first = [line for line in lines if line.startswith(SAFEGUARDING)]
    rest = [line for line in lines if not line.startswith(SAFEGUARDING)]
    ordered = [*({"text": line} for line in first), *notes, *({"text": line} for line in rest)]
    resource = {**request, "note": ordered} if ordered else request
    ours = {at: one for at, one in doing.message.beside.items() if not _is_form_of_others(one)}
    return Sent(doing.exchange, resource, doing.asking, ours, doing.pathway)


def _is_form_of_others(resource: Json) -> bool:
    """A form that asks other questions than ours: its answers are in the words already, and are none of ours."""
    return resource.get("resourceType") == "QuestionnaireResponse" and not is_our_form(resource)


def _lines(text: str) -> list[str]:
    """A text in parts that one note may hold."""
    return [text[start : start + _LINE] for start in range(0, len(text), _LINE)]


def _says_something(doing: Doing) -> bool:
    request = request_of(doing.message)
    noted = [note for _, note in several(request.get("note")) if words(note.get("text"))]
    return bool(noted or words_along(doing.message))

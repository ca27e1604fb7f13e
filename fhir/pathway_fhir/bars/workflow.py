"""What a message asks for: the guide's workflow as one table. A combination that is not in it is refused.

The guide contradicts itself about how a referral is cancelled: its prose and first example say reason update with status
revoked, its payload table and second example say delete with entered-in-error. Both are taken.

Source: NHS England, BaRS implementation guide, Core, workflow ("pseudo code" of the receiver) and "Cancel a referral".
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pathway_fhir.bars.definitions import ANSWER, BY_URL, CANCELLATION, REFERRAL, MessageKind
from pathway_fhir.bars.message import Message
from pathway_fhir.mapping.received import codes, several, words
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary import bars, systems


class Act(StrEnum):
    """What is done about a message."""

    REFER = "refer"
    ADD = "add"
    CANCEL = "cancel"
    TAKE_ANSWER = "take_answer"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where every column holds, this is what is asked for. An empty column holds for everything.

    `care_plan` and `encounter` are statuses of what comes along, where it does; whether it must come is for the definition.
    """

    event: str
    reason: str
    status: Collection[str]
    care_plan: Collection[str]
    encounter: Collection[str]
    act: Act
    kinds: Sequence[MessageKind]


_REQUEST, _RESPONSE = bars.REQUEST, bars.RESPONSE
_REFERRED: Final = "referral"
_BOTH: Final = (CANCELLATION, REFERRAL)
MATRIX: Final = (
    #   event      reason       ServiceRequest                     CarePlan        Encounter                act
    Row(_REQUEST, bars.NEW, ("active",), ("completed",), ("triaged", "finished"), Act.REFER, (REFERRAL,)),
    Row(_REQUEST, bars.UPDATE, ("active", "on-hold"), (), (), Act.ADD, (REFERRAL,)),
    Row(_REQUEST, bars.UPDATE, ("revoked", "entered-in-error"), (), (), Act.CANCEL, _BOTH),
    Row(_REQUEST, bars.DELETE, ("entered-in-error",), (), (), Act.CANCEL, _BOTH),
    Row(_RESPONSE, bars.NEW, (), (), (), Act.TAKE_ANSWER, (ANSWER,)),
    Row(_RESPONSE, bars.UPDATE, (), (), (), Act.TAKE_ANSWER, (ANSWER,)),
    Row(_RESPONSE, bars.DELETE, (), (), (), Act.TAKE_ANSWER, (ANSWER,)),
)  # fmt: skip
_UNKNOWN: Final = (
    "This combination is not one of the workflow: the message's event and reason, and the status of its ServiceRequest, "
    "CarePlan and Encounter. A new referral is new, active, with a CarePlan completed and an Encounter triaged or finished; one is "
    "cancelled with update and revoked, or delete and entered-in-error."
)


def row_of(message: Message) -> Row:
    """The row of the table that a message is in. Raises Refused (400, invariant) where there is none, and not-supported where
    something other than a referral is asked for.
    """
    _require_referral(message)
    for row in MATRIX:
        if (row.event, row.reason) == (message.event, message.reason) and all(
            _holds(message, resource_type, allowed)
            for resource_type, allowed in (
                ("ServiceRequest", row.status), ("CarePlan", row.care_plan), ("Encounter", row.encounter),
            )
        ):  # fmt: skip
            return row
    raise Refused.because(400, IssueType.INVARIANT, _UNKNOWN, "Bundle.entry[0].resource.reason")


def _require_referral(message: Message) -> None:
    """BaRS also asks for the validation of a triage and other things; the ServiceRequest's category says which."""
    asked = [
        code
        for request in message.of_type("ServiceRequest")
        for _, concept in several(request.get("category"))
        for code in codes(concept, systems.BARS_CATEGORY)
    ]
    if asked and _REFERRED not in asked:
        text = "Only referrals are taken here. Send a ServiceRequest in the category “referral”."
        raise Refused.because(400, IssueType.NOT_SUPPORTED, text, "ServiceRequest.category")


def _holds(message: Message, resource_type: str, allowed: Collection[str]) -> bool:
    """Whether everything of this type has one of these statuses; an Encounter beside the one that was triaged may be any."""
    if not allowed:
        return True
    found = [words(one.get("status")) for one in message.of_type(resource_type)]
    return not found or any(status in allowed for status in found)


def kind_of(message: Message, row: Row, *, strict: bool) -> MessageKind:
    """Which definition the message is held to. Raises Refused where it names another one, or a strict sender names none."""
    named = BY_URL.get(message.definition.split("|")[0])
    if named is not None and named in row.kinds:
        return named
    if not strict and (not message.definition or named is not None):
        return row.kinds[0]
    there = ", ".join(kind.based_on for kind in row.kinds)
    code = IssueType.NOT_SUPPORTED if message.definition else IssueType.REQUIRED
    text = f"The definition of this message is not one that is taken for its event and reason. Send one of: {there}."
    raise Refused.because(400, code, text, "Bundle.entry[0].resource.definition")

"""The answer to a message: a message of its own, with the roles reversed, that names the one it answers.

It says under which id the referral is read here and shows it as this partner may read it, never anything that was sent.

Source: NHS England, BaRS implementation guide, Core, "Response"; HL7 FHIR R4, MessageHeader.response.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from pathway_fhir.bars.definitions import RECEIPT
from pathway_fhir.bars.headers import Address
from pathway_fhir.bars.message import Message
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.outcome import Issue, operation_outcome
from pathway_fhir.server.capability import SOFTWARE, VERSION
from pathway_fhir.server.offered import Exchange
from pathway_fhir.vocabulary import bars

_NAME: Final = "Autism assessment pathway"


def answer_to(
    exchange: Exchange,
    message: Message,
    target: Address | None,
    received_id: UUID,
    request: Json,
    told: Sequence[Issue],
) -> Json:
    """The Bundle that is sent back; `request` is the referral as it is read here, `told` what the sender is told of it."""
    entries = [_entry(uuid5(received_id, "referral"), request)]
    outcome = _entry(uuid5(received_id, "outcome"), operation_outcome(told)) if told else {}
    header = made.without_empty(
        {
            "resourceType": "MessageHeader",
            "id": str(uuid5(received_id, "header")),
            "meta": {"profile": [bars.RESPONSE_HEADER]},
            "eventCoding": made.coding(bars.MESSAGE_EVENTS, bars.RESPONSE, bars.EVENT_TITLES[bars.RESPONSE]),
            "destination": [{"endpoint": message.source}],
            "source": {
                "name": _NAME,
                "software": SOFTWARE,
                "version": VERSION,
                "endpoint": _our_endpoint(exchange, message, target),
            },
            "reason": made.concept(made.coding(bars.MESSAGE_REASONS, bars.NEW, bars.REASON_TITLES[bars.NEW])),
            "response": {
                "identifier": message.id,
                "code": "ok",
                "details": {"reference": outcome["fullUrl"]} if outcome else {},
            },
            "focus": [{"reference": entries[0]["fullUrl"]}],
            "definition": RECEIPT.url,
        }
    )
    return {
        "resourceType": "Bundle",
        "id": str(uuid5(received_id, "answer")),
        "meta": {"profile": [bars.MESSAGE_BUNDLE]},
        "type": "message",
        "timestamp": made.instant(exchange.area.now()),
        "entry": [_entry(UUID(header["id"]), header), *entries, *([outcome] if outcome else [])],
    }


def _entry(key: UUID, resource: Json) -> Json:
    return {"fullUrl": f"urn:uuid:{key}", "resource": resource}


def _our_endpoint(exchange: Exchange, message: Message, target: Address | None) -> str:
    """The address under which the sender reached us."""
    used = target or next(iter(message.destinations), None)
    if used is None:
        return f"{exchange.base}/$process-message"
    return f"{used.system}|{used.value}" if used.system else used.value

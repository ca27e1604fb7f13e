"""The message that a partner's system is sent: a Bundle of BaRS's form, with the same resources that it could read from us.

Whose referral came as a message is answered (`servicerequest-response`); everybody else is told (`servicerequest-request`, a
first time as new and then as an update). No national MessageDefinition exists for an assessment of autism, so ours is named, and
nobody is told that the message keeps to one which it does not keep to.

Source: HL7 FHIR R4, 2.4 Messaging; NHS England, BaRS implementation guide, Core, "Message construction".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final
from uuid import UUID, uuid5

from pathway_fhir.bars.definitions import TOLD, TOLD_ITS_SENDER
from pathway_fhir.client.heading import SOFTWARE, Sender
from pathway_fhir.mapping.datatypes import Json, coding, extension, instant, pointing_at, without_empty
from pathway_fhir.vocabulary import bars, systems

BASIS: Final = systems.our_extension("ShareBasis")
"""Why the receiver may be told (pathway.domain.share_basis; docs/rules.md 11)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message: its id, when it was made, from whom and to whom (“system|value”), and what it answers, if anything."""

    id: UUID
    made_at: datetime
    base: str
    sender: Sender | None
    receiver: str
    is_first: bool
    basis: str
    answers: str = ""


def message(envelope: Envelope, focus: Json, others: Sequence[Json]) -> Json:
    """The Bundle: its header first, then what it is about, then all that goes with it, each once."""
    header = _header(envelope, focus)
    entries = [{"fullUrl": f"urn:uuid:{header['id']}", "resource": header}]
    seen: set[str] = set()
    for resource in (focus, *others):
        place = f"{resource['resourceType']}/{resource['id']}"
        if place not in seen:
            seen.add(place)
            entries.append({"fullUrl": f"{envelope.base}/{place}", "resource": resource})
    return {
        "resourceType": "Bundle",
        "id": str(envelope.id),
        "meta": {"versionId": "1", "profile": [bars.MESSAGE_BUNDLE]},
        "type": "message",
        "timestamp": instant(envelope.made_at),
        "entry": entries,
    }


def _header(envelope: Envelope, focus: Json) -> Json:
    event = bars.RESPONSE if envelope.answers else bars.REQUEST
    reason = bars.NEW if envelope.is_first and not envelope.answers else bars.UPDATE
    profile = bars.RESPONSE_HEADER if envelope.answers else bars.REQUEST_HEADER
    ods = envelope.sender.ods_code if envelope.sender else None
    found = without_empty(
        {
            "extension": [extension(BASIS, valueCode=envelope.basis)],
            "eventCoding": coding(bars.MESSAGE_EVENTS, event, bars.EVENT_TITLES[event]),
            "destination": [{"endpoint": envelope.receiver}],
            "sender": pointing_at(
                "Organization", systems.ODS_CODE, ods, envelope.sender.name if envelope.sender else ""
            ),
            "source": {
                "software": SOFTWARE,
                "version": version(SOFTWARE),
                "endpoint": f"{envelope.base}/$process-message",
            },
            "reason": {"coding": [coding(bars.MESSAGE_REASONS, reason, bars.REASON_TITLES[reason])]},
            "response": {"identifier": envelope.answers, "code": "ok"} if envelope.answers else {},
            "focus": [{"reference": f"{focus['resourceType']}/{focus['id']}"}],
            "definition": (TOLD_ITS_SENDER if envelope.answers else TOLD).url,
        }
    )
    own = {
        "resourceType": "MessageHeader",
        "id": str(uuid5(envelope.id, "header")),
        "meta": {"profile": [profile]},
    }
    return {**own, **found}

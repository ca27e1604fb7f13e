"""The Multicast Notification Service: what we subscribe to, and reading a signal.

A signal says that a record elsewhere has changed, and of whom. It is never used to change who a child is: the source is read
again. Source: NHS England, Multicast Notification Service, "Subscribe to events"; HL7 Subscriptions R5 Backport (R4).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pathway.domain.identifiers import NhsNumber
from pathway.store.jobs import ADJUSTMENTS, PROXY_ROLES, TRACE
from pathway_fhir.mapping import received
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.national.addresses import MNS
from pathway_fhir.national.asking import National, NotAnswered

WORKFLOW: Final = "MNS_SIGNAL"
"""The MESH workflow under which signals come to us: it is part of the address that we subscribe with."""
READS_AGAIN: Final[Mapping[str, str]] = {
    "pds-record-change-2": TRACE,
    "nhs-number-change-2": TRACE,
    "pds-death-notification-2": TRACE,
    "pds-change-of-gp-2": TRACE,
    "vrs-proxy-role-created-1": PROXY_ROLES,
    "vrs-proxy-role-changed-1": PROXY_ROLES,
    "vrs-proxy-role-deleted-1": PROXY_ROLES,
    "patientflags-change-1": ADJUSTMENTS,
}
"""The events that we want, and what is read again because of each."""
_REASON: Final = "To read again what has changed about children whom this area's autism teams look after"
_LONGEST: Final = 64


class Unreadable(ValueError):
    """This is no signal. The sentence holds nothing of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Signal:
    """That something changed, and of whom; a signal about nobody has no number. Hidden in logs."""

    id: str
    event_type: str
    nhs_number: str | None
    happened_at: datetime | None


def read_signal(body: bytes) -> Signal:
    """A notification Bundle, of which only its kind, its subject and its time are looked at. Raises Unreadable."""
    try:
        bundle = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("The message is not JSON.") from None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Unreadable("The message is not a Bundle.")
    said = _parameters(bundle)
    identity, event_type = received.words(bundle.get("id")), received.words(said.get("event-type"))
    if not identity or not event_type or max(len(identity), len(event_type)) > _LONGEST:
        raise Unreadable("The message has no id, or does not say what happened.")
    number = received.pointed(said.get("subject")).value
    return Signal(
        identity,
        event_type,
        number if number and NhsNumber.fault_in(number) is None else None,
        received.moment(said.get("timestamp")) or received.moment(bundle.get("timestamp")),
    )


def _parameters(bundle: Json) -> dict[str, Any]:
    """The parts of the status that comes first in every notification, by name."""
    found: dict[str, Any] = {}
    for _, entry in received.several(bundle.get("entry")):
        status = received.one(entry.get("resource"))
        if status.get("resourceType") != "Parameters":
            continue
        for _, parameter in received.several(status.get("parameter")):
            for _, part in received.several(parameter.get("part")):
                values = [value for name, value in part.items() if name.startswith("value")]
                found.setdefault(received.words(part.get("name")), values[0] if values else None)
        break
    return found


# --- Subscribing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription as the service has it."""

    id: str
    event_type: str
    endpoint: str
    status: str


def endpoint_of(mailbox: str) -> str:
    """Our mailbox, as the service wants it."""
    return f"mesh://{mailbox}?workflow_id={WORKFLOW}"


def subscription(event_type: str, mailbox: str) -> Json:
    """What is asked for: one event, to our mailbox."""
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": _REASON,
        "criteria": f"eventType={event_type}",
        "channel": {
            "type": "message",
            "endpoint": endpoint_of(mailbox),
            "payload": "application/fhir+json",
        },
    }


async def subscribe(
    national: National, mailbox: str, events: Sequence[str] = tuple(READS_AGAIN)
) -> Mapping[str, bool]:
    """Subscribe to each event; whether that is new. One that we have already (409) is as good. Raises NotNow, NotAnswered."""
    made: dict[str, bool] = {}
    for event in events:
        body = json.dumps(subscription(event, mailbox)).encode()
        answer = await national.ask(MNS, "POST", "/subscriptions", body=body)
        if answer.status not in (200, 201, 409):
            raise NotAnswered(f"The subscription to {event} was refused ({answer.status}).")
        made[event] = answer.status != 409
    return made


async def subscriptions(national: National) -> list[Subscribed]:
    """What we are subscribed to. Raises NotNow, NotAnswered."""
    answer = await national.ask(MNS, "GET", "/subscriptions")
    bundle = answer.resource
    if answer.status != 200 or bundle is None:
        raise NotAnswered(f"The subscriptions cannot be read ({answer.status}).")
    single = [bundle] if bundle.get("resourceType") == "Subscription" else []
    found = [received.one(entry.get("resource")) for _, entry in received.several(bundle.get("entry"))]
    return [
        Subscribed(
            received.words(one.get("id")),
            received.words(one.get("criteria")).removeprefix("eventType="),
            received.words(received.one(one.get("channel")).get("endpoint")),
            received.words(one.get("status")),
        )
        for one in [*single, *found]
        if one.get("resourceType") == "Subscription"
    ]

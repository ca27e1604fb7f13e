"""Communication: that a message to a carer left, how, and what became of it; never what it says.

There is no payload, so no text, name or address travels (docs/rules.md 20). The kind is the name of its words.
"""

from collections.abc import Mapping
from typing import Final

from pathway.domain.told import MessageTold
from pathway_fhir import ids
from pathway_fhir.ids import reference
from pathway_fhir.mapping import about
from pathway_fhir.mapping.datatypes import Json, coding, concept, extension, instant
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import MESSAGE_KIND, MESSAGE_REASONS, MESSAGE_STATE, PARTICIPATION_MODE

WRITTEN_IN: Final = systems.our_extension("WrittenIn")
"""The language of a message; `Communication.language` is that of the resource itself."""

STATUS: Final[Mapping[str, str]] = {
    "waiting": "preparation",
    "sending": "in-progress",
    "sent": "completed",
    "delivered": "completed",
    "failed": "stopped",
    "held": "on-hold",
    "dropped": "not-done",
    "nobody_to_tell": "not-done",
}
"""By the state of a message or of its place in the outbox."""

_MEDIA: Final[Mapping[str, tuple[str, str]]] = {
    "email": ("EMAILWRIT", "email"),
    "text": ("SMSWRIT", "SMS message"),
    "letter": ("MAILWRIT", "mail"),
    "telephone": ("PHONE", "telephone"),
}


def resource(told: MessageTold) -> Json:
    """One message to one carer."""
    code, title = _MEDIA[told.channel]
    why = MESSAGE_REASONS.get(told.state, "")
    return written(
        "Communication",
        told.id,
        {
            "extension": [extension(WRITTEN_IN, valueCode=told.language)],
            "basedOn": [about.referral(told.episode_id)],
            "status": STATUS[told.state],
            "statusReason": concept(coding(MESSAGE_STATE, told.state, why), text=why) if why else {},
            "medium": [concept(coding(PARTICIPATION_MODE, code, title))],
            "subject": about.patient_by_id(told.child_id),
            "topic": concept(coding(MESSAGE_KIND, told.template)),
            "about": [about.episode(told.episode_id)],
            "sent": instant(told.made_at) if STATUS[told.state] != "preparation" else "",
            "received": instant(told.delivered_at),
            "recipient": [reference("RelatedPerson", ids.related_person(told.child_id, told.carer_id))],
        },
        version=1 + (told.delivered_at is not None),
        changed_at=told.delivered_at or told.made_at,
    )

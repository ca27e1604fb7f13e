"""How a child is seen: our answers `mechanism` and `setting`, and FHIR's delivery channel and class of encounter, both ways.

Telephone and video are kept apart on the way in: a telephone contact meets NICE's limit and not the national statistic
(docs/rules.md 3), and HL7's class "virtual" is both.
"""

from collections.abc import Mapping
from typing import Any, Final

from pathway.domain.definition import Step
from pathway_fhir.mapping.datatypes import Json, coding, concept, extension
from pathway_fhir.mapping.of_facts import MECHANISM
from pathway_fhir.mapping.received import Reading, code, one, words
from pathway_fhir.mapping.received import extension as extension_in
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import DELIVERY_CHANNEL

SETTING: Final = "setting"
CHANNEL: Final = systems.uk_extension("DeliveryChannel")

_CHANNELS: Final[Mapping[str, str]] = {
    "face_to_face": "In-person",
    "video": "Video",
    "telephone": "Telephone",
    "clinic": "In-person",
    "school": "In-person",
    "home": "In-person",
}
"""By mechanism or by setting; "remote" is either of two and is left to the mechanism."""

_MECHANISM_OF: Final[Mapping[str, str]] = {
    "In-person": "face_to_face",
    "Video": "video",
    "Telephone": "telephone",
}

_VIRTUAL: Final = ("VR", "virtual")
_AMBULATORY: Final = ("AMB", "ambulatory")
_AT_HOME: Final = ("HH", "home health")

_CLASSES: Final[Mapping[str, tuple[str, str]]] = {
    "face_to_face": _AMBULATORY,
    "video": _VIRTUAL,
    "telephone": _VIRTUAL,
}


def channel(given: Mapping[str, str]) -> Json:
    """UK Core's DeliveryChannel, by mechanism and else by setting; nothing where neither tells."""
    known = _CHANNELS.get(given.get(MECHANISM, "")) or _CHANNELS.get(given.get(SETTING, ""), "")
    return extension(CHANNEL, valueCodeableConcept=concept(coding(DELIVERY_CHANNEL, known, known)))


def encounter_class(given: Mapping[str, str], *, restricted: bool = False) -> Json:
    """The class of an encounter, which R4 requires: at home only where the place may be told, else ambulatory."""
    found = _CLASSES.get(given.get(MECHANISM, ""), _AMBULATORY)
    if found is _AMBULATORY and given.get(SETTING) == "home" and not restricted:
        found = _AT_HOME
    return coding(systems.ACT_CODE, *found)


# --- Reading ----------------------------------------------------------------------------------------------------------


def answers_from_channel(resource: Any, step: Step) -> dict[str, str]:
    """The step's mechanism by the delivery channel, where the step asks and a channel is sent."""
    said = code(extension_in(resource, CHANNEL).get("valueCodeableConcept"), DELIVERY_CHANNEL)
    found = _MECHANISM_OF.get(said, "")
    return {MECHANISM: found} if found and step.field_named(MECHANISM) else {}


def answers_from_class(
    reading: Reading, resource: Json, step: Step, known: Mapping[str, str]
) -> dict[str, str]:
    """The step's mechanism, and its setting at home, by the class; a fault where a virtual contact may be either of two."""
    sent = one(resource.get("class"))
    said = words(sent.get("code")) if sent.get("system") == systems.ACT_CODE else ""
    found: dict[str, str] = {}
    if step.field_named(MECHANISM) and MECHANISM not in known:
        if said == _VIRTUAL[0]:
            reading.fault(
                IssueType.REQUIRED,
                "A virtual contact is by video or by telephone, and only one of them counts in the national statistic. "
                f"Say which by the extension {CHANNEL}, or as the answer “{MECHANISM}”.",
                "class",
            )
        elif said in (_AMBULATORY[0], _AT_HOME[0]):
            found[MECHANISM] = "face_to_face"
    if said == _AT_HOME[0] and SETTING not in known and _asks_for_home(step):
        found[SETTING] = "home"
    return found


def _asks_for_home(step: Step) -> bool:
    asked = step.field_named(SETTING)
    return asked is not None and any(option.key == "home" for option in asked.options)

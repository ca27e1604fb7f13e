"""The language a person is spoken with in, and whether an interpreter is needed, as R4, UK Core and PDS say it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pathway_fhir.mapping import received
from pathway_fhir.vocabulary import systems

NHS_COMMUNICATION: Final = systems.uk_extension("NHSCommunication")
"""PDS's own: R4 has no place of its own for an interpreter."""
ANOTHER_LANGUAGE: Final = "mis"
_TAG: Final = re.compile(r"([a-z]{2,3})(-[A-Za-z0-9-]*)?")


def language(sent: Mapping[str, Any]) -> str:
    """The preferred language, or else the first, by its first subtag; English where none is said."""
    spoken = [element for _, element in received.several(sent.get("communication"))]
    chosen = next(
        (element for element in spoken if element.get("preferred") is True), spoken[0] if spoken else {}
    )
    national = received.extension(received.extension(sent, NHS_COMMUNICATION), "language")
    tag = received.code(chosen.get("language"), systems.BCP_47)
    tag = tag or received.code(national.get("valueCodeableConcept"), systems.HUMAN_LANGUAGE)
    found = _TAG.fullmatch(tag or "en")
    return found[1] if found else ANOTHER_LANGUAGE


def interpreter(sent: Mapping[str, Any]) -> bool:
    """Whether an interpreter is needed; where nothing is said, nobody asked for one."""
    said = (
        received.extension(sent, systems.HL7_INTERPRETER),
        received.extension(received.extension(sent, NHS_COMMUNICATION), "interpreterRequired"),
    )
    return any(found.get("valueBoolean") is True for found in said)

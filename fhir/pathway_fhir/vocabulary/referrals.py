"""The codes of a referral: what is asked for and why, who asked first, how urgent it is.

What is asked for comes from the definitions' own `snomed` tables, so that a pathway is known by its code because its file
says so. Sources: UK Core SourceOfServiceRequest (SNOMED CT; it has no code for a teacher, a SENCO or a council); HL7 FHIR R4
request-priority.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pathway.domain.definition import Definition
from pathway_fhir.vocabulary import systems

SOURCES: Final[Mapping[str, str]] = {
    "gp": "108161000000109",
    "health_visitor": "1052681000000105",
    "family": "1065391000000104",
}
"""Who first asked, as SNOMED CT; a source without one goes as our own code and in words."""

SOURCES_READ: Final[Mapping[str, str]] = {
    **{snomed: source for source, snomed in SOURCES.items()},
    "310434002": "family",  # self-referral to service
    "183692000": "family",  # paediatric self-referral
    "185365002": "council",  # referred by social worker
    "1065401000000101": "other_health",  # referred by school nurse
    "185361006": "other_health",  # referred by community doctor
}

PRIORITIES: Final[Mapping[str, str]] = {"routine": "routine", "soon": "urgent", "urgent": "asap"}
"""Ours as request-priority, whose steps are routine, urgent, asap, stat. Our own code goes beside it."""
PRIORITIES_READ: Final[Mapping[str, str]] = {
    "routine": "routine",
    "urgent": "urgent",
    "asap": "urgent",
    "stat": "urgent",
}
"""Another's urgent is read as urgent: a referral is never made less urgent on the way in."""


def reason(definition: Definition) -> str:
    """Why a referral to this pathway is made, as SNOMED CT; nothing where its first step has no code."""
    return definition.steps[definition.first_step].snomed


def asked_for(definition: Definition) -> str:
    """What a referral to this pathway asks for, as SNOMED CT: the first step with a code that is no beginning."""
    return next((step.snomed for step in definition.steps.values() if step.snomed and not step.first), "")


def use_case(definition: Definition) -> str:
    """Our own use-case category, beside BaRS's “referral”: no national one exists for these pathways."""
    return definition.key.replace("_", "-")


def pathways_by_code(definitions: Iterable[Definition]) -> Mapping[tuple[str, str], str]:
    """Which pathway a code asks for. A SNOMED CT code that two pathways share names neither."""
    found: dict[tuple[str, str], set[str]] = {}
    for definition in definitions:
        for code in (asked_for(definition), reason(definition)):
            found.setdefault((systems.SNOMED, code), set()).add(definition.key)
        found[systems.PATHWAY, definition.key] = {definition.key}
        found[systems.USE_CASE, use_case(definition)] = {definition.key}
    return {coded: keys.pop() for coded, keys in found.items() if coded[1] and len(keys) == 1}

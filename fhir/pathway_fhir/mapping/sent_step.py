"""What a resource that was sent says has happened: the step, on which day, with which answers, of which episode.

It goes to the same action that people use, which judges it; nothing here knows whether the pathway allows it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pathway.domain.definition import Definition, Step
from pathway_fhir.ids import uuid_in
from pathway_fhir.mapping.received import Reading, codes, pointed, several
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems


@dataclass(frozen=True, slots=True)
class StepSent:
    """A step to be recorded. The answers may hold free text, so they are hidden in logs."""

    episode_id: UUID
    step: str
    happened_on: date
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)


def episode_pointed_at(
    reading: Reading, resource: Mapping[str, object], elements: Collection[str]
) -> UUID | None:
    """The episode that a resource is about: its EpisodeOfCare or its referral, which has the same id.

    A fault where none of these elements says which, and where they say two.
    """
    said = {
        found
        for name in elements
        for element in _as_list(resource.get(name))
        if (found := _episode_in(element)) is not None
    }
    if len(said) == 1:
        return said.pop()
    names = " or ".join(elements)
    text = (
        f"Say which episode this is about, as EpisodeOfCare or ServiceRequest of this server, in {names}."
        if not said
        else f"Two episodes are named in {names}. Send one resource for each."
    )
    reading.fault(IssueType.REQUIRED if not said else IssueType.INVARIANT, text, next(iter(elements)))
    return None


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _episode_in(reference: object) -> UUID | None:
    parts = pointed(reference).reference.split("/_history/")[0].split("/")
    known = len(parts) > 1 and parts[-2] in ("EpisodeOfCare", "ServiceRequest")
    return uuid_in(parts[-1]) if known else None


def step_said(
    reading: Reading,
    definition: Definition,
    concepts: object,
    path: str,
    among: Collection[Step],
    otherwise: Step | None = None,
) -> Step | None:
    """The step that a list of CodeableConcepts names: by our code, else by the SNOMED CT code that one step has.

    With neither, `otherwise`; a fault that names the codes where that is None, or where our code is none of `among`.
    """
    found = [concept for _, concept in several(concepts)]
    ours = [code for concept in found for code in codes(concept, systems.STEP)]
    snomed = {code for concept in found for code in codes(concept, systems.SNOMED)}
    for step in among:
        if step.key in ours or (not ours and step.snomed and step.snomed in snomed):
            return step
    if otherwise is not None and not ours:
        return otherwise
    known = ", ".join(step.key for step in among) or "none"
    reading.fault(
        IssueType.CODE_INVALID,
        f"Say which step of “{definition.title}” this is, by a code of {systems.STEP}: {known}.",
        path,
    )
    return None

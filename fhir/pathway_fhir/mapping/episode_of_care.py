"""EpisodeOfCare: one child on one pathway, at the stage that partners see.

The status says no more than the stage does: it is read from the stage's group, from a pause that the family asked for and,
once closed, from the reason. The period begins on the first referral's day, which survives everything (docs/rules.md 2). No
status history is given: the facts behind it may not all be told.
"""

from collections.abc import Mapping
from typing import Final

from pathway.domain.definition import Definition, Group, Stage
from pathway.domain.told import EpisodeTold
from pathway_fhir.mapping import about
from pathway_fhir.mapping.datatypes import (
    Json,
    coding,
    concept,
    day,
    extension,
    identifier,
    period,
)
from pathway_fhir.mapping.datatypes import (
    resource as written,
)
from pathway_fhir.vocabulary import systems

STAGE: Final = systems.our_extension("Stage")
SIDE_STATE: Final = systems.our_extension("SideState")
CLOSURE: Final = systems.our_extension("Closure")
OPENED_ON: Final = systems.our_extension("OpenedOn")

STATUS: Final[Mapping[Group, str]] = {
    Group.IDENTIFICATION: "planned",
    Group.TRIAGE: "planned",
    Group.PRE_ASSESSMENT: "waitlist",
    Group.ASSESSMENT: "active",
    Group.SUPPORT: "active",
    Group.CLOSED: "finished",
}
"""HL7 FHIR R4: planned while it is decided whether the child is eligible; waitlist once accepted, until it is active."""

PAUSED, CANCELLED, IN_ERROR = "onhold", "cancelled", "entered-in-error"
ENTERED_IN_ERROR: Final = "entered_in_error"
"""The step of every pathway that says a record was made by mistake; it is also the reason of closing."""


def resource(told: EpisodeTold) -> Json:
    """An episode of care."""
    definition, stage = told.definition, told.stage
    return written(
        "EpisodeOfCare",
        told.id,
        {
            "extension": _extensions(told),
            "identifier": [identifier(systems.EPISODE, str(told.id))],
            "status": status(told),
            "type": [
                concept(coding(systems.PATHWAY, definition.key, definition.title), text=definition.title)
            ],
            "patient": about.patient(told),
            "managingOrganization": about.organisation(told.provider, restricted=told.restricted),
            "period": period(told.started_on, told.closed_on if stage.closed else None),
            "referralRequest": [about.referral(told.id)],
            "careManager": about.staff(told.coordinator, restricted=told.restricted),
        },
        version=told.version,
        changed_at=told.changed_at,
        restricted=told.restricted,
    )


def status(told: EpisodeTold) -> str:
    """The status in FHIR's words; where the reason of closing is not told, an ended episode is finished."""
    if is_void(told.definition, told.stage):
        return IN_ERROR
    if told.stage.closed:
        return closed_status(told.definition, told.closure)
    return PAUSED if _is_paused(told) else STATUS[told.stage.group]


def is_void(definition: Definition, stage: Stage) -> bool:
    """Whether a stage is that of a record made by mistake: only the step that says so leads there."""
    return {step.key for step in definition.steps.values() if step.to == stage.key} == {ENTERED_IN_ERROR}


def closed_status(definition: Definition, key: str) -> str:
    """A referral that was not taken on is cancelled; anything else that ended is finished."""
    closure = definition.closures.get(key)
    if closure is None:
        return STATUS[Group.CLOSED]
    if closure.key == ENTERED_IN_ERROR:
        return IN_ERROR
    return CANCELLED if closure.rejection else STATUS[Group.CLOSED]


def _is_paused(told: EpisodeTold) -> bool:
    """A side state that holds the days itself is a pause; the clocks go on all the same (docs/rules.md 2)."""
    return any(told.definition.side_states[key].held_by for key in told.side_states)


def _extensions(told: EpisodeTold) -> list[Json]:
    definition = told.definition
    closure = definition.closures.get(told.closure) if told.stage.closed else None
    return [
        extension(STAGE, valueCoding=coding(systems.STAGE, told.stage.key, told.stage.title)),
        *(
            extension(
                SIDE_STATE, valueCoding=coding(systems.SIDE_STATE, key, definition.side_states[key].title)
            )
            for key in told.side_states
        ),
        extension(CLOSURE, valueCoding=coding(systems.CLOSURE, closure.key, closure.title))
        if closure
        else {},
        extension(OPENED_ON, valueDate=day(told.opened_on)) if told.opened_on != told.started_on else {},
    ]

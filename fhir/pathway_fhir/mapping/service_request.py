"""A referral as a ServiceRequest, both ways (UK Core ServiceRequest; BaRS servicerequest-request).

The status follows from the stage that this partner may see and from a closure that may be known, and from nothing else, so
that it never implies an outcome (docs/rules.md 10): an episode that was closed for a reason not told is only completed.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pathway.actions.refer import reference as reference_of
from pathway.domain.definition import Closure, Definition
from pathway.domain.told import EpisodeTold
from pathway_fhir.ids import reference
from pathway_fhir.mapping import about
from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.episode_of_care import ENTERED_IN_ERROR, is_void
from pathway_fhir.vocabulary import referrals, systems

SOURCE_OF_REQUEST: Final = systems.uk_extension("SourceOfServiceRequest")
PRIORITY_REASON: Final = systems.uk_extension("PriorityReason")


def resource(
    told: EpisodeTold,
    *,
    source: str = "",
    source_title: str = "",
    forms: Sequence[UUID] = (),
    notes: Sequence[str] = (),
) -> Json:
    """The ServiceRequest: `source` is the answer to who first asked, `forms` are the facts whose forms may be read,
    `notes` the explanations of breaches.
    """
    definition, hidden = told.definition, told.restricted
    return made.resource(
        "ServiceRequest",
        told.id,
        {
            "extension": [_source(source, source_title)],
            "identifier": [made.identifier(systems.REFERENCE, reference_of(told.id), use="official")],
            "status": status(told),
            "intent": "plan",
            "category": [_category(definition)],
            "priority": referrals.PRIORITIES.get(told.priority, ""),
            "_priority": _priority(told.priority),
            "code": _code(definition),
            "subject": about.patient(told),
            "authoredOn": made.day(told.started_on),
            "requester": about.organisation(told.referrer, restricted=hidden),
            "performer": [about.organisation(told.provider, restricted=hidden)],
            "reasonCode": [_reason(definition)],
            "supportingInfo": [reference("QuestionnaireResponse", form) for form in forms],
            "note": [{"text": note} for note in notes],
        },
        version=told.version,
        changed_at=told.changed_at,
        restricted=hidden,
    )


def status(told: EpisodeTold) -> str:
    """The status in FHIR's words (request-status)."""
    definition, stage = told.definition, told.stage
    if is_void(definition, stage) or told.closure == ENTERED_IN_ERROR:
        return "entered-in-error"
    if stage.closed:
        return _closed_status(definition, definition.closures.get(told.closure))
    paused = any(definition.side_states[key].held_by for key in told.side_states)
    return "on-hold" if paused else "active"


def _closed_status(definition: Definition, closure: Closure | None) -> str:
    """Completed where the work was finished, or where the reason is not told; else it ended before that.

    On a pathway that gives feedback the work is finished after it: its three ways to end then look alike from outside.
    """
    if closure is None:
        return "completed"
    feedback = {step.key for step in definition.steps.values() if step.reveals_outcome}
    finished = not feedback.isdisjoint(closure.requires) if feedback else not closure.rejection
    return "completed" if finished else "revoked"


def _category(definition: Definition) -> Json:
    return made.concept(
        made.coding(systems.BARS_CATEGORY, "referral", "Transfer of Care"),
        made.coding(systems.USE_CASE, referrals.use_case(definition), definition.title),
    )


def _code(definition: Definition) -> Json:
    return made.concept(
        made.coding(systems.SNOMED, referrals.asked_for(definition)),
        made.coding(systems.PATHWAY, definition.key, definition.title),
        text=definition.title,
    )


def _reason(definition: Definition) -> Json:
    return made.concept(made.coding(systems.SNOMED, referrals.reason(definition)))


def _source(source: str, title: str) -> Json:
    if not source:
        return {}
    national = made.coding(systems.SNOMED, referrals.SOURCES.get(source, ""))
    ours = made.coding(systems.SOURCE, source, title)
    return made.extension(SOURCE_OF_REQUEST, valueCodeableConcept=made.concept(national, ours, text=title))


def _priority(priority: str) -> dict[str, Any]:
    """Our own word for it, since theirs has other steps."""
    coded = made.concept(made.coding(systems.PRIORITY, priority, priority.capitalize()))
    return {"extension": [made.extension(PRIORITY_REASON, valueCodeableConcept=coded)]}

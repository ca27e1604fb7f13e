"""CarePlan: what was agreed with the family, and the support that goes on while the child waits.

A plan is in force until its episode ends. What the referral says of support is a plan too, in its own words where they may
be read; no plan points at a condition.
"""

from typing import Final

from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import about, answers
from pathway_fhir.mapping.datatypes import Json, coding, concept, day, identifier, period
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.mapping.of_facts import SUPPORT_PLANNED
from pathway_fhir.vocabulary import systems

ACTIVE, COMPLETED, IN_ERROR = "active", "completed", "entered-in-error"
SUPPORT: Final = "Support while waiting"


def applies(told: FactTold) -> bool:
    """Whether there is a plan to show: a referral has one only where its words on support are told."""
    return told.step is not None and (
        not told.step.first or bool(told.texts.get(SUPPORT_PLANNED)) or _is_plan(told)
    )


def _is_plan(told: FactTold) -> bool:
    """A first step that is itself a plan, as one that was issued before the episode began, asks nothing of support."""
    return told.step is not None and told.step.field_named(SUPPORT_PLANNED) is None


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """The plan that one fact tells of."""
    support = told.texts.get(SUPPORT_PLANNED, "")
    asks_for_support = told.step is not None and not _is_plan(told)
    given = {} if asks_for_support else about.answers_of(told)
    return written(
        "CarePlan",
        told.event.id,
        {
            "extension": answers.extensions_for(of.definition, told.step, given, restricted=of.restricted)
            if told.step
            else [],
            "identifier": [identifier(systems.FACT, str(told.event.id))],
            "status": _status(told, of),
            "intent": "plan",
            "category": [concept(coding(systems.STEP, told.event.kind, told.title), text=told.title)],
            "title": SUPPORT if asks_for_support else told.title,
            "subject": about.patient(of),
            "period": period(told.event.happened_on, of.closed_on if of.stage.closed else None),
            "created": day(told.event.happened_on),
            "author": about.organisation(of.provider, restricted=of.restricted),
            "supportingInfo": [about.episode(told.episode_id)],
            "activity": [{"detail": {"status": "in-progress", "description": support}}] if support else [],
        },
        version=of.version,
        changed_at=of.changed_at,
        restricted=of.restricted,
    )


def _status(told: FactTold, of: EpisodeTold) -> str:
    if told.struck:
        return IN_ERROR
    return COMPLETED if of.stage.closed else ACTIVE

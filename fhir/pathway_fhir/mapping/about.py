"""Whom a resource of an episode is about, what it follows from, and who did it: the references that they all share.

Of a restricted child nothing points at an organisation or at staff, whose own resource names one (docs/rules.md 12). The
values have none already; it is looked at here once more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pathway.domain.roles import ROLE_TITLES
from pathway.domain.told import EpisodeTold, FactTold, OrganisationTold, PersonTold
from pathway_fhir.ids import reference
from pathway_fhir.mapping.datatypes import Json, concept, identifier, resource
from pathway_fhir.mapping.datatypes import coding as one_coding
from pathway_fhir.vocabulary import systems


def patient(of: EpisodeTold) -> Json:
    """The child, with the NHS number where it is told."""
    return {
        **reference("Patient", of.child_id),
        "identifier": identifier(systems.NHS_NUMBER, of.nhs_number),
    }


def patient_by_id(child_id: UUID) -> Json:
    return reference("Patient", child_id)


def referral(episode_id: UUID) -> Json:
    """The referral of an episode: it has the same id."""
    return reference("ServiceRequest", episode_id)


def episode(episode_id: UUID) -> Json:
    return reference("EpisodeOfCare", episode_id)


def organisation(told: OrganisationTold | None, *, restricted: bool = False) -> Json:
    """An organisation by reference and name, or nothing."""
    return {} if told is None or restricted else reference("Organization", told.id, told.name)


def staff(told: PersonTold | None, *, restricted: bool = False) -> Json:
    """A member of staff in their role, or nothing: the service itself has no account. Their role says for whom they work."""
    if told is None or restricted or not told.account_id:
        return {}
    return reference("PractitionerRole", told.account_id, told.name)


def role_title(told: FactTold) -> str:
    """Who recorded a fact, by role alone."""
    return ROLE_TITLES[told.event.role]


def step_concept(told: FactTold) -> Json:
    """The kind of a fact: our step, and its SNOMED CT code where it has one."""
    snomed = told.step.snomed if told.step is not None else ""
    return concept(
        one_coding(systems.STEP, told.event.kind, told.title),
        one_coding(systems.SNOMED, snomed),
        text=told.title,
    )


def answers_of(told: FactTold) -> Mapping[str, str]:
    """The fact's answers, with the free text that is theirs to read."""
    return {**told.event.fields, **told.texts}


def of_fact(resource_type: str, told: FactTold, of: EpisodeTold, elements: Mapping[str, Any]) -> Json:
    """A resource that shows one fact, by the fact's own key. Its version rises when the fact is ended or struck out."""
    version = 1 + (told.ended_by is not None) + told.struck
    return resource(
        resource_type,
        told.event.id,
        {"identifier": [identifier(systems.FACT, str(told.event.id))], **elements},
        version=version,
        changed_at=_changed_at(told, of),
        restricted=of.restricted,
    )


def _changed_at(told: FactTold, of: EpisodeTold) -> datetime:
    """When the fact was recorded, or ended; when the episode last changed where it was struck out since."""
    if told.struck:
        return of.changed_at
    known = [
        e.recorded_at for e in (told.event, told.ended_by) if e is not None and e.recorded_at is not None
    ]
    return max(known, default=of.changed_at)

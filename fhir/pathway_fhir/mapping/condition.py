"""Condition: what is suspected and, once the family has been told and it may be known, what was found.

One for each episode of a pathway that finds something. It stays provisional until then, whatever the team has decided:
before the feedback nothing here differs between one child and another (docs/rules.md 10). The codes are those of the
definition's own table of outcomes.

Source: HL7 FHIR R4, Condition (con-3, con-4, con-5); MHSDS v6 AutismStatus (1 confirmed, 2 suspected and on a pathway, 5 no
diagnosis); UK Core condition categories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pathway.domain.definition import Definition, Outcome, Step
from pathway.domain.told import EpisodeTold
from pathway_fhir.mapping import about
from pathway_fhir.mapping.datatypes import Json, coding, concept, day
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.mapping.episode_of_care import is_void
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import (
    CLINICAL_STATUS,
    CONDITION_CATEGORY,
    CONDITION_CATEGORY_UK,
    REFERRAL_REASON,
    VERIFICATION_STATUS,
)

_REASON: Final = "MHS101.PrimReasonReferralMH"
_REASON_TITLES: Final[Mapping[str, str]] = {"25": "Suspected autism"}
"""MHSDS v6, PrimReasonReferralMH: the reasons for referral that the definitions name."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a condition is established: its verification, its clinical status and its category."""

    verification: str
    clinical: str
    category: tuple[str, str, str]


_COMPLAINT = (CONDITION_CATEGORY_UK, "presenting-complaint", "Presenting Complaint")
_PROBLEM = (CONDITION_CATEGORY, "problem-list-item", "Problem List Item")

PROVISIONAL: Final = Standing("provisional", "active", _COMPLAINT)
CONFIRMED: Final = Standing("confirmed", "active", _PROBLEM)
REFUTED: Final = Standing("refuted", "inactive", _COMPLAINT)
IN_ERROR: Final = Standing("entered-in-error", "", _COMPLAINT)

STANDINGS: Final[Mapping[str, Standing]] = {"1": CONFIRMED, "5": REFUTED}
"""By the national status of the outcome; any other, and none, leaves it suspected."""


def applies(definition: Definition) -> bool:
    """Whether a pathway has a condition to speak of: it finds something, and says what it was asked to look for."""
    return bool(definition.outcomes) and bool(suspicion(definition))


def resource(told: EpisodeTold) -> Json:
    """The condition of an episode, with the episode's own id; only where it `applies`."""
    found = outcome_told(told)
    standing = IN_ERROR if is_void(told.definition, told.stage) else standing_of(found)
    system, category, title = standing.category
    return written(
        "Condition",
        told.id,
        {
            "clinicalStatus": concept(coding(CLINICAL_STATUS, standing.clinical)),
            "verificationStatus": concept(coding(VERIFICATION_STATUS, standing.verification)),
            "category": [concept(coding(system, category, title))],
            "code": _code(told.definition, found, standing),
            "subject": about.patient(told),
            "recordedDate": day(told.outcome_told_on if found else told.opened_on),
        },
        version=told.version,
        changed_at=told.changed_at,
        restricted=told.restricted,
    )


def outcome_told(told: EpisodeTold) -> Outcome | None:
    """What was found, only where it is told and the feedback has been given."""
    return told.definition.outcomes.get(told.outcome) if told.outcome_told_on is not None else None


def standing_of(found: Outcome | None) -> Standing:
    """A finding without a code of its own confirms nothing."""
    standing = STANDINGS.get(found.mhsds_autism_status, PROVISIONAL) if found else PROVISIONAL
    return PROVISIONAL if found and standing is CONFIRMED and not found.snomed else standing


def _code(definition: Definition, found: Outcome | None, standing: Standing) -> Json:
    """What was found where it is confirmed; else what was suspected, which is also what a refuted condition refutes."""
    if found is None or standing is not CONFIRMED:
        return suspicion(definition)
    return concept(
        coding(systems.SNOMED, found.snomed),
        coding(systems.OUTCOME, found.key, found.title),
        text=found.title,
    )


def suspicion(definition: Definition) -> Json:
    """What a pathway is asked to look for, by the codes of the referral; nothing where the referral has none."""
    first = definition.steps[definition.first_step]
    reason = _reason(first)
    return concept(
        coding(systems.SNOMED, first.snomed),
        coding(REFERRAL_REASON, reason, _REASON_TITLES.get(reason, "")),
        text=_REASON_TITLES.get(reason, definition.title) if first.snomed or reason else "",
    )


def _reason(first: Step) -> str:
    return first.mhsds.get(_REASON, "")

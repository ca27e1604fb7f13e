"""Encounter: a contact that took place, or a part of the assessment that was done; and the one that a partner reports.

What starts the assessment is told from other contacts by its code (SNOMED CT, as the definition has it, or our step). UK
Core's codes for OutcomeOfAttendance say what follows an attendance (discharged, another appointment), which no fact says
and which before the feedback might imply an outcome; so that extension carries how the child attended, with MHSDS's
AttendStatus. The binding is extensible.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pathway.domain.definition import Definition, Step
from pathway.domain.told import EpisodeTold, FactTold
from pathway_fhir.mapping import about, answers, mechanism
from pathway_fhir.mapping.condition import suspicion
from pathway_fhir.mapping.datatypes import Json, coding, concept, extension, period
from pathway_fhir.mapping.of_facts import Shown, is_care_contact, steps_shown_as
from pathway_fhir.mapping.received import Reading, begin, code, one, whole_day
from pathway_fhir.mapping.received import extension as extension_in
from pathway_fhir.mapping.sent_step import StepSent, episode_pointed_at, step_said
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import ATTEND_STATUS

ATTENDANCE: Final = systems.uk_extension("OutcomeOfAttendance")
ABOUT: Final = ("episodeOfCare", "basedOn")

FINISHED, CANCELLED, IN_ERROR = "finished", "cancelled", "entered-in-error"

STATUS_BY_RESULT: Final[Mapping[str, str]] = {
    "completed": FINISHED,
    "could_not_complete": FINISHED,
    "not_needed": CANCELLED,
}
"""A part of the assessment that is not needed does not take place; any other contact is told once it has."""

_ATTENDED: Final = "attendance"
_RESULT: Final = "result"


def resource(told: FactTold, of: EpisodeTold) -> Json:
    """The contact that one fact tells of, on its whole day."""
    given, step = about.answers_of(told), told.step
    return about.of_fact(
        "Encounter",
        told,
        of,
        {
            "extension": [
                _attendance(of.definition, step, given) if step else {},
                *(
                    answers.extensions_for(of.definition, step, given, restricted=of.restricted)
                    if step
                    else ()
                ),
            ],
            "status": IN_ERROR if told.struck else STATUS_BY_RESULT.get(given.get(_RESULT, ""), FINISHED),
            "class": mechanism.encounter_class(given, restricted=of.restricted),
            "type": [about.step_concept(told)],
            "subject": about.patient(of),
            "episodeOfCare": [about.episode(told.episode_id)],
            "basedOn": [about.referral(told.episode_id)],
            "period": period(told.event.happened_on, told.event.happened_on),
            "reasonCode": [suspicion(of.definition)],
            "serviceProvider": about.organisation(of.provider, restricted=of.restricted),
        },
    )


def _attendance(definition: Definition, step: Step, given: Mapping[str, str]) -> Json:
    asked, said = step.field_named(_ATTENDED), given.get(_ATTENDED, "")
    if asked is None or not said:
        return {}
    national = step.mhsds.get(f"MHS201.AttendStatus[{_ATTENDED}={said}]", "")
    return extension(
        ATTENDANCE,
        valueCodeableConcept=concept(
            answers.option_coding(definition, step, asked, said),
            coding(ATTEND_STATUS, national),
            text=answers.title_of(asked, said),
        ),
    )


# --- Reading ----------------------------------------------------------------------------------------------------------


def episode_of(resource: Any) -> UUID:
    """The episode that a contact belongs to. Raises Refused where it does not say."""
    reading = begin(resource, "Encounter")
    found = episode_pointed_at(reading, resource, ABOUT)
    reading.end()
    assert found is not None
    return found


def parse(resource: Any, definition: Definition) -> StepSent:
    """The step that a contact is, on the day of its period, with its answers. Raises Refused.

    Without a code it is a plain contact; a planned one is refused, and so is one that may be by video or by telephone.
    """
    reading = begin(resource, "Encounter")
    episode_id = episode_pointed_at(reading, resource, ABOUT)
    contacts = steps_shown_as(definition, Shown.ENCOUNTER)
    step = step_said(reading, definition, resource.get("type"), "type", contacts, plain_contact(contacts))
    given = _answers(reading, resource, definition, step) if step else {}
    _check_status(reading, resource, given)
    said = one(resource.get("period"))
    place = "period.start" if said.get("start") else "period.end"
    on = whole_day(
        reading, said.get("start") or said.get("end"), place, what="on which day it was", required=True
    )
    reading.end()
    assert episode_id is not None
    assert step is not None
    assert on is not None
    return StepSent(episode_id, step.key, on, given)


def plain_contact(contacts: tuple[Step, ...]) -> Step | None:
    """The contact that is nothing more: it has no code of its own and moves nobody. None where there is not exactly one."""
    plain = [step for step in contacts if is_care_contact(step) and not step.to and not step.snomed]
    return plain[0] if len(plain) == 1 else None


def _check_status(reading: Reading, resource: Json, given: Mapping[str, str]) -> None:
    expected = STATUS_BY_RESULT.get(given.get(_RESULT, ""), FINISHED)
    if resource.get("status") != expected:
        reading.fault(
            IssueType.NOT_SUPPORTED,
            f"A contact is told here once it has taken place: send it with status {expected}. One that is still to come is "
            "an Appointment.",
            "status",
        )


def _answers(reading: Reading, resource: Json, definition: Definition, step: Step) -> dict[str, str]:
    """Our own answers; what they leave out, by UK Core's extensions and by the class."""
    exact = {
        **_attended(resource, definition, step),
        **answers.read_extensions(reading, resource, definition, step),
    }
    known = {**mechanism.answers_from_channel(resource, step), **exact}
    return {**mechanism.answers_from_class(reading, resource, step, known), **known}


def _attended(resource: Json, definition: Definition, step: Step) -> dict[str, str]:
    """How the child attended, by our code or by MHSDS's."""
    asked = step.field_named(_ATTENDED)
    if asked is None:
        return {}
    said = extension_in(resource, ATTENDANCE).get("valueCodeableConcept")
    ours = code(said, systems.answer_options(definition.key, step.key, asked.key))
    national = code(said, ATTEND_STATUS)
    by_code = {step.mhsds.get(f"MHS201.AttendStatus[{_ATTENDED}={o.key}]", ""): o.key for o in asked.options}
    found = ours or (by_code.get(national, "") if national else "")
    return {_ATTENDED: found} if found else {}

"""A step of an episode as it is sent: by a completed Task, a form, a contact, an appointment, a permission.

They are all the one action that people use, so what the pathway does not allow is refused with the steps that it does.
"""

from collections.abc import Callable
from uuid import UUID

from pathway.actions.perform import Asking
from pathway.actions.record_step import record_step
from pathway.domain.definition import Definition
from pathway.domain.errors import NotFound, StepNotAllowed
from pathway.domain.told import EpisodeTold
from pathway.reading.told.episodes import read_episode
from pathway.reading.told.facts import fact
from pathway.reading.told.tasks import tasks_of_episodes
from pathway_fhir import ids
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.mapping import appointment_sent, consent, encounter, questionnaire_response, task
from pathway_fhir.mapping.received import begin, one, several
from pathway_fhir.mapping.sent_step import StepSent, episode_pointed_at
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.offered import Json
from pathway_fhir.server.reading import NOT_THERE
from pathway_fhir.server.values import reference_key

Parse = Callable[[Json, Definition], StepSent]


async def episode_named(sent: Sent, episode_id: UUID) -> EpisodeTold:
    """The episode that is meant, as far as the sender may know it. Raises NotFound."""
    told = await read_episode(sent.exchange.area, sent.exchange.actor, episode_id)
    if told is None:
        raise NotFound(NOT_THERE)
    return told


async def _record(sent: Sent, step: StepSent, resource_type: str, of: EpisodeTold) -> Written:
    try:
        changed = await record_step(
            sent.exchange.area, sent.asking, step.episode_id, step.step, step.happened_on, step.answers
        )
    except StepNotAllowed as refused:
        raise StepNotAllowed(refused.message, allowed=refused.allowed or possible(of, sent.asking)) from None
    return Written(resource_type, str(changed.event_id), of.child_id)


def possible(of: EpisodeTold, asking: Asking) -> tuple[str, ...]:
    """The steps that this system may record from the stage that it is told: never from one that is hidden (docs/rules.md 10)."""
    return tuple(
        step.key
        for step in of.definition.steps.values()
        if of.stage.key in step.from_stages and asking.actor.role in step.by
    )


async def create_encounter(sent: Sent) -> Written:
    of = await episode_named(sent, encounter.episode_of(sent.resource))
    return await _record(sent, encounter.parse(sent.resource, of.definition), "Encounter", of)


async def create_appointment(sent: Sent) -> Written:
    of = await episode_named(sent, appointment_sent.episode_of(sent.resource))
    step = appointment_sent.parse(sent.resource, of.definition, sent.exchange.area.today)
    return await _record(sent, step, "Appointment", of)


async def update_appointment(sent: Sent, logical_id: str) -> Written:
    """What became of an appointment, or another day for it: the step that says so is recorded beside the first."""
    key = ids.uuid_in(logical_id)
    found = await fact(sent.exchange.area, sent.exchange.actor, key) if key else None
    if found is None:
        raise NotFound(NOT_THERE)
    booked, of = found
    step = appointment_sent.parse_update(sent.resource, of, booked, sent.exchange.area.today)
    await _record(sent, step, "Appointment", of)
    return Written("Appointment", logical_id, of.child_id, made=False)


async def create_consent(sent: Sent) -> Written:
    of = await episode_named(sent, _episode_of_consent(sent.resource))
    return await _record(sent, consent.parse(sent.resource, of.definition), "Consent", of)


def _episode_of_consent(sent: Json) -> UUID:
    """The episode that a permission belongs to: of provision.data, the one that is a referral or an episode of ours."""
    reading = begin(sent, "Consent")
    links = [element.get("reference") for _, element in several(one(sent.get("provision")).get("data"))]
    found = episode_pointed_at(reading, {"provision.data": links}, ("provision.data",))
    reading.end()
    if found is None:
        raise ValueError("What is missing was refused above.")
    return found


async def create_task(sent: Sent) -> Written:
    """Work that was done, told as a completed Task: the answer is the Task as it now stands."""
    of = await episode_named(sent, task.episode_of(sent.resource))
    step = task.parse(sent.resource, of.definition)
    await _record(sent, step, "Task", of)
    key = next((t.key for t in of.definition.tasks.values() if step.step in t.done_by), "")
    return Written("Task", ids.keyed(of.id, key), of.child_id)


async def update_task(sent: Sent, logical_id: str) -> Written:
    key = ids.keyed_in(logical_id)
    told = await tasks_of_episodes(sent.exchange.area, sent.exchange.actor, [key[0]]) if key else []
    found = next(((one, of) for one, of in told if key and one.key == key[1]), None)
    if found is None:
        raise NotFound(NOT_THERE)
    current, of = found
    step = task.parse({**sent.resource, "id": logical_id}, of.definition, current)
    await _record(sent, step, "Task", of)
    return Written("Task", logical_id, of.child_id, made=False)


async def create_form(sent: Sent) -> Written:
    """The answers to a step's questions, which record the step."""
    pathways = sent.exchange.area.pathways
    known = {key: pathways.newest(key) for key in pathways.keys}
    answers = questionnaire_response.parse(sent.resource, known)
    keys = [reference_key(one.reference, one.type) for one in answers.about]
    episode = next((key for key in keys if key is not None), None)
    if episode is None:
        raise Refused.because(
            422,
            IssueType.REQUIRED,
            "Name the referral that this form belongs to, as ServiceRequest of this server, in basedOn.",
            "QuestionnaireResponse.basedOn",
        )
    of = await episode_named(sent, episode)
    on = answers.happened_on or sent.exchange.area.today
    return await _record(
        sent, StepSent(of.id, answers.step, on, answers.answers), "QuestionnaireResponse", of
    )

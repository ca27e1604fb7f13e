"""Task: work to be done on an episode, the one headline step or a task beside it, with its date; and work that was done.

A Task is asked for until it is done or falls away: nothing here knows whether somebody has begun. The date is the one that
is planned, never a limit that has passed (docs/rules.md 6). Done by a partner, it is the step that does it; its day is
`executionPeriod.end`, and what the step asks for stands in `input` or `output` by our field codes.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from pathway.domain.definition import Definition, Step
from pathway.domain.told import EpisodeTold, TaskTold
from pathway_fhir import ids
from pathway_fhir.mapping import about, answers
from pathway_fhir.mapping.datatypes import Json, coding, concept, day, period
from pathway_fhir.mapping.datatypes import resource as written
from pathway_fhir.mapping.received import Reading, begin, one, whole_day, words
from pathway_fhir.mapping.sent_step import StepSent, episode_pointed_at, step_said
from pathway_fhir.outcome import IssueType
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import SLOT, TASK

REQUESTED, COMPLETED, CANCELLED = "requested", "completed", "cancelled"
ABOUT: Final = ("focus", "basedOn")


def resource(told: TaskTold, of: EpisodeTold) -> Json:
    """One piece of work of an episode."""
    step = of.definition.steps.get(told.step)
    return written(
        "Task",
        ids.keyed(told.episode_id, told.key),
        {
            "basedOn": [about.episode(told.episode_id)],
            "status": status(told),
            "businessStatus": _business_status(told, of),
            "intent": "order",
            "code": concept(
                coding(systems.STEP, told.step, step.title if step else told.title),
                coding(systems.SNOMED, step.snomed if step else ""),
                coding(TASK, told.key, told.title),
                text=told.title,
            ),
            "description": told.title,
            "focus": about.referral(told.episode_id),
            "for": about.patient(of),
            "executionPeriod": period(None, told.done_on),
            "authoredOn": day(told.opened_on),
            "performerType": [_performer(told, of.definition)],
            "owner": about.organisation(told.owner, restricted=of.restricted),
            "restriction": {"period": period(None, told.due_on)},
        },
        version=of.version,
        changed_at=of.changed_at,
        restricted=of.restricted,
    )


def status(told: TaskTold) -> str:
    """Done, fallen away, or still asked for."""
    by_day = ((told.done_on, COMPLETED), (told.fell_away_on, CANCELLED))
    return next((said for on, said in by_day if on is not None), REQUESTED)


def _business_status(told: TaskTold, of: EpisodeTold) -> Json:
    """Where the child is, for the headline; for a task beside it, what is to be done."""
    if told.key:
        return concept(coding(TASK, told.key, told.title), text=told.title)
    return concept(coding(systems.STAGE, of.stage.key, of.stage.title), text=of.stage.title)


def _performer(told: TaskTold, definition: Definition) -> Json:
    title = next((p.title for p in definition.parties.values() if p.slot == told.owner_slot), "")
    return concept(coding(SLOT, told.owner_slot, title), text=title)


# --- Reading ----------------------------------------------------------------------------------------------------------


def episode_of(resource: Any) -> UUID:
    """The episode of a Task that is sent: by the id that we gave it, or by what it is about. Raises Refused."""
    reading = begin(resource, "Task")
    ours = ids.keyed_in(words(resource.get("id")))
    found = ours[0] if ours else episode_pointed_at(reading, resource, ABOUT)
    reading.end()
    assert found is not None
    return found


def parse(resource: Any, definition: Definition, current: TaskTold | None = None) -> StepSent:
    """The step that a completed Task says was done. `current` is the Task as it stands, where one is updated.

    Raises Refused where it is not completed, says no day or names a step that does not do this task.
    """
    reading = begin(resource, "Task")
    if resource.get("status") != COMPLETED:
        reading.fault(
            IssueType.NOT_SUPPORTED,
            "A Task changes here only when its work is done. Send it with status completed, and with the day as "
            "executionPeriod.end.",
            "status",
        )
    episode_id = current.episode_id if current else episode_pointed_at(reading, resource, ABOUT)
    step = _step(reading, resource, definition, current)
    on = whole_day(
        reading,
        one(resource.get("executionPeriod")).get("end"),
        "executionPeriod.end",
        what="on which day it was done",
        required=True,
    )
    given = answers.read_parameters(reading, resource, definition, step) if step else {}
    reading.end()
    assert episode_id is not None
    assert step is not None
    assert on is not None
    return StepSent(episode_id, step.key, on, given)


def _step(reading: Reading, resource: Json, definition: Definition, current: TaskTold | None) -> Step | None:
    """By its code; where it has none, the step that the Task itself is waiting for."""
    waiting = definition.steps.get(current.step) if current else None
    return step_said(
        reading, definition, [resource.get("code")], "code", _that_do(definition, current), otherwise=waiting
    )


def _that_do(definition: Definition, current: TaskTold | None) -> Collection[Step]:
    """The steps that do this task; the headline, and a Task that is new, may be any step of the pathway."""
    task = definition.tasks.get(current.key) if current else None
    if task is None:
        return tuple(definition.steps.values())
    return tuple(definition.steps[key] for key in task.done_by)

"""Work to be done as a Task, and a Task that a partner has done as the step it means."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.domain.definition import Definition, Step
from pathway.domain.told import EpisodeTold, OrganisationTold, TaskTold
from pathway_fhir import ids
from pathway_fhir.mapping import answers as answered
from pathway_fhir.mapping import task
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.care import FIELD
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, answers, days
from tests.fhir.mapping.of_episodes import tasks

EPISODE = UUID("0197a000-0000-7000-8000-000000000001")
EVERY_STEP = [(d, step) for d in DEFINITIONS.values() for step in d.steps.values()]


def sent(step: str = "information_received", **elements: Any) -> dict[str, Any]:
    """A Task that a partner creates for something it has done."""
    return {
        "resourceType": "Task",
        "status": "completed",
        "intent": "order",
        "code": {"coding": [{"system": systems.STEP, "code": step}]},
        "focus": {"reference": f"ServiceRequest/{EPISODE}"},
        "executionPeriod": {"end": "2026-03-02"},
        **elements,
    }


def refused(resource: dict[str, Any], current: TaskTold | None = None) -> Refused:
    with pytest.raises(Refused) as refusal:
        task.parse(resource, AUTISM, current)
    return refusal.value


@given(tasks())
def test_every_task_of_every_pathway_conforms(told: tuple[TaskTold, EpisodeTold]) -> None:
    work, of = told
    found = task.resource(work, of)
    assert_conforms(found)
    assert ids.keyed_in(found["id"]) == (work.episode_id, work.key)
    assert found["focus"]["reference"] == f"ServiceRequest/{of.id}"
    due = found.get("restriction", {}).get("period", {}).get("end")
    assert due == (work.due_on.isoformat() if work.due_on else None)
    shown = found["businessStatus"]["coding"][0]["code"]
    assert shown == (work.key or of.stage.key)


@pytest.mark.parametrize(
    ("done", "fell", "status"),
    [(None, None, "requested"), (date(2026, 3, 2), None, "completed"), (None, date(2026, 3, 2), "cancelled")],
)
@given(told=tasks())
def test_where_a_task_stands(
    told: tuple[TaskTold, EpisodeTold], done: date | None, fell: date | None, status: str
) -> None:
    work, of = told
    found = task.resource(replace(work, done_on=done, fell_away_on=fell), of)
    assert found["status"] == status
    assert found.get("executionPeriod", {}).get("end") == (done.isoformat() if done else None)


@given(tasks())
def test_a_restricted_childs_tasks_have_no_owner(told: tuple[TaskTold, EpisodeTold]) -> None:
    work, of = told
    wrong = replace(work, owner=OrganisationTold(7, "school", "Moor Lane School"))
    found = task.resource(wrong, replace(of, restricted=True))
    assert "owner" not in found
    assert "Moor Lane" not in str(found)


# --- Reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("definition", "step"), EVERY_STEP, ids=lambda x: x.key)
@settings(max_examples=5)
@given(data=st.data())
def test_every_step_can_be_sent_as_a_task_and_nothing_is_lost(
    definition: Definition, step: Step, data: st.DataObject
) -> None:
    given_answers, on = data.draw(answers(step)), data.draw(days)
    resource = sent(
        step.key,
        executionPeriod={"end": on.isoformat()},
        output=answered.outputs_for(definition, step, given_answers),
    )
    if not resource["output"]:
        del resource["output"]
    assert_conforms(resource)
    found = task.parse(resource, definition)
    said = {key: value.strip() for key, value in given_answers.items() if value.strip()}
    assert (found.episode_id, found.step, found.happened_on) == (EPISODE, step.key, on)
    assert found.answers == said


@given(tasks())
def test_a_task_that_is_updated_to_completed_is_the_step_it_waited_for(
    told: tuple[TaskTold, EpisodeTold],
) -> None:
    work, of = told
    current = replace(work, done_on=None, fell_away_on=None)
    resource = task.resource(current, of)
    done = {**resource, "status": "completed", "executionPeriod": {"end": "2026-03-02"}}
    found = task.parse(done, of.definition, current)
    assert (found.episode_id, found.step) == (work.episode_id, work.step)
    assert task.episode_of(done) == of.id
    del done["code"]
    assert task.parse(done, of.definition, current) == found


def test_the_day_may_be_a_moment_and_is_londons() -> None:
    found = task.parse(sent(executionPeriod={"end": "2026-07-01T23:30:00Z"}), AUTISM)
    assert found.happened_on == date(2026, 7, 2)


@pytest.mark.parametrize("name", ["input", "output"])
def test_a_choice_may_be_a_code_of_ours_or_a_plain_one(name: str) -> None:
    """A code of somebody else's system may mean something else."""
    field = {"coding": [{"system": FIELD, "code": "lawful_basis"}]}
    ours = systems.answer_options("autism", "report_shared_with_gp", "lawful_basis")
    for value in (
        {"valueCoding": {"system": ours, "code": "consent"}},
        {"valueCoding": {"code": "consent"}},
        {"valueCodeableConcept": {"coding": [{"system": ours, "code": "consent"}]}},
        {"valueCode": "consent"},
    ):
        resource = sent("report_shared_with_gp", **{name: [{"type": field, **value}]})
        assert task.parse(resource, AUTISM).answers == {"lawful_basis": "consent"}
    other = [{"type": field, "valueCoding": {"system": "http://example.org", "code": "consent"}}]
    assert refused(sent("report_shared_with_gp", **{name: other})).issues[0].code is IssueType.VALUE


def test_parameters_of_the_senders_own_are_left_out() -> None:
    own = {"type": {"text": "Ward round"}, "valueString": "notes of ours"}
    assert task.parse(sent(input=[own]), AUTISM).answers == {}


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        ({"status": "in-progress"}, "Task.status", IssueType.NOT_SUPPORTED),
        ({"status": "rejected"}, "Task.status", IssueType.NOT_SUPPORTED),
        ({"executionPeriod": {}}, "Task.executionPeriod.end", IssueType.REQUIRED),
        ({"executionPeriod": {"end": "2026-03"}}, "Task.executionPeriod.end", IssueType.VALUE),
        ({"code": {"coding": [{"system": systems.STEP, "code": "diagnosed"}]}}, "Task.code", IssueType.CODE_INVALID),
        ({"code": {"text": "done"}}, "Task.code", IssueType.CODE_INVALID),
        ({"focus": {"reference": "Patient/1"}}, "Task.focus", IssueType.REQUIRED),
        ({"basedOn": [{"reference": f"EpisodeOfCare/{UUID(int=9)}"}]}, "Task.focus", IssueType.INVARIANT),
        (
            {"output": [{"type": {"coding": [{"system": FIELD, "code": "shoe_size"}]}, "valueInteger": 4}]},
            "Task.output[0]",
            IssueType.CODE_INVALID,
        ),
        (
            {"output": [{"type": {"coding": [{"system": FIELD, "code": "details"}]}, "valueInteger": 4}]},
            "Task.output[0]",
            IssueType.VALUE,
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place(
    change: dict[str, Any], where: str, code: IssueType
) -> None:
    refusal = refused(sent(**change))
    assert refusal.status == 422
    assert [(issue.expression, issue.code) for issue in refusal.issues] == [((where,), code)]


def test_all_that_is_wrong_is_said_at_once() -> None:
    refusal = refused(sent(status="ready", executionPeriod=None, focus=None))
    assert len(refusal.issues) == 3


def test_a_task_beside_the_stage_is_done_by_its_own_steps_only() -> None:
    current = TaskTold(
        EPISODE,
        UUID(int=2),
        "check_safety",
        "Check",
        "safety_checked",
        date(2026, 3, 1),
        None,
        None,
        "provider",
    )
    refusal = refused(sent("information_received"), current)
    assert "safety_checked" in refusal.issues[0].text


def test_another_resource_is_refused() -> None:
    assert refused({"resourceType": "Patient"}).issues[0].code is IssueType.INVALID

"""A step's questions and answers as FHIR forms: every step of every pathway, there and back, and every item that is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.definition import Definition, Step
from pathway_fhir.mapping import questionnaire, questionnaire_response
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.vocabulary import systems
from tests.fhir.mapping.conformity import assert_conforms
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, episodes, facts, walk

STEPS = [(d, s) for d in DEFINITIONS.values() for s in d.steps.values() if questionnaire.asked(s)]
REFERRAL = AUTISM.steps["referral_received"]


def form(*items: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": questionnaire.address(AUTISM, REFERRAL),
        "status": "completed",
        "authored": "2026-11-20T09:00:00Z",
        "subject": {"reference": "Patient/1"},
        "item": list(items),
        **changed,
    }


def item(key: str, **answer: Any) -> dict[str, Any]:
    return {"linkId": key, "answer": [answer]}


def choice(key: str, code: str) -> dict[str, Any]:
    system = systems.answer_options("autism", "referral_received", key)
    return item(key, valueCoding={"system": system, "code": code})


SOURCE = choice("source", "gp")
AGREES = item("family_agrees", valueBoolean=True)


def faults(sent: dict[str, Any]) -> dict[str, IssueType]:
    with pytest.raises(Refused) as refused:
        questionnaire_response.parse(sent, DEFINITIONS)
    return {
        issue.expression[0].removeprefix("QuestionnaireResponse."): issue.code
        for issue in refused.value.issues
    }


@pytest.mark.parametrize(("definition", "step"), STEPS, ids=lambda value: value.key)
def test_every_steps_questions_conform(definition: Definition, step: Step) -> None:
    printed = questionnaire.resource(definition, step)
    assert_conforms(printed)
    assert [q["linkId"] for q in printed["item"]] == [f.key for f in questionnaire.asked(step)]


@given(st.data())
def test_answers_conform_and_come_back(data: st.DataObject) -> None:
    definition, step = data.draw(st.sampled_from(STEPS))
    told, of = data.draw(facts(step, struck=False)), data.draw(episodes(definition, restricted=False))
    printed = questionnaire_response.resource(told, of)
    assert_conforms(printed)
    back = questionnaire_response.parse(printed, DEFINITIONS)
    assert (back.pathway, back.step, back.happened_on) == (definition.key, step.key, told.event.happened_on)
    asked = {f.key for f in questionnaire.asked(step)}
    assert back.answers == {k: v for k, v in {**told.event.fields, **told.texts}.items() if k in asked}
    assert [found.reference for found in back.about] == [f"ServiceRequest/{told.episode_id}"]
    assert back.answers == {} or str(sorted(back.answers.items())) not in repr(back)


@given(st.data())
def test_rule_12_of_a_restricted_child_no_place_and_no_organisation_is_answered(data: st.DataObject) -> None:
    definition, step = data.draw(st.sampled_from(STEPS))
    told, of = data.draw(facts(step)), data.draw(episodes(definition, restricted=True))
    printed = questionnaire_response.resource(told, of)
    assert_conforms(printed)
    answered = {value for name, value in walk(printed) if name == "linkId"}
    assert answered.isdisjoint({"referrer", "provider", "school", "council", "setting"})
    assert "author" not in printed


def test_a_struck_out_fact_is_entered_in_error() -> None:
    @given(facts(REFERRAL, struck=True), episodes(AUTISM))
    def holds(told: Any, of: Any) -> None:
        assert questionnaire_response.resource(told, of)["status"] == "entered-in-error"

    holds()


# --- What comes in ----------------------------------------------------------------------------------------------------


def test_items_in_groups_are_read_and_words_that_are_only_shown_are_passed_over() -> None:
    group = {"linkId": "page-1", "item": [SOURCE, {"linkId": "risk.hint", "text": "This is not a referral."}]}
    sent = form(
        group, AGREES, item("support_cycles", valueInteger=2), item("original_start", valueDate="2025-02-03")
    )
    assert questionnaire_response.parse(sent, DEFINITIONS).answers == {
        "source": "gp",
        "family_agrees": "yes",
        "support_cycles": "2",
        "original_start": "2025-02-03",
    }


def test_every_item_that_is_wrong_is_said_with_its_place() -> None:
    sent = form(
        choice("source", "teacher"),
        item("family_agrees", valueString="yes"),
        item("support_cycles", valueInteger=-1),
        item("original_start", valueDate="2025"),
        item("strengths", valueString="x" * 2001),
        item("favourite_colour", valueString="blue"),
        {"linkId": "page", "item": [choice("risk", "none"), choice("risk", "none")]},
        {"linkId": "concerns", "answer": [{"valueString": "a"}, {"valueString": "b"}]},
    )
    assert faults(sent) == {
        "item[0].answer[0]": IssueType.VALUE,
        "item[1].answer[0]": IssueType.VALUE,
        "item[2].answer[0]": IssueType.VALUE,
        "item[3].answer[0]": IssueType.VALUE,
        "item[4].answer[0]": IssueType.TOO_LONG,
        "item[5]": IssueType.NOT_SUPPORTED,
        "item[6].item[1]": IssueType.DUPLICATE,
        "item[7]": IssueType.VALUE,
    }


def test_a_code_of_another_system_is_not_taken_for_ours() -> None:
    other = item("source", valueCoding={"system": "https://there.example/codes", "code": "gp"})
    assert faults(form(other, AGREES)) == {"item[0].answer[0]": IssueType.VALUE}
    bare = item("source", valueCoding={"code": "gp"})
    assert questionnaire_response.parse(form(bare, AGREES), DEFINITIONS).answers["source"] == "gp"


def test_required_questions_are_named_where_they_are_not_answered() -> None:
    assert faults(form()) == {"item": IssueType.REQUIRED}
    assert faults(form({"linkId": "source"}, AGREES)) == {"item[0]": IssueType.REQUIRED}


@pytest.mark.parametrize(
    "canonical",
    [
        "",
        "https://there.example/Questionnaire/phq-9",
        "Questionnaire/autism--nothing",
        "autism--referral.received",
    ],
)
def test_other_peoples_questions_are_refused(canonical: str) -> None:
    assert faults(form(questionnaire=canonical)) == {"questionnaire": IssueType.NOT_FOUND}


def test_a_form_that_is_not_finished_is_refused() -> None:
    assert faults(form(SOURCE, AGREES, status="in-progress")) == {"status": IssueType.BUSINESS_RULE}


def test_a_thousand_groups_inside_each_other_are_read_without_a_crash() -> None:
    deep: dict[str, Any] = {"linkId": "last"}
    for _ in range(1000):
        deep = {"linkId": "group", "item": [deep]}
    assert questionnaire_response.parse(form(SOURCE, AGREES, deep), DEFINITIONS).answers["source"] == "gp"

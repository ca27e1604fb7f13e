"""docs/rules.md 5: health advice for an EHC assessment is due from what is known; neither it nor a diagnosis waits."""

import pytest

from pathway import definitions
from pathway.domain.clocks import ClockState
from tests.domain.stories import Story, after


def test_health_advice_is_given_without_any_step_of_the_autism_pathway() -> None:
    story = Story("ehc_needs_assessment").step("assessment_requested", 0).step("assess_agreed", 40)
    story.step("health_advice_requested", 41)
    assert story.reading("advice_health").due.due_on == after(41 + 42)
    story.step("health_advice_received", 60)
    assert story.reading("advice_health").state is ClockState.MET


@pytest.mark.parametrize("key", definitions.keys())
def test_no_pathway_makes_a_step_wait_for_one_of_another_pathway(key: str) -> None:
    pathway = definitions.load(key)
    for step in pathway.steps.values():
        assert set(step.requires) <= pathway.steps.keys()
    outcome = {s.key for s in pathway.steps.values() if s.field_named("outcome")}
    advice = [s for s in pathway.steps.values() if "advice" in s.key]
    assert not [s.key for s in advice if set(s.requires) & outcome]


def test_the_words_of_both_pathways_ask_for_neither_first() -> None:
    for key in ("autism", "ehc_needs_assessment", "annual_review"):
        for stage in definitions.load(key).stages.values():
            said = f"{stage.family} {stage.family_next}".lower()
            assert "after the diagnosis" not in said
            assert "once there is a diagnosis" not in said

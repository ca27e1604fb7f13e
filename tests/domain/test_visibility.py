"""Before the feedback nobody outside learns an outcome, nor a stage that implies one (docs/rules.md 10)."""

import pytest

from pathway import definitions
from pathway.domain.definition import Slot
from pathway.domain.events import BuiltIn
from pathway.domain.visibility import Audience, outcome_seen, stage_seen, stages_shown
from tests.domain.stories import OTHER, Story, assessing, decided, told

OUTSIDE = tuple(audience for audience in Audience if audience is not Audience.CLINICAL)
PARTNERS = (Audience.SCHOOL, Audience.COUNCIL, Audience.REFERRER)


def seen(story: Story) -> dict[Audience, tuple[str, str]]:
    episode = story.episode
    return {who: (stage_seen(episode, who).key, outcome_seen(episode, who)) for who in Audience}


@pytest.mark.parametrize("outcome", ["autism", "not_autism", "uncertain", "not_completed"])
def test_while_an_outcome_is_decided_and_not_told_everyone_outside_sees_what_they_saw_before(
    outcome: str,
) -> None:
    before = assessing().step("formulation_booked", 120)
    after = decided(outcome)
    assert seen(after)[Audience.CLINICAL] == ("outcome_decided", outcome)
    for who in OUTSIDE:
        assert seen(after)[who] == seen(before)[who] == ("formulation", "")


@pytest.mark.parametrize("outcome", ["autism", "not_autism"])
def test_at_the_feedback_the_family_learns_it_and_partners_only_that_it_was_given(outcome: str) -> None:
    shown = seen(told(outcome))
    assert shown[Audience.FAMILY] == ("after_feedback", outcome)
    for who in PARTNERS:
        assert shown[who] == ("after_feedback", "")


@pytest.mark.parametrize(
    ("step", "stage"), [("plan_agreed", "post_diagnostic_support"), ("other_support_agreed", "other_support")]
)
def test_what_follows_the_feedback_shows_partners_the_same_whatever_the_outcome(
    step: str, stage: str
) -> None:
    shown = seen(told().step(step, 140))
    assert shown[Audience.FAMILY][0] == stage
    assert {shown[who] for who in PARTNERS} == {("after_feedback", "")}


@pytest.mark.parametrize(
    ("share", "audience", "stop"),
    [
        ("report_shared_with_school", Audience.SCHOOL, "school_not_to_be_told"),
        ("report_shared_with_council", Audience.COUNCIL, "council_sharing_stopped"),
        ("report_shared_with_referrer", Audience.REFERRER, "referrer_sharing_stopped"),
    ],
)
def test_a_share_opens_it_to_one_partner_and_a_stop_closes_it_again(
    share: str, audience: Audience, stop: str
) -> None:
    story = (
        told().step("report_issued", 140).step("plan_agreed", 141).step(share, 142, lawful_basis="consent")
    )
    shown = seen(story)
    assert shown[audience] == ("post_diagnostic_support", "autism")
    assert {shown[who] for who in PARTNERS if who is not audience} == {("after_feedback", "")}
    assert seen(story.step(stop, 150))[audience] == ("after_feedback", "")


def test_a_share_from_before_does_not_tell_the_outcome_of_a_second_assessment() -> None:
    story = told().step("report_issued", 140).step("report_shared_with_school", 141, lawful_basis="consent")
    story.step("assessment_resumed", 200).step("formulation_booked", 210)
    story.step("outcome_recorded", 220, outcome="not_autism")
    assert {seen(story)[who] for who in OUTSIDE} == {("formulation", "")}


def test_a_new_school_is_not_shown_what_was_shared_with_the_one_before() -> None:
    story = told().step("report_issued", 140).step("report_shared_with_school", 141, lawful_basis="consent")
    assert seen(story)[Audience.SCHOOL] == ("after_feedback", "autism")
    story.built_in(BuiltIn.SCHOOL_CHANGED, 150, to=str(OTHER))
    assert seen(story)[Audience.SCHOOL] == ("after_feedback", "")


def test_an_outcome_struck_out_is_seen_by_nobody() -> None:
    story = decided().strike_out("outcome_recorded", 131)
    assert {outcome for _, outcome in seen(story).values()} == {""}


@pytest.mark.parametrize("key", definitions.keys())
def test_what_is_stored_for_each_audience_is_what_each_may_see(key: str) -> None:
    pathway = definitions.load(key)
    for stage in pathway.stages.values():
        for mask in (stage.family_sees, stage.partners_see):
            assert pathway.stages[mask].family_sees == mask, (
                "a mask leads to a stage that is not masked again"
            )
    shown = stages_shown(decided().episode)
    assert (shown.clinical, shown.family, shown.school) == ("outcome_decided", "formulation", "formulation")
    assert Slot.FAMILY not in decided().episode.shared_with

"""docs/rules.md 4: an exception belongs to the limit whose regulation lists it; a review is complete at the decision."""

import pytest

from pathway import definitions
from pathway.domain.clocks import ClockState
from tests.domain.stories import CALENDAR, Story, after

OF_5_10_13_27 = {"school_closed", "early_years_closed", "exceptional_circumstances", "absent_from_area"}
OF_8 = {"exceptional_circumstances", "absent_from_area", "appointment_missed"}


def assessed() -> Story:
    story = Story("ehc_needs_assessment").step("assessment_requested", 0).step("assess_agreed", 40)
    return story.step("health_advice_requested", 41)


@pytest.mark.parametrize("reason", sorted(OF_5_10_13_27 | OF_8))
@pytest.mark.parametrize(
    ("clock", "listed"),
    [("decide_to_assess", OF_5_10_13_27), ("advice_health", OF_8), ("no_plan_notice", OF_5_10_13_27), ("final_plan", OF_5_10_13_27)],
)  # fmt: skip
def test_an_exception_excuses_only_a_limit_whose_regulation_lists_it(
    clock: str, listed: set[str], reason: str
) -> None:
    story = assessed().step("exception_claimed", 60, clock=clock, reason=reason)
    assert story.reading(clock).is_excused is (reason in listed)


@pytest.mark.parametrize("clock", ["final_plan", "advice_health"])
def test_an_exception_subtracts_no_day_and_the_wait_is_still_late(clock: str) -> None:
    excused = assessed().step("exception_claimed", 60, clock=clock, reason="absent_from_area")
    assert excused.clock(clock).days(after(300)) == assessed().clock(clock).days(after(300))
    assert excused.reading(clock).due == assessed().reading(clock).due


def test_the_limits_of_annual_reviews_and_phase_transfers_have_no_exception_to_claim() -> None:
    review = definitions.load("annual_review")
    assert not review.exceptions
    assert not [clock.key for clock in review.clocks.values() if clock.exceptions]
    assert not [step.key for step in review.steps.values() if step.claims_exception]


def test_an_annual_review_is_late_until_its_decision_however_early_the_meeting_was() -> None:
    story = Story("annual_review").step("plan_issued", 0)
    story.step("meeting_called", 300, meeting_on=after(340).isoformat()).step(
        "meeting_held", 340, family_present="yes"
    )
    assert story.reading("review_cycle").state is ClockState.RUNNING
    story.step("decided_to_keep", 370, notice_complete="yes")
    first = next(f for f in story.episode.clocks if f.definition.key == "review_cycle")
    assert (first.instance, first.stopped_on) == (1, after(370))
    assert story.clock("review_cycle").started_on == after(370)


@pytest.mark.parametrize(
    ("order", "clocks"),
    [
        ("assess", {"tribunal_notice_to_assess", "tribunal_no_plan_after_assessment", "tribunal_plan_after_assessment"}),
        ("make_plan", {"tribunal_draft_plan", "tribunal_final_plan"}),
        ("dismissed", set()),
    ],
)  # fmt: skip
def test_a_tribunals_order_has_its_own_deadlines_and_they_follow_from_what_it_orders(
    order: str, clocks: set[str]
) -> None:
    story = Story("ehc_needs_assessment").step("assessment_requested", 0).step("assess_refused", 30)
    story.step("appeal_registered", 50).step("tribunal_order_made", 120, order=order)
    started = {f.definition.key for f in story.episode.clocks if f.started_on == after(120)}
    assert started == clocks


def test_a_reassessment_and_a_plan_from_another_council_are_openings_of_their_own() -> None:
    ehc, review = definitions.load("ehc_needs_assessment"), definitions.load("annual_review")
    assert ehc.steps["reassessment_requested"].first
    assert review.steps["plan_transferred_in"].first
    assert str(ehc.clocks["decide_to_reassess"].limit) == "15 days"


def test_a_plan_for_the_next_school_is_due_before_the_day_that_the_regulation_names() -> None:
    """Reg 18(1) says before 15 February and before 31 March: docs/adr/0011-before-a-statutory-day.md."""
    story = Story("annual_review").step("plan_issued", 0)
    story.step("phase_transfer_noted", 9, phase="primary_to_secondary", transfer_year="2027")
    due = story.reading("phase_transfer").due.due_on
    assert (due.day, due.month) == (14, 2)
    story.step("phase_transfer_noted", 20, phase="secondary_to_post_16", transfer_year="2028")
    due = story.reading("phase_transfer_post_16").due.due_on
    assert (due.day, due.month, CALENDAR.is_provisional(due)) == (30, 3, False)

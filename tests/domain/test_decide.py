"""Deciding on a step: every refusal says what happened and what to do, beside the field it is about, without a name."""

from datetime import date

import pytest

from pathway import definitions
from pathway.domain.decide import check_day, check_fields, check_role, fold_with, step_named
from pathway.domain.errors import ImpossibleHistory, InvalidInput, NotAllowed, StepNotAllowed
from pathway.domain.events import Event
from pathway.domain.roles import Role
from tests.domain.stories import CALENDAR, Story, accepted, after, referred

AUTISM, REVIEW = definitions.load("autism"), definitions.load("annual_review")
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("step", "given", "field", "says"),
    [
        ("referral_accepted", {}, "priority", "Answer “Priority”."),
        ("referral_accepted", {"priority": "  "}, "priority", "Answer “Priority”."),
        ("referral_accepted", {"priority": "now"}, "priority", "must be one of: “routine”, “soon”, “urgent”"),
        (
            "referral_accepted",
            {"priority": "soon", "by": "x"},
            "by",
            "Its fields are: priority, priority_reason",
        ),
        ("triage_started", {"by": "x"}, "by", "Its fields are: none"),
        (
            "list_reviewed",
            {"needs": "same", "spoke_with_family": "maybe"},
            "spoke_with_family",
            "“yes” or “no”",
        ),
        ("hold_requested", {"why": "away", "until": "31/03/2026"}, "until", "a real date, as 2026-03-31"),
        ("hold_requested", {"why": "away", "until": "2026-02-30"}, "until", "a real date, as 2026-03-31"),
        ("referral_added_to", {"details": "x" * 4001}, "details", "4,000 characters or fewer. Shorten it."),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_beside_its_field(
    step: str, given: dict[str, str], field: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_fields(AUTISM.steps[step], given, TODAY)
    assert refusal.value.field == field
    assert says in str(refusal.value)


@pytest.mark.parametrize("value", ["-1", "1.5", "twelve", "٣", " ", "1e3"])
def test_a_number_is_whole_and_written_in_digits(value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_fields(
            REVIEW.steps["phase_transfer_noted"],
            {"phase": "primary_to_secondary", "transfer_year": value},
            TODAY,
        )
    assert refusal.value.field == "transfer_year"


@pytest.mark.parametrize(
    ("original", "fits"), [("2026-03-02", True), ("2026-03-03", True), ("2026-03-04", False)]
)
def test_a_date_that_is_not_a_plan_lies_not_after_the_day_of_the_step(original: str, fits: bool) -> None:
    step, day = AUTISM.steps["referral_received"], date(2026, 3, 3)
    given = {"referrer": "1", "provider": "2", "source": "school", "family_agrees": "yes"}
    if fits:
        assert (
            check_fields(step, given | {"original_start": original}, day).fields["original_start"] == original
        )
    else:
        with pytest.raises(InvalidInput, match="must not be after the day of the step"):
            check_fields(step, given | {"original_start": original}, day)


def test_free_text_is_kept_apart_from_the_answers_that_stay_with_the_fact() -> None:
    answers = check_fields(
        AUTISM.steps["safeguarding_noted"], {"passed_on": "yes", "note": " Spoke with Ms K. "}, TODAY
    )
    assert answers.fields == {"passed_on": "yes"}
    assert answers.free_text == {"note": "Spoke with Ms K."}


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 11, 25), "today or in the past"),
        (date(2019, 4, 30), "before the child was born"),
    ],
)
def test_a_fact_happened_on_a_day_of_the_childs_life_that_has_come(day: date, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refusal:
        check_day(day, TODAY, date(2019, 5, 1))
    assert refusal.value.field == "happened_on"


@pytest.mark.parametrize("day", [date(2019, 5, 1), TODAY])
def test_the_day_of_birth_and_today_are_days_of_it(day: date) -> None:
    check_day(day, TODAY, date(2019, 5, 1))


def test_a_role_that_may_not_is_told_who_may_and_what_it_may_do_itself() -> None:
    step = AUTISM.steps["referral_accepted"]
    with pytest.raises(NotAllowed) as refusal:
        check_role(step, Role.COORDINATOR, AUTISM.steps_from("triage"))
    said = str(refusal.value)
    assert "is recorded by: Assessing clinician, Triage clinician" in said
    assert "“More information asked for”" in said
    with pytest.raises(NotAllowed, match="What you can record now: none"):
        check_role(step, Role.COMMISSIONER, AUTISM.steps_from("triage"))
    check_role(step, Role.TRIAGE, ())


def test_an_unknown_step_names_the_ones_there_are() -> None:
    with pytest.raises(StepNotAllowed) as refusal:
        step_named(AUTISM, "triage_begun")
    assert "triage_started" in refusal.value.allowed


def candidate(story: Story, kind: str, days: int, closure: str = "") -> Event:
    return story.step(kind, days, closure=closure).events.pop()


def test_a_step_from_the_wrong_stage_is_refused_with_those_that_fit_and_for_whom() -> None:
    story = referred()
    with pytest.raises(StepNotAllowed) as refusal:
        fold_with(AUTISM, story.events, candidate(story, "assessment_started", 5), CALENDAR)
    said = str(refusal.value)
    assert "on that day the child was at “Referral received”" in said
    assert "“Triage started” (Case coordinator, Provider's clinical system, Triage clinician)" in said
    assert "triage_started" in refusal.value.allowed


def test_a_late_fact_that_would_undo_a_later_one_is_refused_with_that_one_named() -> None:
    story = accepted().step("assessment_booked", 30)
    with pytest.raises(ImpossibleHistory) as refusal:
        fold_with(AUTISM, story.events, candidate(story, "referral_accepted", 5), CALENDAR)
    assert "correct the later fact first" in str(refusal.value)
    assert refusal.value.event in {e.id for e in story.events}


def test_a_step_that_needs_another_first_says_which() -> None:
    story = accepted()
    with pytest.raises(StepNotAllowed, match="needs “Other provider accepted the child” first"):
        fold_with(AUTISM, story.events, candidate(story, "right_to_choose_seen", 20), CALENDAR)


def test_a_step_that_must_wait_says_from_when() -> None:
    story = accepted().step("closing_notified", 20, closure="withdrawn_by_family")
    early = candidate(story, "episode_closed", 47, closure="withdrawn_by_family")
    with pytest.raises(ImpossibleHistory, match=r"may happen from 1 March 2026: 28 days after"):
        fold_with(AUTISM, story.events, early, CALENDAR)
    fits = candidate(story, "episode_closed", 48, closure="withdrawn_by_family")
    assert fold_with(AUTISM, story.events, fits, CALENDAR).closed_on == after(48)

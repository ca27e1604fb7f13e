"""One headline next step for every open child: what, by whom, and a date that is never one that passed (docs/rules.md 6)."""

from datetime import date

import pytest

from pathway import definitions
from pathway.domain.events import BuiltIn
from pathway.domain.next_step import NextStep, next_step
from pathway.domain.roles import Role
from tests.domain.stories import CALENDAR, Story, accepted, after, closed, decided, referred, told


def on(story: Story, day: int) -> NextStep:
    step = next_step(story.episode, after(day), CALENDAR)
    assert step is not None
    return step


@pytest.mark.parametrize(
    ("story", "step", "role", "title"),
    [
        (referred(), "triage_started", Role.TRIAGE, "Start triage"),
        (accepted(), "assessment_booked", Role.COORDINATOR, "Book the assessment"),
        (decided(), "feedback_given", Role.CLINICIAN, "Give the feedback"),
        (told(), "plan_agreed", Role.CLINICIAN, "Send the report, and agree with the family what follows"),
    ],
)
def test_each_stage_says_what_comes_next_and_who_takes_it(
    story: Story, step: str, role: Role, title: str
) -> None:
    found = on(story, 140)
    assert (found.step.key, found.role, found.title) == (step, role, title)
    assert found.owner == story.episode.holder


def test_a_closed_child_has_none() -> None:
    assert next_step(closed().episode, after(60), CALENDAR) is None


def test_a_decision_is_a_headline_of_its_own_and_not_one_of_its_answers() -> None:
    stages = definitions.load("annual_review").stages
    assert stages["awaiting_decision"].headline == "Decide: keep, amend or cease the plan"


@pytest.mark.parametrize(
    ("referred_by", "role"),
    [
        (Role.SENCO, Role.SENCO),
        (Role.REFERRER, Role.REFERRER),  # a surgery has no SENCO
        (Role.TRIAGE, Role.SENCO),  # taken over the telephone: the first that the table names
        (Role.PARTNER, Role.SENCO),
    ],
)
def test_what_a_referrer_owes_is_asked_of_the_one_who_referred(referred_by: Role, role: Role) -> None:
    story = Story().step("referral_received", 0, by=referred_by)
    assert on(story.step("information_requested", 4, needed_by="2026-02-02"), 5).role is role


def test_a_date_that_a_person_set_holds_until_it_has_passed() -> None:
    story = accepted().built_in(BuiltIn.PLAN_SET, 12, planned_for=after(40).isoformat())
    before, on_the_day, missed = on(story, 20), on(story, 40), on(story, 41)
    assert (before.planned_for, before.set_by_person) == (after(40), True)
    assert on_the_day.planned_for == after(40)
    assert (missed.set_by_person, missed.missed_plan) == (False, after(40))
    assert missed.planned_for == after(10 + 26 * 7)


@pytest.mark.parametrize(
    ("day", "planned", "passed"),
    [(10, 192, 0), (192, 192, 0), (193, 374, 1), (374, 374, 1), (375, 556, 2), (2000, 2012, 10)],
)
def test_without_one_it_is_the_next_review_of_the_child_and_those_missed_are_counted(
    day: int, planned: int, passed: int
) -> None:
    found = on(accepted(), day)
    assert (found.planned_for, found.reviews_passed) == (after(planned), passed)


def test_the_limit_of_a_clock_is_never_the_date_of_the_next_step() -> None:
    story = accepted()
    due = story.reading("nice_start").due.due_on
    for day in range(10, 700, 7):
        assert on(story, day).planned_for != due


def test_a_step_that_moves_the_child_on_takes_the_old_plan_with_it() -> None:
    story = accepted().step("assessment_booked", 20, appointment_on=after(60).isoformat(), setting="clinic")
    assert on(story, 30).planned_for == after(60)
    assert on(story.step("appointment_cancelled_by_team", 55), 56).set_by_person is False


def test_reviews_by_months_fall_on_the_same_day_of_the_month() -> None:
    found = on(told().step("review_agreed", 140, review_on=after(150).isoformat()), 151)
    assert found.step.key == "review_held"
    assert found.planned_for == after(140 + 26 * 7)
    assert found.planned_for > date(2026, 6, 1)

"""Children walk through the definitions: the tables and the engine together say what the rules promise."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.domain.clocks import ClockFact, ClockState
from pathway.domain.definition import Definition, FieldType, Slot, Step
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import Event
from pathway.domain.fold import fold
from pathway.domain.next_step import next_step
from pathway.domain.thresholds import read
from pathway.domain.visibility import Audience, stage_seen

START = date(2026, 1, 12)
PLACES = {"provider": "1", "referrer": "2", "school": "3", "council": "4"}


class Journey:
    """The facts of one child, told in days after the start."""

    def __init__(self, pathway: str) -> None:
        self.pathway = definitions.load(pathway)
        self.events: list[Event] = []
        self._sequence: Iterator[int] = count(1)

    def then(self, step: str, after_days: int, **fields: str) -> "Journey":
        day = START + timedelta(days=after_days)
        given_fields = (PLACES if self.pathway.steps[step].first else {}) | fields
        self.events.append(Event(uuid4(), step, day, next(self._sequence), given_fields))
        return self

    @property
    def episode(self) -> Episode:
        return fold(self.pathway, self.events, england())

    def clock(self, key: str) -> ClockFact:
        return next(fact for fact in reversed(self.episode.clocks) if fact.definition.key == key)

    def state(self, key: str) -> ClockState:
        return read(self.clock(key), (), england()).state


def accepted() -> Journey:
    return (
        Journey("autism").then("referral_received", 0).then("triage_started", 3).then("referral_accepted", 10)
    )


def decided() -> Journey:
    started = accepted().then("assessment_started", 80, mechanism="video", attendance="on_time")
    return started.then("formulation_booked", 120).then("outcome_recorded", 130, outcome="autism")


def test_an_outcome_is_seen_outside_the_clinical_team_only_after_the_feedback() -> None:
    before, after = decided().episode, decided().then("feedback_given", 135, how="face_to_face").episode
    assert {stage_seen(before, who).key for who in Audience if who is not Audience.CLINICAL} == {
        "formulation"
    }
    assert stage_seen(after, Audience.FAMILY).key == "after_feedback"


def test_a_school_sees_what_followed_only_once_a_share_with_it_is_recorded() -> None:
    told = decided().then("feedback_given", 135).then("report_issued", 140).then("plan_agreed", 141)
    assert stage_seen(told.episode, Audience.SCHOOL).key == "after_feedback"
    shared = told.then("report_shared_with_school", 145, lawful_basis="consent").episode
    assert stage_seen(shared, Audience.SCHOOL).key == "post_diagnostic_support"


def test_asking_for_information_leaves_the_first_date_and_the_clock_as_they_were() -> None:
    asked = Journey("autism").then("referral_received", 0).then("information_requested", 5)
    back = asked.then("information_received", 60).then("referral_accepted", 61)
    assert back.clock("nice_start").started_on == START
    assert back.clock("nice_start").is_running
    assert back.clock("triage_decision").stopped_on == START + timedelta(days=61)


def test_a_telephone_start_meets_nices_limit_and_leaves_the_national_clock_running() -> None:
    call = accepted().then("assessment_started", 80, mechanism="telephone", attendance="on_time")
    assert call.state("nice_start") is ClockState.MET
    assert call.clock("national_first_contact").is_running


def test_a_pause_gives_the_days_to_the_family_and_stops_nothing() -> None:
    paused = accepted().then("hold_requested", 20, why="illness").then("hold_ended", 50)
    family = [
        s.days for s in paused.episode.spans(START + timedelta(days=100)) if s.holder.slot is Slot.FAMILY
    ]
    assert family == [30]
    assert paused.clock("nice_start").days(START + timedelta(days=100)) == 100


def test_a_referral_is_not_ended_as_incomplete_without_a_chase() -> None:
    asked = Journey("autism").then("referral_received", 0).then("information_requested", 5)
    with pytest.raises(ImpossibleHistory, match="Missing information chased"):
        _ = asked.then("closing_notified", 40, closure="rejected_incomplete").episode


def test_closing_waits_28_days_for_the_familys_objection() -> None:
    notified = accepted().then("closing_notified", 20, closure="withdrawn_by_family")
    with pytest.raises(ImpossibleHistory, match="28 days"):
        _ = notified.then("episode_closed", 47, closure="withdrawn_by_family").episode


def test_an_objection_keeps_the_place_and_the_first_date() -> None:
    kept = accepted().then("closing_notified", 20, closure="withdrawn_by_family")
    kept.then("place_kept_on_list", 30)
    assert kept.episode.stage.key == "waiting"
    assert kept.clock("nice_start").days(START + timedelta(days=60)) == 60


def ehc() -> Journey:
    agreed = Journey("ehc_needs_assessment").then("assessment_requested", 0).then("assess_agreed", 40)
    return agreed.then("health_advice_requested", 41)


def test_each_advice_has_six_weeks_of_its_own_from_its_request() -> None:
    late = ehc().then("health_advice_received", 41 + 43)
    on_time = ehc().then("health_advice_received", 41 + 42)
    assert late.state("advice_health") is ClockState.MISSED
    assert on_time.state("advice_health") is ClockState.MET


def test_an_exception_is_noted_beside_the_limit_and_subtracts_no_day() -> None:
    claimed = ehc().then("exception_claimed", 60, clock="final_plan", reason="absent_from_area")
    fact = claimed.clock("final_plan")
    assert [reason for reason, _, _ in fact.exceptions] == ["absent_from_area"]
    assert fact.days(START + timedelta(days=150)) == 150


def test_an_exception_that_the_regulation_does_not_list_excuses_nothing() -> None:
    claimed = ehc().then("exception_claimed", 60, clock="advice_health", reason="school_closed")
    assert claimed.clock("advice_health").exceptions == []


def test_a_plan_is_final_within_20_weeks_and_not_before_the_family_had_15_days() -> None:
    drafted = ehc().then("plan_agreed", 90).then("draft_plan_sent", 100)
    early, on_time = 100 + 14, 100 + 15
    assert drafted.then("final_plan_issued", early).state("comment_on_draft") is ClockState.MISSED
    drafted.events.pop()
    assert drafted.then("final_plan_issued", on_time).state("comment_on_draft") is ClockState.MET
    assert drafted.state("final_plan") is ClockState.MET


def review() -> Journey:
    called = Journey("annual_review").then("plan_issued", 0)
    called.then("meeting_called", 200, meeting_on=(START + timedelta(days=240)).isoformat())
    return called


def test_papers_are_due_two_weeks_before_the_meeting() -> None:
    assert review().then("papers_sent", 226).state("meeting_papers") is ClockState.MET
    assert review().then("papers_sent", 227).state("meeting_papers") is ClockState.MISSED


def test_a_review_is_complete_at_the_decision_and_the_next_one_begins_there() -> None:
    held = review().then("meeting_held", 240)
    assert held.clock("review_cycle").instance == 1
    done = held.then("decided_to_keep", 268)
    assert done.state("review_decision") is ClockState.MET
    assert (done.clock("review_cycle").instance, done.clock("review_cycle").started_on) == (
        2,
        START + timedelta(days=268),
    )


def test_an_amended_plan_has_four_weeks_and_eight_and_so_twelve() -> None:
    amending = review().then("meeting_held", 240).then("decided_to_amend", 240 + 28)
    amending.then("amended_plan_issued", 240 + 84)
    states = {
        key: amending.state(key) for key in ("review_decision", "amended_plan", "meeting_to_final_plan")
    }
    assert set(states.values()) == {ClockState.MET}


def test_the_plan_for_secondary_school_is_due_before_15_february_of_the_year_of_transfer() -> None:
    noted = Journey("annual_review").then("plan_issued", 0)
    noted.then("phase_transfer_noted", 100, phase="primary_to_secondary", transfer_year="2027")
    due = read(noted.clock("phase_transfer"), (), england()).due.due_on
    assert due == date(2027, 2, 14)


@given(st.data())
@pytest.mark.parametrize("key", definitions.keys())
def test_wherever_a_child_gets_to_there_is_one_next_step_and_a_date(key: str, data: st.DataObject) -> None:
    """Steps taken at random, as the pathway allows: no open child is ever without a next step."""
    journey = Journey(key)
    journey.then(data.draw(st.sampled_from([s.key for s in journey.pathway.steps.values() if s.first])), 0)
    for n in range(data.draw(st.integers(0, 12))):
        episode = journey.episode
        day = START + timedelta(days=30 * n)
        assert (next_step(episode, day, england()) is None) is episode.stage.closed
        steps = [s for s in journey.pathway.steps_from(episode.stage.key) if not s.claims_exception]
        if not steps:
            break
        step = data.draw(st.sampled_from(steps))
        try:
            _ = journey.then(step.key, 30 * n + 30, **_answers(step, journey.pathway, data)).episode
        except ImpossibleHistory:
            journey.events.pop()


def _answers(step: Step, pathway: Definition, data: st.DataObject) -> dict[str, str]:
    """Any answer to each choice, and a day for each date."""
    choices = {f.key: data.draw(st.sampled_from(f.options)).key for f in step.fields if f.options}
    dates = {f.key: date(2027, 3, 1).isoformat() for f in step.fields if f.type is FieldType.DATE}
    numbers = {f.key: "2027" for f in step.fields if f.type is FieldType.NUMBER}
    return choices | dates | numbers

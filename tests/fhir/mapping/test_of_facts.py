"""Each step of each pathway is shown by the resources that its own attributes say, or by its Provenance alone."""

import pytest

from pathway.domain.appointments import DAY_FIELDS, attend_status, day_field
from pathway.domain.definition import Definition, Step
from pathway_fhir.mapping.appointment import STATUS_BY_FIELD
from pathway_fhir.mapping.of_facts import Shown, is_care_contact, is_component, shown_as, steps_shown_as
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS

EVERY_STEP = [(d, step) for d in DEFINITIONS.values() for step in d.steps.values()]

SHOWN_IN_AUTISM = {
    "referral_received": ("ServiceRequest", "CarePlan"),
    "concern_noted": ("ServiceRequest",),
    "contact_offered": ("Appointment",),
    "assessment_booked": ("Appointment",),
    "formulation_booked": ("Appointment",),
    "feedback_offered": ("Appointment",),
    "contact_attended": ("Encounter",),
    "assessment_started": ("Encounter",),
    "developmental_history_taken": ("Encounter",),
    "observation_done": ("Encounter",),
    "school_observation_done": ("Encounter",),
    "medical_assessment_done": ("Encounter",),
    "speech_language_assessment_done": ("Encounter",),
    "cognitive_assessment_done": ("Encounter",),
    "occupational_therapy_assessment_done": ("Encounter",),
    "consent_given": ("Consent",),
    "consent_withdrawn": ("Consent",),
    "school_not_to_be_told": ("Consent",),
    "council_sharing_stopped": ("Consent",),
    "referrer_sharing_stopped": ("Consent",),
    "plan_agreed": ("CarePlan",),
    "other_support_agreed": ("CarePlan",),
    "review_agreed": ("CarePlan",),
    "report_issued": ("DiagnosticReport", "DocumentReference"),
    "right_to_choose_report_received": ("DocumentReference",),
    "safeguarding_noted": ("Flag",),
}


def test_the_autism_pathway_is_shown_as_agreed_and_the_rest_by_provenance_alone() -> None:
    shown = {key: shown_as(AUTISM, key) for key in AUTISM.steps}
    assert {key: types for key, types in shown.items() if types} == SHOWN_IN_AUTISM


@pytest.mark.parametrize(("definition", "step"), EVERY_STEP, ids=lambda x: x.key)
def test_what_shows_a_step_follows_from_what_the_step_is(definition: Definition, step: Step) -> None:
    """Every step with a national contact code is an Encounter, every one with a required day an Appointment."""
    types = shown_as(definition, step.key)
    assert (Shown.ENCOUNTER in types) == (is_care_contact(step) or is_component(step))
    assert (Shown.APPOINTMENT in types) == bool(day_field(step))
    assert (Shown.SERVICE_REQUEST in types) == step.first
    assert not {Shown.APPOINTMENT, Shown.ENCOUNTER} <= set(types)


def test_each_contact_that_a_clock_counts_by_how_it_was_is_an_encounter() -> None:
    """The national statistic counts contacts face to face or by video: a partner must be able to add it up again."""
    triggers = [
        (d, t.step)
        for d in DEFINITIONS.values()
        for clock in d.clocks.values()
        for t in (*clock.stops, *clock.starts, *clock.restarts)
        if any(key == "mechanism" for key, _ in t.when)
    ]
    assert {d.key for d, _ in triggers} == {"autism", "joint_autism_adhd"}
    for definition, key in triggers:
        assert Shown.ENCOUNTER in shown_as(definition, key)


def test_a_step_that_ends_an_appointment_makes_none() -> None:
    for _, step in EVERY_STEP:
        if attend_status(step):
            assert not day_field(step)


def test_a_day_that_is_only_planned_makes_no_appointment() -> None:
    """The day of the feedback may be planned when the outcome is recorded: an appointment would tell that it was."""
    assert AUTISM.steps["outcome_recorded"].field_named("feedback_on") is not None
    assert shown_as(AUTISM, "outcome_recorded") == ()


def test_nothing_that_decides_or_reveals_an_outcome_has_a_resource_of_its_own() -> None:
    """It shows in the Condition, once it may (docs/rules.md 10)."""
    for definition, step in EVERY_STEP:
        if step.field_named("outcome") or step.reveals_outcome:
            assert shown_as(definition, step.key) == ()


def test_a_decision_to_make_a_plan_is_none_yet() -> None:
    ehc = DEFINITIONS["ehc_needs_assessment"]
    assert shown_as(ehc, "plan_agreed") == ()
    assert shown_as(ehc, "final_plan_issued") == (Shown.CARE_PLAN,)


def test_each_type_shows_some_step_and_the_two_ways_agree() -> None:
    for shown in Shown:
        found = [(d.key, s.key) for d in DEFINITIONS.values() for s in steps_shown_as(d, shown)]
        assert found
        assert found == [(d.key, s.key) for d, s in EVERY_STEP if shown in shown_as(d, s.key)]


def test_a_kind_that_no_pathway_has_as_a_step_is_shown_by_nothing() -> None:
    assert shown_as(AUTISM, "plan_set") == ()


def test_every_day_that_makes_an_appointment_says_whether_it_is_offered_or_booked() -> None:
    assert set(STATUS_BY_FIELD) == set(DAY_FIELDS)

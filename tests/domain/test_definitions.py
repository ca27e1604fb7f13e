"""The pathways that come with the product hold what NICE, the statistics, the regulations and our own rules ask for.

The limits are written here a second time, from the sources and not from the files, so that a slip in either is noticed.
"""

import re

import pytest

from pathway import definitions
from pathway.domain.definition import ClockDef, ClockKind, Definition, Group, LimitStatus, Slot
from pathway.domain.definition_checks import NEVER_TO_A_FAMILY
from pathway.domain.errors import NotFound
from pathway.domain.periods import Period
from pathway.domain.roles import MACHINES, Role

ALL = ("annual_review", "autism", "ehc_needs_assessment", "joint_autism_adhd")
HEALTH = ("autism", "joint_autism_adhd")

PERSONAL = "exceptional_circumstances"
AWAY = "absent_from_area"
CLOSED_SCHOOL = {"school_closed", "early_years_closed"}
FOUR = frozenset({PERSONAL, AWAY, *CLOSED_SCHOOL})
OF_REG_8 = frozenset({PERSONAL, AWAY, "appointment_missed"})
NONE: frozenset[str] = frozenset()

# Regulation, limit and exceptions, from SI 2014/1530 itself.
STATUTORY = {
    ("ehc_needs_assessment", "decide_to_assess"): ("reg 5(1)", "6 weeks", FOUR),
    ("ehc_needs_assessment", "advice_education"): ("reg 8(1)", "6 weeks", OF_REG_8),
    ("ehc_needs_assessment", "advice_health"): ("reg 8(1)", "6 weeks", OF_REG_8),
    ("ehc_needs_assessment", "advice_psychology"): ("reg 8(1)", "6 weeks", OF_REG_8),
    ("ehc_needs_assessment", "advice_social_care"): ("reg 8(1)", "6 weeks", OF_REG_8),
    ("ehc_needs_assessment", "advice_other"): ("reg 8(1)", "6 weeks", OF_REG_8),
    ("ehc_needs_assessment", "no_plan_notice"): ("reg 10(1)", "16 weeks", FOUR),
    ("ehc_needs_assessment", "comment_on_draft"): ("reg 13(1)", "15 days", NONE),
    ("ehc_needs_assessment", "final_plan"): ("reg 13(2)", "20 weeks", FOUR),
    ("ehc_needs_assessment", "decide_to_reassess"): ("reg 25(1)", "15 days", NONE),
    ("ehc_needs_assessment", "reassessed_plan"): ("reg 27(2)", "14 weeks", FOUR),
    ("ehc_needs_assessment", "mediation"): ("reg 36", "30 days", NONE),
    ("ehc_needs_assessment", "tribunal_notice_to_assess"): ("reg 44(2)(b)", "2 weeks", NONE),
    ("ehc_needs_assessment", "tribunal_no_plan_after_assessment"): ("reg 44(2)(b)(i)", "10 weeks", NONE),
    ("ehc_needs_assessment", "tribunal_plan_after_assessment"): ("reg 44(2)(b)(ii)", "14 weeks", NONE),
    ("ehc_needs_assessment", "tribunal_draft_plan"): ("reg 44(2)(c)(i)", "5 weeks", NONE),
    ("ehc_needs_assessment", "tribunal_final_plan"): ("reg 44(2)(c)(ii)", "11 weeks", NONE),
    ("annual_review", "review_cycle"): ("s.44(1)", "12 months", NONE),
    ("annual_review", "meeting_notice"): ("reg 20(3)", "2 weeks", NONE),
    ("annual_review", "meeting_papers"): ("reg 20(4)", "2 weeks", NONE),
    ("annual_review", "meeting_report"): ("reg 20(8)", "2 weeks", NONE),
    ("annual_review", "review_decision"): ("reg 20(10)", "4 weeks", NONE),
    ("annual_review", "comment_on_amendments"): ("reg 22(2)(c)", "15 days", NONE),
    ("annual_review", "amended_plan"): ("reg 22(3)", "8 weeks", NONE),
    ("annual_review", "meeting_to_final_plan"): ("EWHC 493", "12 weeks", NONE),
    ("annual_review", "phase_transfer"): ("reg 18(1)(b)", "15 February", NONE),
    ("annual_review", "phase_transfer_post_16"): ("reg 18(1)(a)", "31 March", NONE),
    ("annual_review", "post_16_move"): ("reg 18(2)", "5 months", NONE),
    ("annual_review", "transfer_notice"): ("reg 15", "6 weeks", NONE),
    ("annual_review", "transfer_review"): ("reg 15", "0 days", NONE),
    ("annual_review", "mediation"): ("reg 36", "30 days", NONE),
    ("annual_review", "tribunal_amended_plan"): ("reg 44(2)", "5 weeks", NONE),
    ("annual_review", "tribunal_named_school"): ("reg 44(2)", "2 weeks", NONE),
}

# The canonical clocks of the autism pathway: key, limit, status.
AUTISM_CLOCKS = {
    "nice_start": ("3 months", LimitStatus.NATIONAL),
    "national_first_contact": ("91 days", LimitStatus.NATIONAL),
    "triage_decision": ("10 working days", LimitStatus.LOCAL),
    "information_request": ("20 working days", LimitStatus.LOCAL),
    "referral_to_feedback": ("52 weeks", LimitStatus.LOCAL),
    "assessment_length": ("18 weeks", LimitStatus.LOCAL),
    "feedback": ("2 weeks", LimitStatus.LOCAL),
    "report": ("4 weeks", LimitStatus.LOCAL),
    "follow_up": ("6 weeks", LimitStatus.NATIONAL),
    "coordinator": ("5 working days", LimitStatus.LOCAL),
    "silence": ("12 weeks", LimitStatus.LOCAL),
    "review": ("12 months", LimitStatus.LOCAL),
    "rtt": ("18 weeks", LimitStatus.NATIONAL),
    "list_review": ("26 weeks", LimitStatus.LOCAL),
    "community_wait": ("18 weeks", LimitStatus.NATIONAL),
    "second_opinion": ("18 weeks", LimitStatus.LOCAL),
}

AUTISM_CLOSURES = {
    "diagnosed_support_complete",
    "not_autism_redirected",
    "assessment_not_completed",
    "rejected_duplicate",
    "rejected_inappropriate",
    "rejected_incomplete",
    "redirected",
    "withdrawn_by_family",
    "consent_not_given",
    "was_not_brought",
    "moved_out_of_area",
    "right_to_choose_complete",
    "outside_diagnosis",
    "adult_pathway",
    "concern_settled",
    "death_recorded",
    "entered_in_error",
}


@pytest.fixture(scope="module")
def autism() -> Definition:
    return definitions.load("autism")


def limit(clock: ClockDef) -> str:
    if clock.kind is ClockKind.FIXED_DATE:
        return f"{clock.day} {'February' if clock.month == 2 else 'March'}"
    return str(clock.limit)


# --- every pathway ------------------------------------------------------------------------------------------------


def test_the_pathways_are_the_files_and_nothing_else_names_them() -> None:
    assert definitions.keys() == ALL
    assert definitions.load_all().keys() == set(ALL)
    with pytest.raises(NotFound, match="autism"):
        definitions.source("autsm")


@pytest.mark.parametrize("key", ALL)
def test_each_pathway_compiles_under_its_own_name(key: str) -> None:
    assert definitions.load(key).key == key


@pytest.mark.parametrize("key", ALL)
def test_every_step_says_what_the_family_hears_or_why_it_hears_nothing(key: str) -> None:
    for step in definitions.load(key).steps.values():
        assert bool(step.tell_family) != bool(step.silent_because), step.key
        assert step.title
        assert all(field.title for field in step.fields), step.key


@pytest.mark.parametrize("key", ALL)
def test_no_sentence_for_a_family_holds_a_word_that_hurts(key: str) -> None:
    pathway = definitions.load(key)
    sentences = [s.family + " " + s.family_next for s in pathway.stages.values()]
    for rows in (pathway.side_states, pathway.outcomes, pathway.closures, pathway.clocks):
        sentences += [row.family for row in rows.values()]
    for words in sentences:
        assert not [bad for bad in NEVER_TO_A_FAMILY if bad in words.lower()], words
        assert "13 weeks" not in words


@pytest.mark.parametrize("key", ALL)
def test_sentences_for_families_are_short_enough_for_a_reader_of_nine(key: str) -> None:
    for stage in definitions.load(key).stages.values():
        for sentence in re.split(r"(?<=[.!?])\s+", f"{stage.family} {stage.family_next}"):
            assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize("key", ALL)
def test_nothing_closes_by_itself(key: str) -> None:
    pathway = definitions.load(key)
    for step in pathway.steps.values():
        if step.to and pathway.stages[step.to].closed:
            assert not step.by & {Role.SYSTEM, *MACHINES}, step.key


@pytest.mark.parametrize("key", ALL)
def test_what_people_decide_and_say_is_never_recorded_by_a_computer_alone(key: str) -> None:
    """An acceptance, an outcome, the feedback and a closing are a person's own, whichever system it is typed into."""
    for step in definitions.load(key).steps.values():
        own = step.reveals_outcome or step.key in {"outcome_recorded", "referral_accepted", "feedback_given"}
        assert not (own and Role.PROVIDER_SYSTEM in step.by), step.key


@pytest.mark.parametrize("key", ["autism", "joint_autism_adhd", "ehc_needs_assessment"])
def test_the_family_is_told_first_and_has_28_days_to_object(key: str) -> None:
    pathway = definitions.load(key)
    close = pathway.steps["episode_closed"]
    assert close.from_stages == {"closing_notified"}
    assert close.not_before is not None
    assert (close.not_before.step, close.not_before.wait) == ("closing_notified", Period.parse("28 days"))
    assert [s for s in pathway.steps_from("closing_notified") if not pathway.stages[s.to or "closed"].closed]


@pytest.mark.parametrize("key", ALL)
def test_a_family_can_answer_and_a_person_then_has_a_task(key: str) -> None:
    """docs/rules.md 21: every message can be answered, so every pathway has a reply, and somebody who answers it."""
    pathway = definitions.load(key)
    reply = pathway.steps["family_replied"]
    assert reply.by >= {Role.FAMILY, Role.YOUNG_PERSON}
    assert reply.from_stages >= {stage.key for stage in pathway.stages.values() if not stage.closed}
    answers = [task for task in pathway.tasks.values() if "family_replied" in task.opened_by]
    assert [task.done_by for task in answers] == [("family_updated",)]


@pytest.mark.parametrize("key", ALL)
def test_a_closed_episode_can_be_opened_again(key: str) -> None:
    pathway = definitions.load(key)
    assert "closed" in pathway.steps["reopened"].from_stages


@pytest.mark.parametrize("key", ALL)
def test_a_death_stops_every_message(key: str) -> None:
    death = definitions.load(key).steps["death_recorded"]
    assert death.stops_messages
    assert not death.tell_family


@pytest.mark.parametrize("key", ALL)
def test_no_side_state_stops_or_ends_a_clock(key: str) -> None:
    pathway = definitions.load(key)
    pausing = {step.key for step in pathway.steps.values() if step.starts_side_state}
    for clock in pathway.clocks.values():
        assert not pausing & {t.step for t in (*clock.stops, *clock.ends)}, clock.key


@pytest.mark.parametrize("key", ALL)
def test_statutory_and_national_limits_name_their_source(key: str) -> None:
    for clock in definitions.load(key).clocks.values():
        assert clock.source, clock.key


# --- autism -------------------------------------------------------------------------------------------------------


def test_all_of_nhs_englands_stages_are_there(autism: Definition) -> None:
    assert {stage.group for stage in autism.stages.values()} == set(Group)


def test_every_clock_of_the_autism_pathway_has_its_limit_and_standing(autism: Definition) -> None:
    assert {k: (str(c.limit), c.status) for k, c in autism.clocks.items()} == AUTISM_CLOCKS


def test_every_reason_for_closing_is_there_with_its_national_code(autism: Definition) -> None:
    assert autism.closures.keys() == AUTISM_CLOSURES
    rejections = {c.rejection: c.key for c in autism.closures.values() if c.rejection}
    assert rejections == {
        "01": "rejected_duplicate",
        "02": "rejected_inappropriate",
        "03": "rejected_incomplete",
    }


def test_an_incomplete_referral_ends_only_after_a_chase(autism: Definition) -> None:
    assert "information_chased" in autism.closures["rejected_incomplete"].requires


def test_missed_appointments_end_nothing_before_the_childs_safety_was_checked(autism: Definition) -> None:
    assert autism.closures["was_not_brought"].requires == ("safety_checked",)
    missed = autism.steps["appointment_missed"]
    assert missed.to == "waiting"
    assert [task.key for task in autism.moves[missed.key].opens] == ["check_safety"]


def test_a_local_place_is_kept_until_the_chosen_provider_has_seen_the_child(autism: Definition) -> None:
    needed = autism.closures["right_to_choose_complete"].requires
    assert needed == ("right_to_choose_accepted", "right_to_choose_seen")
    assert autism.steps["right_to_choose_chosen"].to == ""


@pytest.mark.parametrize("key", HEALTH)
@pytest.mark.parametrize(
    ("mechanism", "counts"), [("face_to_face", True), ("video", True), ("telephone", False)]
)
def test_a_telephone_call_meets_nices_clock_and_not_the_national_one(
    key: str, mechanism: str, counts: bool
) -> None:
    """docs/rules.md 3"""
    stops = definitions.load(key).moves["assessment_started"].stops
    stopped = {clock.key for clock, trigger in stops if trigger.holds({"mechanism": mechanism})}
    assert "nice_start" in stopped
    assert ("national_first_contact" in stopped) is counts


@pytest.mark.parametrize("key", HEALTH)
def test_an_assessment_starts_with_an_attended_contact(key: str) -> None:
    """docs/rules.md 3"""
    attendance = definitions.load(key).steps["assessment_started"].field_named("attendance")
    assert attendance is not None
    assert attendance.required
    assert {option.key for option in attendance.options} == {"on_time", "late_but_seen"}


def test_the_triage_clock_starts_when_the_referral_is_received_never_when_it_is_complete(
    autism: Definition,
) -> None:
    """docs/rules.md 3"""
    starts = {trigger.step for trigger in autism.clocks["triage_decision"].starts}
    assert "referral_received" in starts
    assert not starts & {"information_received", "triage_started"}


def test_the_treatment_clock_is_off_and_community_waits_count_18_and_52_weeks(autism: Definition) -> None:
    """docs/rules.md 7"""
    assert not autism.clocks["rtt"].enabled
    community = autism.clocks["community_wait"]
    assert (str(community.limit), [str(band) for band in community.bands]) == ("18 weeks", ["52 weeks"])


def test_long_waits_are_banded_at_26_52_78_and_104_weeks(autism: Definition) -> None:
    assert [band.n for band in autism.clocks["nice_start"].bands] == [26, 52, 78, 104]


def test_a_pause_at_the_familys_request_is_the_familys_and_no_clocks(autism: Definition) -> None:
    held_by = autism.side_states["on_hold_family_request"].held_by
    assert autism.parties[held_by].slot is Slot.FAMILY


def test_before_the_feedback_nothing_leaves_that_tells_or_implies_an_outcome(autism: Definition) -> None:
    """docs/rules.md 10"""
    decided = autism.stages["outcome_decided"]
    assert (decided.family_sees, decided.partners_see) == ("formulation", "formulation")
    assert autism.steps["outcome_recorded"].silent_because
    assert decided.family == autism.stages["formulation"].family
    told = {"feedback_given", "outside_diagnosis_accepted"}
    assert {step.key for step in autism.steps.values() if step.reveals_outcome} == told


def test_what_follows_the_feedback_is_told_in_the_same_words_whatever_the_outcome(autism: Definition) -> None:
    after = ("plan_agreed", "other_support_agreed", "review_agreed")
    assert {autism.steps[key].tell_family for key in after} == {"plan_agreed"}
    for stage in ("post_diagnostic_support", "other_support", "under_review"):
        assert autism.stages[stage].partners_see == "after_feedback"


def test_each_share_names_its_lawful_basis(autism: Definition) -> None:
    """docs/rules.md 11"""
    sharing = [step for step in autism.steps.values() if step.shares_with or "shared" in step.key]
    assert {rule.slot for step in sharing for rule in step.shares_with} >= {
        Slot.SCHOOL,
        Slot.COUNCIL,
        Slot.REFERRER,
    }
    for step in sharing:
        basis = step.field_named("lawful_basis")
        assert basis is not None, step.key
        assert basis.required, step.key


def test_the_sixteenth_birthday_and_the_move_to_adults_are_tasks(autism: Definition) -> None:
    """docs/rules.md 13"""
    assert [t.key for t in autism.moves["sixteenth_birthday_near"].opens] == ["ask_young_person"]
    assert [t.key for t in autism.moves["transition_due"].opens] == ["plan_transition"]
    assert autism.closures["adult_pathway"].requires == ("adult_team_accepted",)


def test_outcomes_carry_the_national_autism_status(autism: Definition) -> None:
    status = {key: outcome.mhsds_autism_status for key, outcome in autism.outcomes.items()}
    assert status == {"autism": "1", "not_autism": "5", "uncertain": "2", "not_completed": ""}


def test_referral_and_assessment_carry_the_codes_of_both_national_data_sets(autism: Definition) -> None:
    referral, start = autism.steps["referral_received"], autism.steps["assessment_started"]
    assert referral.mhsds["MHS101.PrimReasonReferralMH"] == "25"
    assert referral.csds["CYP101.PrimaryReferralReason"] == "017"
    assert referral.csds["CYP606.ProvisionalDiagnosis"] == "401204006"
    assert start.snomed == "1085671000000109"


# --- EHC ----------------------------------------------------------------------------------------------------------


def test_every_statutory_limit_is_the_regulations_with_its_own_exceptions() -> None:
    """docs/rules.md 4"""
    found = {
        (pathway.key, clock.key): (limit(clock), clock.exceptions)
        for pathway in definitions.load_all().values()
        for clock in pathway.clocks.values()
        if clock.status is LimitStatus.STATUTORY
    }
    assert found == {key: (length, excused) for key, (_, length, excused) in STATUTORY.items()}


@pytest.mark.parametrize(("pathway", "clock"), STATUTORY)
def test_every_statutory_limit_names_its_regulation(pathway: str, clock: str) -> None:
    assert STATUTORY[pathway, clock][0] in definitions.load(pathway).clocks[clock].source


def test_an_annual_review_is_complete_at_the_decision_and_not_at_the_meeting() -> None:
    """docs/rules.md 4"""
    review = definitions.load("annual_review")
    stops = {trigger.step for trigger in review.clocks["review_cycle"].stops}
    assert stops == {"decided_to_keep", "decided_to_amend", "decided_to_cease"}


def test_health_advice_never_waits_for_a_diagnosis() -> None:
    """docs/rules.md 5"""
    ehc = definitions.load("ehc_needs_assessment")
    assert ehc.steps["health_advice_received"].requires == ("health_advice_requested",)
    assert ehc.steps["health_advice_requested"].requires == ()


def test_days_to_comment_count_from_the_day_the_draft_is_served() -> None:
    clock = definitions.load("ehc_needs_assessment").clocks["comment_on_draft"]
    assert clock.kind is ClockKind.NOT_EARLIER
    assert clock.first_day_counts

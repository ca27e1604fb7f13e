"""Folding facts into an episode: openings, closings, corrections, what a table's conditions hide, and what is refused."""

from dataclasses import replace

import pytest

from pathway.domain.built_in_facts import COORDINATOR
from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind, Slot
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import BuiltIn
from pathway.domain.fold import fold
from pathway.domain.roles import Role
from tests.domain.stories import (
    CALENDAR,
    OTHER,
    PROVIDER,
    SCHOOL,
    START,
    Story,
    accepted,
    after,
    assessing,
    closed,
    referred,
    told,
)

# --- closing and opening again --------------------------------------------------------------------------------------


def test_a_closing_ends_what_ran_and_opening_again_sets_it_running_with_its_first_date() -> None:
    story = closed()
    assert story.reading("nice_start").state is ClockState.ENDED
    again = story.step("reopened", 90, why="closed_in_error")
    clock = again.clock("nice_start")
    assert (clock.is_running, clock.started_on, clock.instance) == (True, START, 1)
    assert clock.days(after(200)) == 200


def test_what_had_stopped_before_the_closing_stays_stopped() -> None:
    again = closed().step("reopened", 90, why="family_asked")
    stopped = [f for f in again.episode.clocks if f.definition.key == "triage_decision"]
    assert [(f.started_on, f.finished_on) for f in stopped] == [(START, after(10)), (after(90), None)]


def test_tasks_that_fell_away_are_there_again_for_whoever_holds_the_place_now() -> None:
    story = closed()
    assert story.episode.tasks["school_support_information"].fell_away_on == after(48)
    story.built_in(BuiltIn.SCHOOL_CHANGED, 60, to=str(OTHER)).step("reopened", 90, why="family_asked")
    task = story.episode.tasks["school_support_information"]
    assert (task.is_open, task.opened_on, task.owner.organisation_id) == (True, after(10), OTHER)


def test_a_task_that_was_done_stays_done() -> None:
    story = accepted().step("referral_added_to", 12)
    story.step("closing_notified", 20, closure="withdrawn_by_family").step(
        "episode_closed", 48, closure="withdrawn_by_family"
    )
    assert story.step("reopened", 90).episode.tasks["school_support_information"].done_on == after(12)


def test_closed_twice_and_opened_twice_nothing_is_lost() -> None:
    story = closed().step("reopened", 90).step("referral_accepted", 95)
    story.step("closing_notified", 100, closure="redirected").step(
        "episode_closed", 128, closure="redirected"
    )
    assert story.episode.closure == "redirected"
    again = story.step("reopened", 200)
    assert (again.clock("nice_start").started_on, again.episode.started_on) == (START, START)
    assert again.episode.is_open


def test_an_episode_closes_for_the_reason_that_the_family_was_told() -> None:
    story = accepted().step("closing_notified", 20, closure="withdrawn_by_family")
    with pytest.raises(ImpossibleHistory, match=r"“Withdrawn by the family”.*tell the family the new one"):
        _ = story.step("episode_closed", 60, closure="rejected_inappropriate").episode


def test_another_reason_is_told_anew_with_another_28_days() -> None:
    story = accepted().step("closing_notified", 20, closure="withdrawn_by_family")
    story.step("closing_notified", 40, closure="redirected")
    with pytest.raises(ImpossibleHistory, match="28 days"):
        _ = story.step("episode_closed", 60, closure="redirected").episode
    story.events.pop()
    assert story.step("episode_closed", 68, closure="redirected").episode.closure == "redirected"


@pytest.mark.parametrize("kind", ["death_recorded", "entered_in_error"])
def test_what_ends_an_episode_at_once_needs_no_reason_announced(kind: str) -> None:
    story = accepted().step("closing_notified", 20, closure="withdrawn_by_family").step(kind, 25)
    assert (story.episode.is_open, story.episode.closure) == (False, kind)


# --- openings -------------------------------------------------------------------------------------------------------


def test_what_the_opening_step_says_is_noted_as_of_any_other() -> None:
    assert Slot.SCHOOL in Story().step("referral_received", 0, tell_school="no").episode.hidden_from


@pytest.mark.parametrize(("tell_school", "hidden"), [("no", True), ("yes", False), ("", False)])
@pytest.mark.parametrize("opening", ["referral_received", "concern_noted"])
def test_a_family_that_says_no_keeps_the_referral_from_the_school(
    opening: str, tell_school: str, hidden: bool
) -> None:
    story = Story().step(opening, 0)
    if opening == "concern_noted":
        story.step("referral_received", 9, tell_school=tell_school)
    else:
        story = Story().step(opening, 0, tell_school=tell_school)
    assert (Slot.SCHOOL in story.episode.hidden_from) is hidden


def test_a_share_recorded_later_shows_the_child_to_the_school_again() -> None:
    story = Story().step("referral_received", 0, tell_school="no")
    story.events += [e for e in told().events if e.kind != "referral_received"]
    shared = story.step("report_issued", 140).step("report_shared_with_school", 141, lawful_basis="consent")
    assert shared.episode.hidden_from == frozenset()
    assert Slot.SCHOOL in shared.episode.shared_with


@pytest.mark.parametrize(
    ("scope", "hidden"),
    [("share_with_school", {Slot.SCHOOL}), ("share_with_council", {Slot.COUNCIL}), ("messages", set())],
)
def test_permission_withdrawn_ends_the_sharing_it_was_for(scope: str, hidden: set[Slot]) -> None:
    assert accepted().step("consent_withdrawn", 20, scope=scope).episode.hidden_from == hidden


def test_a_referral_after_a_concern_brings_its_own_organisations_and_asker() -> None:
    story = Story().step("concern_noted", 0, by=Role.SENCO)
    story.step("referral_received", 30, by=Role.REFERRER, provider=str(OTHER), referrer="9", school="")
    episode = story.episode
    assert episode.slots == {
        Slot.REFERRER: 9, Slot.PROVIDER: OTHER, Slot.COUNCIL: 4, Slot.SCHOOL: SCHOOL,
    }  # fmt: skip
    assert episode.referred_by is Role.REFERRER


def test_later_facts_do_not_begin_an_episode() -> None:
    with pytest.raises(ImpossibleHistory, match="comes before the episode began"):
        _ = Story().step("triage_started", 0).episode
    with pytest.raises(ImpossibleHistory, match="only later facts"):
        _ = Story().built_in(BuiltIn.PLAN_SET, 0, planned_for="2026-03-01").episode


def test_an_episode_without_facts_is_refused() -> None:
    with pytest.raises(ImpossibleHistory, match="no facts left"):
        _ = referred().strike_out("referral_received", 3).episode


# --- the start date (docs/rules.md 2) -------------------------------------------------------------------------------


@pytest.mark.parametrize("recorded", ["before", "after"])
def test_a_link_to_an_earlier_referral_keeps_its_date_whichever_is_recorded_first(recorded: str) -> None:
    first = after(-200)
    story = Story().step("concern_noted", 0)
    if recorded == "before":
        story.link(5, first).step("referral_received", 30)
    else:
        story.step("referral_received", 30).link(35, first)
    assert story.episode.started_on == first
    assert story.clock("nice_start").started_on == first
    assert story.clock("nice_start").days(after(10)) == 210


def test_a_kept_date_moves_the_first_date_of_a_recurring_clock_and_not_its_present_round() -> None:
    story = referred().step("family_updated", 20, how="telephone").link(30, after(-200))
    silence = story.clock("silence")
    assert silence.definition.kind is ClockKind.RECURRING
    assert (silence.started_on, silence.counts_from) == (after(-200), after(20))


def test_a_later_date_never_shortens_a_wait() -> None:
    assert referred().link(5, after(3)).episode.started_on == START


# --- corrections ----------------------------------------------------------------------------------------------------


def test_a_late_fact_is_judged_in_the_state_of_its_day_and_those_after_it_again() -> None:
    story = accepted().step("information_requested", 4, needed_by="2026-02-02")
    assert story.episode.stage.key == "waiting"  # accepted on day 10, from the stage of that day
    with pytest.raises(ImpossibleHistory, match="on that day the child was at “Being reviewed”") as refusal:
        _ = accepted().step("assessment_booked", 6).episode
    assert refusal.value.stage == "triage"


def test_striking_out_a_closing_opens_the_episode_as_if_it_had_never_been() -> None:
    story = closed().strike_out("episode_closed", 60)
    assert story.episode.stage.key == "closing_notified"
    assert story.clock("nice_start").is_running


def test_a_new_date_moves_every_clock_that_counts_from_it() -> None:
    story = accepted().re_date("referral_received", 20, to=-14)
    assert story.episode.started_on == after(-14)
    assert story.clock("nice_start").days(START) == 14
    assert story.clock("triage_decision").finished_on == after(10)


def test_a_correction_of_a_correction_brings_back_what_was() -> None:
    before = accepted().episode
    story = accepted().re_date("referral_accepted", 20, to=8).strike_out("re_dated", 21)
    assert story.episode == before


# --- organisations and coordinators ---------------------------------------------------------------------------------


def test_whoever_records_that_a_coordinator_is_appointed_is_that_coordinator() -> None:
    story = accepted().step("coordinator_assigned", 12, account=7)
    assert story.episode.coordinator == 7
    assert story.reading("coordinator").state is ClockState.MET


def test_a_coordinator_named_by_somebody_else_is_the_one_who_was_named() -> None:
    story = accepted().step("coordinator_assigned", 12, account=7)
    named = replace(story.events[-1], fields={COORDINATOR: "8"})
    assert fold(story.pathway, [*story.events[:-1], named], CALENDAR).coordinator == 8


def test_a_new_provider_names_its_own_coordinator() -> None:
    story = accepted().built_in(BuiltIn.COORDINATOR_SET, 12, account="7")
    story.built_in(BuiltIn.HAND_OVER_OFFERED, 20, slot="provider", to=str(OTHER))
    assert story.episode.coordinator == 7
    assert story.built_in(BuiltIn.HAND_OVER_ACCEPTED, 25).episode.coordinator == 0


def test_a_new_school_is_not_told_what_the_one_before_was() -> None:
    shared = told().step("report_issued", 140).step("report_shared_with_school", 141, lawful_basis="consent")
    moved = shared.built_in(BuiltIn.SCHOOL_CHANGED, 150, to=str(OTHER)).episode
    assert (moved.slots[Slot.SCHOOL], moved.shared_with) == (OTHER, frozenset())


def test_a_sealed_identity_parts_the_child_from_those_who_knew_the_earlier_one() -> None:
    sealed = assessing().built_in(BuiltIn.SEALED, 90).episode
    assert Slot.SCHOOL not in sealed.slots
    assert sealed.slots[Slot.REFERRER] == PROVIDER
    assert sealed.started_on == START


def test_a_pathway_without_a_health_team_can_be_sealed_too() -> None:
    story = (
        Story("annual_review").step("plan_issued", 0, provider="", referrer="").built_in(BuiltIn.SEALED, 9)
    )
    assert story.episode.slots == {Slot.COUNCIL: 4}

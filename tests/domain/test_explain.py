"""Every number explains itself: the sum as data and as sentences, for each kind of clock, without a name (promise 1)."""

import re
from datetime import date

import pytest

from pathway import definitions
from pathway.domain.explain import Explanation, explain, sentences
from pathway.domain.thresholds import Threshold, read
from tests.domain.samples import agreed
from tests.domain.stories import CALENDAR, START, Story, accepted, after, assessing, closed

NICE = definitions.load("autism").clocks["nice_start"].source


def told(story: Story, clock: str, days: int, *versions: Threshold) -> Explanation:
    reading = read(story.clock(clock), versions, CALENDAR)
    return explain(story.pathway, reading, {e.id: e for e in story.events}, after(days))


def test_a_running_clock_inside_its_limit() -> None:
    assert sentences(told(accepted(), "nice_start", 30)) == (
        "The clock “Referral to start of assessment” started on 12 January 2026: Referral received.",
        "From then to 11 February 2026 is 30 days.",
        f"The limit is 3 months, so it is due by 12 April 2026 (the pathway's own value; {NICE}).",
        "It is within the limit. Grade: On time.",
    )


def test_one_day_is_one_day() -> None:
    assert "From then to 13 January 2026 is 1 day." in sentences(told(accepted(), "nice_start", 1))


def test_a_running_clock_past_its_limit_says_by_how_much_and_how_long_it_has_been() -> None:
    e = told(accepted(), "nice_start", 200)
    assert (e.days, e.days_over, e.grade.value) == (200, 110, "over_26_weeks")
    assert sentences(e)[-1] == "110 days over the limit on 31 July 2026. Grade: Over 26 weeks."
    assert e.next_grade_on == after(365)


def test_a_clock_that_stopped_says_when_and_what_stopped_it() -> None:
    e = told(assessing(), "nice_start", 400)
    assert (e.days, e.days_over, e.finished_on, e.next_grade_on) == (80, 0, after(80), None)
    assert "It stopped on 2 April 2026: Assessment started. That is 80 days." in sentences(e)


def test_a_clock_that_ended_was_not_met() -> None:
    assert "It ended without being met on 1 March 2026: Closed. That is 48 days." in sentences(
        told(closed(), "nice_start", 400)
    )


def test_a_recurring_clock_says_when_it_last_began_again() -> None:
    story = accepted().step("family_updated", 40, how="telephone")
    e = told(story, "silence", 130)
    assert (e.days, e.due_on, e.days_over) == (130, after(40 + 84), 6)
    assert "It was last started again on 21 February 2026." in sentences(e)


def test_a_tighter_limit_stands_beside_the_locked_one_with_its_version_and_source() -> None:
    e = told(accepted(), "nice_start", 70, agreed("2 months", after(5), number=4))
    assert (e.threshold_id, e.due_on, e.locked_due_on) == (4, date(2026, 3, 12), date(2026, 4, 12))
    said = " ".join(sentences(e))
    assert "due by 12 March 2026 (agreed version 4; Board paper)" in said
    assert "The national limit itself ends on 12 April 2026; the partners agreed a tighter one." in said


def test_a_limit_that_could_not_have_been_kept_says_from_when_it_holds() -> None:
    e = told(accepted(), "nice_start", 70, agreed("1 week", after(40)))
    assert e.held_back_to == after(40)
    assert "The limit holds from 21 February 2026; no wait is over it before that day." in sentences(e)


def test_an_exception_is_named_with_its_regulation_and_takes_no_day_away() -> None:
    story = Story("ehc_needs_assessment").step("assessment_requested", 0).step("assess_agreed", 40)
    story.step("exception_claimed", 60, clock="final_plan", reason="absent_from_area")
    e = told(story, "final_plan", 150)
    assert (e.days, e.days_over) == (150, 10)
    assert sentences(e)[-1] == (
        "Exception claimed on 13 March 2026: Child, parent or young person away from the area for 4 weeks or more "
        "(SI 2014/1530 reg 5(4)(d), 8(2)(b), 10(4)(d), 13(3)(d), 27(3)(d)). No day is subtracted."
    )


def test_a_clock_that_must_not_stop_early() -> None:
    story = Story("ehc_needs_assessment").step("assessment_requested", 0).step("assess_agreed", 10)
    story.step("plan_agreed", 30).step("draft_plan_sent", 40)
    waiting = sentences(told(story, "comment_on_draft", 45))
    assert "It may not stop before 8 March 2026: 15 days must pass" in waiting[2]
    assert waiting[-1] == "It has not stopped too early."
    early = told(story.step("final_plan_issued", 50, notice_complete="yes"), "comment_on_draft", 60)
    assert (early.days_over, early.grade.value) == (5, "breached")
    assert sentences(early)[-1] == "It stopped 5 days too early."


def test_a_fixed_date_shows_the_day_to_keep_and_what_the_law_and_the_code_say() -> None:
    story = Story("annual_review").step("plan_issued", 0)
    story.step("phase_transfer_noted", 100, phase="primary_to_secondary", transfer_year="2027")
    said = " ".join(sentences(told(story, "phase_transfer", 110)))
    assert "The date to keep is 14 February 2027" in said
    assert "reg 18(1)(b): before 15 February; Code 9.179 says by" in said


def test_a_date_that_counts_back_says_from_what() -> None:
    story = Story("annual_review").step("plan_issued", 0)
    story.step("meeting_called", 10, meeting_on=after(60).isoformat())
    said = " ".join(sentences(told(story, "meeting_papers", 20)))
    assert "It is due 2 weeks before the date arranged, on 27 February 2026" in said


@pytest.mark.parametrize("key", definitions.keys())
def test_an_explanation_holds_no_number_or_name_of_a_person_or_an_organisation(key: str) -> None:
    """Its fields are dates, counts and words of the definition; ids of facts are for machines and not in the sentences."""
    pathway = definitions.load(key)
    story = Story(key).step(pathway.first_step, 0, account=987654, provider="876543")
    for fact in story.episode.clocks:
        e = explain(pathway, read(fact, (), CALENDAR), {x.id: x for x in story.events}, after(50))
        said = " ".join(sentences(e))
        assert not re.search(r"987654|876543|[0-9a-f]{8}-[0-9a-f]{4}", said)
        assert e.started_on == START


def test_a_long_wait_is_printed_as_the_table_beside_it_prints_it() -> None:
    """The same figure reads the same in the sentence and in the sum: 1,445 days."""
    assert any("is 1,445 days." in line for line in sentences(told(accepted(), "nice_start", 1445)))

"""Answers for the stories of waiting and of assessment."""

from typing import Final

from pathway.demo.county import HARBOUR
from pathway.demo.expected import Answer, Clock, nice, waiting
from pathway.demo.storytelling import CASTLE_PRIMARY

_REFERRER: Final = f"referrer {CASTLE_PRIMARY}"


def _silence(since: int, grade: str = "on_time") -> Clock:
    return Clock("silence", "running", since, "12 weeks", grade)


HEALTH_ANSWERS: Final = (
    waiting(
        "amira", nice(210, "over_26_weeks"), Clock("national_first_contact", "running", 210, "91 days", "breached"),
        Clock("community_wait", "running", 210, "18 weeks", "breached"),
        Clock("referral_to_feedback", "running", 210, "52 weeks", "on_time"), _silence(40), started=210,
    ),
    Answer("new-today", "received", "triage_started", (nice(1, "on_time"),)),
    waiting("returned", nice(100, "breached"), Clock("silence", "running", 30, "12 weeks", "on_time"), started=100),
    Answer("asked-twice", "information_requested", "information_received", (nice(120, "breached"), _silence(20)),
           holder=_REFERRER),
    Answer("watched", "watchful_waiting", "watchful_waiting_reviewed", (nice(150, "breached"),), holder=_REFERRER),
    waiting("long-wait", nice(760, "over_104_weeks"),
            Clock("referral_to_feedback", "running", 760, "52 weeks", "over_104_weeks"), _silence(60)),
    Answer("not-brought", "assessing", "formulation_booked", (
        nice(500, "over_52_weeks", 50, "missed"), Clock("assessment_length", "running", 50, "18 weeks", "on_time"))),
    waiting("hold", nice(300, "over_26_weeks"), holder="family", side_states=("on_hold_family_request",)),
    waiting("silence", nice(250, "over_26_weeks"), _silence(140, "breached")),
    waiting("rings", nice(180, "breached"), _silence(30), open_tasks=("answer_family",)),
    waiting("handed-over", nice(420, "over_52_weeks"), holder=f"provider {HARBOUR}", started=420),
    waiting("offered", nice(400, "over_52_weeks")),
    waiting("right-to-choose", nice(330, "over_26_weeks"), side_states=("right_to_choose",)),
    waiting("corrected", nice(230, "over_26_weeks"), _silence(60),
            Clock("national_first_contact", "running", 230, "91 days", "breached")),
    Answer("twin-jacob", "assessing", "formulation_booked", (nice(380, "over_26_weeks", 40, "missed"),)),
    waiting("twin-isaac", nice(380, "over_52_weeks")),
    Answer("telephone", "assessing", "formulation_booked", (
        nice(150, "due_soon", 76, "met"), Clock("national_first_contact", "running", 150, "91 days", "breached"))),
    Answer("not-yet-told", "outcome_decided", "feedback_given", (
        Clock("feedback", "running", 6, "2 weeks", "on_time"),), "formulation", "formulation"),
    Answer("feedback-late", "outcome_decided", "feedback_given", (
        Clock("feedback", "running", 21, "2 weeks", "breached"),), "formulation", "formulation"),
    Answer("told", "after_feedback", "plan_agreed", (
        Clock("feedback", "missed", 30, "2 weeks", "breached", 8),
        Clock("report", "running", 30, "4 weeks", "breached"))),
    Answer("shared", "post_diagnostic_support", "closing_notified", (
        Clock("report", "met", 90, "4 weeks", "on_time", 70), Clock("follow_up", "met", 90, "6 weeks", "due_soon", 50))),
    Answer("not-autism", "other_support", "closing_notified", (
        Clock("follow_up", "ended", 70, "6 weeks", "due_soon", 40),), school="after_feedback"),
    Answer("uncertain", "under_review", "review_held", (
        Clock("review", "running", 230, "12 months", "on_time"),), school="after_feedback"),
    Answer("second-opinion", "after_feedback", "plan_agreed", (
        Clock("second_opinion", "running", 90, "18 weeks", "on_time"),), side_states=("second_opinion",)),
    Answer("private", "after_feedback", "plan_agreed", (nice(260, "over_26_weeks", 25, "ended"),)),
    Answer("closing", "closing_notified", "episode_closed"),
    waiting("objected", nice(190, "over_26_weeks"), started=190),
    Answer("completed", "closed", closed=60, clocks=(nice(700, "over_52_weeks", 330, "missed"),)),
)  # fmt: skip

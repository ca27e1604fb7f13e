"""Answers for the stories of the council."""

from typing import Final

from pathway.demo.county import COUNCIL
from pathway.demo.expected import Answer, Clock, nice, waiting
from pathway.demo.storytelling import CASTLE_PRIMARY

_COUNCIL: Final = f"council {COUNCIL}"


def _law(
    key: str,
    state: str,
    since: int,
    limit: str,
    grade: str,
    finished: int | None = None,
    due: int | None = None,
) -> Clock:
    """A clock that the law sets."""
    return Clock(key, state, since, limit, grade, finished, due, by_law=True)


COUNCIL_ANSWERS: Final = (
    Answer("ehc-late", "draft_with_family", "final_plan_issued", (
        _law("decide_to_assess", "met", 200, "6 weeks", "due_soon", 165),
        _law("advice_psychology", "missed", 164, "6 weeks", "breached", 60),
        _law("final_plan", "running", 200, "20 weeks", "over_26_weeks"),
    ), holder=_COUNCIL, excused=("final_plan",)),
    waiting("ehc-and-autism", nice(170, "breached")),
    Answer("ehc-and-autism", "advice", "plan_agreed", (
        _law("advice_health", "running", 54, "6 weeks", "breached"),
        _law("final_plan", "running", 90, "20 weeks", "on_time"),
    ), holder=_COUNCIL, episode=1, open_tasks=("give_health_advice",)),
    Answer("ehc-refused", "refused_to_assess", "ended_without_assessment", (
        _law("decide_to_assess", "met", 80, "6 weeks", "due_soon", 41),
        _law("mediation", "running", 25, "30 days", "due_soon"),
    ), holder=_COUNCIL, side_states=("mediation",)),
    Answer("ehc-on-time", "closed", closed=160, clocks=(
        _law("final_plan", "met", 300, "20 weeks", "due_soon", 167),)),
    Answer("ehc-on-time", "plan_in_place", "meeting_called", (
        _law("review_cycle", "running", 167, "12 months", "on_time"),), holder=_COUNCIL, episode=1),
    Answer("review-late", "awaiting_decision", "decided_to_keep", (
        _law("review_decision", "running", 70, "4 weeks", "breached"),
        _law("review_cycle", "running", 420, "12 months", "breached"),
    ), holder=_COUNCIL),
    Answer("phase-transfer", "plan_in_place", "meeting_called", (
        _law("review_cycle", "running", 200, "12 months", "on_time"),), holder=_COUNCIL),
    Answer("papers-late", "meeting_planned", "meeting_held", (
        _law("meeting_papers", "running", 30, "", "breached", due=-6),
        _law("meeting_notice", "met", 30, "", "", 29, due=-6),
    ), holder=f"school {CASTLE_PRIMARY}"),
)  # fmt: skip

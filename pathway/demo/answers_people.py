"""Answers for the stories of who a child is and who may know."""

from typing import Final

from pathway.demo.expected import Answer, nice, waiting

PEOPLE_ANSWERS: Final = (
    waiting("moved-school", nice(270, "over_26_weeks")),
    waiting("parents-apart", nice(200, "over_26_weeks")),
    waiting("school-not-told", nice(170, "breached"), hidden_from_school=True),
    waiting("restricted", nice(220, "over_26_weeks")),
    waiting("adopted", nice(310, "over_26_weeks"), started=310),
    waiting("looked-after", nice(140, "breached")),
    waiting("sixteen", nice(290, "over_26_weeks"), open_tasks=("ask_young_person",)),
    Answer("came-back", "closed", closed=470, clocks=(nice(520, "on_time", 470, "ended"),)),
    waiting("came-back", nice(520, "over_52_weeks"), episode=1, started=520),
    Answer("duplicate", "received", "triage_started", (nice(9, "on_time"),)),
    Answer("died", "died", closed=20, clocks=(nice(240, "over_26_weeks", 20, "ended"),)),
    Answer("moved-away", "closed", closed=70, clocks=(nice(320, "over_26_weeks", 70, "ended"),)),
    Answer("in-error", "void", closed=14, clocks=(nice(15, "on_time", 14, "ended"),)),
)

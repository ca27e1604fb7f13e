"""Appointments among the facts: which step makes one, for which day, and which later fact ended it.

No fact names the appointment that it ends, so this is read from what the steps are: a national code of attendance, a stage
that is left, a feedback that is given. A team meeting and an appointment with the child never end each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Final

from pathway.domain.definition import Definition, FieldType, Step
from pathway.domain.events import Event, in_force

ATTEND_STATUS: Final = "MHS201.AttendStatus"
"""The element of MHSDS v6 that says how an appointment went."""

CANCELLED_CODES: Final = frozenset({"2", "4"})
"""Cancelled by the family, cancelled by the team: known before the day, where the others are known on it."""


class Meets(Enum):
    """Who meets on the day: the child, or those who work with the child."""

    CHILD = "child"
    TEAM = "team"


DAY_FIELDS: Final[Mapping[str, Meets]] = {
    "appointment_on": Meets.CHILD,
    "offered_for": Meets.CHILD,
    "meeting_on": Meets.TEAM,
    "feedback_on": Meets.CHILD,
}
"""The required date that makes a step an appointment; where it is not required, it is only a plan."""

OFFERED: Final = "offered_for"
"""An offer leaves room for another one beside it; whatever else is made again replaces what was made before."""


def day_field(step: Step) -> str:
    """The field with the day of an appointment, or nothing where the step makes none."""
    asked = (
        field.key
        for field in step.fields
        if field.key in DAY_FIELDS and field.required and field.type is FieldType.DATE
    )
    return next(asked, "")


def attend_status(step: Step) -> str:
    """How an appointment ended, as MHSDS codes it, where the step alone says it; nothing where an answer does."""
    return step.mhsds.get(ATTEND_STATUS, "")


def ended_by(definition: Definition, made: Event, events: Sequence[Event]) -> Event | None:
    """The fact that ended the appointment which `made` made, on its corrected day; None while nothing has.

    `events` are the episode's facts, as far as they may be known, with their corrections.
    """
    step = definition.steps.get(made.kind)
    if step is None or not day_field(step):
        return None
    facts = in_force(events)
    own = next(((day, sequence) for day, sequence, event in facts if event.id == made.id), None)
    if own is None:
        return None
    later = (replace(e, happened_on=day) for day, sequence, e in facts if (day, sequence) > own)
    return next((event for event in later if _ends(definition, step, made, event)), None)


def _ends(definition: Definition, step: Step, made: Event, later: Event) -> bool:
    after = definition.steps.get(later.kind)
    if after is None:
        return False
    if after.to and definition.stages[after.to].closed:
        return True
    asked = day_field(step)
    if day_field(after):
        return day_field(after) == asked != OFFERED
    if DAY_FIELDS[asked] is Meets.TEAM:
        return _is_held(step, after) or _leaves(step, after)
    return (
        after.reveals_outcome
        if asked == "feedback_on" and not _tells(after)
        else _sees(step, made, after, later)
    )


def _is_held(step: Step, after: Step) -> bool:
    """Whether this says that the meeting was held: it can be recorded in the meeting's own stage alone."""
    return after.key.endswith("_held") and after.from_stages == {step.to}


def _leaves(step: Step, after: Step) -> bool:
    """Whether the stage that the meeting belongs to is left."""
    return bool(step.to) and step.to in after.from_stages and after.to not in ("", step.to)


def _tells(after: Step) -> bool:
    return any(name.startswith(ATTEND_STATUS) for name in after.mhsds) or _must_say_how(after)


def _must_say_how(after: Step) -> bool:
    asked = after.field_named("mechanism")
    return asked is not None and asked.required


def _sees(step: Step, made: Event, after: Step, later: Event) -> bool:
    """Whether a fact tells of this appointment: it was cancelled, on any day, or what happened was not before its day.

    Where the booking moved the child to a stage, what ended it was recorded there; a step that moves the child on from that
    stage may come before the day that was booked, as when a place came free.
    """
    if not _tells(after) or (step.to and step.to not in after.from_stages):
        return False
    day = date.fromisoformat(made.fields[day_field(step)])
    moves_on = bool(step.to) and after.to not in ("", step.to)
    return moves_on or attend_status(after) in CANCELLED_CODES or later.happened_on >= day

"""Deciding whether a step may be recorded: the role, the day, the fields, and the whole history it would make.

A step is judged in the state of its own day. If the history would not hold, the refusal says what stands in the way and
which steps are possible instead, and for whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pathway.domain.definition import Definition, Field, FieldType, Step
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory, InvalidInput, NotAllowed, StepNotAllowed
from pathway.domain.events import Event
from pathway.domain.fold import fold
from pathway.domain.roles import ROLE_TITLES, Role
from pathway.domain.working_days import Calendar

Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was given for a step: the fields that stay with the event, and free text to be encrypted."""

    fields: dict[str, str]
    free_text: dict[str, str]


def step_named(definition: Definition, key: str) -> Step:
    """The step of that key, or a refusal that names the steps there are."""
    step = definition.steps.get(key)
    if step is None:
        raise StepNotAllowed(
            "There is no such step on this pathway. Choose one of the steps of the pathway's definition.",
            allowed=tuple(definition.steps),
        )
    return step


def check_role(step: Step, role: Role, stage_steps: Sequence[Step]) -> None:
    """Refuse a role that may not take the step, saying who may and what this role may do now.

    `stage_steps` is empty where the role may not know the stage: then nothing is said of it.
    """
    if role in step.by:
        return
    who = ", ".join(sorted(ROLE_TITLES[r] for r in step.by))
    mine = ", ".join(f"“{s.title}”" for s in stage_steps if role in s.by) or "none"
    now = f" What you can record now: {mine}." if stage_steps else " Ask one of them to record it."
    raise NotAllowed(f"“{step.title}” is recorded by: {who}.{now}")


def check_day(day: date, today: date, birth_date: date) -> None:
    """A fact happened on a real day: not before the child was born, not after today."""
    if day > today:
        raise InvalidInput("The date must be today or in the past. Correct the date.", field="happened_on")
    if day < birth_date:
        raise InvalidInput("The date is before the child was born. Correct the date.", field="happened_on")


def check_fields(step: Step, given: Given, day: date) -> Answers:
    """Check what was given against the step's fields; the first fault is refused with its field."""
    unknown = sorted(set(given) - {f.key for f in step.fields})
    if unknown:
        known = ", ".join(f.key for f in step.fields) or "none"
        raise InvalidInput(
            f"“{step.title}” does not ask for this. Its fields are: {known}.", field=unknown[0]
        )
    answers = Answers({}, {})
    for item in step.fields:
        value = given.get(item.key, "").strip()
        if not value:
            if item.required:
                raise InvalidInput(f"Answer “{item.title}”.", field=item.key)
            continue
        target = answers.free_text if item.type.is_free_text else answers.fields
        target[item.key] = _value(item, value, day)
    return answers


def _value(item: Field, value: str, day: date) -> str:
    match item.type:
        case FieldType.CHOICE if value not in {o.key for o in item.options}:
            titles = ", ".join(f"“{o.key}”" for o in item.options)
            raise InvalidInput(f"“{item.title}” must be one of: {titles}.", field=item.key)
        case FieldType.YES_NO if value not in ("yes", "no"):
            raise InvalidInput(f"“{item.title}” must be “yes” or “no”.", field=item.key)
        case FieldType.DATE:
            return _date(item, value, day)
        case FieldType.NUMBER | FieldType.ORGANISATION if not (value.isascii() and value.isdigit()):
            raise InvalidInput(f"“{item.title}” must be a whole number.", field=item.key)
    if len(value) > item.max_length:
        raise InvalidInput(
            f"“{item.title}” must be {item.max_length:,} characters or fewer. Shorten it.", field=item.key
        )
    return value


def _date(item: Field, value: str, day: date) -> str:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f"“{item.title}” must be a real date, as 2026-03-31.", field=item.key) from None
    if not (item.future or item.plan) and found > day:
        raise InvalidInput(f"“{item.title}” must not be after the day of the step.", field=item.key)
    return found.isoformat()


def fold_with(
    definition: Definition,
    events: Sequence[Event],
    candidate: Event,
    calendar: Calendar,
    family_reached: date | None = None,
) -> Episode:
    """Fold the history with one more fact; refuse what would not hold.

    If the candidate itself does not fit the stage of its day: StepNotAllowed with the steps that do. If a fact
    recorded for a later day would become impossible: ImpossibleHistory that names that fact.
    """
    try:
        return fold(definition, [*events, candidate], calendar, family_reached)
    except ImpossibleHistory as fault:
        if fault.event != candidate.id:
            raise ImpossibleHistory(
                f"{fault} Recording this with that date would make it impossible: correct the later fact first.",
                event=fault.event,
                stage=fault.stage,
            ) from fault
        if not fault.stage:
            raise
        possible = definition.steps_from(fault.stage)
        names = "; ".join(
            f"“{s.title}” ({', '.join(sorted(ROLE_TITLES[r] for r in s.by))})" for s in possible
        )
        raise StepNotAllowed(
            f"{fault} What can be recorded then: {names}.", tuple(s.key for s in possible)
        ) from fault

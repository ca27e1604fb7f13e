"""What a family is told of an episode besides its stage: how far it is, what was aimed for, when they next hear from us.

Made from the stage and the facts that the family may know, so nothing here implies an outcome (docs/rules.md 10).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pathway.domain.definition import ClockKind, Definition, Group, Stage
from pathway.domain.episode import Episode
from pathway.domain.periods import Period, Unit, add
from pathway.domain.projection import Versions
from pathway.domain.thresholds import read
from pathway.domain.working_days import Calendar

WRITE_WITHIN: Final = Period(12, Unit.WEEKS)
"""Where a pathway has no clock of silence of its own."""


class Progress(StrEnum):
    """Where one part of the way stands."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True, slots=True)
class Aim:
    """What we said we aim for, and whether that day has passed."""

    words: str
    missed: bool


def day_named(definition: Definition, kind: str, fields: Mapping[str, str]) -> date | None:
    """The day that a fact itself names, such as an appointment, if its step asks for one that lies ahead."""
    step = definition.steps.get(kind)
    for item in step.fields if step else ():
        if (item.future or item.plan) and fields.get(item.key):
            return date.fromisoformat(fields[item.key])
    return None


def progress(definition: Definition, shown: Stage) -> tuple[tuple[Group, Progress], ...]:
    """The parts of the way in their fixed order; nothing once it is ending, for then there is no way on to show."""
    if shown.closed or _is_ending(definition, shown):
        return ()
    there = {s.group for s in definition.stages.values() if not s.closed and not _is_ending(definition, s)}
    groups = [group for group in Group if group in there]
    here = groups.index(shown.group)
    return tuple(
        (group, Progress.DONE if n < here else Progress.NOW if n == here else Progress.TO_COME)
        for n, group in enumerate(groups)
    )


def _is_ending(definition: Definition, stage: Stage) -> bool:
    """Whether the next step of a stage closes the episode."""
    step = definition.steps.get(stage.next_step)
    return step is not None and bool(step.to) and definition.stages[step.to].closed


def next_update(definition: Definition, since: date, as_of: date, calendar: Calendar) -> date:
    """The day by which we write again: the pathway's own limit of silence after the last time, and never a past day."""
    every = next(
        (c.limit for c in definition.clocks.values() if c.enabled and c.restarts_when_family_reached),
        WRITE_WITHIN,
    )
    by, times = add(since, every, calendar), 1
    while by < as_of:
        times += 1
        by = add(since, Period(every.n * times, every.unit), calendar)
    return by


def aims(seen: Episode, versions: Versions, as_of: date, calendar: Calendar) -> tuple[Aim, ...]:
    """What we said to families about the clocks that are running, as far as the family may know of them."""
    return tuple(_aims(seen, versions, as_of, calendar))


def _aims(seen: Episode, versions: Versions, as_of: date, calendar: Calendar) -> Iterable[Aim]:
    for fact in seen.clocks:
        clock = fact.definition
        if fact.is_running and clock.enabled and clock.family and clock.kind is ClockKind.STEP_TO_STEP:
            due_on = read(fact, versions.get(clock.key, ()), calendar).due.due_on
            yield Aim(clock.family, due_on < as_of)

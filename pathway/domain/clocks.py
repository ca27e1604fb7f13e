"""Clocks: pure functions of the definition and the facts.

A `ClockFact` says what the facts say (started, stopped, ended, restarted, excused), whatever the limit. Putting a limit
in force over it (`pathway.domain.thresholds`) gives a `ClockReading` with its due date. Nothing subtracts days: the
unadjusted wait is always there (docs/rules.md 2).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from pathway.domain.definition import ClockDef, ClockKind


class ClockState(StrEnum):
    """Where a clock stands. ENDED is closed without having been met, and is counted apart."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    ENDED = "ended"


@dataclass(slots=True)
class ClockFact:
    """One instance of a clock as the facts have it. Days are London dates; events are named by their ids."""

    definition: ClockDef
    instance: int
    started_on: date
    start_event: UUID
    counts_from: date
    stopped_on: date | None = None
    stop_event: UUID | None = None
    ended_on: date | None = None
    end_event: UUID | None = None
    field_value: str = ""
    exceptions: list[tuple[str, date, UUID]] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        return self.stopped_on is None and self.ended_on is None

    @property
    def finished_on(self) -> date | None:
        """The day on which the clock stopped or ended, or nothing while it runs."""
        return self.stopped_on or self.ended_on

    def days(self, as_of: date) -> int:
        """Calendar days from the start to the stop, or to `as_of` while it runs; the start day counts as 0."""
        return ((self.finished_on or as_of) - self.started_on).days

    def restart(self, day: date) -> None:
        """A recurring clock begins again; its start stays what it was."""
        self.counts_from = max(self.counts_from, day)


class ClockBoard:
    """All clocks of one episode while its facts are read in order."""

    __slots__ = ("_running", "facts")

    def __init__(self) -> None:
        self.facts: list[ClockFact] = []
        self._running: dict[str, ClockFact] = {}

    def start(self, clock: ClockDef, day: date, event: UUID, field_value: str) -> None:
        """Open an instance: once only, or again after the last one finished where the clock repeats."""
        before = self._latest(clock.key)
        if before is not None and (before.is_running or not clock.repeat):
            return
        instance = 1 if before is None else before.instance + 1
        fact = ClockFact(clock, instance, day, event, day, field_value=field_value)
        self.facts.append(fact)
        self._running[clock.key] = fact

    def stop(self, clock: ClockDef, day: date, event: UUID) -> None:
        fact = self._running.pop(clock.key, None)
        if fact is not None:
            fact.stopped_on, fact.stop_event = day, event

    def end(self, clock: ClockDef, day: date, event: UUID) -> None:
        fact = self._running.pop(clock.key, None)
        if fact is not None:
            fact.ended_on, fact.end_event = day, event

    def revive(self, closing: UUID) -> None:
        """Set running again what one event ended, with its first start: the episode was opened again."""
        for fact in self.facts:
            if fact.end_event == closing:
                fact.ended_on = fact.end_event = None
                self._running[fact.definition.key] = fact

    def restart(self, clock: ClockDef, day: date) -> None:
        fact = self._running.get(clock.key)
        if fact is not None:
            fact.restart(day)

    def family_reached(self, day: date) -> None:
        """A message was delivered: the clocks of silence begin again."""
        for fact in self._running.values():
            if fact.definition.restarts_when_family_reached and day >= fact.started_on:
                fact.restart(day)

    def excuse(self, clock_key: str, reason: str, day: date, event: UUID) -> None:
        """Note an exception against a limit whose regulation lists it; any other limit is left as it was."""
        fact = self._latest(clock_key)
        if fact is not None and reason in fact.definition.exceptions:
            fact.exceptions.append((reason, day, event))

    def _latest(self, key: str) -> ClockFact | None:
        running = self._running.get(key)
        if running is not None:
            return running
        return next((f for f in reversed(self.facts) if f.definition.key == key), None)


def needs_field(clock: ClockDef) -> bool:
    """Whether the start step's own field gives the due date."""
    return clock.kind in (ClockKind.FIXED_DATE, ClockKind.BEFORE_DATE)

"""An episode: one child on one pathway, as the facts have it. Status is derived, never typed.

Made by `pathway.domain.fold`; everything that is listed, shown or explained starts from here.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from pathway.domain.clocks import ClockFact
from pathway.domain.definition import Definition, Slot, Stage, TaskDef
from pathway.domain.roles import Role


class Holder(NamedTuple):
    """Whose days these are: a slot on the episode and the organisation in it (none for the family)."""

    slot: Slot
    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` up to, not including, `until`, that belong to one holder."""

    holder: Holder
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(slots=True)
class TaskState:
    """Parallel work: when it was opened, for whom, and when it was done or fell away."""

    definition: TaskDef
    opened_on: date
    owner: Holder
    done_on: date | None = None
    fell_away_on: date | None = None

    @property
    def is_open(self) -> bool:
        return self.done_on is None and self.fell_away_on is None


@dataclass(frozen=True, slots=True)
class PendingHandOver:
    """An organisation has been asked to take the episode over; until it accepts, the sender holds it."""

    slot: Slot
    to: int
    offered_on: date
    event: UUID


@dataclass(slots=True)
class Episode:
    """What the facts say of one child on one pathway. Made by `fold`; treat as read-only.

    The wait began with `start_event`; `started_on` is earlier than its day where an earlier referral's date is kept.
    """

    definition: Definition
    stage: Stage
    stage_since: date
    opened_on: date
    started_on: date
    start_event: UUID
    slots: dict[Slot, int]
    clocks: list[ClockFact]
    tasks: dict[str, TaskState] = field(default_factory=dict)
    side_states: dict[str, date] = field(default_factory=dict)
    baton: list[tuple[date, Holder]] = field(default_factory=list)
    outcome: str = ""
    outcome_told_on: date | None = None
    closure: str = ""
    closed_on: date | None = None
    plan: date | None = None
    shared_with: frozenset[Slot] = frozenset()
    hidden_from: frozenset[Slot] = frozenset()
    messages_stopped: bool = False
    messages_refused: bool = False
    hand_over: PendingHandOver | None = None
    coordinator: int = 0
    referred_by: Role = Role.SYSTEM
    linked_start: date | None = None
    facts: int = 0
    last_fact_on: date = date.min

    @property
    def is_open(self) -> bool:
        return not self.stage.closed

    @property
    def holder(self) -> Holder:
        """Who holds the baton now (or held it when the episode closed)."""
        return self.baton[-1][1]

    def spans(self, as_of: date) -> tuple[Span, ...]:
        """The wait cut into the days of each holder; their sum is the whole wait."""
        end = self.closed_on if self.closed_on is not None else as_of
        holders = [holder for _, holder in self.baton]
        since = [self.started_on, *(max(day, self.started_on) for day, _ in self.baton[1:])]
        until = [*since[1:], end]
        return tuple(
            Span(holder, start, min(stop, end))
            for holder, start, stop in zip(holders, since, until, strict=True)
            if start < min(stop, end)
        )

    def wait(self, as_of: date) -> int:
        """The unadjusted wait in days: from the start date to the closure, or to `as_of`."""
        return ((self.closed_on or as_of) - self.started_on).days

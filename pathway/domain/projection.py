"""Projections: the rows that lists read, as a pure function of an episode on a day.

Actions write them in the transaction of the fact, the loader writes them in bulk, and `pathway integrity` makes them again
and compares. There is one function, so the three cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.breaches import Grade, crossings, first_crossing_on
from pathway.domain.clocks import ClockFact
from pathway.domain.definition import Definition, Slot
from pathway.domain.episode import Episode
from pathway.domain.next_step import next_step
from pathway.domain.periods import add
from pathway.domain.thresholds import ClockReading, Threshold, read
from pathway.domain.visibility import stages_shown
from pathway.domain.working_days import Calendar


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """What is stored of an episode besides its keys. Column names are those of the table."""

    stage: str
    stage_since: date
    family_stage: str
    school_stage: str
    council_stage: str
    referrer_stage: str
    opened_on: date
    started_on: date
    closed_on: date | None
    closure: str
    outcome: str
    outcome_told_on: date | None
    shared_with: list[str]
    side_states: list[str]
    messages_stopped: bool
    holder_slot: str
    holder_id: int | None
    referrer_id: int | None
    provider_id: int | None
    school_id: int | None
    council_id: int | None
    hidden_from_school: bool
    hidden_from_referrer: bool
    council_basis: bool
    council_runs: bool
    coordinator_id: int | None
    next_step: str | None
    next_role: str | None
    planned_for: date | None
    plan_by_person: bool
    hand_over_slot: str | None
    hand_over_to: int | None
    projected_on: date
    partners_stage: str
    messages_refused: bool


@dataclass(frozen=True, slots=True)
class ClockRow:
    """What is stored of one instance of a clock, while it is known so."""

    clock: str
    instance: int
    start_event: UUID
    state: str
    started_on: date
    counts_from: date
    finished_on: date | None
    finish_event: UUID | None
    field_value: str
    due_on: date
    due_soon_on: date | None
    late_from: date | None
    locked_due_on: date | None
    threshold_id: int
    status: str
    excused: bool
    provider_id: int | None
    council_id: int | None
    school_id: int | None
    council_runs: bool


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What is stored of one task."""

    key: str
    opened_on: date
    due_on: date
    owner_slot: str
    owner_id: int | None
    role: str
    done_on: date | None
    fell_away_on: date | None


@dataclass(frozen=True, slots=True)
class Projection:
    """All rows of one episode. `first_crossings` holds each running clock's first grade day, for the scan."""

    episode: EpisodeRow
    clocks: tuple[ClockRow, ...]
    tasks: tuple[TaskRow, ...]
    first_crossings: Mapping[tuple[str, int], date]


Versions = Mapping[str, Sequence[Threshold]]


def project(episode: Episode, versions: Versions, calendar: Calendar, today: date) -> Projection:
    """The rows of an episode on a day. `versions` holds the agreed thresholds of its pathway by clock."""
    readings = [read(fact, versions.get(fact.definition.key, ()), calendar) for fact in episode.clocks]
    runs = council_runs(episode.definition)
    firsts = {(r.key, r.fact.instance): on for r in readings if (on := first_crossing_on(r)) is not None}
    return Projection(
        episode=episode_row(episode, runs, calendar, today),
        clocks=tuple(clock_row(r, episode, runs) for r in readings),
        tasks=tuple(task_row(episode, key, calendar) for key in episode.tasks),
        first_crossings=firsts,
    )


def council_runs(definition: Definition) -> bool:
    """Whether the council itself holds stages of this pathway: then its officers have a basis for every child on it."""
    parties = definition.parties
    return any(parties[stage.held_by].slot is Slot.COUNCIL for stage in definition.stages.values())


def episode_row(episode: Episode, runs: bool, calendar: Calendar, today: date) -> EpisodeRow:
    shown, step, slots = stages_shown(episode), next_step(episode, today, calendar), episode.slots
    over = episode.hand_over
    return EpisodeRow(
        stage=shown.clinical,
        stage_since=episode.stage_since,
        family_stage=shown.family,
        school_stage=shown.school,
        council_stage=shown.council,
        referrer_stage=shown.referrer,
        opened_on=episode.opened_on,
        started_on=episode.started_on,
        closed_on=episode.closed_on,
        closure=episode.closure,
        outcome=episode.outcome,
        outcome_told_on=episode.outcome_told_on,
        shared_with=sorted(episode.shared_with),
        side_states=sorted(episode.side_states),
        messages_stopped=episode.messages_stopped,
        holder_slot=episode.holder.slot.value,
        holder_id=episode.holder.organisation_id,
        referrer_id=slots.get(Slot.REFERRER),
        provider_id=slots.get(Slot.PROVIDER),
        school_id=slots.get(Slot.SCHOOL),
        council_id=slots.get(Slot.COUNCIL),
        hidden_from_school=Slot.SCHOOL in episode.hidden_from,
        hidden_from_referrer=Slot.REFERRER in episode.hidden_from,
        council_basis=runs or Slot.COUNCIL in episode.shared_with,
        council_runs=runs,
        coordinator_id=episode.coordinator or None,
        next_step=step.step.key if step else None,
        next_role=step.role.value if step else None,
        planned_for=step.planned_for if step else None,
        plan_by_person=step.set_by_person if step else False,
        hand_over_slot=over.slot.value if over else None,
        hand_over_to=over.to if over else None,
        projected_on=today,
        partners_stage=shown.partners,
        messages_refused=episode.messages_refused,
    )


def clock_row(reading: ClockReading, episode: Episode, runs: bool) -> ClockRow:
    fact, due = reading.fact, reading.due
    late = next((c.on for c in crossings(reading) if c.grade is Grade.BREACHED), None)
    return ClockRow(
        clock=fact.definition.key,
        instance=fact.instance,
        start_event=fact.start_event,
        state=reading.state.value,
        started_on=fact.started_on,
        counts_from=fact.counts_from,
        finished_on=fact.finished_on,
        finish_event=fact.stop_event or fact.end_event,
        field_value=fact.field_value,
        due_on=due.due_on,
        due_soon_on=due.due_soon_on,
        late_from=late,
        locked_due_on=due.locked_due_on,
        threshold_id=due.threshold_id,
        status=fact.definition.status.value,
        excused=reading.is_excused,
        provider_id=episode.slots.get(Slot.PROVIDER),
        council_id=episode.slots.get(Slot.COUNCIL),
        school_id=episode.slots.get(Slot.SCHOOL),
        council_runs=runs,
    )


def task_row(episode: Episode, key: str, calendar: Calendar) -> TaskRow:
    task = episode.tasks[key]
    return TaskRow(
        key=key,
        opened_on=task.opened_on,
        due_on=add(task.opened_on, task.definition.within, calendar),
        owner_slot=task.owner.slot.value,
        owner_id=task.owner.organisation_id,
        role=task.definition.by.value,
        done_on=task.done_on,
        fell_away_on=task.fell_away_on,
    )


def fact_of(row: ClockRow, definition: Definition) -> ClockFact:
    """A stored clock as the domain reads it again, so that a list can be graded and explained without a fold."""
    ended = row.state == "ended"
    return ClockFact(
        definition.clocks[row.clock],
        row.instance,
        row.started_on,
        row.start_event,
        row.counts_from,
        stopped_on=None if ended else row.finished_on,
        stop_event=None if ended else row.finish_event,
        ended_on=row.finished_on if ended else None,
        end_event=row.finish_event if ended else None,
        field_value=row.field_value,
    )

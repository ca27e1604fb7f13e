"""Folding facts into an episode.

Facts are read by the day on which they happened, then in the order of recording, so a back-dated fact is judged in the
state of its own day and the facts after it are judged again. A history that the pathway does not allow is refused, and
the fact that stands in the way is named.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from pathway.domain.built_in_facts import (
    ORIGINAL_START,
    apply_built_in,
    coordinator_named,
    put,
    restore_start,
)
from pathway.domain.clocks import ClockBoard, needs_field
from pathway.domain.definition import Definition, Slot, Stage, Step, StepMoves, holds
from pathway.domain.episode import Episode, Holder, TaskState
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import Event, in_force
from pathway.domain.periods import add
from pathway.domain.working_days import Calendar


def fold(
    definition: Definition,
    events: Iterable[Event],
    calendar: Calendar,
    family_reached: date | None = None,
) -> Episode:
    """Read the facts in order and return the episode; refuse a history that the pathway does not allow.

    `family_reached` is the last day on which a message reached the family, from delivery receipts.
    Raises ImpossibleHistory, which names the fact that cannot stand and the stage of its day.
    """
    facts = in_force(list(events))
    if not facts:
        raise ImpossibleHistory("This episode has no facts left. Strike out the referral itself instead.")
    reader = Reader(definition, calendar)
    for day, _, event in facts:
        reader.read(day, event)
    if family_reached is not None:
        reader.board.family_reached(family_reached)
    return reader.episode()


class Reader:
    """Holds the state between two facts. One pass, no look-ahead."""

    __slots__ = ("_announced", "_closed_by", "_episode", "_seen", "board", "calendar", "definition")

    def __init__(self, definition: Definition, calendar: Calendar) -> None:
        self.definition = definition
        self.calendar = calendar
        self.board = ClockBoard()
        self._seen: dict[str, date] = {}
        self._announced = ""
        self._closed_by: UUID | None = None
        self._episode: Episode | None = None

    def episode(self) -> Episode:
        if self._episode is None:
            raise ImpossibleHistory("An episode begins with a first step; this one has only later facts.")
        return self._episode

    def read(self, day: date, event: Event) -> None:
        step = self.definition.steps.get(event.kind)
        if step is None:
            apply_built_in(self.episode(), day, event)
        elif self._episode is None:
            self._open(day, event, step)
        else:
            self._step(self._episode, day, event, step)
        episode = self.episode()
        episode.facts += 1
        episode.last_fact_on = day
        self._seen[event.kind] = day
        if step is None or self.definition.moves[step.key].passes_baton:
            self._pass_baton(episode, day)

    def _open(self, day: date, event: Event, step: Step) -> None:
        if not step.first:
            raise ImpossibleHistory(
                f"“{step.title}” on {day:%-d %B %Y} comes before the episode began. "
                "Record the first step with an earlier date, or correct this date.",
                event=event.id,
            )
        stage = self.definition.stages[step.to]
        episode = Episode(self.definition, stage, day, day, day, event.id, {}, self.board.facts)
        self._episode = episode
        self._place(episode, event)
        self._follow(episode, step, day, event)
        self._begin(episode, day, event)

    def _step(self, episode: Episode, day: date, event: Event, step: Step) -> None:
        self._allow(episode, day, event, step)
        if step.first:
            self._place(episode, event)
        if step.to:
            self._enter(episode, self.definition.stages[step.to], day, event)
        self._follow(episode, step, day, event)
        if step.key == self.definition.first_step and step.key not in self._seen:
            self._begin(episode, day, event)

    def _follow(self, episode: Episode, step: Step, day: date, event: Event) -> None:
        """What any step brings with it, the one that opens the episode too."""
        moves = self.definition.moves[step.key]
        self._side_states(episode, step, day)
        self._move_clocks(moves, day, event)
        if moves.does or moves.opens:
            self._move_tasks(episode, moves, day)
        for key in moves.plans:
            if event.fields.get(key):
                episode.plan = date.fromisoformat(event.fields[key])
        if moves.notes:
            self._note(episode, step, day, event)

    def _place(self, episode: Episode, event: Event) -> None:
        """A first step says which organisations the episode is with, and who asked for it."""
        for slot in Slot:
            if event.fields.get(slot):
                put(episode, slot, int(event.fields[slot]))
        episode.referred_by = event.role

    def _allow(self, episode: Episode, day: date, event: Event, step: Step) -> None:
        """The pathway's own conditions: the stage of the day, the steps required, the days to wait."""
        if episode.stage.key not in step.from_stages:
            raise ImpossibleHistory(
                f"“{step.title}” on {day:%-d %B %Y} cannot stand: on that day the child was at "
                f"“{episode.stage.title}”.",
                event=event.id,
                stage=episode.stage.key,
            )
        missing = [key for key in step.requires if key not in self._seen] if step.requires else []
        if "closure" in event.fields:
            missing += self._missing_for_closure(event)
        if missing:
            titles = ", ".join(f"“{self.definition.steps[key].title}”" for key in missing)
            raise ImpossibleHistory(
                f"“{step.title}” needs {titles} first. Record that, with its date, and then this.",
                event=event.id,
                stage=episode.stage.key,
            )
        if step.not_before is not None:
            self._allow_by_date(day, event, step)
        if self._announced:
            self._allow_closure(day, event, step)

    def _allow_closure(self, day: date, event: Event, step: Step) -> None:
        """An episode closes for the reason that the family was told and could object to (docs/rules.md 8)."""
        given, told = event.fields.get("closure", ""), self._announced
        closes = bool(step.to) and self.definition.stages[step.to].closed
        if closes and given and told and given != told:
            titles = {key: self.definition.closures[key].title for key in (given, told)}
            raise ImpossibleHistory(
                f"“{step.title}” on {day:%-d %B %Y} gives the reason “{titles[given]}”, and the family was told "
                f"“{titles[told]}”. Close for that reason, or tell the family the new one first and give them the time "
                "to object to it.",
                event=event.id,
            )

    def _missing_for_closure(self, event: Event) -> list[str]:
        closure = self.definition.closures.get(event.fields.get("closure", ""))
        return [] if closure is None else [key for key in closure.requires if key not in self._seen]

    def _allow_by_date(self, day: date, event: Event, step: Step) -> None:
        rule = step.not_before
        if rule is None or rule.step not in self._seen:
            return
        earliest = add(self._seen[rule.step], rule.wait, self.calendar)
        if day < earliest:
            raise ImpossibleHistory(
                f"“{step.title}” may happen from {earliest:%-d %B %Y}: {rule.wait} after "
                f"“{self.definition.steps[rule.step].title}”.",
                event=event.id,
            )

    def _enter(self, episode: Episode, stage: Stage, day: date, event: Event) -> None:
        self._announced = ""
        if stage.closed and not episode.stage.closed:
            self._close(episode, day, event)
        elif episode.stage.closed and not stage.closed:
            self._open_again(episode)
        if stage.key != episode.stage.key:
            episode.stage, episode.stage_since = stage, day
        episode.plan = None

    def _close(self, episode: Episode, day: date, event: Event) -> None:
        episode.closed_on, self._closed_by = day, event.id
        episode.closure = event.fields.get("closure", event.kind)
        for task in episode.tasks.values():
            if task.is_open:
                task.fell_away_on = day

    def _open_again(self, episode: Episode) -> None:
        """What the closing ended goes on as if it had not: each clock with its first date (docs/rules.md 2)."""
        episode.closed_on, episode.closure = None, ""
        if self._closed_by is not None:
            self.board.revive(self._closed_by)
        for task in episode.tasks.values():
            if task.fell_away_on is not None:
                task.fell_away_on = None
                task.owner = self._holder_of(episode, task.definition.owner)

    def _side_states(self, episode: Episode, step: Step, day: date) -> None:
        if step.starts_side_state:
            episode.side_states.setdefault(step.starts_side_state, day)
        if step.ends_side_state:
            episode.side_states.pop(step.ends_side_state, None)

    def _move_clocks(self, moves: StepMoves, day: date, event: Event) -> None:
        fields, board = event.fields, self.board
        for clock, trigger in moves.stops:
            if trigger.holds(fields):
                board.stop(clock, day, event.id)
        for clock, trigger in moves.ends:
            if trigger.holds(fields):
                board.end(clock, day, event.id)
        for clock, trigger in moves.restarts:
            if trigger.holds(fields):
                board.restart(clock, day)
        for clock, trigger in moves.starts:
            if trigger.holds(fields):
                value = fields.get(clock.date_field, "") if needs_field(clock) else ""
                if value or not needs_field(clock):
                    board.start(clock, day, event.id, value)

    def _move_tasks(self, episode: Episode, moves: StepMoves, day: date) -> None:
        if episode.stage.closed:
            return
        for task in moves.does:
            state = episode.tasks.get(task.key)
            if state is not None and state.is_open:
                state.done_on = day
        for task in moves.opens:
            state = episode.tasks.get(task.key)
            if state is None or not state.is_open:
                episode.tasks[task.key] = TaskState(task, day, self._holder_of(episode, task.owner))

    def _note(self, episode: Episode, step: Step, day: date, event: Event) -> None:
        if event.fields.get("outcome"):
            episode.outcome, episode.outcome_told_on = event.fields["outcome"], None
        if step.reveals_outcome:
            episode.outcome_told_on = day
        if event.fields.get("closure") and episode.is_open:
            self._announced = event.fields["closure"]
        if step.shares_with or step.hides_from:
            self._share(episode, step, event)
        if step.names_coordinator:
            episode.coordinator = coordinator_named(event, step)
        if step.stops_messages:
            episode.messages_stopped = True
        if step.refuses_messages is not None and holds(step.refuses_messages, event.fields):
            episode.messages_refused = True
        if step.accepts_messages is not None and holds(step.accepts_messages, event.fields):
            episode.messages_refused = False
        if step.claims_exception:
            self.board.excuse(event.fields["clock"], event.fields["reason"], day, event.id)

    def _share(self, episode: Episode, step: Step, event: Event) -> None:
        """Who is told from now on, and from whom the child is kept; what is kept wins."""
        shared = {rule.slot for rule in step.shares_with if holds(rule.when, event.fields)}
        hidden = {rule.slot for rule in step.hides_from if holds(rule.when, event.fields)}
        episode.shared_with = (episode.shared_with | shared) - hidden
        episode.hidden_from = (episode.hidden_from - shared) | hidden

    def _begin(self, episode: Episode, day: date, event: Event) -> None:
        """The wait counts from this day, or from the first one of an earlier referral (docs/rules.md 2)."""
        episode.started_on, episode.start_event = day, event.id
        text = event.fields.get(ORIGINAL_START, "")
        known = [date.fromisoformat(text)] if text else []
        known += [episode.linked_start] if episode.linked_start else []
        if known:
            restore_start(episode, min(known))

    def _holder_of(self, episode: Episode, party: str) -> Holder:
        slot = self.definition.parties[party].slot
        return Holder(slot, None if slot is Slot.FAMILY else episode.slots.get(slot))

    def _holder_of_stage(self, episode: Episode) -> Holder:
        for key in reversed(episode.side_states):
            if self.definition.side_states[key].held_by:
                return self._holder_of(episode, self.definition.side_states[key].held_by)
        return self._holder_of(episode, episode.stage.held_by)

    def _pass_baton(self, episode: Episode, day: date) -> None:
        if episode.stage.closed and episode.baton:
            return
        holder = self._holder_of_stage(episode)
        if not episode.baton or episode.baton[-1][1] != holder:
            episode.baton.append((day, holder))

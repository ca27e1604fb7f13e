"""Folding facts into an episode.

Facts are read by the day on which they happened, then in the order of recording, so a back-dated fact is judged in the
state of its own day and the facts after it are judged again. A history that the pathway does not allow is refused, and
the fact that stands in the way is named.
"""

from collections.abc import Iterable
from datetime import date

from pathway.domain.built_in_facts import ORIGINAL_START, apply_built_in
from pathway.domain.clocks import ClockBoard, needs_field
from pathway.domain.definition import Definition, Slot, Stage, Step
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

    __slots__ = ("_episode", "_seen", "board", "calendar", "definition")

    def __init__(self, definition: Definition, calendar: Calendar) -> None:
        self.definition = definition
        self.calendar = calendar
        self.board = ClockBoard()
        self._seen: dict[str, date] = {}
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
        self._pass_baton(episode, day)

    def _open(self, day: date, event: Event, step: Step) -> None:
        if not step.first:
            raise ImpossibleHistory(
                f"“{step.title}” on {day:%-d %B %Y} comes before the episode began. "
                "Record the first step with an earlier date, or correct this date.",
                event=event.id,
            )
        slots = {slot: int(event.fields[slot]) for slot in Slot if event.fields.get(slot)}
        stage = self.definition.stages[step.to]
        start = self._original_start(event, day)
        self._episode = Episode(self.definition, stage, day, day, start, slots=slots, clocks=self.board.facts)
        self._move_clocks(step, day, event)
        self._restore_start(event, start)
        self._move_tasks(self._episode, step, day)
        self._plan(self._episode, step, event)

    def _step(self, episode: Episode, day: date, event: Event, step: Step) -> None:
        self._allow(episode, day, event, step)
        if step.to:
            self._enter(episode, self.definition.stages[step.to], day, event)
        self._side_states(episode, step, day)
        self._move_clocks(step, day, event)
        self._move_tasks(episode, step, day)
        self._plan(episode, step, event)
        self._note(episode, step, day, event)
        if step.key == self.definition.first_step and step.key not in self._seen:
            start = self._original_start(event, day)
            episode.started_on = start
            self._restore_start(event, start)

    def _allow(self, episode: Episode, day: date, event: Event, step: Step) -> None:
        """The pathway's own conditions: the stage of the day, the steps required, the days to wait."""
        if episode.stage.key not in step.from_stages:
            raise ImpossibleHistory(
                f"“{step.title}” on {day:%-d %B %Y} cannot stand: on that day the child was at "
                f"“{episode.stage.title}”.",
                event=event.id,
                stage=episode.stage.key,
            )
        missing = [key for key in step.requires if key not in self._seen]
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
        if stage.closed and not episode.stage.closed:
            episode.closed_on = day
            episode.closure = event.fields.get("closure", event.kind)
            for task in episode.tasks.values():
                if task.is_open:
                    task.fell_away_on = day
        elif not stage.closed:
            episode.closed_on, episode.closure = None, ""
        if stage.key != episode.stage.key:
            episode.stage, episode.stage_since = stage, day
        episode.plan = None

    def _side_states(self, episode: Episode, step: Step, day: date) -> None:
        if step.starts_side_state:
            episode.side_states.setdefault(step.starts_side_state, day)
        if step.ends_side_state:
            episode.side_states.pop(step.ends_side_state, None)

    def _move_clocks(self, step: Step, day: date, event: Event) -> None:
        moves = self.definition.moves.get(step.key)
        if moves is None:
            return
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

    def _move_tasks(self, episode: Episode, step: Step, day: date) -> None:
        moves = self.definition.moves.get(step.key)
        if moves is None or episode.stage.closed:
            return
        for task in moves.does:
            state = episode.tasks.get(task.key)
            if state is not None and state.is_open:
                state.done_on = day
        for task in moves.opens:
            state = episode.tasks.get(task.key)
            if state is None or not state.is_open:
                episode.tasks[task.key] = TaskState(task, day, self._holder_of(episode, task.owner))

    def _plan(self, episode: Episode, step: Step, event: Event) -> None:
        for item in step.fields:
            if item.plan and event.fields.get(item.key):
                episode.plan = date.fromisoformat(event.fields[item.key])

    def _note(self, episode: Episode, step: Step, day: date, event: Event) -> None:
        if event.fields.get("outcome"):
            episode.outcome, episode.outcome_told_on = event.fields["outcome"], None
        if step.reveals_outcome:
            episode.outcome_told_on = day
        if step.shares_with is not None:
            episode.shared_with |= {step.shares_with}
            episode.hidden_from -= {step.shares_with}
        if step.hides_from is not None:
            episode.hidden_from |= {step.hides_from}
            episode.shared_with -= {step.hides_from}
        if step.stops_messages:
            episode.messages_stopped = True
        if step.claims_exception:
            self.board.excuse(event.fields["clock"], event.fields["reason"], day, event.id)

    def _original_start(self, event: Event, day: date) -> date:
        text = event.fields.get(ORIGINAL_START, "")
        return min(date.fromisoformat(text), day) if text else day

    def _restore_start(self, event: Event, start: date) -> None:
        for fact in self.board.facts:
            if fact.start_event == event.id and not needs_field(fact.definition):
                fact.started_on = fact.counts_from = start

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

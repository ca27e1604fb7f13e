"""Whatever happens to a child on any pathway, these things hold. Checked over random walks of every definition."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pathway.domain.breaches import Grade, crossings, grade, is_in_order
from pathway.domain.clocks import ClockState, needs_field
from pathway.domain.definition import ClockKind, Definition
from pathway.domain.events import BuiltIn, Event
from pathway.domain.explain import explain, sentences
from pathway.domain.fold import fold
from pathway.domain.next_step import next_step
from pathway.domain.periods import Unit
from pathway.domain.projection import project
from pathway.domain.replay import replay
from pathway.domain.thresholds import ClockReading, read
from pathway.domain.visibility import Audience, stage_seen
from tests.domain.walks import CALENDAR, Turn, pathways, turns, walk

later = st.integers(0, 900)
START_ID, OTHER_ID = UUID(int=1), UUID(int=2)


@given(pathways, turns, later)
def test_an_open_episode_has_exactly_one_next_step_with_an_owner_and_a_date_that_is_not_past(
    pathway: str, drawn: list[Turn], days: int
) -> None:
    made = walk(pathway, drawn)
    as_of = made.last_day + timedelta(days)
    step = next_step(made.episode, as_of, CALENDAR)
    if made.episode.is_open:
        assert step is not None
        assert step.step.key in made.definition.steps
        assert step.role in step.step.by
        assert step.owner == made.episode.holder
        assert step.planned_for >= as_of
    else:
        assert step is None


@given(pathways, turns, later)
def test_the_days_of_all_holders_sum_to_the_wait(pathway: str, drawn: list[Turn], days: int) -> None:
    episode = (made := walk(pathway, drawn)).episode
    as_of = made.last_day + timedelta(days)
    spans = episode.spans(as_of)
    assert sum(span.days for span in spans) == episode.wait(as_of)
    assert all(a.until == b.since for a, b in pairwise(spans))


@given(pathways, turns)
def test_no_path_loses_the_start_date(pathway: str, drawn: list[Turn]) -> None:
    made = walk(pathway, drawn)
    episode = made.episode
    assert episode.started_on == made.started_on
    for clock in episode.clocks:
        if clock.start_event == episode.start_event and not needs_field(clock.definition):
            assert clock.started_on == made.started_on


@given(pathways, turns, later)
def test_every_explanation_added_up_again_gives_what_the_engine_says(
    pathway: str, drawn: list[Turn], days: int
) -> None:
    made = walk(pathway, drawn)
    as_of = made.last_day + timedelta(days)
    facts = {e.id: e for e in made.events}
    for clock in made.episode.clocks:
        reading = read(clock, (), CALENDAR)
        told = explain(made.definition, reading, facts, as_of)
        last = min(as_of, told.finished_on or as_of)
        assert told.days == last.toordinal() - told.started_on.toordinal()
        assert told.due_on == due_by_hand(reading)
        if told.kind is not ClockKind.NOT_EARLIER:
            assert told.days_over == max(0, last.toordinal() - told.due_on.toordinal())
            assert (told.days_over > 0) == told.grade.is_breach
        assert told.start.event in facts
        assert told.start.happened_on == clock.started_on
        assert all(sentences(told))


def due_by_hand(reading: ClockReading) -> date:
    """The due date by another way of counting: day by day, and month by month from the calendar."""
    fact, clock, limit = reading.fact, reading.fact.definition, reading.due.limit
    if clock.kind is ClockKind.FIXED_DATE:
        return date(int(fact.field_value[:4]), clock.month, clock.day - clock.before)
    start = date.fromisoformat(fact.field_value) if clock.kind is ClockKind.BEFORE_DATE else fact.counts_from
    sign = -1 if clock.kind is ClockKind.BEFORE_DATE else 1
    if limit.unit is Unit.MONTHS:
        months = start.year * 12 + start.month - 1 + sign * limit.n
        day = start.day
        while True:
            try:
                return date(months // 12, months % 12 + 1, day)
            except ValueError:
                day -= 1
    found, left = start, limit.n * (7 if limit.unit is Unit.WEEKS else 1)
    while left:
        found += timedelta(sign)
        counts = limit.unit in (Unit.DAYS, Unit.WEEKS) or CALENDAR.is_working_day(found)
        left -= counts
    if clock.kind is ClockKind.NOT_EARLIER and not clock.first_day_counts:
        found += timedelta(1)
    return found


@given(pathways, turns, later)
def test_grades_only_rise_while_a_clock_runs_and_the_due_day_itself_is_on_time(
    pathway: str, drawn: list[Turn], days: int
) -> None:
    made = walk(pathway, drawn)
    as_of = made.last_day + timedelta(days)
    for clock in made.episode.clocks:
        reading = read(clock, (), CALENDAR)
        assert is_in_order(crossings(reading))
        before, after = grade(reading, as_of), grade(reading, as_of + timedelta(30))
        assert before.rank <= after.rank
        if clock.is_running and clock.definition.kind is not ClockKind.NOT_EARLIER:
            assert grade(reading, reading.due.due_on) in (Grade.ON_TIME, Grade.DUE_SOON)
            assert grade(reading, reading.due.due_on + timedelta(1)).is_breach


@given(pathways, turns, st.randoms())
def test_the_order_of_reading_the_facts_changes_nothing(
    pathway: str, drawn: list[Turn], chance: Random
) -> None:
    made = walk(pathway, drawn)
    shuffled = list(made.events)
    chance.shuffle(shuffled)
    assert fold(made.definition, shuffled, CALENDAR) == made.episode


@given(pathways, turns)
def test_a_fact_struck_out_leaves_what_was_before_it(pathway: str, drawn: list[Turn]) -> None:
    made = walk(pathway, drawn)
    if len(made.events) < 2:
        return
    last = made.events[-1]
    strike = Event(START_ID, BuiltIn.STRUCK_OUT, last.happened_on, 99, {}, target=last.id)
    undo = Event(OTHER_ID, BuiltIn.STRUCK_OUT, last.happened_on, 100, {}, target=START_ID)
    assert fold(made.definition, [*made.events, strike], CALENDAR) == fold(
        made.definition, made.events[:-1], CALENDAR
    )
    assert fold(made.definition, [*made.events, strike, undo], CALENDAR) == made.episode


@given(pathways, turns)
def test_reading_a_history_as_it_grew_gives_what_reading_it_whole_gives(
    pathway: str, drawn: list[Turn]
) -> None:
    """What a loader writes after each fact is what an action would have written."""
    made = walk(pathway, drawn)
    for n, (episode, _) in enumerate(replay(made.definition, [[e] for e in made.events], CALENDAR), 1):
        assert episode == fold(made.definition, made.events[:n], CALENDAR)


@given(pathways, turns)
def test_a_clock_that_a_closing_ended_runs_again_when_the_episode_is_opened_again(
    pathway: str, drawn: list[Turn]
) -> None:
    episode = walk(pathway, drawn).episode
    if episode.is_open:
        assert not [task for task in episode.tasks.values() if task.fell_away_on]
        assert (episode.closed_on, episode.closure) == (None, "")
    else:
        assert not [clock.definition.key for clock in episode.clocks if clock.is_running]


@given(pathways, turns, later)
def test_nobody_outside_sees_a_stage_that_implies_an_outcome_before_the_family_is_told(
    pathway: str, drawn: list[Turn], days: int
) -> None:
    episode = walk(pathway, drawn).episode
    if episode.outcome and episode.outcome_told_on is None:
        for audience in (Audience.FAMILY, Audience.SCHOOL, Audience.COUNCIL, Audience.REFERRER):
            seen = stage_seen(episode, audience)
            assert not reached_only_after_outcome(episode.definition, seen.key)


def reached_only_after_outcome(definition: Definition, stage: str) -> bool:
    """Whether a stage can be reached only through a step that records an outcome."""
    steps = list(definition.steps.values())
    seen = {s.to for s in steps if s.first}
    while True:
        more = {
            s.to
            for s in steps
            if s.to and seen & s.from_stages and not any(f.key == "outcome" for f in s.fields)
        } - seen
        if not more:
            return stage not in seen
        seen |= more


@given(pathways, turns, later)
def test_a_projection_holds_what_its_episode_says(pathway: str, drawn: list[Turn], days: int) -> None:
    made = walk(pathway, drawn)
    today = made.last_day + timedelta(days)
    rows = project(made.episode, {}, CALENDAR, today)
    assert (rows.episode.closed_on is None) == made.episode.is_open
    assert (rows.episode.next_step is None) == (not made.episode.is_open)
    assert len({(c.clock, c.instance) for c in rows.clocks}) == len(rows.clocks)
    for clock in rows.clocks:
        assert (clock.finished_on is None) == (clock.state == ClockState.RUNNING)

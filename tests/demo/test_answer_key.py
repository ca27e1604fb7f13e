"""The answer key, written by hand, is what the engine says: on several days, for every story."""

from datetime import date, timedelta

import pytest

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.demo.answer_key import ANSWERS, days_over, due_on, printed, totals
from pathway.demo.expected import Answer
from pathway.demo.stories import all_stories, as_facts, story
from pathway.domain.breaches import grade
from pathway.domain.decide import check_fields, check_role
from pathway.domain.definition import Slot
from pathway.domain.episode import Episode
from pathway.domain.events import Event
from pathway.domain.explain import explain
from pathway.domain.fold import fold
from pathway.domain.next_step import next_step
from pathway.domain.thresholds import ClockReading, read
from pathway.domain.visibility import stages_shown
from pathway.store.loader_facts import History

DAYS = [date(2026, 11, 24), date(2027, 1, 31), date(2027, 8, 2), date(2028, 2, 29)]
CASES = pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: f"{a.story}-{a.episode}")
EACH_DAY = pytest.mark.parametrize("today", DAYS, ids=str)


def history_of(answer: Answer, today: date) -> History:
    wanted = story(answer.story).episode_id(answer.episode)
    return next(h for h in as_facts(today).histories if h.episode_id == wanted)


def folded(answer: Answer, today: date) -> tuple[Episode, list[Event]]:
    history = history_of(answer, today)
    events = [fact.as_event(n) for n, fact in enumerate(history.facts, 1)]
    return fold(definitions.load(history.pathway), events, england()), events


def reading(episode: Episode, key: str) -> ClockReading:
    fact = [clock for clock in episode.clocks if clock.definition.key == key][-1]
    return read(fact, (), england())


@EACH_DAY
@CASES
def test_the_engine_gives_the_stage_holder_and_next_step_of_the_key(answer: Answer, today: date) -> None:
    episode, _ = folded(answer, today)
    shown, step = stages_shown(episode), next_step(episode, today, england())
    assert shown.clinical == answer.stage
    assert shown.family == (answer.family or answer.stage)
    assert shown.school == (answer.school or answer.stage)
    assert (step.step.key if step else "") == answer.next_step
    if answer.closed is None:
        assert f"{episode.holder.slot} {episode.holder.organisation_id or ''}".strip() == answer.holder
        assert episode.closed_on is None
    else:
        assert episode.closed_on == today - timedelta(answer.closed)
    assert tuple(episode.side_states) == answer.side_states
    assert (Slot.SCHOOL in episode.hidden_from) is answer.hidden_from_school
    if answer.started is not None:
        assert episode.started_on == today - timedelta(answer.started)


@EACH_DAY
@CASES
def test_the_engine_gives_the_clocks_of_the_key(answer: Answer, today: date) -> None:
    episode, events = folded(answer, today)
    for clock in answer.clocks:
        found = reading(episode, clock.key)
        said = explain(episode.definition, found, {event.id: event for event in events}, today)
        assert said.state == clock.state, clock
        assert said.due_on == due_on(clock, today), clock
        assert said.days_over == days_over(clock, today), clock
        if clock.grade:
            assert grade(found, today) == clock.grade, clock
        if clock.finished is not None:
            assert said.finished_on == today - timedelta(clock.finished), clock
        assert bool(said.exceptions) is (clock.key in answer.excused), clock


@CASES
def test_the_engine_gives_the_open_tasks_of_the_key(answer: Answer) -> None:
    episode, _ = folded(answer, DAYS[0])
    opened = {key for key, task in episode.tasks.items() if task.is_open}
    assert set(answer.open_tasks) <= opened


@EACH_DAY
def test_every_fact_of_a_story_is_one_that_its_author_may_record(today: date) -> None:
    for history in as_facts(today).histories:
        steps = definitions.load(history.pathway).steps
        for fact in history.facts:
            if fact.kind in steps:
                check_role(steps[fact.kind], fact.actor.role, ())
                check_fields(steps[fact.kind], {**fact.fields, **fact.texts}, fact.happened_on)


def test_every_story_has_an_answer_and_every_answer_a_story() -> None:
    told = {(one.key, n) for one in all_stories() for n in range(len(one.episodes))}
    assert {(answer.story, answer.episode) for answer in ANSWERS} == told
    assert len(ANSWERS) == len(told)


def test_the_stories_show_every_state_of_a_clock_and_most_grades() -> None:
    clocks = [clock for answer in ANSWERS for clock in answer.clocks]
    assert {clock.state for clock in clocks} == {"running", "met", "missed", "ended"}
    assert {"on_time", "due_soon", "breached", "over_26_weeks", "over_52_weeks", "over_104_weeks"} <= {
        clock.grade for clock in clocks
    }


def test_the_key_is_printed_with_every_child_and_its_totals() -> None:
    text = printed(DAYS[0])
    assert all(one.child in text for one in all_stories())
    assert f"{totals().episodes} episodes" in text

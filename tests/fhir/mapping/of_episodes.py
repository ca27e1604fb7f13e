"""Facts with their episode, for the property tests of the episode side: each step of each pathway, ended or not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from pathway.domain.appointments import attend_status
from pathway.domain.breaches import Grade
from pathway.domain.definition import Definition, Step
from pathway.domain.events import Event
from pathway.domain.explain import Explanation, explain
from pathway.domain.roles import Door, Role
from pathway.domain.told import (
    BreachTold,
    EpisodeTold,
    FactTold,
    MessageTold,
    ReadingTold,
    TaskTold,
    WaitsTold,
)
from pathway_fhir.mapping.of_facts import Shown, steps_shown_as
from tests.domain.stories import Story
from tests.fhir.mapping.made_up import DEFINITIONS, days, episodes, facts, ids, lines, moments, organisations

Told = tuple[FactTold, EpisodeTold]


def steps_of(shown: Shown) -> list[tuple[Definition, Step]]:
    return [(d, step) for d in DEFINITIONS.values() for step in steps_shown_as(d, shown)]


@st.composite
def facts_of(
    draw: st.DrawFn,
    /,
    definition: Definition,
    step: Step,
    *,
    struck: bool | None = None,
    ended_by: Step | None = None,
    **of: Any,
) -> Told:
    """One fact of an episode, and the episode; open unless a stage is given."""
    stage = of.pop("stage", None) or draw(
        st.sampled_from([s for s in definition.stages.values() if not s.closed])
    )
    episode = draw(episodes(definition, stage=stage, **of))
    told = draw(facts(step, struck))
    end = draw(_event(ended_by.key)) if ended_by else None
    return replace(told, episode_id=episode.id, child_id=episode.child_id, ended_by=end), episode


@st.composite
def facts_shown_as(draw: st.DrawFn, /, shown: Shown, **of: Any) -> Told:
    """A fact that a type of resource shows, of any pathway; an appointment may have ended in any of the known ways."""
    definition, step = draw(st.sampled_from(steps_of(shown)))
    ends = [s for s in definition.steps.values() if attend_status(s)]
    ended_by = None
    if shown is Shown.APPOINTMENT and "ended_by" not in of:
        ended_by = draw(st.none() | st.sampled_from([step, *ends]))
    return draw(facts_of(definition, step, **{"ended_by": ended_by, **of}))


def _event(kind: str) -> st.SearchStrategy[Event]:
    return st.builds(
        Event,
        id=ids,
        kind=st.just(kind),
        happened_on=days,
        sequence=st.integers(1, 99),
        fields=st.just({}),
        recorded_at=moments,
    )


@st.composite
def tasks(draw: st.DrawFn, /, **given: Any) -> tuple[TaskTold, EpisodeTold]:
    """The headline of an open episode, or a task beside it."""
    definition = draw(st.sampled_from(list(DEFINITIONS.values())))
    stage = draw(st.sampled_from([s for s in definition.stages.values() if not s.closed]))
    episode = draw(episodes(definition, stage=stage))
    key = draw(st.sampled_from(["", *definition.tasks]))
    task = definition.tasks.get(key)
    done_on = draw(st.none() | days)
    told: dict[str, Any] = {
        "episode_id": episode.id,
        "child_id": episode.child_id,
        "key": key,
        "title": task.title if task else stage.headline,
        "step": draw(st.sampled_from(task.done_by)) if task else stage.next_step,
        "opened_on": draw(days),
        "due_on": draw(st.none() | days),
        "owner": None if episode.restricted else draw(st.none() | organisations),
        "owner_slot": definition.parties[task.owner if task else stage.held_by].slot.value,
        "done_on": done_on,
        "fell_away_on": None if done_on else draw(st.none() | days),
    }
    return TaskTold(**{**told, **given}), episode


def late_start(waited: int = 200) -> tuple[Definition, Explanation]:
    """The explanation of an assessment that is late, as the screens give it."""
    story = Story().step("referral_received", 0, source="school", family_agrees="yes")
    reading = story.reading("nice_start")
    events = {event.id: event for event in story.events}
    as_of = story.events[0].happened_on + timedelta(waited)
    return story.pathway, explain(story.pathway, reading, events, as_of)


@st.composite
def breaches(draw: st.DrawFn) -> tuple[BreachTold, EpisodeTold]:
    definition, explanation = late_start(draw(st.integers(80, 900)))
    episode = draw(episodes(definition, stage=definition.stages["waiting"]))
    told = BreachTold(
        id=draw(st.integers(1, 99_999_999)),
        episode_id=episode.id,
        child_id=episode.child_id,
        grade=draw(st.sampled_from([g for g in Grade if g is not Grade.ON_TIME])),
        reached_on=draw(days),
        noticed_at=draw(moments),
        explanation=explanation,
        closed_on=draw(st.none() | days),
        provider=None if episode.restricted else draw(st.none() | organisations),
    )
    return told, episode


messages = st.builds(
    MessageTold,
    id=ids,
    episode_id=ids,
    child_id=ids,
    carer_id=ids,
    template=st.sampled_from(
        sorted({s.tell_family for d in DEFINITIONS.values() for s in d.steps.values()} - {""})
    ),
    channel=st.sampled_from(["email", "text", "letter", "telephone"]),
    language=st.sampled_from(["en", "cy", "bfi"]),
    state=st.sampled_from(
        ["waiting", "sending", "sent", "delivered", "failed", "held", "dropped", "nobody_to_tell"]
    ),
    made_at=moments,
    delivered_at=st.none() | moments,
)

readings = st.builds(
    ReadingTold,
    id=st.integers(1, 999_999_999),
    at=moments,
    role=st.sampled_from(Role),
    action=st.sampled_from(["child record", "worklist", "own child", "fhir read"]),
    purpose=st.sampled_from(["direct care", "operations", "planning", "access to records"]),
    door=st.sampled_from([door.value for door in Door]),
    child_id=ids,
    organisation=st.none() | organisations,
)

counts = st.none() | st.integers(0, 5_000)
waits = st.builds(
    WaitsTold,
    pathway=st.sampled_from(list(DEFINITIONS)),
    title=lines,
    provider=organisations,
    as_of=days,
    open=counts,
    bands=st.tuples(*(st.tuples(st.just(f"over_{n}_weeks"), counts) for n in (18, 26, 52, 78, 104))),
    breaches=st.tuples(*(st.tuples(st.just(g), counts) for g in ("nice_start", "triage_decision"))),
)

"""One episode for another system: what its reader may know of it, and no more.

The assessment team, and the council on the pathways that it runs itself, read every fact. Anybody else is shown the stage
of their own audience, and only what follows from the facts up to the end of that stage (docs/rules.md 10). Logged.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.definition import Definition, Stage, Step
from pathway.domain.episode import Episode
from pathway.domain.errors import NotFound
from pathway.domain.explain import Explanation
from pathway.domain.fold import fold
from pathway.domain.next_step import NextStep, next_step
from pathway.domain.projection import task_row
from pathway.domain.roles import MACHINES, Actor
from pathway.domain.visibility import episode_seen, knows_facts, steps_offered, version_seen
from pathway.reading.child_record import TimelineFact, explanations, sealed_at, timeline
from pathway.store import access_log
from pathway.store.child_rows import free_text_of
from pathway.store.engine import Tx
from pathway.store.episode_seen_rows import EpisodeSeenRow, episode_seen_row
from pathway.store.facts import events_of
from pathway.store.keys import child_text
from pathway.store.past import family_reached
from pathway.store.pathways import agreed_thresholds
from pathway.store.pupil_rows import asked_of
from pathway.store.scopes import WRITER, reading

NOT_THERE = "There is no such episode, or it is not one that you may see."


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """Parallel work as the reader may know it: for a partner only what is asked of them and is still open."""

    key: str
    title: str
    due_on: date
    owner_slot: str
    done_on: date | None = None
    fell_away_on: date | None = None


@dataclass(frozen=True, slots=True)
class EpisodeSeen:
    """One episode as its reader may know it. `episode` is folded from the facts that the reader may know of.

    `version` counts the facts that the reader may know of, for the number alone would tell that something was recorded.
    `next_step` of somebody outside the team has no date: a date may tell what is hidden.
    """

    row: EpisodeSeenRow
    definition: Definition
    stage: Stage
    episode: Episode | None
    next_step: NextStep | None
    whole: bool
    clocks: tuple[Explanation, ...]
    tasks: tuple[TaskSeen, ...]
    steps: tuple[Step, ...]
    version: int


@dataclass(frozen=True, slots=True)
class EpisodeTimeline:
    """The facts of an episode, newest first. `restricted`: no organisation may be named (docs/rules.md 12)."""

    definition: Definition
    restricted: bool
    facts: tuple[TimelineFact, ...]


async def episode_record(area: Area, actor: Actor, episode_id: UUID) -> EpisodeSeen:
    """The episode as this reader may know it. NotFound where it is not theirs to know of."""
    async with area.database.transaction(reading(actor)) as tx:
        row = await _row(tx, actor, episode_id, "episode")
        definition = await area.pathways.by_digest(tx, row.definition)
        if knows_facts(actor.role, definition):
            return await _whole(tx, area, actor, row, definition)
        return await _seen(tx, area, actor, row, definition)


async def episode_timeline(area: Area, actor: Actor, episode_id: UUID, *, texts: bool) -> EpisodeTimeline:
    """The facts that row-level security shows this reader, with their free text only where it is asked for."""
    async with area.database.transaction(reading(actor)) as tx:
        row = await _row(tx, actor, episode_id, "episode with its texts" if texts else "timeline")
        definition = await area.pathways.by_digest(tx, row.definition)
        events = await events_of(tx, episode_id)
        secrets = await free_text_of(tx, episode_id) if texts else {}
        async with area.database.transaction(WRITER) as inner:
            text = await child_text(inner, area.key, row.child_id)
        opened = {event: text.unlock(secret) for event, secret in secrets.items()}
        return EpisodeTimeline(
            definition, row.restricted, timeline(definition, events, opened, sealed_at(events))
        )


async def _row(tx: Tx, actor: Actor, episode_id: UUID, doing: str) -> EpisodeSeenRow:
    row = await episode_seen_row(tx, episode_id, actor.organisation_id)
    if row is None:
        raise NotFound(NOT_THERE)
    await access_log.log(tx, actor, doing, [row.child_id])
    return row


async def _whole(
    tx: Tx, area: Area, actor: Actor, row: EpisodeSeenRow, definition: Definition
) -> EpisodeSeen:
    events, today = await events_of(tx, row.id), area.today
    async with area.database.transaction(WRITER) as inner:
        reached = await family_reached(inner, row.id, today, None)
    versions = await agreed_thresholds(tx, row.pathway)
    episode = fold(definition, events, area.calendar, reached)
    tasks = (task_row(episode, key, area.calendar) for key in episode.tasks)
    return EpisodeSeen(
        row,
        definition,
        episode.stage,
        episode,
        next_step(episode, today, area.calendar),
        True,
        explanations(area, definition, episode, events, versions, today),
        tuple(
            TaskSeen(t.key, definition.tasks[t.key].title, t.due_on, t.owner_slot, t.done_on, t.fell_away_on)
            for t in tasks
        ),
        definition.steps_from(episode.stage.key, actor.role),
        row.version,
    )


async def _seen(tx: Tx, area: Area, actor: Actor, row: EpisodeSeenRow, definition: Definition) -> EpisodeSeen:
    async with area.database.transaction(WRITER) as inner:
        events = await events_of(inner, row.id)
    # A partner's system has no grant on tasks: what is asked of an organisation is asked of its people.
    asked = [] if actor.role in MACHINES else await asked_of(tx, actor.organisation_id, [row.id])
    stage = definition.stages[row.stage]
    seen = episode_seen(definition, events, area.calendar, row.audience)
    return EpisodeSeen(
        row,
        definition,
        stage,
        seen,
        next_step(seen, area.today, area.calendar) if seen else None,
        False,
        (),
        tuple(TaskSeen(a.key, definition.tasks[a.key].title, a.due_on, row.audience.value) for a in asked),
        steps_offered(definition, stage, actor.role),
        version_seen(events, seen, actor.organisation_id),
    )

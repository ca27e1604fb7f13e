"""One child's record as clinical and council staff see it: every episode, every clock, the timeline, the people.

Reading it is logged in the same transaction. What a reader may not see is not in the answer: restricted addresses, facts of
pathways that are not the council's, outcomes before the family has been told.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import title_of
from pathway.domain.definition import Definition
from pathway.domain.episode import Episode, Span
from pathway.domain.errors import NotFound
from pathway.domain.events import Event
from pathway.domain.explain import Explanation, explain
from pathway.domain.fold import fold
from pathway.domain.next_step import NextStep, next_step
from pathway.domain.projection import TaskRow, Versions
from pathway.domain.roles import Actor, Role
from pathway.domain.thresholds import read
from pathway.store import access_log
from pathway.store.child_rows import (
    CarerRow,
    ChildEpisodeRow,
    ChildRow,
    address_of,
    carers_of,
    child_row,
    episodes_of,
    free_text_of,
    tasks_of,
)
from pathway.store.engine import Tx
from pathway.store.facts import by_id, events_of
from pathway.store.keys import ChildText, child_text
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import WRITER, reading

NOT_THERE = "There is no such child, or it is not one whose record you may see."


@dataclass(frozen=True, slots=True)
class TimelineFact:
    """One fact on the timeline, with its free text where the reader may read it; `struck` says by which correction."""

    event: Event
    title: str
    texts: dict[str, str]
    corrected: bool


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """One episode with all that follows from its facts on the day of reading."""

    row: ChildEpisodeRow
    definition: Definition
    episode: Episode | None
    next_step: NextStep | None
    clocks: tuple[Explanation, ...]
    tasks: tuple[TaskRow, ...]
    baton: tuple[Span, ...]
    timeline: tuple[TimelineFact, ...]


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """A child with their people and episodes."""

    child: ChildRow
    address: tuple[str, ...]
    carers: tuple[CarerRow, ...]
    episodes: tuple[EpisodeRecord, ...]


async def child_record(area: Area, actor: Actor, child_id: UUID, as_of: date | None = None) -> ChildRecord:
    """The record of a child that the reader may see, as of a day (today unless given). NotFound otherwise."""
    day = as_of or area.today
    async with area.database.transaction(reading(actor)) as tx:
        child = await child_row(tx, child_id)
        if child is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "child record", [child_id])
        council = actor.role is Role.SEND_OFFICER
        rows = await episodes_of(tx, child_id, council=council)
        async with area.database.transaction(WRITER) as inner:
            text = await child_text(inner, area.key, child_id)
        records = [await _record(tx, area, row, text, day) for row in rows]
        return ChildRecord(
            child, await address_of(tx, child_id), tuple(await carers_of(tx, child_id)), tuple(records)
        )


async def _record(tx: Tx, area: Area, row: ChildEpisodeRow, text: ChildText, day: date) -> EpisodeRecord:
    definition = await area.pathways.by_digest(tx, row.definition)
    events = await events_of(tx, row.id)
    if not events:
        return EpisodeRecord(row, definition, None, None, (), (), (), ())
    secrets = {event: text.unlock(secret) for event, secret in (await free_text_of(tx, row.id)).items()}
    versions = await agreed_thresholds(tx, row.pathway)
    shown = [e for e in events if e.happened_on <= day]
    episode = fold(definition, shown, area.calendar) if shown else None
    return EpisodeRecord(
        row,
        definition,
        episode,
        next_step(episode, day, area.calendar) if episode else None,
        explanations(area, definition, episode, shown, versions, day) if episode else (),
        tuple(await tasks_of(tx, row.id)),
        episode.spans(day) if episode else (),
        timeline(definition, events, secrets),
    )


def explanations(
    area: Area, definition: Definition, episode: Episode, events: list[Event], versions: Versions, day: date
) -> tuple[Explanation, ...]:
    """The sum behind every clock of an episode, running ones first and the longest first."""
    facts = by_id(events)
    found = [
        explain(definition, read(f, versions.get(f.definition.key, ()), area.calendar), facts, day)
        for f in episode.clocks
    ]
    return tuple(sorted(found, key=lambda e: (e.finished_on is not None, -e.grade.rank, e.started_on)))


def timeline(
    definition: Definition, events: list[Event], texts: dict[UUID, dict[str, str]]
) -> tuple[TimelineFact, ...]:
    """The facts, newest first; corrected ones stay and are marked."""
    targets = {e.target for e in events if e.target is not None}
    newest = sorted(events, key=lambda e: (e.happened_on, e.sequence), reverse=True)
    return tuple(
        TimelineFact(e, title_of(definition, e.kind), texts.get(e.id, {}), e.id in targets) for e in newest
    )

"""What a form about an episode, or about one of its facts, needs to know."""

from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import title_of
from pathway.domain.definition import Definition
from pathway.domain.errors import NotFound
from pathway.domain.events import CORRECTIONS, Event
from pathway.domain.roles import Actor
from pathway.reading.child_record import NOT_THERE
from pathway.store import access_log
from pathway.store.child_rows import ChildRow, child_row
from pathway.store.engine import Tx
from pathway.store.episode_line import EpisodeLine, episode_line
from pathway.store.facts import by_id, events_of
from pathway.store.organisations import Organisation, organisation_names, organisations
from pathway.store.scopes import reading


@dataclass(frozen=True, slots=True)
class FactForm:
    """One fact of a child's episode, to be corrected."""

    child: ChildRow
    line: EpisodeLine
    fact: Event
    title: str


@dataclass(frozen=True, slots=True)
class HandOverForm:
    """An episode to be handed over: to whom it can go, and whether an offer waits for its answer."""

    child: ChildRow
    line: EpisodeLine
    definition: Definition
    providers: tuple[Organisation, ...]
    offered_to: str


async def fact_form(area: Area, actor: Actor, episode_id: UUID, event_id: UUID) -> FactForm:
    """A fact that the actor may see. NotFound otherwise, and for a correction: that is undone by another one."""
    async with area.database.transaction(reading(actor)) as tx:
        line, child = await _open(tx, actor, episode_id, "form of a correction")
        definition = await area.pathways.by_digest(tx, line.definition)
        fact = by_id(await events_of(tx, episode_id)).get(event_id)
        if fact is None or fact.kind in CORRECTIONS:
            raise NotFound(NOT_THERE)
        return FactForm(child, line, fact, title_of(definition, fact.kind))


async def hand_over_form(area: Area, actor: Actor, episode_id: UUID) -> HandOverForm:
    """What an offer needs: the other providers, or the one that was asked already."""
    async with area.database.transaction(reading(actor)) as tx:
        line, child = await _open(tx, actor, episode_id, "form of a hand-over")
        definition = await area.pathways.by_digest(tx, line.definition)
        others = tuple(one for one in await organisations(tx, "provider") if one.id != line.provider_id)
        return HandOverForm(child, line, definition, others, await _asked(tx, line, child))


async def _asked(tx: Tx, line: EpisodeLine, child: ChildRow) -> str:
    """The team that was asked already, if any; not by name where the child's whereabouts are restricted."""
    if line.hand_over_to is None:
        return ""
    if child.restricted:
        return "Another team"
    return (await organisation_names(tx, [line.hand_over_to])).get(line.hand_over_to, "Another team")


async def _open(tx: Tx, actor: Actor, episode_id: UUID, doing: str) -> tuple[EpisodeLine, ChildRow]:
    line = await episode_line(tx, episode_id)
    child = await child_row(tx, line.child_id) if line else None
    if line is None or child is None:
        raise NotFound(NOT_THERE)
    await access_log.log(tx, actor, doing, [child.id])
    return line, child

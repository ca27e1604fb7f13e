"""The facts of a child's episodes as a partner's system is told them.

Only those that came before any stage which is hidden from partners; and of those, the team's own system is told all, the
council's all of the pathways that it runs, and any other partner what its own organisation recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.episode_change import title_of
from pathway.domain.appointments import ended_by
from pathway.domain.definition import Definition
from pathway.domain.events import BuiltIn, Event
from pathway.domain.roles import Actor
from pathway.domain.told import NEVER_TOLD, EpisodeTold, FactTold, OrganisationTold, PersonTold
from pathway.reading.child_record import sealed_at
from pathway.reading.told.episodes import episodes_told
from pathway.reading.told.organisations import organisations
from pathway.store import access_log
from pathway.store.child_rows import free_text_of
from pathway.store.engine import Tx
from pathway.store.exchange_rows import ToldEpisodeRow, episodes_of_children, told_episodes
from pathway.store.facts import episode_of, events_of, first_events
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER, reading

_SOURCE = "source"
"""The answer that everybody who sees an episode is told of its referral: who first asked."""


Recorded = tuple[FactTold, EpisodeTold]
"""A fact with the episode that it is part of."""


async def facts_of_children(
    area: Area, actor: Actor, children: Sequence[UUID], *, texts: bool = False
) -> list[Recorded]:
    """Every fact that may be told of these children, in the order of recording within an episode."""
    async with area.database.transaction(reading(actor)) as tx:
        rows = await told_episodes(tx, await episodes_of_children(tx, children))
        doing = "facts with their texts" if texts else "facts"
        return await _told(tx, area, actor, list(rows.values()), doing, texts)


async def facts_of_episode(
    area: Area, actor: Actor, episode_id: UUID, *, texts: bool = False
) -> list[Recorded]:
    """The facts of one episode; with their free text where the partner is the team itself."""
    async with area.database.transaction(reading(actor)) as tx:
        rows = await told_episodes(tx, [episode_id])
        doing = "facts of an episode with their texts" if texts else "facts of an episode"
        return await _told(tx, area, actor, list(rows.values()), doing, texts)


async def first_facts(area: Area, actor: Actor, episodes: Sequence[UUID]) -> dict[UUID, FactTold]:
    """The fact that each of these episodes began with: whoever sees the episode is told who first asked for it."""
    if not episodes:
        return {}
    async with area.database.transaction(reading(actor)) as tx:
        rows = await told_episodes(tx, episodes)
        async with area.database.transaction(WRITER) as inner:
            events = await first_events(inner, list(rows))
        found = {}
        for key, event in events.items():
            row = rows[key]
            definition = await area.pathways.by_digest(tx, row.definition)
            own = row.provider_id == actor.organisation_id or event.organisation_id == actor.organisation_id
            shown = (
                event
                if own
                else replace(event, fields={k: v for k, v in event.fields.items() if k == _SOURCE})
            )
            found[key] = _fact(row, definition, shown, {}, {}, frozenset(), [], sealed=0)
    return found


async def fact(area: Area, actor: Actor, event_id: UUID, *, texts: bool = False) -> Recorded | None:
    """One fact by its id, or nothing where it is not told to this partner."""
    async with area.database.transaction(WRITER, read_only=True) as inner:
        episode_id = await episode_of(inner, event_id)
    if episode_id is None:
        return None
    told = await facts_of_episode(area, actor, episode_id, texts=texts)
    return next((one for one in told if one[0].event.id == event_id), None)


async def _told(
    tx: Tx, area: Area, actor: Actor, rows: Sequence[ToldEpisodeRow], doing: str, texts: bool = False
) -> list[Recorded]:
    bodies = await organisations(area.database, tx, frozenset({actor.organisation_id}))
    episodes = {e.id: e for e in await episodes_told(tx, area, actor, [row.id for row in rows])}
    found: list[Recorded] = []
    for row in rows:
        definition = await area.pathways.by_digest(tx, row.definition)
        async with area.database.transaction(WRITER) as inner:
            events = await events_of(inner, row.id)
            opened = await _texts(inner, area, row, actor) if texts else {}
        facts = _of_episode(row, definition, events, actor, bodies, opened)
        found += [(fact, episodes[row.id]) for fact in facts]
    if rows:
        await access_log.log(tx, actor, doing, {row.child_id for row in rows})
    return found


async def _texts(tx: Tx, area: Area, row: ToldEpisodeRow, actor: Actor) -> Mapping[UUID, Mapping[str, str]]:
    if row.provider_id != actor.organisation_id:
        return {}
    text = await child_text(tx, area.key, row.child_id)
    return {event: text.unlock(secret) for event, secret in (await free_text_of(tx, row.id)).items()}


def _of_episode(
    row: ToldEpisodeRow,
    definition: Definition,
    events: Sequence[Event],
    actor: Actor,
    bodies: Mapping[int, OrganisationTold],
    texts: Mapping[UUID, Mapping[str, str]],
) -> list[FactTold]:
    told = [e for e in events if e.sequence <= row.told_sequence]
    sealed = sealed_at(list(events))
    struck = frozenset(e.target for e in told if e.kind == BuiltIn.STRUCK_OUT)
    own = row.provider_id == actor.organisation_id or (
        row.council_runs and row.council_id == actor.organisation_id
    )
    return [
        _fact(row, definition, event, bodies, texts, struck, told, sealed=sealed)
        for event in told
        if event.kind not in NEVER_TOLD and (own or event.organisation_id == actor.organisation_id)
    ]


def _fact(
    row: ToldEpisodeRow,
    definition: Definition,
    event: Event,
    bodies: Mapping[int, OrganisationTold],
    texts: Mapping[UUID, Mapping[str, str]],
    struck: frozenset[UUID | None],
    told: Sequence[Event],
    *,
    sealed: int,
) -> FactTold:
    hidden = row.restricted or event.sequence < sealed
    return FactTold(
        row.id,
        row.child_id,
        _without_places(event, definition) if hidden else event,
        title_of(definition, event.kind),
        definition.steps.get(event.kind),
        _by(event, bodies, hidden=hidden),
        texts.get(event.id, {}),
        event.id in struck,
        ended_by(definition, event, told),
    )


def _by(event: Event, bodies: Mapping[int, OrganisationTold], *, hidden: bool) -> PersonTold:
    """Who recorded it, by role: a name would endanger some, and helps no computer."""
    body = None if hidden else bodies.get(event.organisation_id)
    return PersonTold(event.account_id, "", event.role, body)


def _without_places(event: Event, definition: Definition) -> Event:
    """A fact of a restricted child, or of one whose identity was replaced: nothing that says where (docs/rules.md 12)."""
    step = definition.steps.get(event.kind)
    places = {f.key for f in step.fields if f.type.value == "organisation"} if step else {"to"}
    hidden = places | {"setting"}
    return replace(event, fields={k: v for k, v in event.fields.items() if k not in hidden})

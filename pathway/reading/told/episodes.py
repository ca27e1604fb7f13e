"""Episodes as a partner's system is told them: the stage that partners see, and no outcome that it may not know yet.

The rows are read under the partner's role. Only whether an outcome or the way an episode closed may be told is asked of what
that role cannot read, and judged here by the domain's rule (docs/rules.md 10).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.definition import Definition, Slot, Stage
from pathway.domain.fold import fold
from pathway.domain.roles import Actor, Role
from pathway.domain.told import EpisodeTold, OrganisationTold, PersonTold
from pathway.domain.visibility import partners_may_see
from pathway.reading.told.found import Found, cut
from pathway.reading.told.organisations import organisations
from pathway.store import access_log, exchange_search
from pathway.store.engine import Tx
from pathway.store.exchange_rows import (
    OutcomeRow,
    ToldEpisodeRow,
    episodes_of_children,
    episodes_shown,
    outcomes,
    told_episodes,
)
from pathway.store.exchange_search import EPISODES, AllOf, Page
from pathway.store.facts import events_of
from pathway.store.scopes import WRITER, reading

_LAST_GROUPS = frozenset({"support", "closed"})
"""Only from here on an outcome can have been told."""


async def search_episodes(
    area: Area, actor: Actor, asked: AllOf, page: Page, *, total: bool = False
) -> Found[EpisodeTold]:
    """The episodes that this partner may see among those asked for."""
    async with area.database.transaction(reading(actor)) as tx:
        rows, after = cut(await exchange_search.find(tx, EPISODES, asked, page), page.limit)
        number = await exchange_search.count(tx, EPISODES, asked) if total else None
        keys = [key for _, key in rows if isinstance(key, UUID)]
        told = await episodes_told(tx, area, actor, keys, noting="search for episodes")
    return Found(told, after, number)


async def read_episode(area: Area, actor: Actor, episode_id: UUID) -> EpisodeTold | None:
    """The episode, or nothing where it is not this partner's to know of."""
    async with area.database.transaction(reading(actor)) as tx:
        told = await episodes_told(tx, area, actor, [episode_id], noting="episode")
    return told[0] if told else None


async def episode_versions(area: Area, actor: Actor, episode_id: UUID) -> list[EpisodeTold]:
    """The episode as it stood after each fact that is told, newest first; what it was while hidden is in none of them."""
    async with area.database.transaction(reading(actor)) as tx:
        rows = await told_episodes(tx, [episode_id])
        if episode_id not in rows:
            return []
        row = rows[episode_id]
        definition = await area.pathways.by_digest(tx, row.definition)
        now = (await episodes_told(tx, area, actor, [episode_id]))[0]
        async with area.database.transaction(WRITER) as inner:
            events = [e for e in await events_of(inner, episode_id) if e.sequence <= row.told_sequence]
        await access_log.log(tx, actor, "versions of an episode", [row.child_id])
    found = [now]
    for known in range(len(events) - 1, 0, -1):
        before = fold(definition, events[:known], area.calendar)
        recorded = events[known - 1].recorded_at
        if partners_may_see(before) and recorded is not None:
            found.append(_as_it_was(now, before.stage, known, recorded, before.started_on))
    return found


def _as_it_was(now: EpisodeTold, stage: Stage, version: int, at: datetime, started_on: date) -> EpisodeTold:
    """An earlier version: nothing of how it ended, for that was not known then."""
    return replace(
        now,
        stage=stage,
        version=version,
        changed_at=at,
        started_on=started_on,
        closed_on=None,
        closure="",
        outcome="",
        outcome_told_on=None,
    )


async def episodes_of_children_told(area: Area, actor: Actor, children: Sequence[UUID]) -> list[EpisodeTold]:
    """Every episode of these children that this partner may see."""
    async with area.database.transaction(reading(actor)) as tx:
        ids = await episodes_of_children(tx, children)
        return await episodes_told(tx, area, actor, ids, noting="episodes")


async def episodes_told(
    tx: Tx, area: Area, actor: Actor, ids: Sequence[UUID], *, noting: str = ""
) -> list[EpisodeTold]:
    """These episodes in this order, as far as the partner may know them.

    `noting` is what stands in the access log; without it the caller notes more than this.
    """
    if not ids:
        return []
    rows = await (episodes_shown(tx, ids, actor, noting) if noting else told_episodes(tx, ids))
    definitions = {row.definition: await area.pathways.by_digest(tx, row.definition) for row in rows.values()}
    known = await _outcomes(tx, area, actor, rows, definitions)
    bodies = await organisations(area.database, tx, _named(rows.values()))
    return [
        _episode(rows[key], definitions[rows[key].definition], known.get(key), bodies, actor)
        for key in ids
        if key in rows
    ]


async def _outcomes(
    tx: Tx,
    area: Area,
    actor: Actor,
    rows: Mapping[UUID, ToldEpisodeRow],
    definitions: Mapping[str, Definition],
) -> dict[UUID, OutcomeRow]:
    late = [key for key, row in rows.items() if _is_after_feedback(definitions[row.definition], row.stage)]
    if not late:
        return {}
    async with area.database.transaction(WRITER) as inner:
        return await outcomes(inner, late)


def _is_after_feedback(definition: Definition, stage: str) -> bool:
    """Whether a stage comes after the feedback: the one that it leads to, and those of support and of the end."""
    led_to = {step.to for step in definition.steps.values() if step.reveals_outcome}
    return stage in led_to or definition.stages[stage].group in _LAST_GROUPS


def _named(rows: Iterable[ToldEpisodeRow]) -> frozenset[int]:
    return frozenset(
        number
        for row in rows
        for number in (row.provider_id, row.council_id, row.school_id, row.referrer_id)
        if number
    )


def _may_know(row: ToldEpisodeRow, actor: Actor) -> bool:
    """The team that gave the outcome, and those with whom a share is recorded."""
    own = {Slot.COUNCIL: row.council_id, Slot.SCHOOL: row.school_id, Slot.REFERRER: row.referrer_id}
    shared = any(own[slot] == actor.organisation_id and slot in row.shared_with for slot in own)
    return shared or row.provider_id == actor.organisation_id


def _episode(
    row: ToldEpisodeRow,
    definition: Definition,
    known: OutcomeRow | None,
    bodies: Mapping[int, OrganisationTold],
    actor: Actor,
) -> EpisodeTold:
    tell = known is not None and known.outcome_told_on is not None and _may_know(row, actor)
    hidden = row.restricted

    def body(number: int | None) -> OrganisationTold | None:
        return None if hidden or number is None else bodies.get(number)

    coordinator = None
    if row.coordinator_id and row.coordinator and row.coordinator_role:
        name = "" if hidden else row.coordinator
        coordinator = PersonTold(row.coordinator_id, name, Role(row.coordinator_role), body(row.provider_id))
    return EpisodeTold(
        id=row.id,
        child_id=row.child_id,
        definition=definition,
        stage=definition.stages[row.stage],
        version=row.told_version,
        changed_at=row.told_at,
        opened_on=row.opened_on,
        started_on=row.started_on,
        closed_on=row.closed_on,
        closure=known.closure if known and tell else "",
        outcome=known.outcome if known and tell else "",
        outcome_told_on=known.outcome_told_on if known and tell else None,
        provider=body(row.provider_id),
        council=body(row.council_id),
        school=body(row.school_id),
        referrer=body(row.referrer_id),
        coordinator=coordinator,
        side_states=tuple(row.side_states),
        restricted=hidden,
        nhs_number=row.nhs_number,
        child_name=f"{row.first_name} {row.family_name}",
    )

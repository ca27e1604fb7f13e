"""What is to be done on each episode, as a partner's system is told it: one headline step, and the tasks beside it.

While an episode stands in a stage that is hidden from partners, its list is made again from the facts that they are told:
neither a new line nor one that is missing may say that something has been decided (docs/rules.md 10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.episode import Episode
from pathway.domain.fold import fold
from pathway.domain.next_step import next_step
from pathway.domain.projection import council_runs, task_row
from pathway.domain.roles import Actor
from pathway.domain.told import EpisodeTold, OrganisationTold, TaskTold
from pathway.reading.told.episodes import episodes_told
from pathway.reading.told.found import Found, cut
from pathway.reading.told.organisations import organisations
from pathway.store import access_log, exchange_search
from pathway.store.engine import Tx
from pathway.store.exchange_rows import (
    ToldEpisodeRow,
    ToldTaskRow,
    hidden_episodes,
    told_episodes,
    told_tasks,
)
from pathway.store.exchange_search import TASKS, AllOf, Page, holds
from pathway.store.facts import events_of
from pathway.store.scopes import WRITER, reading

Work = tuple[TaskTold, EpisodeTold]
"""A task with the episode that it is part of."""


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A line of the list of an episode in a hidden stage, as it was before; with what a search may ask about the child."""

    row: ToldTaskRow
    nhs_number: str
    stage: str
    restricted: bool


async def search_tasks(
    area: Area, actor: Actor, asked: AllOf, page: Page, *, total: bool = False
) -> Found[Work]:
    """The tasks and headline steps that this partner may see among those asked for."""
    async with area.database.transaction(reading(actor)) as tx:
        hidden = await _hidden(tx, area, actor, await hidden_episodes(tx))
        more = _among(hidden, asked, page)
        stored = await exchange_search.find(tx, TASKS, asked, page)
        rows, after = cut(_merged(stored, more, page), page.limit)
        number = await exchange_search.count(tx, TASKS, asked) + len(_asked(hidden, asked)) if total else None
        told = await _with_keys(tx, area, actor, [str(key) for _, key in rows], hidden)
        if told:
            await access_log.log(tx, actor, "search for tasks", {task.child_id for task, _ in told})
    return Found(told, after, number)


async def tasks_of_episodes(area: Area, actor: Actor, episodes: Sequence[UUID]) -> list[Work]:
    """Everything to be done on these episodes, the headline first."""
    async with area.database.transaction(reading(actor)) as tx:
        told = await _tasks(tx, area, actor, episodes)
        if told:
            await access_log.log(tx, actor, "tasks", {task.child_id for task, _ in told})
    return told


async def _tasks(tx: Tx, area: Area, actor: Actor, episodes: Sequence[UUID]) -> list[Work]:
    hidden = await _hidden(tx, area, actor, await hidden_episodes(tx, episodes))
    rows = [*await told_tasks(tx, episodes), *(one.row for one in hidden.values())]
    return await _printed(tx, area, actor, sorted(rows, key=lambda row: (row.episode_id, row.key)))


async def _with_keys(
    tx: Tx, area: Area, actor: Actor, keys: Sequence[str], hidden: Mapping[str, _Hidden]
) -> list[Work]:
    stored = await told_tasks(tx, sorted({UUID(key[:36]) for key in keys}))
    rows = {f"{row.episode_id}{row.key}": row for row in stored} | {k: one.row for k, one in hidden.items()}
    return await _printed(tx, area, actor, [rows[key] for key in keys if key in rows])


async def _printed(tx: Tx, area: Area, actor: Actor, rows: Sequence[ToldTaskRow]) -> list[Work]:
    episodes = {e.id: e for e in await episodes_told(tx, area, actor, sorted({r.episode_id for r in rows}))}
    bodies = await organisations(area.database, tx, frozenset({actor.organisation_id}))
    return [(_task(row, episodes[row.episode_id], bodies), episodes[row.episode_id]) for row in rows]


def _task(row: ToldTaskRow, episode: EpisodeTold, bodies: Mapping[int, OrganisationTold]) -> TaskTold:
    task = episode.definition.tasks.get(row.key)
    owner = None if episode.restricted or row.owner_id is None else bodies.get(row.owner_id)
    return TaskTold(
        row.episode_id,
        row.child_id,
        row.key,
        task.title if task else episode.stage.headline,
        task.done_by[0] if task else row.step,
        row.opened_on,
        row.due_on,
        owner,
        row.owner_slot,
        row.done_on,
        row.fell_away_on,
    )


async def _hidden(tx: Tx, area: Area, actor: Actor, episodes: Sequence[UUID]) -> dict[str, _Hidden]:
    """The lists of episodes in a hidden stage as they were when that was not so; with the child's NHS number, to search by."""
    found: dict[str, _Hidden] = {}
    for row in (await told_episodes(tx, episodes)).values() if episodes else ():
        definition = await area.pathways.by_digest(tx, row.definition)
        async with area.database.transaction(WRITER) as inner:
            events = [e for e in await events_of(inner, row.id) if e.sequence <= row.told_sequence]
        if not events:
            continue
        episode = fold(definition, events, area.calendar)
        for task in _rows(row, episode, area, actor):
            found[f"{task.episode_id}{task.key}"] = _Hidden(
                task, row.nhs_number or "", episode.stage.key, row.restricted
            )
    return found


def _rows(row: ToldEpisodeRow, episode: Episode, area: Area, actor: Actor) -> list[ToldTaskRow]:
    runs = council_runs(episode.definition) and row.council_id == actor.organisation_id
    own = runs or row.provider_id == actor.organisation_id
    found = []
    step = next_step(episode, area.today, area.calendar)
    if step is not None:
        found.append(
            ToldTaskRow(
                row.id,
                "",
                row.child_id,
                step.step.key,
                step.planned_for,
                step.owner.slot.value,
                step.owner.organisation_id,
                episode.stage_since,
                None,
                None,
                row.told_at,
            )
        )
    for key in episode.tasks:
        task = task_row(episode, key, area.calendar)
        if own or task.owner_id == actor.organisation_id:
            found.append(
                ToldTaskRow(
                    row.id,
                    key,
                    row.child_id,
                    key,
                    task.due_on,
                    task.owner_slot,
                    task.owner_id,
                    task.opened_on,
                    task.done_on,
                    task.fell_away_on,
                    row.told_at,
                )
            )
    return found


def _columns(one: _Hidden) -> dict[str, object]:
    """A hidden episode's task under the names of the search table's columns."""
    row = one.row
    state = "done" if row.done_on else "fell_away" if row.fell_away_on else "open"
    return {
        "nhs_number": one.nhs_number,
        "child": row.child_id,
        "episode": row.episode_id,
        "key": row.key,
        "step": row.step,
        "due": row.due_on,
        "owner": None if one.restricted else row.owner_id,
        "state": state,
        "stage": None if row.key else one.stage,
        "changed": row.told_at,
    }


def _asked(hidden: Mapping[str, _Hidden], asked: AllOf) -> list[tuple[str, dict[str, object]]]:
    rows = ((key, _columns(one)) for key, one in hidden.items())
    return [(key, row) for key, row in rows if holds(asked, row)]


def _among(hidden: Mapping[str, _Hidden], asked: AllOf, page: Page) -> list[tuple[object, UUID | str]]:
    found: list[tuple[object, UUID | str]] = [(row[page.sort], key) for key, row in _asked(hidden, asked)]
    if page.after is None:
        return found
    place = (str(page.after[0]), page.after[1])
    if page.descending:
        return [one for one in found if (str(one[0]), str(one[1])) < place]
    return [one for one in found if (str(one[0]), str(one[1])) > place]


def _merged(
    stored: list[tuple[object, UUID | str]], more: list[tuple[object, UUID | str]], page: Page
) -> list[tuple[object, UUID | str]]:
    both = sorted([*stored, *more], key=lambda one: (str(one[0]), str(one[1])), reverse=page.descending)
    return both[: page.limit + 1]

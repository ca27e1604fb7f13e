"""Waits that have entered a grade, as a partner's system is told them: each with its whole sum.

The team's own system is told of its children's, the council's of the pathways that it runs. Only clocks that the facts which
are told have started count: a clock that begins with what is hidden would tell that it happened (docs/rules.md 10).
"""

from collections.abc import Sequence
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.breaches import Grade
from pathway.domain.explain import Explanation
from pathway.domain.fold import fold
from pathway.domain.roles import Actor
from pathway.domain.told import BreachTold, EpisodeTold
from pathway.reading.child_record import explanations
from pathway.reading.told.episodes import episodes_told
from pathway.store import access_log
from pathway.store.engine import Tx
from pathway.store.exchange_late import CrossingRow, crossings_of
from pathway.store.exchange_rows import ToldEpisodeRow, episodes_of_children, told_episodes
from pathway.store.facts import events_of
from pathway.store.past import family_reached
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import WRITER, reading

Overdue = tuple[BreachTold, EpisodeTold]
"""A grade that a wait has reached, with the episode that it is of."""


async def overdue_of_children(area: Area, actor: Actor, children: Sequence[UUID]) -> list[Overdue]:
    """Every grade that the clocks of these children have reached, as far as it may be told; logged."""
    async with area.database.transaction(reading(actor)) as tx:
        return await _of(tx, area, actor, await episodes_of_children(tx, children), "waits past a limit")


async def overdue_of_episodes(area: Area, actor: Actor, episodes: Sequence[UUID]) -> list[Overdue]:
    async with area.database.transaction(reading(actor)) as tx:
        return await _of(tx, area, actor, episodes, "waits past a limit")


async def _of(tx: Tx, area: Area, actor: Actor, episodes: Sequence[UUID], doing: str) -> list[Overdue]:
    rows = await told_episodes(tx, episodes)
    own = [row for row in rows.values() if _is_own(row, actor)]
    told = {one.id: one for one in await episodes_told(tx, area, actor, [row.id for row in own])}
    found: list[Overdue] = []
    for row in own:
        async with area.database.transaction(WRITER) as inner:
            found += [(one, told[row.id]) for one in await _overdue(inner, area, row, told[row.id])]
    if found:
        await access_log.log(tx, actor, doing, {one.child_id for one, _ in found})
    return found


def _is_own(row: ToldEpisodeRow, actor: Actor) -> bool:
    runs = row.council_runs and row.council_id == actor.organisation_id
    return runs or row.provider_id == actor.organisation_id


async def _overdue(tx: Tx, area: Area, row: ToldEpisodeRow, told: EpisodeTold) -> list[BreachTold]:
    crossings = await crossings_of(tx, row.id)
    if not crossings:
        return []
    events = [e for e in await events_of(tx, row.id) if e.sequence <= row.told_sequence]
    reached = await family_reached(tx, row.id, area.today, None)
    episode = fold(told.definition, events, area.calendar, reached)
    versions = await agreed_thresholds(tx, told.definition.key)
    sums = explanations(area, told.definition, episode, events, versions, area.today)
    by_start = {(one.clock, one.start.event): one for one in sums}
    return [
        _breach(crossing, row, told, by_start[crossing.clock, crossing.start_event])
        for crossing in crossings
        if (crossing.clock, crossing.start_event) in by_start
    ]


def _breach(
    crossing: CrossingRow, row: ToldEpisodeRow, told: EpisodeTold, explanation: Explanation
) -> BreachTold:
    return BreachTold(
        crossing.id,
        row.id,
        row.child_id,
        Grade(crossing.grade),
        crossing.reached_on,
        crossing.noticed_at,
        explanation,
        crossing.closed_on,
        told.provider,
    )

"""Worklists: the open episodes of a reader's own organisation, in the order in which they are planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.breaches import grade
from pathway.domain.definition import Definition
from pathway.domain.names import normalise_name
from pathway.domain.paging import Page, page_of, read_dated_place
from pathway.domain.projection import ClockRow, Versions, fact_of
from pathway.domain.roles import Actor, Role
from pathway.domain.thresholds import ClockReading, read
from pathway.reading.seen_by_council import as_council_sees, is_shown_less
from pathway.store import access_log
from pathway.store.engine import Tx
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import reading
from pathway.store.worklist_rows import (
    Tiles,
    WorklistFilter,
    WorklistRow,
    limits_of,
    stage_counts,
    tile_counts,
    worklist_rows,
)

PAGE = 50


def name_filter(wanted: WorklistFilter, name: str) -> WorklistFilter:
    """The same filter, narrowed to children whose first or family name begins so, whatever accents were typed."""
    return replace(wanted, name_norm=normalise_name(name) or None)


@dataclass(frozen=True, slots=True)
class Listed:
    """One child on the list, with the pathway they are on and how their most pressing clock stands."""

    row: WorklistRow
    definition: Definition
    presses: ClockReading | None


async def worklist(
    area: Area, actor: Actor, wanted: WorklistFilter, after: str | None = None, limit: int = PAGE
) -> Page[Listed]:
    """One page of open episodes; row-level security decides which. One log row holds the ids of the whole page."""
    key = read_dated_place(after, UUID)
    async with area.database.transaction(reading(actor)) as tx:
        rows = await worklist_rows(tx, wanted, key, limit + 1, council=actor.role is Role.SEND_OFFICER)
        page = page_of(rows, [(r.listed_on, r.episode_id) for r in rows], limit)
        if page.rows:
            await access_log.log(tx, actor, "worklist", [r.child_id for r in page.rows])
        versions = {key: await agreed_thresholds(tx, key) for key in {r.pathway for r in page.rows}}
        limits = await limits_of(tx, [row.episode_id for row in page.rows])
        listed = [
            await _listed(tx, area, actor, row, limits.get(row.episode_id, []), versions[row.pathway])
            for row in page.rows
        ]
        return Page(tuple(listed), page.after)


async def _listed(
    tx: Tx, area: Area, actor: Actor, row: WorklistRow, limits: list[ClockRow], versions: Versions
) -> Listed:
    definition = await area.pathways.by_digest(tx, row.definition)
    if is_shown_less(actor, definition):
        row = await as_council_sees(area, row, row.episode_id, definition)
    readings = [
        read(fact, versions.get(fact.definition.key, ()), area.calendar)
        for fact in (fact_of(limit, definition) for limit in limits)
    ]
    return Listed(row, definition, most_pressing(readings, area.today))


def most_pressing(readings: Sequence[ClockReading], today: date) -> ClockReading | None:
    """The clock that presses most: the highest grade, then a locked limit before a local one, then the longest overdue."""
    return min(
        readings,
        key=lambda r: (-grade(r, today).rank, not r.fact.definition.status.is_locked, r.due.due_on),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What stands above a worklist: the tiles, and the open episodes by pathway and stage. No child is named."""

    tiles: Tiles
    stages: Mapping[tuple[str, str], int]


async def counts(area: Area, actor: Actor) -> Counted:
    """How many open episodes the reader sees, and how many of them wait for what."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        stages = await stage_counts(tx, council=actor.role is Role.SEND_OFFICER)
        return Counted(await tile_counts(tx, area.today, actor.organisation_id), stages)

"""Worklists: the open episodes of a reader's own organisation, in the order in which they are planned."""

from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.names import normalise_name
from pathway.domain.paging import Page, page_of, read_place
from pathway.domain.roles import Actor, Role
from pathway.store import access_log
from pathway.store.scopes import reading
from pathway.store.worklist_rows import WorklistFilter, WorklistRow, stage_counts, worklist_rows

PAGE = 50


def filter_from(
    stage: str = "", pathway: str = "", next_role: str = "", name: str = "", hand_over_to: int | None = None
) -> WorklistFilter:
    """A filter from what a form or an address says; empty means no narrowing."""
    norm = normalise_name(name) if name else ""
    return WorklistFilter(stage or None, pathway or None, next_role or None, norm or None, hand_over_to)


async def worklist(
    area: Area, actor: Actor, wanted: WorklistFilter, after: str | None = None, limit: int = PAGE
) -> Page[WorklistRow]:
    """One page of open episodes; row-level security decides which. One log row holds the ids of the whole page."""
    place = read_place(after, 2)
    key = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    async with area.database.transaction(reading(actor)) as tx:
        rows = await worklist_rows(tx, wanted, key, limit + 1, council=actor.role is Role.SEND_OFFICER)
        page = page_of(rows, [(r.planned_for, r.episode_id) for r in rows], limit)
        if page.rows:
            await access_log.log(tx, actor, "worklist", [r.child_id for r in page.rows])
        return page


async def counts(area: Area, actor: Actor) -> dict[tuple[str, str], int]:
    """How many open episodes the reader sees, by pathway and stage; no child is named."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        return await stage_counts(tx, council=actor.role is Role.SEND_OFFICER)

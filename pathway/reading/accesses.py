"""Who looked at whom: the access log, read by information governance; that reading is logged too."""

from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.errors import InvalidInput
from pathway.domain.identifiers import NhsNumber
from pathway.domain.paging import Page, page_of, read_place, row_number
from pathway.domain.roles import Actor
from pathway.store import access_log
from pathway.store.access_rows import AccessRow, FoundChild, access_rows, children_born, children_by_number
from pathway.store.scopes import reading

PAGE = 50
PURPOSE = "audit"


async def accesses(
    area: Area, actor: Actor, child: UUID | None = None, after: str | None = None
) -> Page[AccessRow]:
    """One page of the log, the newest first; of one child where one is given."""
    place = read_place(after, 1)
    try:
        last = row_number(place[0]) if place else None
    except ValueError:
        raise InvalidInput(
            "This page address cannot be read. Start again from the first page.", "after"
        ) from None
    async with area.database.transaction(reading(actor)) as tx:
        rows = await access_rows(tx, child, last, PAGE + 1)
        await access_log.log(tx, actor, "access log", [child] if child else [], purpose=PURPOSE)
        return page_of(rows, [(row.id,) for row in rows], PAGE)


async def find_children(
    area: Area, actor: Actor, number: NhsNumber | None, born: date | None
) -> list[FoundChild]:
    """The children with this NHS number, or born on this day. Who was found is logged."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await children_by_number(tx, number.value) if number else []
        if not found and born:
            found = await children_born(tx, born)
        if found:
            await access_log.log(tx, actor, "find a child", [c.id for c in found], purpose=PURPOSE)
        return found

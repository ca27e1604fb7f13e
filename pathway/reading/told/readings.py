"""Who of a partner's own organisation looked at a child's record, as its system is told: by role, never by name.

What other organisations' people looked at is for information governance and for the family (docs/rules.md 15).
"""

from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor, Role
from pathway.domain.told import ReadingTold
from pathway.reading.told.organisations import organisations
from pathway.store import access_log
from pathway.store.exchange_late import readings_of
from pathway.store.exchange_rows import told_children
from pathway.store.scopes import WRITER, reading

AT_MOST = 500
"""The newest readings of one child that are told."""


async def readings_of_child(area: Area, actor: Actor, child_id: UUID) -> list[ReadingTold]:
    """The newest readings first. Empty where the child is not this partner's to know of."""
    async with area.database.transaction(reading(actor)) as tx:
        if child_id not in await told_children(tx, [child_id]):
            return []
        bodies = await organisations(area.database, tx, frozenset({actor.organisation_id}))
        async with area.database.transaction(WRITER) as inner:
            rows = await readings_of(inner, child_id, actor.organisation_id, AT_MOST)
        await access_log.log(tx, actor, "who looked", [child_id])
    own = bodies.get(actor.organisation_id)
    return [
        ReadingTold(row.id, row.at, Role(row.role), row.action, row.purpose, row.door, child_id, own)
        for row in rows
    ]

"""What national records put in doubt, for the people who decide: about children whose record they may see, logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor
from pathway.store import access_log, doubts
from pathway.store.doubts import OpenDoubt
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER, reading


@dataclass(frozen=True, slots=True)
class DoubtShown:
    """A doubt with what it says."""

    row: OpenDoubt
    said: Mapping[str, str]


async def open_doubts(area: Area, actor: Actor) -> list[DoubtShown]:
    """Everything that waits, oldest first."""
    async with area.database.transaction(reading(actor)) as tx:
        return await _logged(tx, area, actor, await doubts.open_doubts(tx), "doubts")


async def one_doubt(area: Area, actor: Actor, doubt_id: UUID) -> DoubtShown:
    """One of them. NotFound where it is decided, or about a child whom the reader may not see."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await doubts.open_doubts(tx, doubt_id)
        if not found:
            raise NotFound("This has been decided already, or it is about a child whom you may not see.")
        return (await _logged(tx, area, actor, found, "doubt"))[0]


async def _logged(
    tx: Tx, area: Area, actor: Actor, found: Sequence[OpenDoubt], what: str
) -> list[DoubtShown]:
    if found:
        await access_log.log(tx, actor, what, {row.child_id for row in found})
    async with area.database.transaction(WRITER) as inner:
        return [
            DoubtShown(row, (await child_text(inner, area.key, row.child_id)).unlock(row.secret))
            for row in found
        ]

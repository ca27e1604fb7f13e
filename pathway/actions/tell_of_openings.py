"""Tell families of openings once the time has come: a delay has passed, or nobody decided on one (docs/rules.md 15).

The worker does it every few minutes. A repeat is harmless: the message's id follows from what decided on it.
"""

from pathway.actions.area import Area
from pathway.domain.ids import event_id
from pathway.store import openings
from pathway.store.scopes import WRITER


async def tell_of_openings(area: Area) -> int:
    """Put the messages in the outbox; how many openings."""
    async with area.database.transaction(WRITER) as tx:
        found = await openings.to_tell(tx)
        for one in found:
            await openings.put_message(tx, event_id(one.decided_by, 1000), one.id, one.child_id)
        return len(found)

"""Let a young person's decision hold from their sixteenth birthday, where they were asked before it (docs/rules.md 13).

The worker does it hourly. Where nobody was asked nothing changes here, and messages to carers wait for a person.
"""

from pathway.actions.area import Area
from pathway.store.scopes import WRITER
from pathway.store.who_is_told import take_up


async def take_up_decisions(area: Area) -> int:
    """How many decisions hold from now on."""
    async with area.database.transaction(WRITER) as tx:
        return await take_up(tx, area.today)

"""From which message of a partner's system a fact is: for its Provenance."""

from collections.abc import Sequence
from uuid import UUID

from pathway.actions.area import Area
from pathway.store.received import messages_of
from pathway.store.scopes import WRITER


async def messages_behind(area: Area, children: Sequence[UUID]) -> dict[UUID, str]:
    """The messages that were received about these children: our id of each, which is that of the request it made, and the
    sender's. It says nothing about a child, so it is no reading; the facts that it is laid beside are logged.
    """
    async with area.database.transaction(WRITER, read_only=True) as tx:
        return await messages_of(tx, children)

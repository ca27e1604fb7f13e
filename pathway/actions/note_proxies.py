"""Take in who acts for a child by a validated proxy role: put before a person, and no carer is changed by it (docs/rules.md 13)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.proxies import Proxy
from pathway.domain.roles import THE_SERVICE
from pathway.domain.tracing import Doubt, DoubtKind
from pathway.store import access_log, doubts, guardians, people, traces
from pathway.store.engine import Tx
from pathway.store.keys import ChildText, child_text
from pathway.store.scopes import WRITER

VRS: Final = "vrs"
PURPOSE: Final = "who acts for the child"


async def number_to_ask_with(area: Area, child_id: UUID) -> str | None:
    """The child's NHS number where it may be asked with; None for a child without one, or one who is not asked about."""
    async with area.database.transaction(WRITER) as tx:
        held = await traces.held(tx, child_id)
        if held is None or held.nhs_number is None:
            return None
        await access_log.log(tx, THE_SERVICE, "proxy roles asked", [child_id], PURPOSE)
        return held.nhs_number


async def note_proxies(area: Area, child_id: UUID, in_force: Sequence[Proxy]) -> int:
    """Put what is new, and what has ended since a person noted it, before a person; how many roles are in force."""
    async with area.database.transaction(WRITER) as tx:
        if await traces.held(tx, child_id) is None:
            return 0
        text = await child_text(tx, area.key, child_id)
        for proxy in in_force:
            if not await guardians.is_known(tx, child_id, proxy.name, proxy.parental_responsibility):
                await _put(tx, area, child_id, Doubt(DoubtKind.CARER, proxy.texts, proxy.id), text)
        still = [proxy.id for proxy in in_force]
        await doubts.resolve_about(tx, child_id, VRS, DoubtKind.CARER, still)
        for about, secret in await doubts.linked_before(tx, child_id, DoubtKind.CARER, still):
            ended = Doubt(DoubtKind.CARER_ENDED, text.unlock(secret), about)
            await _put(tx, area, child_id, ended, text)
        await access_log.log(tx, THE_SERVICE, "proxy roles", [child_id], PURPOSE)
        return len(in_force)


async def _put(tx: Tx, area: Area, child_id: UUID, doubt: Doubt, text: ChildText) -> None:
    await doubts.put(tx, people.new_id(area.now()), child_id, VRS, doubt, text)

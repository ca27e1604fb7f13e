"""Organisations of the national list: named by somebody, looked up, and added to this area by a person only."""

from collections.abc import Awaitable, Callable

from pathway.actions.area import Area
from pathway.domain.identifiers import OdsCode
from pathway.store import organisation_proposals as proposals
from pathway.store.organisation_proposals import Found, Proposed
from pathway.store.scopes import WRITER

LookUp = Callable[[OdsCode], Awaitable[Found | None]]


async def propose_organisation(area: Area, code: OdsCode) -> None:
    """Note that a referral or another system named an organisation that this area does not have."""
    async with area.database.transaction(WRITER) as tx:
        await proposals.want(tx, code.value)


async def look_up_proposed(area: Area, look_up: LookUp) -> int:
    """Look up what was named since, one by one; how many. Whatever `look_up` raises ends it, and the rest waits."""
    async with area.database.transaction(WRITER) as tx:
        codes = await proposals.wanted(tx)
    for code in codes:
        found = await look_up(OdsCode(code))
        async with area.database.transaction(WRITER) as tx:
            await proposals.looked_up(tx, code, found)
    return len(codes)


async def add_organisation(area: Area, found: Found, kind: str = "") -> int:
    """Make it one of this area's organisations; its number here. Raises InvalidInput, Conflict."""
    async with area.database.transaction(WRITER) as tx:
        return await proposals.add(tx, found, kind or found.kind)


async def leave_out_organisation(area: Area, code: OdsCode) -> None:
    """Decide that it is none of this area's."""
    async with area.database.transaction(WRITER) as tx:
        await proposals.leave_out(tx, code.value)


async def proposed_organisations(area: Area) -> list[Proposed]:
    """What waits for a person."""
    async with area.database.transaction(WRITER, read_only=True) as tx:
        return await proposals.proposed(tx)

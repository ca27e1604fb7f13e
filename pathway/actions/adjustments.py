"""Reasonable adjustments: recorded by staff, given to the national record, and read from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.merge import check_reaches_each
from pathway.actions.perform import Asking, perform, require
from pathway.domain.adjustments import LONGEST, MOST, AdjustmentBasis, Adjustments
from pathway.domain.errors import InvalidInput
from pathway.domain.roles import THE_SERVICE, Permission
from pathway.store import access_log, adjustments, traces
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER

PURPOSE: Final = "reasonable adjustments"


@dataclass(frozen=True, slots=True)
class ToExchange:
    """What the national record is asked and told about one child; `ours` is empty where there is nothing to give it."""

    child_id: UUID
    nhs_number: str
    ours: tuple[str, ...]
    request_id: UUID


async def record_adjustments(
    area: Area, asking: Asking, child_id: UUID, lines: Sequence[str], basis: AdjustmentBasis
) -> UUID:
    """Keep what staff recorded, to be given to the national record.

    Raises NotAllowed, NotFound (not this actor's child), InvalidInput, DuplicateRequest.
    """
    said = tuple(filter(None, (" ".join(line.split()) for line in lines)))
    if not said or len(said) > MOST or any(len(line) > LONGEST for line in said):
        raise InvalidInput(
            f"Write 1 to {MOST} adjustments, each on a line of its own with at most {LONGEST} characters.",
            "ours",
        )

    async def work(tx: Tx) -> UUID:
        require(asking.actor, Permission.ADJUSTMENTS, "record reasonable adjustments")
        await check_reaches_each(tx, area, asking, [child_id])
        text = await child_text(tx, area.key, child_id)
        held = (await adjustments.read(tx, child_id, text)).adjustments
        new = replace(held, ours=said, basis=basis, sent=False)
        await adjustments.keep(tx, child_id, new, text, wanted=True)
        await access_log.log(tx, asking.actor, "adjustments", [child_id], request_id=asking.request_id)
        return child_id

    body = {"child": child_id, "lines": said, "basis": basis.value}
    return await perform(area, asking, "record_adjustments", body, UUID, work)


async def to_exchange(area: Area, child_id: UUID) -> ToExchange | None:
    """What to ask and to give; None for a child without a number that is verified, or who is not asked about.

    Nothing that staff typed leaves about a child whose location is restricted: words may say where they are (docs/rules.md 12).
    """
    async with area.database.transaction(WRITER) as tx:
        held = await traces.held(tx, child_id)
        if held is None or held.nhs_number is None:
            return None
        text = await child_text(tx, area.key, child_id)
        found = (await adjustments.read(tx, child_id, text)).adjustments
        ours = () if held.restricted or found.sent else found.ours
        await access_log.log(tx, THE_SERVICE, "adjustments asked", [child_id], PURPOSE)
        return ToExchange(child_id, held.nhs_number, ours, uuid5(child_id, "\n".join(ours)))


async def note_given(area: Area, given: ToExchange) -> None:
    """Note that the national record has what we gave it; what was typed since is given next."""
    async with area.database.transaction(WRITER) as tx:
        text = await child_text(tx, area.key, given.child_id)
        held = (await adjustments.read(tx, given.child_id, text)).adjustments
        if held.ours == given.ours:
            await adjustments.keep(tx, given.child_id, replace(held, sent=True), text, wanted=True)


async def note_national(area: Area, child_id: UUID, lines: Sequence[str]) -> Adjustments | None:
    """Keep what the national record says; None for a child who was sealed or joined meanwhile."""
    async with area.database.transaction(WRITER) as tx:
        held = await traces.held(tx, child_id)
        if held is None:
            return None
        text = await child_text(tx, area.key, child_id)
        found = (await adjustments.read(tx, child_id, text)).adjustments
        new = replace(found, national=tuple(lines))
        unsent = bool(new.ours) and not new.sent and not held.restricted
        await adjustments.keep(tx, child_id, new, text, wanted=unsent)
        await access_log.log(tx, THE_SERVICE, "adjustments", [child_id], PURPOSE)
        return new

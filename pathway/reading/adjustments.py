"""A child's reasonable adjustments, for the clinical team; logged with the record that they belong to."""

from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.reading.child_record import ChildRecord, child_record
from pathway.store.adjustments import AdjustmentsHeld, read
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER, reading


@dataclass(frozen=True, slots=True)
class AdjustmentsShown:
    """The record, and what is held beside it."""

    record: ChildRecord
    held: AdjustmentsHeld


async def adjustments_of(area: Area, actor: Actor, child_id: UUID) -> AdjustmentsShown:
    """What is held. NotFound where there is no such child for this reader."""
    record = await child_record(area, actor, child_id)
    async with area.database.transaction(WRITER, read_only=True) as tx:
        text = await child_text(tx, area.key, child_id)
    async with area.database.transaction(reading(actor)) as tx:
        return AdjustmentsShown(record, await read(tx, child_id, text))

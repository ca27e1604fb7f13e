"""What the form about a looked-after child needs: the record, and the councils and ICBs to choose from."""

from dataclasses import dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.reading.child_record import ChildRecord, child_record
from pathway.store.organisations import Organisation, organisations
from pathway.store.scopes import reading


@dataclass(frozen=True, slots=True)
class CareForm:
    """A child's record, and the bodies that may have placed them."""

    record: ChildRecord
    councils: tuple[Organisation, ...]
    icbs: tuple[Organisation, ...]


async def care_form(area: Area, actor: Actor, child_id: UUID) -> CareForm:
    """NotFound where there is no such child for this reader; the reading is logged."""
    record = await child_record(area, actor, child_id)
    async with area.database.transaction(reading(actor)) as tx:
        return CareForm(
            record, tuple(await organisations(tx, "council")), tuple(await organisations(tx, "icb"))
        )

"""Details of a child that a new referral stated and that nobody has decided about: read with the record, and logged."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor, Role
from pathway.domain.stated import Details, undecided
from pathway.reading.child_record import ChildRecord
from pathway.store import access_log
from pathway.store.child_rows import free_text_of
from pathway.store.facts import events_of
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER, reading


@dataclass(frozen=True, slots=True)
class Stated:
    """What one referral stated, when and by which role. For a restricted child no address, e-mail or number is here."""

    episode_id: UUID
    fact: UUID
    on: date
    by: Role
    details: Details


async def stated_details(area: Area, actor: Actor, record: ChildRecord) -> tuple[Stated, ...]:
    """What waits for a decision, on the episodes of the record whose facts the reader may see; oldest first."""
    found: list[Stated] = []
    async with area.database.transaction(reading(actor)) as tx:
        async with area.database.transaction(WRITER) as inner:
            text = await child_text(inner, area.key, record.child.id)
        for one in record.episodes:
            waiting = undecided(await events_of(tx, one.row.id))
            secrets = await free_text_of(tx, one.row.id) if waiting else {}
            for event in waiting:
                details = Details.from_text(text.unlock(secrets.get(event.id)))
                shown = _without_places(details) if record.child.restricted else details
                found.append(Stated(one.row.id, event.id, event.happened_on, event.role, shown))
        if found:
            await access_log.log(tx, actor, "stated details", [record.child.id])
    return tuple(one for one in found if one.details)


def _without_places(details: Details) -> Details:
    """Where the child is hidden, so is where anyone says that they live (docs/rules.md 12)."""
    carers = tuple(replace(carer, email="", phone="") for carer in details.carers)
    address = ("Not shown, because the location is restricted",) if details.postcode else ()
    return replace(details, carers=carers, address=address, postcode="")

"""Add a carer to a child's record, as a partner's system does when it sends a RelatedPerson."""

from dataclasses import asdict, dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.errors import NotAllowed, NotFound
from pathway.domain.referral import CarerDetails
from pathway.domain.roles import Permission
from pathway.domain.stated import is_same_person
from pathway.store import access_log, child_partners, people
from pathway.store.engine import Tx
from pathway.store.stated_rows import carers_known


@dataclass(frozen=True, slots=True)
class CarerAdded:
    """The carer of this child, and whether they are new to the record."""

    child_id: UUID
    carer_id: UUID
    made: bool


async def add_carer(area: Area, asking: Asking, child_id: UUID, carer: CarerDetails) -> CarerAdded:
    """Link a new carer to the child; one who is there already is left as they are.

    Raises NotFound (not a child that this organisation knows), NotAllowed (other teams have the child), DuplicateRequest.
    """
    require(asking.actor, Permission.REFER, "add a carer")

    async def work(tx: Tx) -> CarerAdded:
        if not await people.hold_child(tx, child_id) or not await child_partners.knows(
            tx, child_id, asking.actor.organisation_id
        ):
            raise NotFound("There is no such child, or it is not one that you may see.")
        if not await child_partners.cares(tx, child_id, asking.actor.organisation_id):
            raise NotAllowed(
                "Other teams have to do with this child, so carers are added by people. Name the carer in your referral: "
                "the team decides."
            )
        for known_id, known in await carers_known(tx, child_id):
            if is_same_person(carer, known):
                return CarerAdded(child_id, known_id, made=False)
        carer_id = people.new_id(area.now())
        await people.insert_carer(tx, child_id, carer_id, carer)
        await access_log.log(tx, asking.actor, "add a carer", [child_id], request_id=asking.request_id)
        return CarerAdded(child_id, carer_id, made=True)

    body = {"child": child_id, "carer": asdict(carer)}
    return await perform(area, asking, "add_carer", body, CarerAdded, work)

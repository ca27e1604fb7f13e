"""Change who a child is said to be: name, date of birth, language, home. A partner's system does it for its own children.

A team that has the child in its care may, and whoever alone made a child known. Nobody else's word overwrites the record: it
goes to a person. An NHS number is added and never exchanged for another (docs/rules.md 18); a restriction is never lifted here.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.decide import check_day
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from pathway.domain.identifiers import NhsNumber
from pathway.domain.referral import ChildDetails
from pathway.domain.roles import Permission
from pathway.store import access_log, child_changes, child_partners, outbox, people
from pathway.store.engine import Tx
from pathway.store.keys import child_text

_NOT_THERE = "There is no such child, or it is not one that you may see."
_NOT_YOURS = (
    "Other teams have to do with this child, so their details are changed by people. Send what has changed to the team that "
    "holds the referral, with a new referral or a message."
)
_OTHER_NUMBER = "The record has another NHS number. Two numbers are two children until the triage team has looked: nothing was changed."


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """The child, and the version of the record that the change made."""

    child_id: UUID
    version: int


async def change_details(area: Area, asking: Asking, child_id: UUID, new: ChildDetails) -> DetailsChanged:
    """Write the new details; what stood there before is kept under the child's key.

    Raises NotFound, NotAllowed (other teams have the child), StaleVersion, Conflict (another NHS number), InvalidInput.
    """
    require(asking.actor, Permission.REFER, "change a child's details")

    async def work(tx: Tx) -> DetailsChanged:
        if not await child_partners.knows(tx, child_id, asking.actor.organisation_id):
            raise NotFound(_NOT_THERE)
        if new.nhs_number is not None:
            await _check_number(tx, child_id, new.nhs_number)
        before = await child_changes.held(tx, child_id)
        if before is None:
            raise NotFound(_NOT_THERE)
        if asking.version not in (None, before["version"]):
            raise StaleVersion(
                "This record has changed since you opened it. Look at it again, and then repeat your change.",
                before["version"],
            )
        if not await child_partners.cares(tx, child_id, asking.actor.organisation_id):
            raise NotAllowed(_NOT_YOURS)
        check_day(area.today, area.today, new.birth_date)
        if new.restricted and not before["restricted"]:
            if not new.safe_contact:
                raise InvalidInput(
                    "Name a safe contact for a child whose location is restricted.", "safe_contact"
                )
            await outbox.stop_all(tx, child_id, "the child's location was restricted")
        text = await child_text(tx, area.key, child_id)
        version = await child_changes.change_child(tx, child_id, before, new, text, asking.actor.account_id)
        await access_log.log(tx, asking.actor, "change details", [child_id], request_id=asking.request_id)
        return DetailsChanged(child_id, version)

    body = {"child": child_id, "details": asdict(new)}
    return await perform(area, asking, "change_details", body, DetailsChanged, work)


async def _check_number(tx: Tx, child_id: UUID, number: NhsNumber) -> None:
    """The number is this child's or nobody's, and the child has no other."""
    holder = await people.by_nhs_number(tx, number)
    if holder is None:
        before = await child_changes.held(tx, child_id)
        if before is not None and before["nhs_number"] is not None:
            raise Conflict(_OTHER_NUMBER)
    elif holder[0] != child_id:
        raise Conflict(_OTHER_NUMBER)

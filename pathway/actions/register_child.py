"""Make a child known before or beside a referral, as a partner's system does when it sends a Patient.

An equal NHS number is the same child, unless two details differ; nothing is ever matched by name alone (docs/rules.md 18).
Knowing a child is not a basis for anything: the system is told again what it said itself, until there is a referral.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.decide import check_day
from pathway.domain.errors import Conflict, InvalidInput
from pathway.domain.matching import likely, match
from pathway.domain.referral import ChildDetails
from pathway.domain.roles import Permission
from pathway.store import access_log, child_partners, people
from pathway.store.engine import Tx
from pathway.store.keys import give_key
from pathway.store.match_proposals import NewProposal, insert_proposals

_ANOTHER = (
    "This NHS number is held for a child whose details differ from these, so nothing was saved. Look whether the number is "
    "right, and ask the triage team if it is."
)


@dataclass(frozen=True, slots=True)
class Registered:
    """The child, and whether the record is new."""

    child_id: UUID
    made: bool


async def register_child(area: Area, asking: Asking, child: ChildDetails) -> Registered:
    """Add a child, or find the one whose NHS number it is, for the organisation that asks.

    Raises NotAllowed, InvalidInput (born in the future, restricted without a safe contact), Conflict (the number is held for
    another child), DuplicateRequest.
    """
    require(asking.actor, Permission.REFER, "make a child known")

    async def work(tx: Tx) -> Registered:
        check_day(area.today, area.today, child.birth_date)
        if child.restricted and not child.safe_contact:
            raise InvalidInput(
                "Name a safe contact for a child whose location is restricted.", "safe_contact"
            )
        found = await _find(tx, child)
        child_id = found or await _add(tx, area, child)
        await child_partners.link(tx, child_id, asking.actor.organisation_id)
        if found and child.restricted:
            await people.protect(tx, child_id, child)
        await access_log.log(tx, asking.actor, "register", [child_id], request_id=asking.request_id)
        return Registered(child_id, found is None)

    return await perform(area, asking, "register_child", {"child": asdict(child)}, Registered, work)


async def _find(tx: Tx, child: ChildDetails) -> UUID | None:
    known = await people.by_nhs_number(tx, child.nhs_number) if child.nhs_number else None
    if known is None:
        return None
    if len(match(child.identity, known[1]).conflicting) >= 2:
        raise Conflict(_ANOTHER)
    return known[0]


async def _add(tx: Tx, area: Area, child: ChildDetails) -> UUID:
    child_id = people.new_id(area.now())
    await people.insert_child(tx, child_id, child)
    await give_key(tx, area.key, child_id)
    others = await people.alike(tx, child.identity)
    found = [pair for pair in likely(child.identity, others) if pair[0] != child_id]
    await insert_proposals(
        tx, [NewProposal(people.new_id(area.now()), child_id, other, how) for other, how in found]
    )
    return child_id

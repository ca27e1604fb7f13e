"""Seal again what was sealed after a backup: the earlier identity must not come back with it (docs/rules.md 12).

It is the same sealing, as of the same day. Only the later identity is not known here, for nothing outside the database
holds it: until a person enters it, the record is nobody's, and restricted.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import uuid5

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.seal_identity import PURPOSE, NewIdentity, seal
from pathway.domain.referral import ChildDetails
from pathway.domain.roles import Actor, Door, Role
from pathway.store import access_log
from pathway.store.scopes import WRITER
from pathway.store.sealed_list import SealedChild, came_back
from pathway.store.sealing import NOBODY

_SYSTEM: Final = Actor(0, Role.SYSTEM, 0, Door.COMMAND)
_ASK: Final = "Information governance"


async def seal_again(area: Area, sealed: Sequence[SealedChild]) -> int:
    """Seal those who have come back unsealed; how many records there were. All of them or none."""
    async with area.database.transaction(WRITER) as tx:
        found = await came_back(tx, sealed)
        for one in found:
            asking = Asking(_SYSTEM, uuid5(one.child_id, f"sealed again: {one.sealed_at.isoformat()}"))
            await seal(tx, area, asking, one.child_id, _nobody(one.birth_date), one.sealed_at)
            await access_log.log(tx, _SYSTEM, "seal_again", [one.child_id], PURPOSE, asking.request_id)
    return len(found)


def _nobody(birth_date: date) -> NewIdentity:
    """No name, no number, no carers. The date of birth stays, for ages and statutory days are counted from it."""
    return NewIdentity(ChildDetails(NOBODY, NOBODY, birth_date, restricted=True, safe_contact=_ASK))

"""Decide whether two records that look alike are one child's: a person does, nothing links by itself (docs/rules.md 18).

Whoever holds the newer referral decides. The older record may be another team's, and is not shown for that: they know which
details agree and which team to ask, and a joining can be parted again.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.merge import Merged, check_reaches_each, join
from pathway.actions.perform import Asking, perform, require
from pathway.domain.errors import Conflict
from pathway.domain.roles import Permission
from pathway.store import access_log, merging
from pathway.store.engine import Tx


class Decision(StrEnum):
    """What a person found."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal that is decided; `merged` where the two were one child and have been joined."""

    proposal_id: UUID
    decision: Decision
    merged: Merged | None


async def decide_match(area: Area, asking: Asking, proposal_id: UUID, decision: Decision) -> Decided:
    """Keep two records apart for good, or join the newer into the older.

    Raises NotAllowed, NotFound (the newer record is not this actor's), Conflict (decided already, or not to be joined),
    DuplicateRequest.
    """

    async def work(tx: Tx) -> Decided:
        require(asking.actor, Permission.MERGE, "decide whether two records are one child's")
        proposal = await merging.lock_proposal(tx, proposal_id)
        pair = (proposal.candidate_id, proposal.child_id)
        mine = (proposal.child_id,)
        await check_reaches_each(tx, area, asking, mine)
        if proposal.decision:
            raise Conflict("Somebody has decided this already. Look at the records again.")
        if decision is Decision.SAME:
            return Decided(proposal_id, decision, await join(tx, area, asking, *pair, reached=mine))
        await merging.decide_pair(tx, *pair, decision.value, asking.actor.account_id)
        await access_log.log(tx, asking.actor, "decide_match", pair, request_id=asking.request_id)
        return Decided(proposal_id, decision, None)

    body = {"proposal": proposal_id, "decision": decision.value}
    return await perform(area, asking, "decide_match", body, Decided, work)

"""Acknowledge breaches: by cohort where one cause delays many, and one by one where a child's own wait has changed.

A child whose wait has entered the next grade, or whose risk was recorded anew, since somebody last looked is never passed
over in a cohort (docs/rules.md 16). An acknowledgement says why and what is done; it clears nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID, uuid5

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.breach_reasons import BREACH_ACTIONS, BREACH_REASONS
from pathway.domain.errors import Conflict, InvalidInput, NotFound
from pathway.domain.roles import Permission
from pathway.store import access_log
from pathway.store.acknowledgements import (
    CrossingChoice,
    CrossingState,
    insert_acknowledgements,
    lock_crossings,
    own_crossings,
)
from pathway.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was acknowledged together; `one_by_one` are those that must be looked at by themselves."""

    cohort: UUID
    crossings: tuple[int, ...]
    one_by_one: tuple[int, ...]


async def acknowledge_cohort(
    area: Area, asking: Asking, which: CrossingChoice | Sequence[int], reason: str, action: str
) -> Acknowledged:
    """Acknowledge many breaches with one reason and one action: those named, or all of one's own that match a choice.

    Those closed or acknowledged already are left as they are. Raises NotAllowed, InvalidInput, DuplicateRequest.
    """
    _check_codes(reason, action)
    chosen = asdict(which) if isinstance(which, CrossingChoice) else sorted(which)

    async def work(tx: Tx) -> Acknowledged:
        require(asking.actor, Permission.ACKNOWLEDGE_BREACH, "acknowledge a breach")
        states = await lock_crossings(tx, await own_crossings(tx, asking.actor, which))
        waiting = [s for s in states if s.closed_on is None and not s.acknowledged]
        alone = [s for s in waiting if s.grade_changed or s.risk_changed]
        together = [s for s in waiting if s not in alone]
        return await _acknowledge(tx, asking, together, alone, reason, action)

    body = {"which": chosen, "reason": reason, "action": action}
    return await perform(area, asking, "acknowledge_cohort", body, Acknowledged, work)


async def acknowledge_one(
    area: Area, asking: Asking, crossing_id: int, reason: str, action: str
) -> Acknowledged:
    """Acknowledge one breach after looking at the child; doing so again adds the newer reason.

    Raises NotAllowed, NotFound (not one's own), Conflict (closed), InvalidInput, DuplicateRequest.
    """
    _check_codes(reason, action)

    async def work(tx: Tx) -> Acknowledged:
        require(asking.actor, Permission.ACKNOWLEDGE_BREACH, "acknowledge a breach")
        states = await lock_crossings(tx, await own_crossings(tx, asking.actor, [crossing_id]))
        if not states:
            raise NotFound("There is no such breach, or it is not one that you answer for.")
        if states[0].closed_on is not None:
            raise Conflict("This clock has stopped, so its breach is closed. It stays counted.")
        return await _acknowledge(tx, asking, states, [], reason, action)

    body = {"crossing": crossing_id, "reason": reason, "action": action}
    return await perform(area, asking, "acknowledge_one", body, Acknowledged, work)


def _check_codes(reason: str, action: str) -> None:
    if reason not in BREACH_REASONS:
        raise InvalidInput(f"Choose a reason: {', '.join(BREACH_REASONS)}.", field="reason")
    if action not in BREACH_ACTIONS:
        raise InvalidInput(f"Choose what is done: {', '.join(BREACH_ACTIONS)}.", field="action")


async def _acknowledge(
    tx: Tx,
    asking: Asking,
    together: Sequence[CrossingState],
    alone: Sequence[CrossingState],
    reason: str,
    action: str,
) -> Acknowledged:
    cohort = uuid5(asking.request_id, "cohort")
    crossings = tuple(state.id for state in together)
    if crossings:
        await insert_acknowledgements(tx, crossings, cohort, reason, action, asking.actor)
        children = {state.child_id for state in together}
        await access_log.log(tx, asking.actor, "acknowledge_breach", children, request_id=asking.request_id)
    return Acknowledged(cohort, crossings, tuple(state.id for state in alone))

"""Agree a limit: draft it, sign it, or withdraw it.

A draft changes nothing. It takes effect on its day once one organisation of each kind has signed it; the running clocks
are then put under it by a job that ends before that day (pathway/actions/re_date_clocks.py).
"""

from dataclasses import asdict, dataclass

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.agreement import (
    ThresholdDraft,
    check_draft,
    clock_of,
    missing_signatures,
    signatures_needed,
)
from pathway.domain.errors import Conflict, NotAllowed
from pathway.domain.roles import Permission
from pathway.domain.thresholds import Applies
from pathway.store import jobs, thresholds
from pathway.store.engine import Tx
from pathway.store.organisations import organisation
from pathway.store.thresholds import StoredThreshold


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that waits for signatures."""

    threshold_id: int
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A limit after a signature: who is still to sign; agreed once nobody is."""

    threshold_id: int
    missing: tuple[str, ...]

    @property
    def agreed(self) -> bool:
        return not self.missing


async def draft(area: Area, asking: Asking, proposed: ThresholdDraft) -> Drafted:
    """Keep a proposed limit for the partners to look at, try out and sign.

    Raises NotAllowed, NotFound (pathway or clock), InvalidInput (period, day, source), LockedLimit, DuplicateRequest.
    """

    async def work(tx: Tx) -> Drafted:
        require(asking.actor, Permission.DRAFT_THRESHOLD, "draft a limit")
        clock = clock_of(area.pathways.newest(proposed.pathway), proposed.clock)
        version = check_draft(proposed, clock, area.today, area.calendar)
        needs = signatures_needed(clock)
        actor = asking.actor
        kept = await thresholds.insert_draft(
            tx, proposed.pathway, version, needs, actor.account_id, actor.organisation_id
        )
        return Drafted(kept, needs)

    return await perform(area, asking, "draft_threshold", asdict(proposed), Drafted, work)


async def sign(area: Area, asking: Asking, threshold_id: int) -> Signed:
    """Sign a draft for one's own kind of organisation; the last signature makes it agreed and starts the re-dating.

    Raises NotAllowed (role, or a kind that is not asked for), NotFound, Conflict (signed, withdrawn or agreed already, or
    its day has come), DuplicateRequest.
    """

    async def work(tx: Tx) -> Signed:
        require(asking.actor, Permission.SIGN_THRESHOLD, "sign a limit")
        stored = await thresholds.lock_threshold(tx, threshold_id)
        _check_open(area, stored)
        actor = asking.actor
        kind = (await organisation(tx, actor.organisation_id)).kind
        if kind not in stored.needs:
            raise NotAllowed(
                f"This limit is signed by: {', '.join(stored.needs)}. Your organisation is none of them."
            )
        signed = await thresholds.signed_kinds(tx, threshold_id)
        if kind in signed:
            raise Conflict(
                "An organisation of your kind has signed this limit already. Nothing more is needed."
            )
        await thresholds.add_signature(tx, threshold_id, kind, actor.organisation_id, actor.account_id)
        missing = missing_signatures(stored.needs, (*signed, kind))
        if not missing:
            await _agree(tx, stored)
        return Signed(threshold_id, missing)

    return await perform(area, asking, "sign_threshold", {"threshold": threshold_id}, Signed, work)


async def withdraw(area: Area, asking: Asking, threshold_id: int) -> int:
    """Withdraw a draft that is not agreed yet; only the organisation that drafted it may.

    What is agreed is not withdrawn: another limit is drafted after it. Raises NotAllowed, NotFound, Conflict.
    """

    async def work(tx: Tx) -> int:
        require(asking.actor, Permission.DRAFT_THRESHOLD, "withdraw a draft")
        stored = await thresholds.lock_threshold(tx, threshold_id)
        if stored.drafted_for != asking.actor.organisation_id:
            raise NotAllowed("Only the organisation that drafted this limit may withdraw it. Ask them.")
        if stored.agreed or stored.withdrawn:
            raise Conflict(
                "This limit is agreed, or withdrawn already. To change an agreed limit, draft another one."
            )
        await thresholds.mark_withdrawn(tx, threshold_id)
        return threshold_id

    return await perform(area, asking, "withdraw_threshold", {"threshold": threshold_id}, int, work)


def _check_open(area: Area, stored: StoredThreshold) -> None:
    if stored.withdrawn or stored.agreed:
        state = "withdrawn" if stored.withdrawn else "agreed"
        raise Conflict(f"This limit is {state} already. There is nothing to sign.")
    if stored.version.effective_from <= area.today:
        raise Conflict(
            "The day on which this limit was to take effect has come before everyone had signed. "
            "Draft it again with a later day."
        )


async def _agree(tx: Tx, stored: StoredThreshold) -> None:
    """A limit for new clocks only leaves the running ones as they are, so there is nothing to re-date."""
    await thresholds.mark_agreed(tx, stored.version.id)
    if stored.version.applies is Applies.RUNNING:
        await jobs.enqueue(tx, jobs.RE_DATE, stored.version.id)
    else:
        await thresholds.mark_re_dated(tx, stored.version.id)

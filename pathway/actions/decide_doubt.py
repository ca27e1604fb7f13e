"""Decide what a national record put in doubt: a person does, and only a person changes a number (docs/rules.md 18).

A number that another record of ours holds is never taken over: the two records are put beside each other instead. Nothing that
holds messages ends by itself (docs/rules.md 19).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.merge import check_reaches_each
from pathway.actions.perform import Asking, perform, require
from pathway.domain.doubt_decisions import MAY_DECIDE, DoubtDecision
from pathway.domain.errors import Conflict, InvalidInput
from pathway.domain.identifiers import NhsNumber
from pathway.domain.roles import Permission
from pathway.domain.told import NumberStatus
from pathway.domain.tracing import HOLDS_MESSAGES, DoubtKind, Held
from pathway.store import access_log, child_partners, doubts, guardians, people, traces
from pathway.store.doubts import LockedDoubt
from pathway.store.engine import Tx
from pathway.store.keys import ChildText, child_text

LONGEST_CONTACT: Final = 200
_DECIDED: Final = "Somebody has decided this already. Look at the record again."
_GONE: Final = "This record has been sealed or joined with another one since, so there is nothing to decide."
_TAKEN: Final = (
    "Another record here has that number. Two numbers are never joined by this: look whether the two records are one child's, "
    "and take the number out of the wrong one first."
)
_NOT_RECORDED: Final = (
    "Record the death on the child's pathway first; until then nothing is sent. Then choose this again."
)
_KEPT_STATUS: Final = {
    DoubtKind.CONFLICT: NumberStatus.TRACED,
    DoubtKind.NUMBER_FOUND: NumberStatus.NO_MATCH,
}


@dataclass(frozen=True, slots=True)
class DoubtDecided:
    """A doubt that is decided, and about which child."""

    doubt_id: UUID
    child_id: UUID
    decision: DoubtDecision


@dataclass(frozen=True, slots=True)
class _Deciding:
    """What each decision works with."""

    area: Area
    asking: Asking
    doubt: LockedDoubt
    held: Held | None
    text: ChildText
    said: Mapping[str, str]
    contact: str


async def decide_doubt(
    area: Area, asking: Asking, doubt_id: UUID, decision: DoubtDecision, contact: str = ""
) -> DoubtDecided:
    """Record the decision and what follows from it. `contact` is who is named as safe, where that is asked.

    Raises NotAllowed, NotFound, Conflict (decided already, another record has the number, no death is recorded), InvalidInput.
    """
    contact = " ".join(contact.split())

    async def work(tx: Tx) -> DoubtDecided:
        require(asking.actor, Permission.MERGE, "decide what a national record put in doubt")
        doubt = await doubts.lock(tx, doubt_id)
        await check_reaches_each(tx, area, asking, [doubt.child_id])
        if doubt.decided:
            raise Conflict(_DECIDED)
        if decision not in MAY_DECIDE[doubt.kind]:
            raise InvalidInput("Choose one of the answers that are offered.", "decision")
        text = await child_text(tx, area.key, doubt.child_id)
        held = await traces.held(tx, doubt.child_id)
        deciding = _Deciding(area, asking, doubt, held, text, text.unlock(doubt.secret), contact)
        await _FOLLOWS[decision](tx, deciding)
        await doubts.decide(tx, doubt_id, asking.actor.account_id, decision.value)
        await traces.release_messages(tx, doubt.child_id, frozenset(k.value for k in HOLDS_MESSAGES))
        await access_log.log(tx, asking.actor, "decide_doubt", [doubt.child_id], request_id=asking.request_id)
        return DoubtDecided(doubt_id, doubt.child_id, decision)

    body = {"doubt": doubt_id, "decision": decision.value, "contact": contact}
    return await perform(area, asking, "decide_doubt", body, DoubtDecided, work)


def _record(deciding: _Deciding) -> Held:
    if deciding.held is None:
        raise Conflict(_GONE)
    return deciding.held


async def _keep(tx: Tx, deciding: _Deciding) -> None:
    status = _KEPT_STATUS.get(deciding.doubt.kind)
    if status is not None:
        await child_partners.set_number_status(tx, deciding.doubt.child_id, status.value)


async def _wrong_number(tx: Tx, deciding: _Deciding) -> None:
    await _change_number(tx, deciding, None)


async def _take_number(tx: Tx, deciding: _Deciding) -> None:
    number = NhsNumber.parse(deciding.said.get("theirs_nhs_number", ""))
    holder = await people.by_nhs_number(tx, number)
    if holder is not None and holder[0] != deciding.doubt.child_id:
        raise Conflict(_TAKEN)
    await _change_number(tx, deciding, number.value)


async def _change_number(tx: Tx, deciding: _Deciding, number: str | None) -> None:
    """The new number, or none, is traced again: only the national record says that it is verified."""
    before = _record(deciding).nhs_number
    child = deciding.doubt.child_id
    await traces.change_number(tx, child, number, before, deciding.text, deciding.asking.actor.account_id)
    await traces.want(tx, child)


async def _name_contact(tx: Tx, deciding: _Deciding) -> None:
    if not deciding.contact or len(deciding.contact) > LONGEST_CONTACT:
        raise InvalidInput(
            f"Say in 1 to {LONGEST_CONTACT} characters who may be spoken with, and how to reach them.",
            "contact",
        )
    _record(deciding)
    await traces.name_safe_contact(tx, deciding.doubt.child_id, deciding.contact)


async def _recorded(_: Tx, deciding: _Deciding) -> None:
    """`held` is empty once the death stands on the child's record."""
    if deciding.held is not None:
        raise Conflict(_NOT_RECORDED)


async def _link(tx: Tx, deciding: _Deciding) -> None:
    """The carer of that name is noted as having parental responsibility; otherwise they are added, and asked what to be told."""
    _record(deciding)
    said = deciding.said
    await guardians.link_proxy(
        tx, deciding.doubt.child_id, people.new_id(deciding.area.now()),
        said.get("name", ""), said.get("relationship", ""), said.get("parental_responsibility") == "yes",
    )  # fmt: skip


async def _nothing(_: Tx, __: _Deciding) -> None:
    return None


_FOLLOWS: Final = {
    DoubtDecision.KEEP: _keep,
    DoubtDecision.WRONG_NUMBER: _wrong_number,
    DoubtDecision.TAKE_NUMBER: _take_number,
    DoubtDecision.NAME_CONTACT: _name_contact,
    DoubtDecision.RECORDED: _recorded,
    DoubtDecision.NOT_THIS_CHILD: _nothing,
    DoubtDecision.LINK: _link,
}

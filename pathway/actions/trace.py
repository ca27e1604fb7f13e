"""Ask about a child's national record, and take in what was answered: the two transactions on either side of the question.

What an answer means stands in a table (`pathway.domain.tracing`). A restriction holds at once, with everything that waits to be
sent dropped in the same transaction (docs/rules.md 12, 19); all else is put before a person, and nothing is re-keyed, joined
or recorded as a death (docs/rules.md 18).
"""

from typing import Final
from uuid import UUID, uuid4

from pathway.actions.area import Area
from pathway.domain.roles import THE_SERVICE
from pathway.domain.told import NumberStatus
from pathway.domain.tracing import HOLDS_MESSAGES, DoubtKind, National, Traced, traced
from pathway.store import access_log, child_partners, doubts, outbox, people, traces
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER
from pathway.store.traces import Asked

PDS: Final = "pds"
PURPOSE: Final = "tracing the NHS number"
_ENDS_BY_ITSELF: Final = frozenset(
    {DoubtKind.CONFLICT, DoubtKind.NOT_KNOWN, DoubtKind.SEVERAL, DoubtKind.SUPERSEDED, DoubtKind.NUMBER_FOUND}
)
"""What is about how sure a number is; a restriction and a death are for a person to end."""
_KEPT: Final = {DoubtKind.CONFLICT: NumberStatus.TRACED}
"""How sure the number is where a person has looked at exactly this and kept it."""


async def begin_trace(area: Area, child_id: UUID) -> Asked | None:
    """Note that we ask about a child; None where we do not: sealed, joined with another, or died."""
    async with area.database.transaction(WRITER) as tx:
        held = await traces.held(tx, child_id)
        if held is None:
            return None
        request_id = await traces.ask(tx, child_id, uuid4(), area.now())
        await access_log.log(tx, THE_SERVICE, "trace asked", [child_id], PURPOSE)
        return Asked(child_id, request_id, held)


async def note_trace(area: Area, asked: Asked, found: National) -> Traced | None:
    """Take in an answer; what followed, or None where our record changed meanwhile and is asked about again."""
    async with area.database.transaction(WRITER) as tx:
        held = await traces.held(tx, asked.child_id)
        if held != asked.held:
            await traces.note(tx, asked.child_id, "changed meanwhile", area.now(), wanted=held is not None)
            return None
        follows = traced(held, found)
        await _apply(tx, area, asked.child_id, follows)
        await traces.note(tx, asked.child_id, found.answered.value, area.now())
        await access_log.log(tx, THE_SERVICE, "trace", [asked.child_id], PURPOSE)
        return follows


async def leave_trace(area: Area, asked: Asked) -> None:
    """Leave a question that was not answered; how sure the number is stays as it was, and it is asked again another day."""
    async with area.database.transaction(WRITER) as tx:
        await traces.note(tx, asked.child_id, "not answered", area.now())


async def _apply(tx: Tx, area: Area, child_id: UUID, follows: Traced) -> None:
    status = follows.status
    text = await child_text(tx, area.key, child_id)
    holding = False
    for doubt in follows.doubts:
        decided = await doubts.put(tx, people.new_id(area.now()), child_id, PDS, doubt, text)
        if decided == "keep":
            status = _KEPT.get(doubt.kind, status)
        holding = holding or (decided is None and doubt.kind in HOLDS_MESSAGES)
    await doubts.resolve_others(tx, child_id, PDS, _ENDS_BY_ITSELF, [d.kind for d in follows.doubts])
    if follows.restrict:
        await traces.restrict(tx, child_id)
    if follows.forget_address:
        await traces.forget_address(tx, child_id)
    if holding:
        await traces.hold_messages(tx, child_id)
    if holding or follows.restrict:
        await outbox.stop_all(tx, child_id, "a national record has been looked at")
    await child_partners.set_number_status(tx, child_id, status.value)

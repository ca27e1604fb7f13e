"""Break the glass: open a child's record to one person for a while, with a reason that information governance sees at once.

For a child whom no other right reaches. The family is told too: at once, or, where whoever opens it says that telling could
endanger someone, once there was time for a Caldicott decision (docs/rules.md 15, docs/adr/0013).
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.perform import Asking, perform, require
from pathway.domain.break_glass import GROUNDS, TIME_TO_DECIDE, Why, reason_in_words
from pathway.domain.errors import Conflict, NotFound, TooManyTries
from pathway.domain.identifiers import NhsNumber
from pathway.domain.ids import event_id
from pathway.domain.reach import reaches
from pathway.domain.roles import Actor, Permission
from pathway.store import access_log, openings
from pathway.store.engine import Tx
from pathway.store.facts import head_of, with_links
from pathway.store.keys import child_text
from pathway.store.rate_limit import allowed

NO_RECORD: Final = (
    "There is no record with this NHS number that you may open. Check the number with the family."
)
_ONE_PER: Final = timedelta(minutes=1)
_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Because:
    """Why a record is opened. `endangers`: telling the family now could put someone in danger."""

    why: Why
    reason: str
    endangers: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """A record that is open to one person, and until when."""

    id: UUID
    child_id: UUID
    until: datetime


async def break_glass(area: Area, asking: Asking, number: NhsNumber, because: Because) -> Opening:
    """Open the record of the child with this NHS number to the actor.

    Raises NotAllowed, InvalidInput (the reason), NotFound, Conflict (it is open to the actor already), TooManyTries,
    DuplicateRequest.
    """
    require(asking.actor, Permission.BREAK_GLASS, "open a record in an emergency")
    reason = reason_in_words(because.reason)
    await slow_down(area, asking.actor)

    async def work(tx: Tx) -> Opening:
        child = await openings.child_of_number(tx, number)
        if child is None:
            raise NotFound(NO_RECORD)
        if await reaches_child(tx, asking.actor, child):
            raise Conflict(
                "You may open this record without breaking the glass. Look for it on your worklist."
            )
        secret = (await child_text(tx, area.key, child)).lock({"reason": reason})
        told_after = TIME_TO_DECIDE if because.endangers else timedelta()
        opening, lasts = event_id(asking.request_id, 0), GROUNDS[because.why].lasts
        until = await openings.insert_opening(
            tx, opening, asking.actor.account_id, child, because.why, secret or b"", lasts, told_after
        )
        await access_log.log(tx, asking.actor, "break_glass", [child], request_id=asking.request_id)
        for one in await openings.to_tell(tx, opening):
            await openings.put_message(tx, event_id(one.decided_by, 1000), one.id, one.child_id)
        return Opening(opening, child, until)

    body = {"number": number.value, "because": asdict(because)}
    return await perform(area, asking, "break_glass", body, Opening, work)


async def reaches_child(tx: Tx, actor: Actor, child_id: UUID) -> bool:
    """Whether the actor reaches an episode of the child; `tx` acts as the writer."""
    for episode in await openings.episodes_of(tx, child_id):
        head = await head_of(tx, episode)
        if reaches(actor, head.standing) or reaches(actor, await with_links(tx, head)):
            return True
    return False


async def slow_down(area: Area, actor: Actor) -> None:
    """Count a question by NHS number, so that nobody tries one number after another. Raises TooManyTries."""
    if not await allowed(area.database, f"break glass {actor.account_id}", _ONE_PER, _AT_ONCE):
        raise TooManyTries(
            "You have asked for many records in a short time. Wait a minute, and ask again. If a child needs help now, "
            "ring the team that is on duty.",
            int(_ONE_PER.total_seconds()),
        )

"""Records opened without the usual right: whether there is one to open, and what information governance sees of each.

Whoever asks by NHS number learns that there is a record, and nothing of it nor of who holds it (docs/rules.md 15).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathway.actions.area import Area
from pathway.actions.break_glass import reaches_child, slow_down
from pathway.actions.perform import require
from pathway.domain.errors import NotFound
from pathway.domain.identifiers import NhsNumber
from pathway.domain.roles import Actor, Permission
from pathway.store import access_log
from pathway.store.engine import Tx
from pathway.store.keys import child_text
from pathway.store.opening_rows import (
    ActRow,
    DecisionRow,
    OpeningRow,
    acts_under,
    decisions_on,
    opening_row,
    opening_rows,
)
from pathway.store.openings import child_of_number
from pathway.store.scopes import WRITER, reading, writing

PAGE = 50
PURPOSE = "audit"


@dataclass(frozen=True, slots=True)
class Question:
    """What is said to whoever asks for a record: whether there is one; the child only where it is open to them already."""

    there: bool
    mine: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A review or a decision on telling, with its words where they can still be read."""

    row: DecisionRow
    words: str


@dataclass(frozen=True, slots=True)
class OpeningDetail:
    """One opening with its reason, what was done under it, and what was decided about it."""

    row: OpeningRow
    reason: str
    acts: tuple[ActRow, ...]
    decisions: tuple[Decision, ...]
    now: datetime


async def is_there_a_record(area: Area, actor: Actor, number: NhsNumber) -> Question:
    """Whether a record with this number exists. Logged, also where there is none. Raises NotAllowed, TooManyTries."""
    require(actor, Permission.BREAK_GLASS, "look for a record of another team")
    await slow_down(area, actor)
    async with area.database.transaction(writing(actor)) as tx:
        child = await child_of_number(tx, number)
        await access_log.log(
            tx, actor, "look for a record", [child] if child else [], purpose=access_log.QUESTION
        )
        if child is None:
            return Question(False)
        return Question(True, child if await reaches_child(tx, actor, child) else None)


async def openings(area: Area, actor: Actor) -> tuple[OpeningRow, ...]:
    """The newest openings, those that nobody has reviewed first."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await opening_rows(tx, PAGE)
        for row in found:
            await _log(tx, actor, "openings", row)
        return tuple(found)


async def opening(area: Area, actor: Actor, opening_id: UUID) -> OpeningDetail:
    """One opening. NotFound where there is none, or it is not for this reader."""
    async with area.database.transaction(reading(actor)) as tx:
        row = await opening_row(tx, opening_id)
        if row is None:
            raise NotFound("There is no such opening. Go back to the list and choose one.")
        await _log(tx, actor, "opening", row)
        async with area.database.transaction(WRITER) as inner:
            text = await child_text(inner, area.key, row.child_id)
        decisions = [
            Decision(one, _words(text.unlock(one.secret))) for one in await decisions_on(tx, opening_id)
        ]
        return OpeningDetail(
            row,
            _words(text.unlock(row.secret)),
            tuple(await acts_under(tx, opening_id)),
            tuple(decisions),
            area.now(),
        )


async def _log(tx: Tx, actor: Actor, action: str, row: OpeningRow) -> None:
    """As part of the opening: while telling the family is delayed, nothing may hint at it."""
    await access_log.log(tx, actor, action, [row.child_id], purpose=PURPOSE, opening=row.id)


def _words(texts: Mapping[str, str]) -> str:
    """The one text that was written; nothing where the child's key has been destroyed."""
    return next(iter(texts.values()), "")

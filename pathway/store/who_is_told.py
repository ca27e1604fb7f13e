"""Who is told about a young person, as they decided it: kept as decided, and taken up on the day from which it holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.telling import SELF, Decision, Right
from pathway.store.engine import Tx

_GUARDIANS = """
SELECT carer_id, may_be_told, relationship = $2 AS is_self FROM guardian
 WHERE child_id = $1 AND active AND NOT professional ORDER BY carer_id"""
_INSERT = """
INSERT INTO who_is_told (id, child_id, account_id, decision, basis, decided_on, from_on, carers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
# The newest that holds by the day; an earlier one that was never taken up is passed over with it.
_DUE = """
SELECT DISTINCT ON (child_id) id, child_id, carers FROM who_is_told
 WHERE from_on <= $1 AND ($2::uuid IS NULL OR child_id = $2) AND taken_up_at IS NULL
 ORDER BY child_id, from_on DESC, at DESC"""
_TAKE_UP = """
UPDATE guardian SET may_be_told = carer_id = ANY($2) WHERE child_id = $1 AND active AND NOT professional AND relationship <> $3"""
_TAKEN = """
UPDATE who_is_told SET taken_up_at = clock_timestamp() WHERE child_id = $1 AND from_on <= $2 AND taken_up_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Link:
    """A carer of the child, or the young person's own contact."""

    carer_id: UUID
    may_be_told: bool
    is_self: bool


async def links_of(tx: Tx, child_id: UUID) -> list[Link]:
    """The carers and the young person's own contact; professionals are told on a basis of their own."""
    return [Link(*row) for row in await tx.fetch(_GUARDIANS, child_id, SELF)]


async def insert_decision(
    tx: Tx,
    decision_id: UUID,
    child_id: UUID,
    account_id: int,
    decision: Decision,
    right: Right,
    decided_on: date,
    carers: Iterable[UUID],
) -> None:
    """Keep what was decided; nothing changes until it is taken up."""
    await tx.execute(
        _INSERT,
        decision_id,
        child_id,
        account_id,
        decision.value,
        right.basis.value,
        decided_on,
        right.from_on,
        sorted(carers),
    )


async def take_up(tx: Tx, today: date, child_id: UUID | None = None) -> int:
    """Let the decisions hold whose day has come, of every child or of one; how many."""
    due = await tx.fetch(_DUE, today, child_id)
    for row in due:
        await tx.execute(_TAKE_UP, row["child_id"], row["carers"], SELF)
        await tx.execute(_TAKEN, row["child_id"], today)
    return len(due)

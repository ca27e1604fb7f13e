"""What national records say otherwise than ours, in the database: noted once, put before a person, decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.domain.tracing import Doubt, DoubtKind
from pathway.store.engine import Tx
from pathway.store.keys import ChildText

_NOTE = """
INSERT INTO doubt (id, child_id, source, kind, about, secret) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (child_id, kind, about) WHERE decided_at IS NULL DO UPDATE SET secret = excluded.secret"""
_LAST = """
SELECT secret, decision FROM doubt WHERE child_id = $1 AND kind = $2 AND about = $3 AND decided_at IS NOT NULL
 ORDER BY decided_at DESC LIMIT 1"""
_RESOLVE = """
UPDATE doubt SET decided_at = clock_timestamp(), decided_by = 0, decision = 'resolved'
 WHERE child_id = $1 AND source = $2 AND decided_at IS NULL AND kind = ANY($3) AND kind <> ALL($4)"""
_RESOLVE_ABOUT = """
UPDATE doubt SET decided_at = clock_timestamp(), decided_by = 0, decision = 'resolved'
 WHERE child_id = $1 AND source = $2 AND kind = $3 AND about <> ALL($4) AND decided_at IS NULL"""
_LINKED = """
SELECT DISTINCT ON (about) about, secret FROM doubt
 WHERE child_id = $1 AND kind = $2 AND about <> ALL($3) AND decision = 'link' ORDER BY about, decided_at DESC"""
_ONE = "SELECT id, child_id, source, kind, about, secret, decided_at FROM doubt WHERE id = $1 FOR UPDATE"
_DECIDE = "UPDATE doubt SET decided_at = clock_timestamp(), decided_by = $2, decision = $3 WHERE id = $1"
# Row-level security leaves the children of whom the reader may see a record.
_OPEN = """
SELECT d.id, d.child_id, d.source, d.kind, d.secret, d.made_at, c.first_name, c.family_name, c.birth_date
  FROM doubt d JOIN child c ON c.id = d.child_id
 WHERE d.decided_at IS NULL AND ($1::uuid IS NULL OR d.id = $1) ORDER BY d.made_at, d.id LIMIT $2"""


@dataclass(frozen=True, slots=True)
class OpenDoubt:
    """Something undecided about a child whom the reader may see; `secret` is readable with the child's key."""

    id: UUID
    child_id: UUID
    source: str
    kind: DoubtKind
    secret: bytes | None
    made_at: datetime
    first_name: str
    family_name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class LockedDoubt:
    """A doubt that is being decided."""

    id: UUID
    child_id: UUID
    kind: DoubtKind
    about: str
    secret: bytes | None
    decided: bool


async def put(
    tx: Tx, doubt_id: UUID, child_id: UUID, source: str, doubt: Doubt, text: ChildText
) -> str | None:
    """Put a doubt before a person; one that waits is brought up to date.

    Where a person has decided on exactly this before, it is not put again, and their decision is given back.
    """
    last = await tx.fetchrow(_LAST, child_id, doubt.kind.value, doubt.about)
    if last and last["decision"] != "resolved" and text.unlock(last["secret"]) == dict(doubt.texts):
        decision: str = last["decision"]
        return decision
    secret = text.lock(doubt.texts)
    await tx.execute(_NOTE, doubt_id, child_id, source, doubt.kind.value, doubt.about, secret)
    return None


async def resolve_others(
    tx: Tx, child_id: UUID, source: str, kinds: Collection[DoubtKind], still: Collection[DoubtKind]
) -> None:
    """Close what waits of these kinds and does not hold any more: the national record and ours agree again."""
    await tx.execute(_RESOLVE, child_id, source, [k.value for k in kinds], [k.value for k in still])


async def resolve_about(tx: Tx, child_id: UUID, source: str, kind: DoubtKind, still: Collection[str]) -> None:
    """Close what waits of one kind and is not among those about which something still holds."""
    await tx.execute(_RESOLVE_ABOUT, child_id, source, kind.value, list(still))


async def linked_before(
    tx: Tx, child_id: UUID, kind: DoubtKind, still: Collection[str]
) -> list[tuple[str, bytes | None]]:
    """What a person took over of one kind, and does not hold any more."""
    rows = await tx.fetch(_LINKED, child_id, kind.value, list(still))
    return [(row["about"], row["secret"]) for row in rows]


async def lock(tx: Tx, doubt_id: UUID) -> LockedDoubt:
    """The doubt, held until the transaction ends; NotFound where there is none."""
    row = await tx.fetchrow(_ONE, doubt_id)
    if row is None:
        raise NotFound("There is no such question, or it is not about a child whom you may see.")
    return LockedDoubt(
        row["id"], row["child_id"], DoubtKind(row["kind"]), row["about"], row["secret"],
        row["decided_at"] is not None,
    )  # fmt: skip


async def decide(tx: Tx, doubt_id: UUID, account_id: int, decision: str) -> None:
    """Note what a person decided."""
    await tx.execute(_DECIDE, doubt_id, account_id, decision)


async def open_doubts(tx: Tx, doubt_id: UUID | None = None, limit: int = 100) -> list[OpenDoubt]:
    """What waits for a person about children whom the reader may see, oldest first."""
    return [
        OpenDoubt(
            row["id"], row["child_id"], row["source"], DoubtKind(row["kind"]), row["secret"], row["made_at"],
            row["first_name"], row["family_name"], row["birth_date"],
        )
        for row in await tx.fetch(_OPEN, doubt_id, limit)
    ]  # fmt: skip

"""How a child is looked after: the row, the professionals beside the carers, and what was delegated to each carer."""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.looked_after import PROFESSIONALS, Care, Part, Professional
from pathway.domain.telling import SELF
from pathway.store.engine import Tx

_LOCK = "SELECT birth_date FROM child WHERE id = $1 AND merged_into IS NULL FOR UPDATE"
_CARERS = (
    "SELECT carer_id FROM guardian WHERE child_id = $1 AND active AND NOT professional AND relationship <> $2"
)
_CARE = """
SELECT l.legal_status, l.since, l.placing_council_id, l.placing_icb_id, s.id AS social_worker_id, s.name AS social_worker,
       v.id AS virtual_school_id, v.name AS virtual_school
  FROM looked_after l JOIN carer s ON s.id = l.social_worker_id LEFT JOIN carer v ON v.id = l.virtual_school_id
 WHERE l.child_id = $1"""
_KEEP = """
INSERT INTO looked_after (child_id, legal_status, since, social_worker_id, virtual_school_id, placing_council_id, placing_icb_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (child_id) DO UPDATE SET legal_status = $2, since = $3, social_worker_id = $4, virtual_school_id = $5,
    placing_council_id = $6, placing_icb_id = $7, changed_at = clock_timestamp()"""
_FLAG = "UPDATE child SET looked_after = $2, version = version + 1 WHERE id = $1"
_PAST = "INSERT INTO child_past (child_id, account_id, secret) VALUES ($1, $2, $3)"
_CARER = """
INSERT INTO carer (id, name, email, phone, channel) VALUES ($1, $2, $3, $4, 'email')"""
_LINK = """
INSERT INTO guardian (child_id, carer_id, relationship, parental_responsibility, may_be_told, professional, lawful_basis)
VALUES ($1, $2, $3, false, $4::text IS NOT NULL, true, $4)"""
_PART_FROM = """
UPDATE guardian SET active = false, may_be_told = false WHERE child_id = $1 AND active AND professional AND relationship = ANY ($2)"""
# Who holds parental responsibility sees everything; of the others each sees what was given to them, and no more later.
_DELEGATE = """
UPDATE guardian SET parental_responsibility = $3, delegated = CASE WHEN $3 THEN NULL ELSE $4::text[] END
 WHERE child_id = $1 AND carer_id = $2 AND active"""
_STAY_LIMITED = """
UPDATE guardian SET delegated = coalesce(delegated, ARRAY['where'])
 WHERE child_id = $1 AND active AND NOT parental_responsibility AND NOT professional AND relationship <> $2"""
_END = "DELETE FROM looked_after WHERE child_id = $1"


@dataclass(frozen=True, slots=True)
class CareRow:
    """How a child is looked after, as staff see it; the professionals stand among the carers."""

    legal_status: str
    since: date
    placing_council_id: int | None
    placing_icb_id: int | None
    social_worker_id: UUID
    social_worker: str
    virtual_school_id: UUID | None
    virtual_school: str | None


async def lock_child(tx: Tx, child_id: UUID) -> date | None:
    """Lock the child's row; the date of birth, or nothing where there is no such child."""
    born: date | None = await tx.fetchval(_LOCK, child_id)
    return born


async def carers_at_home(tx: Tx, child_id: UUID) -> frozenset[UUID]:
    """The carers of the child, without professionals and the young person's own contact."""
    rows = await tx.fetch(_CARERS, child_id, SELF)
    return frozenset(row["carer_id"] for row in rows)


async def care_of(tx: Tx, child_id: UUID) -> CareRow | None:
    row = await tx.fetchrow(_CARE, child_id)
    return None if row is None else CareRow(*row)


def as_text(care: CareRow) -> str:
    """The row as it is kept of the past, to be encrypted."""
    return json.dumps({name: getattr(care, name) for name in care.__slots__}, default=str)


async def keep_past(tx: Tx, child_id: UUID, account_id: int, secret: bytes) -> None:
    """Keep what stood before a change, readable with the child's key."""
    await tx.execute(_PAST, child_id, account_id, secret)


async def keep_care(tx: Tx, child_id: UUID, care: Care, workers: tuple[UUID, UUID | None]) -> None:
    """Write the row, and mark the child as looked after."""
    await tx.execute(
        _KEEP,
        child_id,
        care.status.value,
        care.since,
        *workers,
        care.placing_council_id,
        care.placing_icb_id,
    )
    await tx.execute(_FLAG, child_id, True)


async def replace_professional(
    tx: Tx, child_id: UUID, carer_id: UUID, relationship: str, who: Professional | None
) -> UUID | None:
    """Part from the one before and link the one named, who is told only where a lawful basis is."""
    await tx.execute(_PART_FROM, child_id, [relationship])
    if who is None:
        return None
    await tx.execute(_CARER, carer_id, who.name, who.email or None, who.phone or None)
    basis = who.basis.value if who.basis else None
    await tx.execute(_LINK, child_id, carer_id, relationship, basis)
    return carer_id


async def delegate(tx: Tx, child_id: UUID, carer_id: UUID, responsible: bool, parts: frozenset[Part]) -> None:
    """Say of one carer whether they hold parental responsibility, and otherwise what was delegated to them."""
    await tx.execute(_DELEGATE, child_id, carer_id, responsible, sorted(part.value for part in parts))


async def end_care(tx: Tx, child_id: UUID) -> None:
    """No longer looked after: the professionals are told no more, and no carer sees more than before."""
    await tx.execute(_STAY_LIMITED, child_id, SELF)
    await tx.execute(_PART_FROM, child_id, list(PROFESSIONALS))
    await tx.execute(_END, child_id)
    await tx.execute(_FLAG, child_id, False)

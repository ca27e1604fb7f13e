"""Which partner's system made which child known to us."""

from uuid import UUID

from pathway.store.engine import Tx

_LINK = """
INSERT INTO child_partner (child_id, organisation_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1"""
_KNOWS = """
SELECT EXISTS (SELECT FROM child_partner p WHERE p.child_id = $1 AND p.organisation_id = $2)
    OR EXISTS (SELECT FROM episode e WHERE e.child_id = $1
                  AND (e.provider_id = $2 OR (e.council_id = $2 AND e.council_basis)
                       OR (e.school_id = $2 AND NOT e.hidden_from_school)
                       OR (e.referrer_id = $2 AND NOT e.hidden_from_referrer)))"""
_CARES = """
SELECT EXISTS (SELECT FROM episode e WHERE e.child_id = $1 AND e.provider_id = $2)
    OR NOT EXISTS (SELECT FROM episode e WHERE e.child_id = $1)
       AND NOT EXISTS (SELECT FROM child_partner p WHERE p.child_id = $1 AND p.organisation_id <> $2)"""
_STATUS = "UPDATE child SET number_status = $2 WHERE id = $1 AND number_status <> $2"


async def link(tx: Tx, child_id: UUID, organisation_id: int) -> bool:
    """Note that an organisation's system knows the child; whether that is new."""
    return await tx.fetchval(_LINK, child_id, organisation_id) is not None


async def knows(tx: Tx, child_id: UUID, organisation_id: int) -> bool:
    """Whether the child is one that this organisation's system registered, or has an episode to do with."""
    return bool(await tx.fetchval(_KNOWS, child_id, organisation_id))


async def cares(tx: Tx, child_id: UUID, organisation_id: int) -> bool:
    """Whether the organisation may change who the child is said to be: the team, or the only one that knows the child."""
    return bool(await tx.fetchval(_CARES, child_id, organisation_id))


async def set_number_status(tx: Tx, child_id: UUID, status: str) -> None:
    """How sure the NHS number is, after somebody has looked."""
    await tx.execute(_STATUS, child_id, status)

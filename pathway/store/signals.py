"""Signals that national records have changed: each is noted once."""

from datetime import datetime
from uuid import UUID

from pathway.store.engine import Tx

_NOTE = """
INSERT INTO signal (id, event_type, happened_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1"""
_CHILD = """
SELECT id FROM child WHERE nhs_number = $1 AND merged_into IS NULL AND sealed_at IS NULL AND died_on IS NULL"""
_ABOUT = "UPDATE signal SET child_id = $2 WHERE id = $1"


async def note(tx: Tx, signal_id: str, event_type: str, happened_at: datetime | None) -> bool:
    """Note a signal; False where it was noted before. Two who take it in at once note it once."""
    return await tx.fetchval(_NOTE, signal_id, event_type, happened_at) is not None


async def child_of(tx: Tx, nhs_number: str) -> UUID | None:
    """The child of that number, where it is one whom we ask about."""
    found: UUID | None = await tx.fetchval(_CHILD, nhs_number)
    return found


async def about(tx: Tx, signal_id: str, child_id: UUID) -> None:
    """Say whom it is about."""
    await tx.execute(_ABOUT, signal_id, child_id)

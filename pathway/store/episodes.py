"""Rows of episodes that change without a fact: a message that reached the family, a review day that passed."""

from datetime import date
from uuid import UUID

from pathway.store.engine import Tx

# What somebody is changing at this moment is left for the next batch.
_OVERDUE = """
SELECT id FROM episode WHERE closed_on IS NULL AND planned_for < $1
 ORDER BY planned_for, id LIMIT $2 FOR UPDATE SKIP LOCKED"""


async def note_family_reached(tx: Tx, episode_id: UUID, on: date) -> None:
    """Keep the last day on which a message reached the family."""
    await tx.execute("UPDATE episode SET family_reached_on = $2 WHERE id = $1", episode_id, on)


async def overdue_reviews(tx: Tx, today: date, limit: int) -> list[UUID]:
    """Lock open episodes whose planned date has passed."""
    return [row["id"] for row in await tx.fetch(_OVERDUE, today, limit)]

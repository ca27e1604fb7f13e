"""The clocks that were running on a day, as they are known now or as they stood at a position of the ledger."""

from collections.abc import AsyncIterator
from datetime import date

from pathway.store.engine import Tx

_NOW = """
SELECT provider_id, pathway, clock, started_on, late_from FROM clock
 WHERE known_to IS NULL AND started_on <= $1 AND (finished_on IS NULL OR finished_on > $1)
   AND ($2::text IS NULL OR clock = $2)"""
_THEN = """
SELECT c.provider_id, c.pathway, c.clock, c.started_on, c.late_from FROM clock c
  JOIN ledger f ON f.sequence = c.from_sequence
  LEFT JOIN ledger t ON t.sequence = c.to_sequence
 WHERE f.position <= $3 AND (t.position IS NULL OR t.position > $3)
   AND c.started_on <= $1 AND (c.finished_on IS NULL OR c.finished_on > $1)
   AND ($2::text IS NULL OR c.clock = $2)"""

Row = tuple[int | None, str, str, date, date | None]


async def running_on(tx: Tx, as_of: date, clock: str | None, position: int | None) -> AsyncIterator[Row]:
    """Stream the clocks running at the end of a day: provider, pathway, clock, start, first late day."""
    arguments = (as_of, clock) if position is None else (as_of, clock, position)
    async for row in tx.connection.cursor(_NOW if position is None else _THEN, *arguments, prefetch=5000):
        yield tuple(row)

"""One clock by its number, as it is known now; row-level security says whose it is."""

from dataclasses import dataclass
from uuid import UUID

from pathway.domain.projection import ClockRow
from pathway.store.engine import Tx
from pathway.store.projections import CLOCK_COLUMNS

_CLOCK = f"""
SELECT c.id, c.episode_id, e.child_id, c.pathway, e.definition, {", ".join(f"c.{name}" for name in CLOCK_COLUMNS)}
  FROM clock c JOIN episode e ON e.id = c.episode_id WHERE c.id = $1 AND c.known_to IS NULL"""


@dataclass(frozen=True, slots=True)
class CurrentClock:
    """A clock with the episode and the child it is about."""

    id: int
    episode_id: UUID
    child_id: UUID
    pathway: str
    definition: str
    row: ClockRow


async def current_clock(tx: Tx, number: int) -> CurrentClock | None:
    """The clock, or nothing where it has changed since or is not the reader's to know of."""
    row = await tx.fetchrow(_CLOCK, number)
    if row is None:
        return None
    number, episode, child, pathway, definition, *columns = row
    return CurrentClock(number, episode, child, pathway, definition, ClockRow(*columns))

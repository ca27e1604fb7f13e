"""Open episodes of children old enough for a step that comes with age, and which of those steps were ever recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.store.engine import Tx

# Also what was struck out: a person has decided on it, and it is not recorded again behind their back.
_GROWING_UP = """
SELECT e.id, e.definition, e.stage, c.birth_date,
       ARRAY(SELECT v.kind FROM event v WHERE v.episode_id = e.id AND v.kind = ANY($3::text[])) AS recorded
  FROM episode e JOIN child c ON c.id = e.child_id
 WHERE e.closed_on IS NULL AND c.birth_date <= $1 AND e.id > $2
 ORDER BY e.id LIMIT $4"""


@dataclass(frozen=True, slots=True)
class GrowingUp:
    """An open episode of a child old enough to look at."""

    id: UUID
    definition: str
    stage: str
    birth_date: date
    recorded: tuple[str, ...]


async def growing_up(tx: Tx, born_by: date, after: UUID, kinds: Sequence[str], limit: int) -> list[GrowingUp]:
    """The next open episodes after one id, of children born by a day, with those of the kinds that they have."""
    return [
        GrowingUp(row["id"], row["definition"], row["stage"], row["birth_date"], tuple(row["recorded"]))
        for row in await tx.fetch(_GROWING_UP, born_by, after, list(kinds), limit)
    ]

"""Who is sealed: a backup lists them, so that a restore of an earlier one can find and seal again those who came back.

The list says only which child, and when: the earlier identity and the later one are both kept out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pathway.store.engine import Tx

_SEALED = "SELECT id::text AS child, sealed_at FROM child WHERE sealed_at IS NOT NULL ORDER BY id"
# The record that stands for the child now: a joined one is followed to the record that stayed.
_CAME_BACK = """
WITH RECURSIVE up (id, merged_into, sealed) AS (
    SELECT c.id, c.merged_into, c.id FROM child c WHERE c.id = ANY($1) AND c.sealed_at IS NULL
    UNION ALL SELECT c.id, c.merged_into, up.sealed FROM child c JOIN up ON c.id = up.merged_into)
SELECT up.sealed, c.id, c.birth_date FROM up JOIN child c ON c.id = up.id
 WHERE up.merged_into IS NULL ORDER BY c.id"""


@dataclass(frozen=True, slots=True)
class SealedChild:
    """That a child's identity was sealed, and when; nothing about either identity."""

    child: str
    at: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """A record with an identity that has been sealed since: when that was, and the birthday that ages are counted from."""

    child_id: UUID
    birth_date: date
    sealed_at: datetime


async def sealed_children(connection: Any) -> tuple[SealedChild, ...]:
    """Everyone who is sealed."""
    rows = await connection.fetch(_SEALED)
    return tuple(SealedChild(row["child"], row["sealed_at"].isoformat()) for row in rows)


async def came_back(tx: Tx, sealed: Sequence[SealedChild]) -> tuple[CameBack, ...]:
    """Those of the list whose earlier identity is here. Of records that are joined here, the one that stayed."""
    when = {UUID(one.child): datetime.fromisoformat(one.at) for one in sealed}
    rows = await tx.fetch(_CAME_BACK, list(when))
    found = {row["id"]: CameBack(row["id"], row["birth_date"], when[row["sealed"]]) for row in rows}
    return tuple(found.values())

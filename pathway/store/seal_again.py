"""Sealing again what was sealed after a backup: the earlier identity must not come back with it.

Only the fact of the sealing survives outside the database (which child, and when); the later identity does not, and a
person enters it again. The earlier one is blotted out here, and the key under which its letters were written is replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pathway.store.keys import AreaKey

_SEALED = "SELECT id::text AS child, sealed_at FROM child WHERE sealed_at IS NOT NULL ORDER BY id"
_CAME_BACK = "SELECT id FROM child WHERE id = ANY($1) AND sealed_at IS NULL"
_STATEMENTS: Final = (
    "DELETE FROM child_address WHERE child_id = $1",
    "UPDATE guardian SET active = false, may_be_told = false, account_id = NULL WHERE child_id = $1",
    """UPDATE carer SET name = 'Sealed', email = NULL, phone = NULL, account_id = NULL WHERE id IN (
           SELECT carer_id FROM guardian WHERE child_id = $1)
       AND id NOT IN (SELECT carer_id FROM guardian WHERE child_id <> $1 AND active)""",
    "UPDATE episode SET silent = true WHERE child_id = $1",
    """UPDATE outbox SET state = 'dropped', last_error = 'the identity is sealed'
        WHERE child_id = $1 AND state IN ('waiting', 'held')""",
)
_CHILD = """
UPDATE child SET first_name = 'Sealed', family_name = 'identity', first_norm = 'sealed', family_norm = 'identity',
       nhs_number = NULL, upn = NULL, pronouns = NULL, safe_contact = NULL, sealed_at = $2, version = version + 1
 WHERE id = $1"""
_KEY = """
UPDATE child_key SET wrapped = $2, destroyed_at = NULL, made_at = clock_timestamp() WHERE child_id = $1"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """That a child's identity was sealed, and when; nothing about either identity."""

    child: str
    at: str


async def sealed_children(connection: Any) -> tuple[Sealed, ...]:
    """Everyone who is sealed."""
    rows = await connection.fetch(_SEALED)
    return tuple(Sealed(row["child"], row["sealed_at"].isoformat()) for row in rows)


async def seal_again(connection: Any, area: AreaKey, sealed: Sequence[Sealed]) -> int:
    """Seal those who have come back unsealed; how many there were. All of them or none."""
    when = {UUID(one.child): datetime.fromisoformat(one.at) for one in sealed}
    came_back = [row["id"] for row in await connection.fetch(_CAME_BACK, list(when))]
    async with connection.transaction():  # lint-skip: the owner's own connection, before anybody is served
        for child in came_back:
            for statement in _STATEMENTS:
                await connection.execute(statement, child)
            await connection.execute(_CHILD, child, when[child])
            await connection.execute(_KEY, child, area.new_child_key(child))
    return len(came_back)

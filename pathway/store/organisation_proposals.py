"""Organisations that somebody named and this area does not have: looked up in the national list, and added by a person."""

from dataclasses import dataclass
from typing import Final

from pathway.domain.errors import Conflict, InvalidInput
from pathway.store.engine import Tx

MOST: Final = 1000
"""As many may wait; who names more is playing with us."""
KINDS: Final = ("council", "icb", "provider", "school", "gp", "other")

_WANT = """
INSERT INTO organisation_proposal (ods_code) SELECT $1
 WHERE NOT EXISTS (SELECT FROM organisation WHERE ods_code = $1)
   AND (SELECT count(*) FROM organisation_proposal WHERE state IN ('wanted', 'found', 'not_found')) < $2
ON CONFLICT DO NOTHING"""
_WANTED = "SELECT ods_code FROM organisation_proposal WHERE state = 'wanted' ORDER BY made_at LIMIT $1"
_LOOKED_UP = """
UPDATE organisation_proposal SET name = $2, kind = $3, state = $4 WHERE ods_code = $1 AND state = 'wanted'"""
_OPEN = """
SELECT ods_code, name, kind, state FROM organisation_proposal WHERE state IN ('wanted', 'found', 'not_found') ORDER BY ods_code"""
_ADD = (
    "INSERT INTO organisation (kind, name, ods_code) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id"
)
_DECIDE = "UPDATE organisation_proposal SET state = $2, decided_at = clock_timestamp() WHERE ods_code = $1"


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation as the national list has it."""

    ods_code: str
    name: str
    kind: str
    active: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """One that waits for a person. `state`: wanted (not looked up yet), found, or not_found in the national list."""

    ods_code: str
    name: str
    kind: str
    state: str


async def want(tx: Tx, ods_code: str) -> None:
    """Note that somebody named it; one that we have, or that was decided, is not noted again."""
    await tx.execute(_WANT, ods_code, MOST)


async def wanted(tx: Tx, limit: int = 50) -> list[str]:
    """The codes that were not looked up yet."""
    return [row["ods_code"] for row in await tx.fetch(_WANTED, limit)]


async def looked_up(tx: Tx, ods_code: str, found: Found | None) -> None:
    """Keep what the national list says; one that is closed there is as good as none."""
    usable = found is not None and found.active
    name, kind = (found.name, found.kind) if found else ("", "other")
    await tx.execute(_LOOKED_UP, ods_code, name, kind, "found" if usable else "not_found")


async def proposed(tx: Tx) -> list[Proposed]:
    """What waits for a person."""
    return [Proposed(*row) for row in await tx.fetch(_OPEN)]


async def add(tx: Tx, found: Found, kind: str) -> int:
    """Make it an organisation of this area; its number here. Raises InvalidInput, Conflict."""
    if kind not in KINDS:
        raise InvalidInput(f"An organisation is one of: {', '.join(KINDS)}.", "kind")
    if not found.active:
        raise Conflict("The national list says that this organisation is closed. Look for its successor.")
    number: int | None = await tx.fetchval(_ADD, kind, found.name, found.ods_code)
    if number is None:
        raise Conflict("This area has an organisation of that code already.")
    await tx.execute(_DECIDE, found.ods_code, "added")
    return number


async def leave_out(tx: Tx, ods_code: str) -> None:
    """It is not one of this area's partners: it is not put before anybody again."""
    await tx.execute(_DECIDE, ods_code, "left_out")

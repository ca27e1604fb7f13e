"""The access log as information governance reads it: who looked at whom, when, in which role, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.store.engine import Tx

_ROWS = """
SELECT l.id, l.at, coalesce(a.name, '') AS name, l.role, coalesce(o.name, '') AS organisation, l.door, l.action, l.purpose,
       cardinality(l.children) AS children
  FROM access_log l
  LEFT JOIN account a ON a.id = l.account_id
  LEFT JOIN organisation o ON o.id = l.organisation_id
 WHERE ($1::uuid IS NULL OR l.children && ARRAY[$1::uuid]) AND ($2::bigint IS NULL OR l.id < $2)
 ORDER BY l.id DESC LIMIT $3"""
_BY_NUMBER = """
SELECT id, first_name, family_name, birth_date, nhs_number FROM child WHERE nhs_number = $1 AND sealed_at IS NULL"""
_BY_BIRTH = """
SELECT id, first_name, family_name, birth_date, nhs_number FROM child
 WHERE birth_date = $1 AND sealed_at IS NULL ORDER BY family_name, first_name LIMIT 20"""


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One reading or act."""

    id: int
    at: datetime
    name: str
    role: str
    organisation: str
    door: str
    action: str
    purpose: str
    children: int


@dataclass(frozen=True, slots=True)
class FoundChild:
    """A child whose log may be looked at; no more than what tells one child from another."""

    id: UUID
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None


async def access_rows(tx: Tx, child: UUID | None, before: int | None, limit: int) -> list[AccessRow]:
    """The newest first, below a place; of one child where one is given."""
    return [AccessRow(*row) for row in await tx.fetch(_ROWS, child, before, limit)]


async def children_by_number(tx: Tx, number: str) -> list[FoundChild]:
    return [FoundChild(*row) for row in await tx.fetch(_BY_NUMBER, number)]


async def children_born(tx: Tx, born: date) -> list[FoundChild]:
    return [FoundChild(*row) for row in await tx.fetch(_BY_BIRTH, born)]

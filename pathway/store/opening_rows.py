"""Openings as information governance reads them: who opened whose record, why, what was done, what was decided."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.store.engine import Tx

_OPENINGS = """
SELECT b.id, b.since, b.until, b.why, b.secret, b.child_id, a.name, a.role, coalesce(o.name, '') AS organisation,
       c.first_name, c.family_name, c.birth_date, c.nhs_number,
       coalesce((SELECT r.decision FROM break_glass_review r WHERE r.opening_id = b.id ORDER BY r.at DESC, r.id LIMIT 1), '')
           AS finding,
       coalesce((SELECT t.tell_from FROM break_glass_telling t WHERE t.opening_id = b.id ORDER BY t.at DESC, t.id LIMIT 1),
                b.tell_from) AS tell_from,
       may_be_told_of(b.id) AS told
  FROM break_glass b
  JOIN account a ON a.id = b.account_id
  JOIN child c ON c.id = b.child_id
  LEFT JOIN organisation o ON o.id = a.organisation_id"""
_NEWEST = (
    f"SELECT * FROM ({_OPENINGS}) found ORDER BY found.finding <> '', found.since DESC, found.id LIMIT $1"
)
_ONE = f"{_OPENINGS} WHERE b.id = $1"
_DECISIONS = """
SELECT d.at, a.name, d.decision, d.tell_from, d.secret
  FROM (SELECT at, account_id, decision, NULL::timestamptz AS tell_from, secret FROM break_glass_review WHERE opening_id = $1
        UNION ALL SELECT at, account_id, '', tell_from, secret FROM break_glass_telling WHERE opening_id = $1) d
  JOIN account a ON a.id = d.account_id ORDER BY d.at"""
_ACTS = """
SELECT l.at, l.role, l.door, l.action FROM access_log l JOIN break_glass b ON b.id = l.opening_id
 WHERE l.opening_id = $1 AND l.account_id = b.account_id ORDER BY l.id"""


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One opening. `finding`: empty until somebody has reviewed it. `told`: the family may know of it."""

    id: UUID
    since: datetime
    until: datetime
    why: str
    secret: bytes
    child_id: UUID
    name: str
    role: str
    organisation: str
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None
    finding: str
    tell_from: datetime
    told: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A review (`finding`) or a decision on telling (`tell_from`), by whom and when."""

    at: datetime
    name: str
    finding: str
    tell_from: datetime | None
    secret: bytes


@dataclass(frozen=True, slots=True)
class ActRow:
    """One thing that was looked at or done under an opening."""

    at: datetime
    role: str
    door: str
    action: str


async def opening_rows(tx: Tx, limit: int) -> list[OpeningRow]:
    """Those that nobody has reviewed first, then the newest."""
    return [OpeningRow(*row) for row in await tx.fetch(_NEWEST, limit)]


async def opening_row(tx: Tx, opening_id: UUID) -> OpeningRow | None:
    row = await tx.fetchrow(_ONE, opening_id)
    return None if row is None else OpeningRow(*row)


async def decisions_on(tx: Tx, opening_id: UUID) -> list[DecisionRow]:
    """Reviews and decisions on telling, in the order in which they were made."""
    return [DecisionRow(*row) for row in await tx.fetch(_DECISIONS, opening_id)]


async def acts_under(tx: Tx, opening_id: UUID) -> list[ActRow]:
    """What whoever opened the record did with it."""
    return [ActRow(*row) for row in await tx.fetch(_ACTS, opening_id)]

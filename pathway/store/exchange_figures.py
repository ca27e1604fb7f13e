"""Aggregates and people as every partner's system may be told them: no row about a child."""

from dataclasses import dataclass
from datetime import date

from pathway.store.engine import Tx

_OPEN = "SELECT pathway, provider_id, sum(n)::int AS n FROM open_count WHERE provider_id IS NOT NULL GROUP BY 1, 2"
_LATE = """
SELECT pathway, provider_id, clock, sum(n)::int AS n FROM breach_count
 WHERE provider_id IS NOT NULL AND late_from <= $1 AND NOT excused GROUP BY 1, 2, 3"""
_LONG = """
SELECT provider_id, count(*)::int AS n FROM flag_arithmetic
 WHERE pathway = $1 AND clock = $2 AND started_on < $3 AND provider_id IS NOT NULL GROUP BY 1"""
_STAFF = """
SELECT id, role, organisation_id FROM account
 WHERE active AND organisation_id IS NOT NULL AND role <> ALL($1::text[]) ORDER BY id"""
_ROUTES = "SELECT pathway, provider_id FROM pathway_route ORDER BY pathway"


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff, by role."""

    id: int
    role: str
    organisation_id: int


async def open_by_provider(tx: Tx) -> dict[tuple[str, int], int]:
    """Open episodes by pathway and provider; `tx` reads as those who may see aggregates only."""
    return {(row["pathway"], row["provider_id"]): row["n"] for row in await tx.fetch(_OPEN)}


async def late_by_provider(tx: Tx, as_of: date) -> dict[tuple[str, int, str], int]:
    """Clocks past their limit by pathway, provider and clock."""
    return {(r["pathway"], r["provider_id"], r["clock"]): r["n"] for r in await tx.fetch(_LATE, as_of)}


async def long_by_provider(tx: Tx, pathway: str, clock: str, before: date) -> dict[int, int]:
    """Running clocks of one kind that began before a day, by provider."""
    return {row["provider_id"]: row["n"] for row in await tx.fetch(_LONG, pathway, clock, before)}


async def staff(tx: Tx, but: list[str]) -> list[StaffRow]:
    return [StaffRow(*row) for row in await tx.fetch(_STAFF, but)]


async def routes(tx: Tx) -> list[tuple[str, int]]:
    """Which provider takes new episodes of which pathway."""
    return [(row["pathway"], row["provider_id"]) for row in await tx.fetch(_ROUTES)]

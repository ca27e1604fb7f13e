"""Proposals that two records may be one child's, with both records beside each other.

The older record may be one that the reader has nothing to do with: row-level security then leaves it out, and what is told of
it is which details agree, and which team holds it (docs/rules.md 18).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from pathway.store.engine import Tx

_SIDE = """{n}.id AS {n}_id, {n}.first_name AS {n}_first, {n}.family_name AS {n}_family, {n}.birth_date AS {n}_birth,
       {n}.nhs_number AS {n}_number, {n}.sex AS {n}_sex, {n}.restricted AS {n}_restricted, {n}a.lines AS {n}_lines,
       {n}a.postcode AS {n}_postcode, {n}.made_at AS {n}_made"""
_PROPOSALS = f"""
SELECT m.id, m.candidate_id, m.agreeing, m.possible_twin, m.made_at, {_SIDE.format(n="one")}, {_SIDE.format(n="other")}
  FROM match_proposal m
  LEFT JOIN child one ON one.id = m.candidate_id
  JOIN child other ON other.id = m.child_id
  LEFT JOIN child_address onea ON onea.child_id = one.id
  LEFT JOIN child_address othera ON othera.child_id = other.id
 WHERE m.decided_at IS NULL AND ($1::uuid IS NULL OR m.id = $1)
 ORDER BY m.made_at, m.id LIMIT $2"""
# A restricted child's team is a place, and no place of theirs is told (docs/rules.md 12).
_TEAMS = """
SELECT c.id, string_agg(DISTINCT o.name, ', ' ORDER BY o.name) AS teams
  FROM child c JOIN episode e ON e.child_id = c.id JOIN organisation o ON o.id = e.provider_id
 WHERE c.id = ANY($1) AND NOT c.restricted GROUP BY c.id"""

_RESTRICTED = "SELECT id FROM child WHERE id = ANY($1) AND restricted"


@dataclass(frozen=True, slots=True)
class RecordSide:
    """One of the two records. A restricted child's address is never here."""

    id: UUID
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None
    sex: str
    restricted: bool
    lines: tuple[str, ...]
    postcode: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class MatchProposal:
    """Two records that look alike: which details agree, and whether they could be twins.

    `one` is the older record, and None where the reader may not see it.
    """

    id: UUID
    one_id: UUID
    agreeing: tuple[str, ...]
    possible_twin: bool
    made_at: datetime
    one: RecordSide | None
    other: RecordSide


async def open_proposals(tx: Tx, proposal: UUID | None = None, limit: int = 50) -> list[MatchProposal]:
    """The undecided proposals of which the reader may see the newer record, oldest first."""
    rows = await tx.fetch(_PROPOSALS, proposal, limit)
    return [
        MatchProposal(
            row["id"],
            row["candidate_id"],
            tuple(row["agreeing"]),
            row["possible_twin"],
            row["made_at"],
            _side(row, "one") if row["one_id"] else None,
            _side(row, "other"),
        )
        for row in rows
    ]


async def teams_of(tx: Tx, children: Sequence[UUID]) -> dict[UUID, str]:
    """The names of the teams that hold these children; a restricted child is left out. `tx` is the writer's."""
    return {row["id"]: row["teams"] for row in await tx.fetch(_TEAMS, list(children))}


async def restricted_among(tx: Tx, children: Sequence[UUID]) -> set[UUID]:
    """Those of these children whose whereabouts are restricted, also where the reader may not see them; `tx` is the writer's."""
    return {row["id"] for row in await tx.fetch(_RESTRICTED, list(children))}


def _side(row: asyncpg.Record, n: str) -> RecordSide:
    return RecordSide(
        row[f"{n}_id"],
        row[f"{n}_first"],
        row[f"{n}_family"],
        row[f"{n}_birth"],
        row[f"{n}_number"],
        row[f"{n}_sex"],
        row[f"{n}_restricted"],
        tuple(row[f"{n}_lines"] or ()),
        row[f"{n}_postcode"],
        row[f"{n}_made"],
    )

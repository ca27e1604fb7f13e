"""Rows of worklists: open episodes with the child they are about and the clock that presses most."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.store.engine import Tx

_WORKLIST = """
SELECT e.id, e.child_id, e.pathway, e.definition, e.{stage} AS stage, e.stage_since, e.started_on, e.next_step, e.next_role,
       e.planned_for, e.plan_by_person, e.holder_slot, e.holder_id, e.side_states, e.hand_over_to, e.version,
       c.first_name, c.family_name, c.nhs_number, c.birth_date, c.restricted,
       k.clock, k.due_on, k.late_from, k.started_on AS clock_started_on
  FROM episode e
  JOIN child c ON c.id = e.child_id
  LEFT JOIN LATERAL (
       SELECT clock, due_on, late_from, started_on FROM clock
        WHERE episode_id = e.id AND known_to IS NULL AND state = 'running' AND late_from IS NOT NULL
        ORDER BY late_from LIMIT 1) k ON true
 WHERE e.closed_on IS NULL
   AND ($1::date IS NULL OR (e.planned_for, e.id) > ($1, $2::uuid))
   AND ($3::text IS NULL OR e.{stage} = $3)
   AND ($4::text IS NULL OR e.pathway = $4)
   AND ($5::text IS NULL OR e.next_role = $5)
   AND ($6::text IS NULL OR c.family_norm ^@ $6)
   AND ($7::int IS NULL OR e.hand_over_to = $7)
 ORDER BY e.planned_for, e.id LIMIT $8"""


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One open episode on a list: who, where, what next and by when, and the limit that is nearest or most passed."""

    episode_id: UUID
    child_id: UUID
    pathway: str
    definition: str
    version: int
    stage: str
    stage_since: date
    started_on: date
    next_step: str
    next_role: str
    planned_for: date
    plan_by_person: bool
    holder_slot: str
    holder_id: int | None
    side_states: tuple[str, ...]
    hand_over_to: int | None
    first_name: str
    family_name: str
    nhs_number: str | None
    birth_date: date
    restricted: bool
    clock: str | None
    clock_due_on: date | None
    late_from: date | None
    clock_started_on: date | None


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """What a list is narrowed to; nothing means all that the reader may see. `family_norm` is a normalised beginning."""

    stage: str | None = None
    pathway: str | None = None
    next_role: str | None = None
    family_norm: str | None = None
    hand_over_to: int | None = None


async def worklist_rows(
    tx: Tx, wanted: WorklistFilter, after: tuple[date, UUID] | None, limit: int, *, council: bool = False
) -> list[WorklistRow]:
    """Open episodes by planned date. `council` reads the stage that the council may see."""
    rows = await tx.fetch(
        _WORKLIST.format(stage="council_stage" if council else "stage"),
        after[0] if after else None,
        after[1] if after else None,
        wanted.stage,
        wanted.pathway,
        wanted.next_role,
        wanted.family_norm,
        wanted.hand_over_to,
        limit,
    )
    return [
        WorklistRow(
            episode_id=r["id"],
            child_id=r["child_id"],
            pathway=r["pathway"],
            definition=r["definition"],
            version=r["version"],
            stage=r["stage"],
            stage_since=r["stage_since"],
            started_on=r["started_on"],
            next_step=r["next_step"],
            next_role=r["next_role"],
            planned_for=r["planned_for"],
            plan_by_person=r["plan_by_person"],
            holder_slot=r["holder_slot"],
            holder_id=r["holder_id"],
            side_states=tuple(r["side_states"]),
            hand_over_to=r["hand_over_to"],
            first_name=r["first_name"],
            family_name=r["family_name"],
            nhs_number=r["nhs_number"],
            birth_date=r["birth_date"],
            restricted=r["restricted"],
            clock=r["clock"],
            clock_due_on=r["due_on"],
            late_from=r["late_from"],
            clock_started_on=r["clock_started_on"],
        )
        for r in rows
    ]


async def stage_counts(tx: Tx, *, council: bool = False) -> dict[tuple[str, str], int]:
    """How many open episodes the reader sees, by pathway and stage."""
    column = "council_stage" if council else "stage"
    rows = await tx.fetch(
        f"SELECT pathway, {column} AS stage, count(*) AS n FROM episode WHERE closed_on IS NULL GROUP BY 1, 2"
    )
    return {(r["pathway"], r["stage"]): r["n"] for r in rows}

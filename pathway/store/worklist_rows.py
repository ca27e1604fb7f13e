"""Rows of worklists: open episodes with the child they are about, and the limits that run for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.projection import ClockRow
from pathway.store.engine import Tx
from pathway.store.projections import CLOCK_COLUMNS

_LIMITS = f"""
SELECT episode_id, {", ".join(CLOCK_COLUMNS)} FROM clock
 WHERE episode_id = ANY($1::uuid[]) AND known_to IS NULL AND state = 'running' AND late_from IS NOT NULL"""
_FILTER = """
       e.closed_on IS NULL
   AND ($1::text IS NULL OR e.{stage} = $1)
   AND ($2::text IS NULL OR e.pathway = $2)
   AND ($3::text IS NULL OR (e.next_role = $3 AND {known}))
   AND (NOT $4 OR e.holder_slot IN ('referrer', 'school'))
   AND ($5::int IS NULL OR e.hand_over_to = $5)
   AND ($6::date IS NULL OR EXISTS (
        SELECT FROM clock l WHERE l.episode_id = e.id AND l.known_to IS NULL AND l.state = 'running' AND l.late_from <= $6))"""
_WORKLIST = """
SELECT e.id, e.child_id, e.pathway, e.definition, e.{stage} AS stage, e.stage_since, e.started_on, e.next_step, e.next_role,
       e.planned_for, e.plan_by_person, e.holder_slot, e.holder_id, e.side_states, e.hand_over_to, e.version,
       c.first_name, c.family_name, c.nhs_number, c.birth_date, c.restricted, {order} AS listed_on
  FROM episode e
  JOIN child c ON c.id = e.child_id
 WHERE {filter}
   AND ($7::text IS NULL OR c.family_norm ^@ $7 OR c.first_norm ^@ $7)
   AND ($8::date IS NULL OR ({order}, e.id) > ($8, $9::uuid))
 ORDER BY {order}, e.id LIMIT $10"""
_TRUE = {"stage": "stage", "order": "e.planned_for", "known": "true"}
# Where the council only has a basis, the true next date, and who acts then, would say that the team has decided.
_COUNCIL = {
    "stage": "council_stage",
    "order": "(CASE WHEN e.council_runs THEN e.planned_for ELSE e.started_on END)",
    "known": "e.council_runs",
}
_TILES = """
SELECT count(*) FILTER (WHERE e.next_role = 'triage') AS to_triage,
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM clock l WHERE l.episode_id = e.id AND l.known_to IS NULL AND l.state = 'running'
              AND l.late_from <= $1)) AS past_limit,
       count(*) FILTER (WHERE e.holder_slot IN ('referrer', 'school')) AS elsewhere,
       count(*) FILTER (WHERE e.hand_over_to = $2) AS offered
  FROM episode e WHERE e.closed_on IS NULL"""


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One open episode on a list: who, where, what next and by when."""

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
    listed_on: date
    """The day that gives the row its place on the list."""


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """What a list is narrowed to; nothing means all that the reader may see. `name_norm` is a normalised beginning.

    `late_on` keeps children with a limit that had passed by that day; `held_elsewhere` those whose days are the school's or the
    referrer's.
    """

    stage: str | None = None
    pathway: str | None = None
    next_role: str | None = None
    held_elsewhere: bool = False
    hand_over_to: int | None = None
    late_on: date | None = None
    name_norm: str | None = None


@dataclass(frozen=True, slots=True)
class Tiles:
    """What waits, as counts: to be triaged, past a limit, held by a school or referrer, and offered to us."""

    to_triage: int
    past_limit: int
    elsewhere: int
    offered: int


async def worklist_rows(
    tx: Tx, wanted: WorklistFilter, after: tuple[date, UUID] | None, limit: int, *, council: bool = False
) -> list[WorklistRow]:
    """Open episodes by planned date. `council` reads the stage that the council may see, and is told no more by the order."""
    shown = _COUNCIL if council else _TRUE
    rows = await tx.fetch(
        _WORKLIST.format(filter=_FILTER.format(**shown), **shown),
        wanted.stage,
        wanted.pathway,
        wanted.next_role,
        wanted.held_elsewhere,
        wanted.hand_over_to,
        wanted.late_on,
        wanted.name_norm,
        after[0] if after else None,
        after[1] if after else None,
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
            listed_on=r["listed_on"],
        )
        for r in rows
    ]


async def limits_of(tx: Tx, episodes: Sequence[UUID]) -> dict[UUID, list[ClockRow]]:
    """The running clocks with a limit of these episodes, as far as the reader may see them."""
    found: dict[UUID, list[ClockRow]] = {}
    for row in await tx.fetch(_LIMITS, episodes):
        episode, *columns = row
        found.setdefault(episode, []).append(ClockRow(*columns))
    return found


async def stage_counts(tx: Tx, *, council: bool = False) -> dict[tuple[str, str], int]:
    """How many open episodes the reader sees, by pathway and stage."""
    column = "council_stage" if council else "stage"
    rows = await tx.fetch(
        f"SELECT pathway, {column} AS stage, count(*) AS n FROM episode WHERE closed_on IS NULL GROUP BY 1, 2"
    )
    return {(r["pathway"], r["stage"]): r["n"] for r in rows}


async def tile_counts(tx: Tx, today: date, organisation_id: int) -> Tiles:
    """The counts at the head of a reader's list; row-level security decides which episodes are counted."""
    row = await tx.fetchrow(_TILES, today, organisation_id)
    return Tiles(*row) if row is not None else Tiles(0, 0, 0, 0)

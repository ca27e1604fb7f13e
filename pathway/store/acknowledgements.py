"""Crossings that somebody must acknowledge, and the acknowledgements given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.domain.breach_reasons import RISK_FIELDS
from pathway.domain.breaches import Grade
from pathway.domain.roles import Actor, Role
from pathway.store.engine import Tx

# The crossings an actor answers for: a lead those of their provider, an officer those of pathways the council runs.
_OWN = """
  FROM crossing x JOIN episode e ON e.id = x.episode_id
 WHERE (($1 AND x.provider_id = $2) OR (NOT $1 AND x.council_id = $2 AND e.council_runs))
   AND x.grade = ANY($3)"""
_CHOSEN = f"""
SELECT x.id {_OWN} AND x.closed_on IS NULL
   AND ($4::text IS NULL OR x.pathway = $4) AND ($5::text IS NULL OR x.clock = $5)
   AND ($6::text IS NULL OR x.grade = $6) AND ($7::int IS NULL OR x.provider_id = $7)
   AND ($8::text IS NULL OR e.stage = $8)
   AND NOT EXISTS (SELECT FROM acknowledgement a WHERE a.crossing_id = x.id)
 ORDER BY x.id"""
_NAMED = f"SELECT x.id {_OWN} AND x.id = ANY($4) ORDER BY x.id"
_LOCK = "SELECT id FROM crossing WHERE id = ANY($1) ORDER BY id FOR UPDATE"
# What was last acknowledged of the same clock, and whether the child's risk was recorded anew since then (or since the
# crossing was noticed, where nothing was acknowledged before).
_STATES = """
SELECT x.id, e.child_id, x.closed_on,
       EXISTS (SELECT FROM acknowledgement a WHERE a.crossing_id = x.id) AS acknowledged,
       before.at IS NOT NULL AS grade_changed,
       EXISTS (SELECT FROM event v WHERE v.episode_id = x.episode_id AND v.fields ?| $2
                  AND v.recorded_at > coalesce(before.at, x.noticed_at)) AS risk_changed
  FROM crossing x JOIN episode e ON e.id = x.episode_id
  LEFT JOIN LATERAL (
       SELECT max(a.at) AS at FROM acknowledgement a JOIN crossing y ON y.id = a.crossing_id
        WHERE y.start_event = x.start_event AND y.clock = x.clock AND y.id <> x.id) before ON true
 WHERE x.id = ANY($1) ORDER BY x.id"""
_INSERT = """
INSERT INTO acknowledgement (crossing_id, cohort, reason, action, account_id, organisation_id, role)
SELECT n, $2, $3, $4, $5, $6, $7 FROM unnest($1::bigint[]) AS n"""

_BREACHES = [grade.value for grade in Grade if grade.is_breach]


@dataclass(frozen=True, slots=True)
class CrossingChoice:
    """Which open, unacknowledged crossings of one's own: of one pathway, clock, grade, provider or stage, where given."""

    pathway: str | None = None
    clock: str | None = None
    grade: Grade | None = None
    provider_id: int | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class CrossingState:
    """One crossing under its lock: whose, whether it is still open, and whether it must be looked at by itself."""

    id: int
    child_id: UUID
    closed_on: date | None
    acknowledged: bool
    grade_changed: bool
    risk_changed: bool


async def own_crossings(tx: Tx, actor: Actor, which: CrossingChoice | Sequence[int]) -> list[int]:
    """The crossings chosen or named, as far as this actor answers for them."""
    mine = (actor.role is not Role.SEND_OFFICER, actor.organisation_id, _BREACHES)
    if isinstance(which, CrossingChoice):
        grade = which.grade.value if which.grade else None
        found = await tx.fetch(
            _CHOSEN, *mine, which.pathway, which.clock, grade, which.provider_id, which.stage
        )
    else:
        found = await tx.fetch(_NAMED, *mine, list(which))
    return [row["id"] for row in found]


async def lock_crossings(tx: Tx, crossings: Sequence[int]) -> list[CrossingState]:
    """Lock the crossings, and only then read what has been acknowledged, so that two people never do it twice."""
    await tx.execute(_LOCK, crossings)
    return [CrossingState(*row.values()) for row in await tx.fetch(_STATES, crossings, list(RISK_FIELDS))]


async def insert_acknowledgements(
    tx: Tx, crossings: Sequence[int], cohort: UUID, reason: str, action: str, actor: Actor
) -> None:
    """Append one acknowledgement to each crossing, all of one cohort."""
    await tx.execute(
        _INSERT,
        crossings,
        cohort,
        reason,
        action,
        actor.account_id,
        actor.organisation_id,
        actor.role.value,
    )

"""Rows for a school, surgery or other referrer: only the columns that it is granted, and the stage that it may see."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from pathway.domain.visibility import Audience
from pathway.store.engine import Tx

_COLUMNS = """
SELECT e.id, e.child_id, e.pathway, e.definition, e.started_on, e.closed_on, e.holder_slot,
       coalesce(e.school_id = $1 AND NOT e.hidden_from_school, false) AS as_school,
       CASE WHEN e.school_id = $1 AND NOT e.hidden_from_school THEN e.school_stage ELSE e.referrer_stage END AS stage,
       c.first_name, c.family_name, c.birth_date, c.nhs_number
  FROM episode e JOIN child c ON c.id = e.child_id
 WHERE (e.school_id = $1 OR e.referrer_id = $1)"""
_LIST = (
    _COLUMNS
    + """
   AND (e.closed_on IS NOT NULL) = $2 AND ($3::date IS NULL OR (e.started_on, e.id) < ($3, $4::uuid))
 ORDER BY e.started_on DESC, e.id DESC LIMIT $5"""
)
_ONE = _COLUMNS + " AND e.id = $2"
_TASKS = """
SELECT episode_id, key, due_on FROM task
 WHERE episode_id = ANY($1) AND owner_id = $2 AND done_on IS NULL AND fell_away_on IS NULL ORDER BY due_on, key"""


@dataclass(frozen=True, slots=True)
class PupilRow:
    """One child on one pathway, as their school or referrer may see them. `seen_as` says as which of the two."""

    episode_id: UUID
    child_id: UUID
    pathway: str
    definition: str
    started_on: date
    closed_on: date | None
    holder_slot: str
    seen_as: Audience
    stage: str
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """Work that is asked of the reader's own organisation, and by when."""

    episode_id: UUID
    key: str
    due_on: date


async def pupil_rows(
    tx: Tx, organisation_id: int, *, closed: bool, after: tuple[date, UUID] | None, limit: int
) -> list[PupilRow]:
    """Open (or closed) episodes of an organisation's children, the newest referral first."""
    day, episode = after or (None, None)
    return [_pupil(row) for row in await tx.fetch(_LIST, organisation_id, closed, day, episode, limit)]


async def pupil_row(tx: Tx, organisation_id: int, episode_id: UUID) -> PupilRow | None:
    row = await tx.fetchrow(_ONE, organisation_id, episode_id)
    return None if row is None else _pupil(row)


async def asked_of(tx: Tx, organisation_id: int, episodes: list[UUID]) -> list[AskedRow]:
    """What is asked of an organisation about these episodes and is still open, the most pressing first."""
    return [AskedRow(*row) for row in await tx.fetch(_TASKS, episodes, organisation_id)]


def _pupil(row: asyncpg.Record) -> PupilRow:
    return PupilRow(
        episode_id=row["id"],
        child_id=row["child_id"],
        pathway=row["pathway"],
        definition=row["definition"],
        started_on=row["started_on"],
        closed_on=row["closed_on"],
        holder_slot=row["holder_slot"],
        seen_as=Audience.SCHOOL if row["as_school"] else Audience.REFERRER,
        stage=row["stage"],
        first_name=row["first_name"],
        family_name=row["family_name"],
        birth_date=row["birth_date"],
        nhs_number=row["nhs_number"],
    )

"""One episode as each kind of reader may see it: only granted columns, and the stage of that reader's own audience."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from pathway.domain.visibility import Audience
from pathway.store.engine import Tx
from pathway.store.roles import DbRole

_ROW = """
SELECT e.id, e.child_id, e.pathway, e.definition, e.version, e.started_on, e.closed_on, {stage}, {audience},
       c.first_name, c.family_name, c.birth_date, c.nhs_number, c.restricted
  FROM episode e JOIN child c ON c.id = e.child_id
 WHERE e.id = $1 AND $2::int IS NOT NULL"""
_AS_SCHOOL: Final = "e.school_id = $2 AND NOT e.hidden_from_school"
_AS_HOLDER: Final = "e.provider_id = $2 OR (e.council_id = $2 AND e.council_basis)"
_COLUMNS: Final[dict[DbRole, tuple[str, str]]] = {
    DbRole.r_clinician: ("e.stage", f"'{Audience.CLINICAL}'"),
    DbRole.r_lead: ("e.stage", f"'{Audience.CLINICAL}'"),
    DbRole.r_officer: ("e.council_stage", f"'{Audience.COUNCIL}'"),
    # A computer sees what the people of its organisation would: which part that plays differs from child to child.
    DbRole.r_partner: (
        f"CASE WHEN {_AS_HOLDER} THEN e.council_stage WHEN {_AS_SCHOOL} THEN e.school_stage ELSE e.referrer_stage END",
        (
            f"CASE WHEN {_AS_HOLDER} THEN '{Audience.COUNCIL}' WHEN {_AS_SCHOOL} THEN '{Audience.SCHOOL}'"
            f" ELSE '{Audience.REFERRER}' END"
        ),
    ),
    DbRole.r_referrer: (
        f"CASE WHEN {_AS_SCHOOL} THEN e.school_stage ELSE e.referrer_stage END",
        f"CASE WHEN {_AS_SCHOOL} THEN '{Audience.SCHOOL}' ELSE '{Audience.REFERRER}' END",
    ),
}
"""For each database role: where its stage stands, and as which audience it reads."""
_DEFINITIONS = "SELECT id, child_id, definition FROM episode WHERE id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class EpisodeSeenRow:
    """An episode with the child it is about, as far as the reader may know both."""

    id: UUID
    child_id: UUID
    pathway: str
    definition: str
    version: int
    started_on: date
    closed_on: date | None
    stage: str
    audience: Audience
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class EpisodeUnder:
    """Which child an episode is about, and the definition it runs under."""

    child_id: UUID
    definition: str


async def episode_seen_row(tx: Tx, episode_id: UUID, organisation_id: int) -> EpisodeSeenRow | None:
    """The episode, or nothing where the reader may not know of it; `tx` reads as the reader's own role."""
    columns = _COLUMNS.get(tx.scope.role)
    if columns is None:
        return None
    stage, audience = columns
    row = await tx.fetchrow(_ROW.format(stage=stage, audience=audience), episode_id, organisation_id)
    if row is None:
        return None
    values = list(row)
    values[8] = Audience(values[8])
    return EpisodeSeenRow(*values)


async def definitions_of(tx: Tx, episodes: list[UUID]) -> dict[UUID, EpisodeUnder]:
    """The child and the definition of each of these episodes, as far as the reader may see them."""
    return {
        row["id"]: EpisodeUnder(row["child_id"], row["definition"])
        for row in await tx.fetch(_DEFINITIONS, episodes)
    }

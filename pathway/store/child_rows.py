"""Rows about one child: details, carers, episodes, clocks, tasks, messages. What is not for the reader is not returned."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

import asyncpg

from pathway.domain.projection import ClockRow, TaskRow
from pathway.store.engine import Tx
from pathway.store.projections import CLOCK_COLUMNS, TASK_COLUMNS

_CHILD = """
SELECT id, first_name, family_name, birth_date, nhs_number, upn, sex, pronouns, language, interpreter, looked_after,
       restricted, safe_contact, died_on FROM child WHERE id = $1"""
_ADDRESS = "SELECT lines, postcode FROM child_address WHERE child_id = $1"
_CARERS = """
SELECT c.id, c.name, c.email, c.phone, c.channel, c.language, c.needs, g.relationship, g.parental_responsibility,
       g.may_be_told, parts_seen(g.delegated, k.looked_after, g.parental_responsibility) AS parts, g.professional,
       g.lawful_basis
  FROM guardian g JOIN child k ON k.id = g.child_id JOIN carer c ON c.id = g.carer_id WHERE g.child_id = $1 AND g.active ORDER BY c.name"""
_EPISODES = """
SELECT id, pathway, definition, version, stage, stage_since, started_on, closed_on, closure, holder_slot, holder_id,
       provider_id, school_id, council_id, referrer_id, side_states, next_step, next_role, planned_for, plan_by_person,
       hand_over_to, coordinator_id, silent FROM episode WHERE child_id = $1 ORDER BY started_on, id"""


@dataclass(frozen=True, slots=True)
class ChildRow:
    """Who the child is. A restricted child has no address here, and names a safe contact."""

    id: UUID
    first_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None
    upn: str | None
    sex: str
    pronouns: str | None
    language: str
    interpreter: bool
    looked_after: bool
    restricted: bool
    safe_contact: str | None
    died_on: date | None


@dataclass(frozen=True, slots=True)
class CarerRow:
    """A carer or professional as staff see them. `parts`: what of the child's page they see if they may be told."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    channel: str
    language: str
    needs: list[str]
    relationship: str
    parental_responsibility: bool
    may_be_told: bool
    parts: list[str]
    professional: bool
    lawful_basis: str | None


@dataclass(frozen=True, slots=True)
class ChildEpisodeRow:
    """An episode of the child, as clinical staff see it."""

    id: UUID
    pathway: str
    definition: str
    version: int
    stage: str
    stage_since: date
    started_on: date
    closed_on: date | None
    closure: str
    holder_slot: str
    holder_id: int | None
    provider_id: int | None
    school_id: int | None
    council_id: int | None
    referrer_id: int | None
    side_states: list[str]
    next_step: str | None
    next_role: str | None
    planned_for: date | None
    plan_by_person: bool
    hand_over_to: int | None
    coordinator_id: int | None
    silent: bool


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message that was made for a carer; its text is still encrypted with the child's key."""

    id: UUID
    child_id: UUID
    carer_id: UUID
    channel: str
    template: str
    state: str
    made_at: datetime
    delivered_at: datetime | None
    secret: bytes


async def child_row(tx: Tx, child_id: UUID) -> ChildRow | None:
    row = await tx.fetchrow(_CHILD, child_id)
    return None if row is None else ChildRow(*row)


async def address_of(tx: Tx, child_id: UUID) -> tuple[str, ...]:
    """The address in lines, where the reader may see it; nothing for a restricted child."""
    row = await tx.fetchrow(_ADDRESS, child_id)
    return () if row is None else (*row["lines"], row["postcode"])


async def carers_of(tx: Tx, child_id: UUID) -> list[CarerRow]:
    return [CarerRow(*row) for row in await tx.fetch(_CARERS, child_id)]


async def episodes_of(tx: Tx, child_id: UUID, *, council: bool = False) -> list[ChildEpisodeRow]:
    """The child's episodes that the reader may see. `council` reads only the columns and stages of the council."""
    if not council:
        return [ChildEpisodeRow(*row) for row in await tx.fetch(_EPISODES, child_id)]
    rows = await tx.fetch(
        """SELECT id, pathway, definition, version, council_stage AS stage, stage_since, started_on, closed_on,
                  '' AS closure, holder_slot, holder_id, provider_id, school_id, council_id, NULL::int AS referrer_id,
                  side_states, next_step, next_role, planned_for, plan_by_person, hand_over_to, coordinator_id,
                  false AS silent FROM episode WHERE child_id = $1 ORDER BY started_on, id""",
        child_id,
    )
    return [ChildEpisodeRow(*row) for row in rows]


async def clocks_of(tx: Tx, episode_id: UUID) -> list[ClockRow]:
    """The current clocks of an episode, finished ones too."""
    rows = await tx.fetch(
        f"SELECT {', '.join(CLOCK_COLUMNS)} FROM clock WHERE episode_id = $1 AND known_to IS NULL"
        " ORDER BY started_on, clock, instance",
        episode_id,
    )
    return [ClockRow(*row) for row in rows]


async def tasks_of(tx: Tx, episode_id: UUID) -> list[TaskRow]:
    rows = await tx.fetch(
        f"SELECT {', '.join(TASK_COLUMNS)} FROM task WHERE episode_id = $1 ORDER BY due_on, key", episode_id
    )
    return [TaskRow(*row) for row in rows]


async def messages_of(tx: Tx, child_id: UUID) -> list[MessageRow]:
    """Messages about a child that the reader may see, newest first."""
    rows = await tx.fetch(
        f"SELECT {', '.join(f.name for f in fields(MessageRow))} FROM message WHERE child_id = $1"
        " ORDER BY made_at DESC, id",
        child_id,
    )
    return [_message(row) for row in rows]


def _message(row: asyncpg.Record) -> MessageRow:
    return MessageRow(*row)


async def free_text_of(tx: Tx, episode_id: UUID) -> dict[UUID, bytes]:
    """The encrypted free text of an episode's facts, by event."""
    rows = await tx.fetch(
        "SELECT id, secret FROM event WHERE episode_id = $1 AND secret IS NOT NULL", episode_id
    )
    return {row["id"]: row["secret"] for row in rows}

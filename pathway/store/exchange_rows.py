"""Rows as a partner's system is told them: children, carers, episodes and organisations, under the partner's own role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.domain.roles import Actor
from pathway.store.access_log import and_logged, who
from pathway.store.engine import Tx

_CHILDREN = """
SELECT c.id, c.version, c.changed_at, c.first_name, c.family_name, c.birth_date, c.sex, c.language, c.interpreter,
       c.nhs_number::text, c.number_status::text, c.upn, c.restricted, c.died_on, c.merged_into, a.lines, a.postcode,
       EXISTS (SELECT FROM episode e WHERE e.child_id = c.id) AS known, c.made_at
  FROM child c LEFT JOIN child_address a ON a.child_id = c.id WHERE c.id = ANY($1::uuid[])"""
_EPISODES = """
SELECT e.id, e.child_id, e.definition, e.partners_stage, e.told_version, e.told_sequence, e.told_at, e.opened_on, e.started_on,
       e.closed_on, e.side_states, e.shared_with, e.provider_id, e.council_id, e.school_id, e.referrer_id, e.council_runs,
       e.coordinator_id, a.name, a.role, c.restricted, c.nhs_number::text, c.first_name, c.family_name
  FROM episode e JOIN child c ON c.id = e.child_id LEFT JOIN account a ON a.id = e.coordinator_id
 WHERE e.id = ANY($1::uuid[])"""
_CHILDREN_SHOWN = and_logged(_CHILDREN, "id", 2)
_EPISODES_SHOWN = and_logged(_EPISODES, "child_id", 2)
_OF_CHILD = "SELECT id FROM episode WHERE child_id = ANY($1::uuid[])"
# What a partner may know only once it may know the outcome; asked for as the writer, and judged by the domain.
_OUTCOMES = """
SELECT id, stage, outcome, outcome_told_on, closure FROM episode WHERE id = ANY($1::uuid[])"""
_CARERS = """
SELECT g.child_id, g.carer_id, k.name, g.relationship, g.since, g.parental_responsibility, g.may_be_told, g.active, k.email,
       k.phone, k.channel, k.language, k.needs, c.restricted
  FROM guardian g JOIN carer k ON k.id = g.carer_id JOIN child c ON c.id = g.child_id
 WHERE (g.child_id, g.carer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"""
# While partners may see the stage, the rows are what they are told; else the facts that are told are read again.
_TASKS = """
SELECT e.id AS episode_id, '' AS key, e.child_id, e.next_step AS step, e.planned_for AS due_on, e.holder_slot AS owner_slot,
       e.holder_id AS owner_id, e.stage_since AS opened_on, NULL::date AS done_on, NULL::date AS fell_away_on, e.told_at
  FROM episode e WHERE e.id = ANY($1::uuid[]) AND e.told_version = e.version AND e.next_step IS NOT NULL
UNION ALL
SELECT t.episode_id, t.key, e.child_id, t.key, t.due_on, t.owner_slot, t.owner_id, t.opened_on, t.done_on, t.fell_away_on,
       e.told_at
  FROM task t JOIN episode e ON e.id = t.episode_id WHERE t.episode_id = ANY($1::uuid[])"""
_HIDDEN = "SELECT id FROM episode WHERE told_version < version AND ($1::uuid[] IS NULL OR id = ANY($1))"
_ORGANISATIONS = "SELECT id, kind, name, ods_code, urn FROM organisation ORDER BY id"


@dataclass(frozen=True, slots=True)
class ToldChildRow:
    """A child; `known` is false where the partner only registered them and has no episode of theirs to do with."""

    id: UUID
    version: int
    changed_at: datetime
    first_name: str
    family_name: str
    birth_date: date
    sex: str
    language: str
    interpreter: bool
    nhs_number: str | None
    number_status: str
    upn: str | None
    restricted: bool
    died_on: date | None
    merged_into: UUID | None
    lines: list[str] | None
    postcode: str | None
    known: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ToldEpisodeRow:
    """An episode in the stage that partners see, and how far its facts are told."""

    id: UUID
    child_id: UUID
    definition: str
    stage: str
    told_version: int
    told_sequence: int
    told_at: datetime
    opened_on: date
    started_on: date
    closed_on: date | None
    side_states: list[str]
    shared_with: list[str]
    provider_id: int | None
    council_id: int | None
    school_id: int | None
    referrer_id: int | None
    council_runs: bool
    coordinator_id: int | None
    coordinator: str | None
    coordinator_role: str | None
    restricted: bool
    nhs_number: str | None
    first_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What is held of an episode's end, for the domain to say whether it may be told."""

    id: UUID
    stage: str
    outcome: str
    outcome_told_on: date | None
    closure: str


@dataclass(frozen=True, slots=True)
class ToldCarerRow:
    """A carer of one child."""

    child_id: UUID
    carer_id: UUID
    name: str
    relationship: str
    since: datetime
    parental_responsibility: bool
    may_be_told: bool
    active: bool
    email: str | None
    phone: str | None
    channel: str
    language: str
    needs: list[str]
    restricted: bool


@dataclass(frozen=True, slots=True)
class ToldTaskRow:
    """What is to be done on an episode: its headline step (no key), or a task beside it."""

    episode_id: UUID
    key: str
    child_id: UUID
    step: str
    due_on: date | None
    owner_slot: str
    owner_id: int | None
    opened_on: date
    done_on: date | None
    fell_away_on: date | None
    told_at: datetime


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation with its national codes."""

    id: int
    kind: str
    name: str
    ods_code: str | None
    urn: str | None


async def children_shown(tx: Tx, ids: Sequence[UUID], actor: Actor, action: str) -> dict[UUID, ToldChildRow]:
    """The same, noted in the access log in the same round trip."""
    rows = await tx.fetch(_CHILDREN_SHOWN, ids, *who(actor, action))
    return {row["id"]: ToldChildRow(*row) for row in rows}


async def episodes_shown(
    tx: Tx, ids: Sequence[UUID], actor: Actor, action: str
) -> dict[UUID, ToldEpisodeRow]:
    rows = await tx.fetch(_EPISODES_SHOWN, ids, *who(actor, action))
    return {row["id"]: ToldEpisodeRow(*row) for row in rows}


async def told_children(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, ToldChildRow]:
    return {row["id"]: ToldChildRow(*row) for row in await tx.fetch(_CHILDREN, ids)}


async def told_episodes(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, ToldEpisodeRow]:
    return {row["id"]: ToldEpisodeRow(*row) for row in await tx.fetch(_EPISODES, ids)}


async def episodes_of_children(tx: Tx, children: Sequence[UUID]) -> list[UUID]:
    return [row["id"] for row in await tx.fetch(_OF_CHILD, children)]


async def outcomes(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, OutcomeRow]:
    """`tx` acts as the writer."""
    return {row["id"]: OutcomeRow(*row) for row in await tx.fetch(_OUTCOMES, ids)}


async def told_carers(tx: Tx, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], ToldCarerRow]:
    children, carers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows = await tx.fetch(_CARERS, children, carers)
    return {(row["child_id"], row["carer_id"]): ToldCarerRow(*row) for row in rows}


async def all_organisations(tx: Tx) -> dict[int, OrganisationRow]:
    return {row["id"]: OrganisationRow(*row) for row in await tx.fetch(_ORGANISATIONS)}


async def told_tasks(tx: Tx, episodes: Sequence[UUID]) -> list[ToldTaskRow]:
    return [ToldTaskRow(*row) for row in await tx.fetch(_TASKS, episodes)]


async def hidden_episodes(tx: Tx, among: Sequence[UUID] | None = None) -> list[UUID]:
    """Those that stand in a stage which partners may not see, of all or of these."""
    return [row["id"] for row in await tx.fetch(_HIDDEN, among)]

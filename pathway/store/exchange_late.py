"""What is told of an episode besides its facts: grades that its clocks reached, messages that left, who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.store.engine import Tx

_CROSSINGS = """
SELECT id, clock, start_event, grade, reached_on, noticed_at, closed_on FROM crossing WHERE episode_id = $1 ORDER BY id"""
# Not those about a fact that is not told yet: that a message left would tell that something happened.
_MESSAGES = """
SELECT m.id, m.episode_id, m.child_id, m.carer_id, m.template, m.channel, m.language, m.state, m.made_at, m.delivered_at
  FROM message m JOIN outbox o ON o.id = m.outbox_id JOIN episode e ON e.id = m.episode_id
  LEFT JOIN event v ON v.id = o.event_id
 WHERE m.episode_id = ANY($1::uuid[]) AND (v.sequence IS NULL OR v.sequence <= e.told_sequence)
 ORDER BY m.made_at, m.id"""
# What was written has a request: it is told by its Provenance or not at all, for its name may be an outcome (docs/rules.md 10).
_READINGS = """
SELECT l.id, l.at, l.role, l.action, l.purpose, l.door FROM access_log l
 WHERE l.children && ARRAY[$1::uuid] AND l.organisation_id = $2 AND l.request_id IS NULL
 ORDER BY l.id DESC LIMIT $3"""


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """A grade that a clock entered."""

    id: int
    clock: str
    start_event: UUID
    grade: str
    reached_on: date
    noticed_at: datetime
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A message to the family, without its text."""

    id: UUID
    episode_id: UUID
    child_id: UUID
    carer_id: UUID
    template: str
    channel: str
    language: str
    state: str
    made_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookedRow:
    """One reading of a child's record by an organisation's own people or computers."""

    id: int
    at: datetime
    role: str
    action: str
    purpose: str
    door: str


async def crossings_of(tx: Tx, episode_id: UUID) -> list[CrossingRow]:
    return [CrossingRow(*row) for row in await tx.fetch(_CROSSINGS, episode_id)]


async def messages_of_episodes(tx: Tx, episodes: Sequence[UUID]) -> list[LeftRow]:
    return [LeftRow(*row) for row in await tx.fetch(_MESSAGES, episodes)]


async def readings_of(tx: Tx, child_id: UUID, organisation_id: int, limit: int) -> list[LookedRow]:
    """The newest readings of a child's record by one organisation."""
    return [LookedRow(*row) for row in await tx.fetch(_READINGS, child_id, organisation_id, limit)]


async def child_of(tx: Tx, message_id: UUID) -> UUID | None:
    """The child that a message is about."""
    found: UUID | None = await tx.fetchval("SELECT child_id FROM message WHERE id = $1", message_id)
    return found

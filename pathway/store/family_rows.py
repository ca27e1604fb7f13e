"""Rows for a parent, carer or young person: only their own children, and only the columns that a family is granted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pathway.store.child_rows import MessageRow
from pathway.store.engine import Tx

_CHILDREN = """
SELECT id, first_name, birth_date, restricted,
       ARRAY(SELECT part FROM unnest(ARRAY['where', 'outcome', 'looks']) part WHERE id = ANY (own_children(part))) AS parts FROM child
 WHERE id = ANY (ARRAY(SELECT child_id FROM guardian WHERE account_id = $1 AND active AND may_be_told)) ORDER BY birth_date, id"""
_EPISODES = """
SELECT e.id, e.child_id, e.definition, e.pathway,
       CASE WHEN e.child_id = ANY (own_children('outcome')) THEN e.family_stage ELSE e.partners_stage END AS stage, e.started_on, e.closed_on, e.side_states,
       e.family_reached_on, e.messages_stopped, a.name, CASE WHEN o.restricted_place THEN NULL ELSE o.name END
  FROM episode e LEFT JOIN organisation o ON o.id = e.provider_id LEFT JOIN account a ON a.id = e.coordinator_id
 WHERE e.child_id = ANY ($1) ORDER BY e.closed_on NULLS FIRST, e.started_on, e.id"""
_MESSAGES = """
SELECT m.id, m.child_id, m.carer_id, m.channel, m.template, m.state, m.made_at, m.delivered_at, m.secret
  FROM message m WHERE m.state = 'delivered' AND ($1::uuid IS NULL OR m.child_id = $1)
 ORDER BY m.made_at DESC, m.id LIMIT $2"""
_LOOKS = """
SELECT (l.at AT TIME ZONE 'Europe/London')::date AS day, l.role, l.purpose, coalesce(b.why, '') AS opened
  FROM access_log l LEFT JOIN break_glass b ON b.id = l.opening_id
 WHERE l.children @> ARRAY[$1::uuid] AND l.role <> ALL ($2)
 GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2, 3, 4 LIMIT $3"""
_NEEDS = "SELECT DISTINCT unnest(needs) AS need FROM carer WHERE account_id = $1 ORDER BY 1"


@dataclass(frozen=True, slots=True)
class OwnChildRow:
    """A child of the reader. `restricted`: no place may be named. `parts`: what of the page is the reader's to see."""

    id: UUID
    first_name: str
    birth_date: date
    restricted: bool
    parts: list[str]


@dataclass(frozen=True, slots=True)
class OwnEpisodeRow:
    """An episode as a family may see it: the family's stage, and the names of their coordinator and team."""

    id: UUID
    child_id: UUID
    definition: str
    pathway: str
    stage: str
    started_on: date
    closed_on: date | None
    side_states: list[str]
    family_reached_on: date | None
    messages_stopped: bool
    coordinator: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at the record: on which day, in which role, and why. Never what was done: that could tell too much.

    `opened`: the kind of reason, where it was opened without the usual right (docs/rules.md 15).
    """

    day: date
    role: str
    purpose: str
    opened: str = ""


async def own_children(tx: Tx, account_id: int) -> list[OwnChildRow]:
    return [OwnChildRow(*row) for row in await tx.fetch(_CHILDREN, account_id)]


async def own_episodes(tx: Tx, children: list[UUID]) -> list[OwnEpisodeRow]:
    """The episodes of these children, open ones first."""
    return [OwnEpisodeRow(*row) for row in await tx.fetch(_EPISODES, children)]


async def own_messages(tx: Tx, child_id: UUID | None, limit: int) -> list[MessageRow]:
    """What was sent to the reader, about one child or all of theirs, newest first; still encrypted."""
    return [MessageRow(*row) for row in await tx.fetch(_MESSAGES, child_id, limit)]


async def looks(tx: Tx, child_id: UUID, without: list[str], limit: int) -> list[Look]:
    """Who looked at the child's record, one line for each day, role, purpose and kind of opening, newest first."""
    return [Look(*row) for row in await tx.fetch(_LOOKS, child_id, without, limit)]


async def own_needs(tx: Tx, account_id: int) -> tuple[str, ...]:
    """What the reader asked us for: an interpreter, large print, no calls."""
    return tuple(row["need"] for row in await tx.fetch(_NEEDS, account_id))

"""Facts in the database: reading an episode's history under its lock, and appending to it.

`append_events` is the only statement that writes an event, and only actions (and the loader) call it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import asyncpg

from pathway.domain.errors import NotFound
from pathway.domain.events import Event
from pathway.domain.reach import Standing
from pathway.domain.roles import Actor, Door, Role
from pathway.store.engine import Tx

_HEAD = """
SELECT e.id, e.child_id, e.pathway, e.definition, e.version, e.stage, e.provider_id, e.hand_over_to, e.council_id,
       e.council_basis, e.school_id, e.hidden_from_school, e.referrer_id, e.hidden_from_referrer, e.family_reached_on, e.silent,
       e.messages_stopped OR c.died_on IS NOT NULL AS messages_stopped, c.birth_date, c.sealed_at,
       EXISTS (SELECT FROM threshold t WHERE t.pathway = e.pathway AND t.agreed_at IS NOT NULL) AS limits_agreed
  FROM episode e JOIN child c ON c.id = e.child_id WHERE e.id = $1"""
_EVENTS = """
SELECT sequence, id, kind, happened_on, recorded_at, role, organisation_id, account_id, door, fields, target
  FROM event WHERE episode_id = $1 ORDER BY sequence"""
_EVENTS_KNOWN = """
SELECT e.sequence, e.id, e.kind, e.happened_on, e.recorded_at, e.role, e.organisation_id, e.account_id, e.door,
       e.fields, e.target
  FROM event e JOIN ledger l ON l.sequence = e.sequence
 WHERE e.episode_id = $1 AND l.position <= $2 ORDER BY e.sequence"""
_FIRST = """
SELECT DISTINCT ON (episode_id) episode_id, sequence, id, kind, happened_on, recorded_at, role, organisation_id, account_id,
       door, fields, target FROM event WHERE episode_id = ANY($1::uuid[]) ORDER BY episode_id, sequence"""
_APPEND = """
INSERT INTO event (id, episode_id, kind, happened_on, account_id, role, organisation_id, door, request_id, definition,
                   fields, secret, target)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING sequence, recorded_at"""
_LINKS = """
SELECT (SELECT array_agg(g.account_id) FROM guardian g JOIN child c ON c.id = g.child_id
         WHERE g.child_id = $2 AND g.active AND g.may_be_told
           AND 'where' = ANY (parts_seen(g.delegated, c.looked_after, g.parental_responsibility))) AS families,
       (SELECT array_agg(c.account_id) FROM caseload c WHERE c.episode_id = $1) AS caseload,
       (SELECT array_agg(b.account_id) FROM break_glass b WHERE b.child_id = $2 AND b.until > now()) AS opened_by"""


@dataclass(frozen=True, slots=True)
class Head:
    """The episode as it is locked: what an action needs besides the facts.

    `limits_agreed` is false where the partners have agreed no limit of their own, and there is none to look up.
    """

    id: UUID
    child_id: UUID
    pathway: str
    definition: str
    version: int
    stage: str
    standing: Standing
    family_reached_on: date | None
    silent: bool
    messages_stopped: bool
    birth_date: date
    sealed: bool
    limits_agreed: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact about to be appended. `secret` is free text already encrypted with the child's key."""

    id: UUID
    kind: str
    happened_on: date
    fields: dict[str, str]
    secret: bytes | None = None
    target: UUID | None = None

    def as_event(self, actor: Actor, sequence: int) -> Event:
        """The draft as the domain judges it, before the database has given it a place."""
        return Event(
            self.id,
            self.kind,
            self.happened_on,
            sequence,
            self.fields,
            actor.role,
            actor.organisation_id,
            actor.account_id,
            actor.door,
            target=self.target,
        )


@dataclass(frozen=True, slots=True)
class Written:
    """Where and when the database put the last of the appended facts."""

    sequence: int
    recorded_at: datetime


async def lock_episode(tx: Tx, episode_id: UUID) -> Head:
    """Lock an episode's row until the transaction ends and read what an action needs; NotFound where there is none.

    Two statements: one that waits for the lock would join the child as it was before the wait, and so overlook a sealing or
    a joining that has just been committed.
    """
    await tx.execute("SELECT 1 FROM episode WHERE id = $1 FOR UPDATE", episode_id)
    return _head(await tx.fetchrow(_HEAD, episode_id))


async def head_of(tx: Tx, episode_id: UUID) -> Head:
    """The same without the lock, to read only."""
    return _head(await tx.fetchrow(_HEAD, episode_id))


async def with_links(tx: Tx, head: Head) -> Standing:
    """The standing with the families, the caseload and broken glass, for actors whom the organisations do not reach."""
    row = await tx.fetchrow(_LINKS, head.id, head.child_id)
    links = {key: frozenset(accounts or ()) for key, accounts in row.items()} if row else {}
    none: frozenset[int] = frozenset()
    return replace(
        head.standing,
        families=links.get("families", none),
        caseload=links.get("caseload", none),
        opened_by=links.get("opened_by", none),
    )


async def events_of(tx: Tx, episode_id: UUID) -> list[Event]:
    """All facts of an episode in the order of recording."""
    return [event_from(row) for row in await tx.fetch(_EVENTS, episode_id)]


async def first_events(tx: Tx, episodes: Sequence[UUID]) -> dict[UUID, Event]:
    """The fact that each of these episodes began with."""
    return {row["episode_id"]: event_from(row) for row in await tx.fetch(_FIRST, episodes)}


async def episode_of(tx: Tx, event_id: UUID) -> UUID | None:
    """The episode that a fact is of."""
    found: UUID | None = await tx.fetchval("SELECT episode_id FROM event WHERE id = $1", event_id)
    return found


async def events_known_at(tx: Tx, episode_id: UUID, position: int) -> list[Event]:
    """The facts that stood in the ledger at a position: a late commit cannot slip in."""
    return [event_from(row) for row in await tx.fetch(_EVENTS_KNOWN, episode_id, position)]


async def append_events(
    tx: Tx, head_id: UUID, definition: str, actor: Actor, request_id: UUID, drafts: Sequence[Draft]
) -> Written:
    """Append facts to an episode, in order; the database gives their place and time."""
    row: asyncpg.Record | None = None
    for draft in drafts:
        row = await tx.fetchrow(
            _APPEND,
            draft.id,
            head_id,
            draft.kind,
            draft.happened_on,
            actor.account_id,
            actor.role.value,
            actor.organisation_id,
            actor.door.value,
            request_id,
            definition,
            json.dumps(draft.fields),
            draft.secret,
            draft.target,
        )
    if row is None:
        raise ValueError("append_events needs at least one fact")
    return Written(row["sequence"], row["recorded_at"])


def event_from(row: asyncpg.Record) -> Event:
    """A stored fact as the domain reads it."""
    return Event(
        row["id"],
        row["kind"],
        row["happened_on"],
        row["sequence"],
        json.loads(row["fields"]) if row["fields"] != "{}" else {},
        Role(row["role"]),
        row["organisation_id"],
        row["account_id"],
        Door(row["door"]),
        row["recorded_at"],
        row["target"],
    )


def by_id(events: Iterable[Event]) -> dict[UUID, Event]:
    return {event.id: event for event in events}


def _head(row: asyncpg.Record | None) -> Head:
    if row is None:
        raise NotFound("There is no such record, or it is not one that you may see.")
    return Head(
        id=row["id"],
        child_id=row["child_id"],
        pathway=row["pathway"],
        definition=row["definition"],
        version=row["version"],
        stage=row["stage"],
        standing=Standing(
            row["provider_id"],
            row["hand_over_to"],
            row["council_id"],
            row["council_basis"],
            row["school_id"],
            row["hidden_from_school"],
            row["referrer_id"],
            row["hidden_from_referrer"],
        ),
        family_reached_on=row["family_reached_on"],
        silent=row["silent"],
        messages_stopped=row["messages_stopped"],
        birth_date=row["birth_date"],
        sealed=row["sealed_at"] is not None,
        limits_agreed=row["limits_agreed"],
    )

"""Messages in the database: what one must say and to whom, and the text that was sent, readable with the child's key only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.domain.errors import NotFound
from pathway.store.deliveries import Leaving
from pathway.store.engine import Tx

_ABOUT = """
SELECT e.definition, e.family_stage, e.closed_on, e.messages_stopped, e.messages_refused, e.silent, c.first_name, c.restricted,
       c.birth_date, EXISTS (SELECT FROM who_is_told w WHERE w.child_id = c.id AND w.taken_up_at IS NOT NULL) AS decided,
       c.died_on IS NOT NULL AS died, c.sealed_at IS NOT NULL AS sealed, c.merged_into, o.name AS team,
       c.messages_held_since IS NOT NULL AS held,
       o.restricted_place, v.kind, v.fields,
       EXISTS (SELECT FROM event x WHERE x.episode_id = e.id AND x.target = v.id) AS corrected
  FROM episode e JOIN child c ON c.id = e.child_id
  LEFT JOIN organisation o ON o.id = e.provider_id
  LEFT JOIN event v ON v.id = $2
 WHERE e.id = $1"""
_CARERS = """
SELECT r.id, r.name, r.email, r.channel, r.language, r.needs
  FROM guardian g JOIN carer r ON r.id = g.carer_id
 WHERE g.child_id = $1 AND g.active AND g.may_be_told ORDER BY g.since, r.id"""
_MAY_STILL = """
SELECT o.state = 'waiting' AND NOT e.messages_stopped AND NOT e.messages_refused AND NOT e.silent
       AND c.died_on IS NULL AND c.sealed_at IS NULL AND c.messages_held_since IS NULL
       AND EXISTS (SELECT FROM guardian g JOIN carer r ON r.id = g.carer_id
                    WHERE g.child_id = c.id AND g.carer_id = $2 AND g.active AND g.may_be_told AND r.channel = $3)
  FROM outbox o JOIN episode e ON e.id = o.episode_id JOIN child c ON c.id = o.child_id WHERE o.id = $1"""
_INSERT = """
INSERT INTO message (id, outbox_id, child_id, episode_id, carer_id, channel, language, template, template_version, secret,
                     state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'sending')
ON CONFLICT (outbox_id, carer_id, channel) DO UPDATE
   SET language = excluded.language, template = excluded.template, template_version = excluded.template_version,
       secret = excluded.secret, state = 'sending' WHERE $11 AND message.state <> 'delivered'"""
_UNSENT = """
SELECT m.id, m.carer_id, m.channel, m.language, m.secret, r.email FROM message m JOIN carer r ON r.id = m.carer_id
 WHERE m.outbox_id = $1 AND m.state <> 'delivered' ORDER BY m.made_at, m.id"""
_MARK = """
UPDATE message SET state = $2, delivered_at = CASE WHEN $2 = 'delivered' THEN $3::timestamptz END
 WHERE id = $1 AND state <> 'delivered'"""
_LAST = "SELECT max(delivered_at) FROM message WHERE outbox_id = $1 AND state = 'delivered'"


@dataclass(frozen=True, slots=True)
class About:
    """What is known, at the moment of sending, about the child and the fact that a message is about.

    `decided`: a decision of the young person on who is told holds.
    """

    definition: str
    stage: str
    closed: bool
    stopped: bool
    refused: bool
    silent: bool
    died: bool
    sealed: bool
    merged: bool
    first_name: str
    birth_date: date
    decided: bool
    restricted: bool
    team: str
    kind: str
    fields: Mapping[str, str]
    corrected: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Carer:
    """Somebody who may be told, and how they want to be."""

    id: UUID
    name: str
    email: str
    channel: str
    language: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A text for one carer, about to be kept and sent. `secret` is encrypted with the child's key."""

    id: UUID
    carer_id: UUID
    channel: str
    language: str
    template: str
    template_version: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is kept and has not been delivered."""

    id: UUID
    carer_id: UUID
    channel: str
    language: str
    email: str
    secret: bytes


async def about(tx: Tx, row: Leaving) -> About:
    """What a message must know, read again whenever it is tried."""
    found = await tx.fetchrow(_ABOUT, row.episode_id, row.event_id)
    if found is None:
        raise NotFound("The record that this message is about is not there.")
    return About(
        definition=found["definition"],
        stage=found["family_stage"],
        closed=found["closed_on"] is not None,
        stopped=found["messages_stopped"],
        refused=found["messages_refused"],
        silent=found["silent"],
        died=found["died"],
        sealed=found["sealed"],
        merged=found["merged_into"] is not None,
        first_name=found["first_name"],
        birth_date=found["birth_date"],
        decided=found["decided"],
        restricted=found["restricted"],
        team="" if found["restricted"] or found["restricted_place"] else (found["team"] or ""),
        kind=found["kind"] or "",
        fields=json.loads(found["fields"]) if found["fields"] else {},
        corrected=found["corrected"],
        held=found["held"],
    )


async def carers(tx: Tx, child_id: UUID) -> list[Carer]:
    """Those who may be told about a child now."""
    return [
        Carer(r["id"], r["name"], r["email"] or "", r["channel"], r["language"], tuple(r["needs"]))
        for r in await tx.fetch(_CARERS, child_id)
    ]


async def keep(tx: Tx, row: Leaving, message: NewMessage) -> None:
    """Keep a message before it is sent; one for the same carer by the same channel is enough.

    One that a person has let go is kept as it is written now, unless it was delivered.
    """
    await tx.execute(
        _INSERT,
        message.id,
        row.id,
        row.child_id,
        row.episode_id,
        message.carer_id,
        message.channel,
        message.language,
        message.template,
        message.template_version,
        message.secret,
        row.was_read,
    )


async def unsent(tx: Tx, outbox_id: UUID) -> list[Unsent]:
    """What is kept and not yet delivered, in the order in which it was made."""
    return [
        Unsent(r["id"], r["carer_id"], r["channel"], r["language"], r["email"] or "", r["secret"])
        for r in await tx.fetch(_UNSENT, outbox_id)
    ]


async def may_still_be_sent(tx: Tx, outbox_id: UUID, message: Unsent) -> bool:
    """Whether nothing has happened since that stops this message: a death, a sealing, a link that was ended, another way in
    which the carer wants to be told."""
    return bool(await tx.fetchval(_MAY_STILL, outbox_id, message.carer_id, message.channel))


async def mark(tx: Tx, message_id: UUID, state: str, at: datetime) -> None:
    """Note what became of a message. One that was delivered stays so."""
    await tx.execute(_MARK, message_id, state, at)


async def last_delivered(tx: Tx, outbox_id: UUID) -> datetime | None:
    """When the last message of this row reached somebody."""
    at: datetime | None = await tx.fetchval(_LAST, outbox_id)
    return at

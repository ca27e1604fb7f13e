"""Partners' systems: who is registered, with which keys and scopes, which assertions they used and which tokens they hold.

Of a token only the SHA-256 is stored. An assertion and the token it is exchanged for are written in one transaction, so that one
sent eight times at once, to whichever process, gives exactly one token.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from pathway.domain.errors import Conflict, NotFound
from pathway.domain.roles import MACHINES, Actor, Door, Role
from pathway.store.accounts import digest
from pathway.store.engine import Database, Tx
from pathway.store.scopes import WRITER

MODES: Final = ("off", "stub", "sandbox", "int", "live")
TRYING: Final = ("off", "stub", "sandbox")
"""Modes in which the lasting token of `pathway token` speaks for a partner too; where it is in earnest only signed ones do."""
TOKEN_LIFE: Final = timedelta(minutes=5)

_COLUMNS: Final = """
p.id, p.account_id, p.name, p.client_id, p.jwks_url, p.jwks, p.scopes, p.ods_code, p.target_identifier, p.endpoint, p.mode,
p.strict, p.active, p.made_at, p.last_in_at, p.last_out_at, p.wants, a.role, a.organisation_id, o.name AS organisation"""
_FROM: Final = (
    "FROM partner p JOIN account a ON a.id = p.account_id JOIN organisation o ON o.id = a.organisation_id"
)
_ADD: Final = """
INSERT INTO partner (account_id, name, client_id, jwks_url, jwks, scopes, ods_code, target_identifier, endpoint, mode, strict, wants)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"""
_ACCOUNT: Final = (
    "INSERT INTO account (login, name, role, organisation_id) VALUES ($1, $2, $3, $4) RETURNING id"
)
_USE: Final = """
INSERT INTO partner_assertion (partner_id, jti, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1"""
_GIVE: Final = """
INSERT INTO partner_token (token_sha256, partner_id, scopes, until)
SELECT $1, p.id, $3, clock_timestamp() + $4::interval FROM partner p WHERE p.id = $2 AND p.active"""
_HOLDER: Final = """
WITH held AS (
    SELECT t.partner_id, t.scopes, extract(epoch FROM t.until - clock_timestamp())::float8 AS seconds
      FROM partner_token t WHERE t.token_sha256 = $1 AND t.until > clock_timestamp()
    UNION ALL
    SELECT p.id, p.scopes, NULL FROM account a JOIN partner p ON p.account_id = a.id
     WHERE a.token_sha256 = $1 AND p.mode = ANY ($2))
SELECT p.id AS partner_id, p.name, p.strict, a.id, a.role, a.organisation_id, held.scopes, held.seconds,
       coalesce(p.last_in_at < clock_timestamp() - interval '1 minute', true) AS stale
  FROM held JOIN partner p ON p.id = held.partner_id JOIN account a ON a.id = p.account_id
 WHERE p.active AND a.active AND a.role = ANY ($3)"""
_ORGANISATION: Final = """
SELECT id, ods_code FROM organisation WHERE active AND (upper(ods_code) = upper($1) OR urn = $1 OR id::text = $1)
 ORDER BY upper(ods_code) = upper($1) DESC NULLS LAST, urn = $1 DESC NULLS LAST LIMIT 1"""
_NOBODY: Final = "There is no partner of that client id. “pathway partner list” shows them."
_MACHINES: Final = [role.value for role in MACHINES]


@dataclass(frozen=True, slots=True)
class Registration:
    """What a partner's system is registered with. Its keys are at `jwks_url`, or were given to us as `jwks`."""

    name: str
    client_id: str
    role: Role
    organisation_id: int
    scopes: tuple[str, ...]
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = None
    ods_code: str | None = None
    target_identifier: str | None = None
    endpoint: str | None = None
    mode: str = "off"
    strict: bool = True
    wants: tuple[str, ...] = ()
    """The kinds of message that we send it (pathway.store.partner_messages.KINDS)."""


@dataclass(frozen=True, slots=True)
class Partner(Registration):
    """A partner's system that is registered."""

    id: int = 0
    account_id: int = 0
    organisation: str = ""
    active: bool = True
    made_at: datetime | None = None
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a token speaks, with which scopes, and for how many seconds more (None: until it is replaced)."""

    partner_id: int
    name: str
    strict: bool
    actor: Actor
    scopes: tuple[str, ...]
    seconds: float | None


async def organisation_of(database: Database, code: str) -> tuple[int, str | None]:
    """The number and the ODS code of an organisation, by its ODS code, its URN or its number. Raises NotFound."""
    async with database.transaction(WRITER, read_only=True) as tx:
        row = await tx.fetchrow(_ORGANISATION, code)
    if row is None:
        raise NotFound("No organisation of this area has that ODS code, URN or number.")
    return row["id"], row["ods_code"]


async def add(database: Database, new: Registration) -> None:
    """Register a partner's system, with an account of its own. Raises Conflict where the client id is taken."""
    try:
        async with database.transaction(WRITER) as tx:
            await insert(tx, new)
    except asyncpg.UniqueViolationError as error:
        raise Conflict(
            "A partner or an account of that client id is registered already. Choose another one."
        ) from error


async def insert(tx: Tx, new: Registration) -> None:
    """The account and the partner, in a transaction that is open."""
    account = await tx.fetchval(_ACCOUNT, new.client_id, new.name, new.role.value, new.organisation_id)
    keys = None if new.jwks is None else json.dumps(new.jwks)
    await tx.execute(
        _ADD, account, new.name, new.client_id, new.jwks_url, keys, list(new.scopes), new.ods_code,
        new.target_identifier, new.endpoint, new.mode, new.strict, list(new.wants),
    )  # fmt: skip


async def listed(database: Database) -> list[Partner]:
    """Every partner's system, by name."""
    async with database.transaction(WRITER, read_only=True) as tx:
        return [_partner(row) for row in await tx.fetch(f"SELECT {_COLUMNS} {_FROM} ORDER BY p.name, p.id")]


async def by_client(database: Database, client_id: str) -> Partner | None:
    """The partner's system of that client id, also where it is switched off."""
    async with database.transaction(WRITER, read_only=True) as tx:
        row = await tx.fetchrow(f"SELECT {_COLUMNS} {_FROM} WHERE p.client_id = $1", client_id)
    return None if row is None else _partner(row)


async def give_keys(
    database: Database, client_id: str, jwks_url: str | None, jwks: dict[str, Any] | None
) -> None:
    """Other keys for a partner's system; the tokens that it holds end, for the old key may have been lost."""
    keys = None if jwks is None else json.dumps(jwks)
    await _change(database, client_id, "jwks_url = $2, jwks = $3", jwks_url, keys)


async def give_scopes(database: Database, client_id: str, scopes: tuple[str, ...]) -> None:
    """Other scopes for a partner's system; the tokens that it holds end."""
    await _change(database, client_id, "scopes = $2", list(scopes))


async def set_sending(
    database: Database,
    client_id: str,
    wants: tuple[str, ...] | None = None,
    endpoint: str | None = None,
    mode: str | None = None,
) -> None:
    """Which kinds of message are made for a partner's system from now on, where they go, how far in earnest; None leaves it.

    What waits already is sent the new way, byte for byte as it was made.
    """
    async with database.transaction(WRITER) as tx:
        known = await tx.fetchval(
            "UPDATE partner SET wants = coalesce($2, wants), endpoint = coalesce($3, endpoint), mode = coalesce($4, mode)"
            " WHERE client_id = $1 RETURNING id",
            client_id, None if wants is None else list(wants), endpoint, mode,
        )  # fmt: skip
    if known is None:
        raise NotFound(_NOBODY)


async def by_id(tx: Tx, partner_id: int) -> Partner:
    """The partner's system of that number; `tx` acts as the worker or the writer."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} {_FROM} WHERE p.id = $1", partner_id)
    if row is None:
        raise NotFound(_NOBODY)
    return _partner(row)


async def switch(database: Database, client_id: str, active: bool) -> None:
    """Let a partner's system in, or out: then its tokens end, and every process knows within half a minute."""
    await _change(database, client_id, "active = $2", active)


async def _change(database: Database, client_id: str, what: str, *values: object) -> None:
    async with database.transaction(WRITER) as tx:
        partner = await tx.fetchval(
            f"UPDATE partner SET {what} WHERE client_id = $1 RETURNING id", client_id, *values
        )
        if partner is None:
            raise NotFound(_NOBODY)
        await tx.execute("DELETE FROM partner_token WHERE partner_id = $1", partner)


async def exchange(
    database: Database, partner_id: int, jti: str, until: datetime, scopes: tuple[str, ...]
) -> str | None:
    """Use an assertion up and give a token for it; None where it was used before. Raises NotFound where switched off."""
    token = secrets.token_urlsafe(32)
    async with database.transaction(WRITER) as tx:
        if await tx.fetchval(_USE, partner_id, jti, until) is None:
            return None
        given = await tx.execute(_GIVE, digest(token), partner_id, list(scopes), TOKEN_LIFE)
        if given != "INSERT 0 1":
            raise NotFound("This partner has been switched off.")
    return token


async def holder_of(database: Database, token: str) -> Holder | None:
    """For whom this token speaks now. That the partner was heard of is written down at most once a minute."""
    async with database.transaction(WRITER) as tx:
        row = await tx.fetchrow(_HOLDER, digest(token), list(TRYING), _MACHINES)
        if row is None:
            return None
        if row["stale"]:
            await tx.execute(
                "UPDATE partner SET last_in_at = clock_timestamp() WHERE id = $1", row["partner_id"]
            )
    actor = Actor(row["id"], Role(row["role"]), row["organisation_id"], Door.FHIR, row["name"])
    return Holder(row["partner_id"], row["name"], row["strict"], actor, tuple(row["scopes"]), row["seconds"])


def _partner(row: asyncpg.Record) -> Partner:
    given = dict(row)
    keys = given.pop("jwks")
    return Partner(
        **{
            **given,
            "role": Role(given["role"]),
            "scopes": tuple(given["scopes"]),
            "wants": tuple(given["wants"]),
        },
        jwks=None if keys is None else json.loads(keys),
    )

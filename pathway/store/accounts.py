"""Accounts and their sessions: who has signed in, and with which token a program speaks.

Only the SHA-256 of a session or token is stored. A session ends after 30 minutes idle and 12 hours in any case; it is made
anew at every sign-in, so a value that somebody planted before is worth nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor, Door, Role
from pathway.store.engine import Database
from pathway.store.scopes import WRITER

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)

_ACCOUNT = "a.id, a.role, a.organisation_id, a.name"
_SESSION = f"""
SELECT {_ACCOUNT}, s.csrf, s.last_seen < clock_timestamp() - interval '1 minute' AS stale
  FROM session s JOIN account a ON a.id = s.account_id
 WHERE s.token_sha256 = $1 AND a.active AND s.until > clock_timestamp() AND s.last_seen > clock_timestamp() - $2::interval"""
_TOKEN = f"SELECT {_ACCOUNT} FROM account a WHERE a.token_sha256 = $1 AND a.active"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and the token that their forms must carry."""

    actor: Actor
    csrf: str


@dataclass(frozen=True, slots=True)
class Persona:
    """An account that the demonstration offers on its sign-in page."""

    login: str
    name: str
    role: Role
    organisation: str
    persona: str


def digest(token: str) -> bytes:
    """What is stored of a secret that a browser or a program holds."""
    return hashlib.sha256(token.encode()).digest()


async def begin_session(database: Database, login: str) -> str:
    """Start a session for an account; the token goes to the browser and nowhere else."""
    token = secrets.token_urlsafe(32)
    async with database.transaction(WRITER) as tx:
        account = await tx.fetchval("SELECT id FROM account WHERE login = $1 AND active", login)
        if account is None:
            raise NotFound("There is no such account. Choose one from the list.")
        await tx.execute(
            "INSERT INTO session (token_sha256, account_id, csrf, until) VALUES ($1, $2, $3, clock_timestamp() + $4)",
            digest(token),
            account,
            secrets.token_urlsafe(32),
            ABSOLUTE,
        )
    return token


async def session_of(database: Database, token: str) -> SignedIn | None:
    """Who this session belongs to, if it still runs; its idle time begins again, written at most once a minute."""
    async with database.transaction(WRITER) as tx:
        row = await tx.fetchrow(_SESSION, digest(token), IDLE)
        if row is None:
            return None
        if row["stale"]:
            await tx.execute(
                "UPDATE session SET last_seen = clock_timestamp() WHERE token_sha256 = $1", digest(token)
            )
        return SignedIn(_actor(row, Door.WEB), row["csrf"])


async def end_session(database: Database, token: str) -> None:
    async with database.transaction(WRITER) as tx:
        await tx.execute("DELETE FROM session WHERE token_sha256 = $1", digest(token))


async def token_holder(database: Database, token: str) -> Actor | None:
    """The account whose bearer token this is."""
    async with database.transaction(WRITER, read_only=True) as tx:
        row = await tx.fetchrow(_TOKEN, digest(token))
    return None if row is None else _actor(row, Door.API)


async def give_token(database: Database, login: str) -> str:
    """Make a bearer token for an account; the earlier one stops working at once."""
    token = secrets.token_urlsafe(32)
    async with database.transaction(WRITER) as tx:
        done = await tx.execute(
            "UPDATE account SET token_sha256 = $2 WHERE login = $1 AND active", login, digest(token)
        )
    if done != "UPDATE 1":
        raise NotFound(
            "There is no active account of that name. Give the login of an account, as the sign-in page shows."
        )
    return token


async def personas(database: Database) -> list[Persona]:
    """The accounts that the demonstration offers, in the order in which they were made."""
    async with database.transaction(WRITER, read_only=True) as tx:
        rows = await tx.fetch(
            "SELECT a.login, a.name, a.role, coalesce(o.name, '') AS organisation, a.persona FROM account a"
            " LEFT JOIN organisation o ON o.id = a.organisation_id WHERE a.persona IS NOT NULL AND a.active ORDER BY a.id"
        )
    return [Persona(r["login"], r["name"], Role(r["role"]), r["organisation"], r["persona"]) for r in rows]


def _actor(row: asyncpg.Record, door: Door) -> Actor:
    return Actor(row["id"], Role(row["role"]), row["organisation_id"] or 0, door, row["name"])


async def listed(database: Database) -> list[tuple[str, str, str]]:
    """Every active account: login, role, organisation."""
    async with database.transaction(WRITER, read_only=True) as tx:
        rows = await tx.fetch(
            "SELECT a.login, a.role, coalesce(o.name, '') AS organisation FROM account a"
            " LEFT JOIN organisation o ON o.id = a.organisation_id WHERE a.active ORDER BY a.login"
        )
    return [(row["login"], row["role"], row["organisation"]) for row in rows]

"""By which of its own identifiers a sender knows a referral, and at which addresses national services know ours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from pathway.domain.errors import Conflict
from pathway.store.engine import Tx

Identifier = tuple[str, str]
"""A system and a value in it."""

_FIND = """
SELECT o.episode_id FROM outside_identifier o
  JOIN unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (system, value, n) ON (o.system, o.value) = (w.system, w.value)
 WHERE o.account_id = $1 AND o.episode_id IS NOT NULL ORDER BY w.n LIMIT 1"""
_TAKE = """
INSERT INTO outside_identifier (account_id, system, value)
SELECT $1::int, w.system, w.value FROM unnest($2::text[], $3::text[]) AS w (system, value) ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING"""
_NAME = """
INSERT INTO outside_identifier (account_id, system, value, episode_id)
SELECT $1::int, w.system, w.value, $4::uuid FROM unnest($2::text[], $3::text[]) AS w (system, value) ORDER BY 1, 2, 3
ON CONFLICT (account_id, system, value) DO UPDATE SET episode_id = EXCLUDED.episode_id
 WHERE outside_identifier.episode_id IS NULL"""
_GIVE_BACK = """
DELETE FROM outside_identifier o USING unnest($2::text[], $3::text[]) AS w (system, value)
 WHERE o.account_id = $1 AND (o.system, o.value) = (w.system, w.value) AND o.episode_id IS NULL"""
_SERVICES = """
SELECT r.pathway, r.dos_service_id, p.ods_code AS provider, c.ods_code AS council
  FROM pathway_route r JOIN organisation p ON p.id = r.provider_id JOIN organisation c ON c.id = r.council_id
 ORDER BY r.pathway"""
_LIST = "UPDATE pathway_route SET dos_service_id = $2 WHERE pathway = $1 RETURNING 1"


@dataclass(frozen=True, slots=True)
class Listed:
    """What takes the referrals of a pathway: its number in the national directory of services, and who runs it."""

    pathway: str
    dos_service_id: str | None
    provider_ods: str | None
    council_ods: str | None


async def find(tx: Tx, account_id: int, identifiers: Sequence[Identifier]) -> UUID | None:
    """The referral that a sender knows by one of these, the first named first; waits for nothing."""
    found: UUID | None = await tx.fetchval(_FIND, account_id, *_columns(identifiers))
    return found


async def take(tx: Tx, account_id: int, identifiers: Sequence[Identifier]) -> UUID | None:
    """Take these names for a referral that is about to be made; the referral that has one of them already, where one has.

    The same names from two connections at once: the second waits here until the first has been committed.
    """
    await tx.execute(_TAKE, account_id, *_columns(identifiers))
    return await find(tx, account_id, identifiers)


async def name(tx: Tx, account_id: int, identifiers: Sequence[Identifier], episode_id: UUID) -> None:
    """Note by which names a sender knows a referral; one that is another referral's stays so."""
    await tx.execute(_NAME, account_id, *_columns(identifiers), episode_id)


async def give_back(tx: Tx, account_id: int, identifiers: Sequence[Identifier]) -> None:
    """Let go of names that were taken for a referral which was then not made."""
    await tx.execute(_GIVE_BACK, account_id, *_columns(identifiers))


async def services(tx: Tx) -> list[Listed]:
    """Every service of this area to which a message may be sent."""
    return [Listed(*row) for row in await tx.fetch(_SERVICES)]


async def list_service(tx: Tx, pathway: str, dos_service_id: str | None) -> bool:
    """Note under which number a pathway's service is listed nationally; False where there is no such pathway here.

    Raises Conflict where the number is another pathway's: a message must find one.
    """
    try:
        return await tx.fetchval(_LIST, pathway, dos_service_id) is not None
    except asyncpg.UniqueViolationError as error:
        raise Conflict("Another pathway is listed under this number. Take it from that one first.") from error


def _columns(identifiers: Iterable[Identifier]) -> tuple[list[str], list[str]]:
    pairs = list(dict.fromkeys(identifiers))
    return [system for system, _ in pairs], [value for _, value in pairs]

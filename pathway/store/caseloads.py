"""Whose caseload an episode is on: the coordinator's and their colleagues' own list."""

from uuid import UUID

from pathway.store.engine import Tx

_JOIN = "INSERT INTO caseload (account_id, episode_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_LEAVE = "DELETE FROM caseload WHERE account_id = $1 AND episode_id = $2"
_LEAVE_ORGANISATION = """
DELETE FROM caseload c USING account a
 WHERE a.id = c.account_id AND c.episode_id = $1 AND a.organisation_id = $2"""
_WORKS_AT = """
SELECT EXISTS (SELECT FROM account WHERE id = $1 AND organisation_id = $2 AND role = ANY($3::text[]) AND active)"""


async def join_caseload(tx: Tx, episode_id: UUID, account_id: int) -> None:
    """Put an episode on an account's own list; it is there once."""
    await tx.execute(_JOIN, account_id, episode_id)


async def leave_caseload(tx: Tx, episode_id: UUID, account_id: int) -> None:
    """Take an episode off an account's own list."""
    await tx.execute(_LEAVE, account_id, episode_id)


async def organisation_leaves(tx: Tx, episode_id: UUID, organisation_id: int) -> None:
    """Take an episode off the list of everyone at an organisation that has handed it over."""
    await tx.execute(_LEAVE_ORGANISATION, episode_id, organisation_id)


async def coordinator_of(tx: Tx, episode_id: UUID) -> int | None:
    """The account that is named as the episode's coordinator now."""
    found: int | None = await tx.fetchval("SELECT coordinator_id FROM episode WHERE id = $1", episode_id)
    return found


async def works_at(tx: Tx, account_id: int, organisation_id: int, roles: list[str]) -> bool:
    """Whether an account in use belongs to an organisation, in one of these roles."""
    return bool(await tx.fetchval(_WORKS_AT, account_id, organisation_id, roles))

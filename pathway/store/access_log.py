"""Who looked at which child, and why: one row for each read or act, in the same transaction."""

from collections.abc import Iterable
from uuid import UUID

from pathway.domain.roles import Actor
from pathway.store.engine import Tx

_INSERT = """
INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""

DIRECT_CARE = "direct care"


async def log(
    tx: Tx,
    actor: Actor,
    action: str,
    children: Iterable[UUID],
    purpose: str = DIRECT_CARE,
    request_id: UUID | None = None,
) -> None:
    """Note that an actor read or changed the records of these children; a list is one row with all its ids."""
    await tx.execute(
        _INSERT,
        actor.account_id,
        actor.role.value,
        actor.organisation_id,
        actor.door.value,
        action,
        purpose,
        list(children),
        request_id,
    )

"""Who looked at which child, and why: one row for each read or act, in the same transaction.

What somebody does while a record is open to them by breaking the glass stands in a row of its own that says so
(docs/rules.md 15).
"""

from collections.abc import Iterable
from uuid import UUID

from pathway.domain.roles import Actor, Permission
from pathway.store.engine import Tx

_INSERT = """
INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children, request_id, opening_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
_BY_OPENING = """
INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children, request_id, opening_id)
SELECT $1, $2, $3, $4, $5, $6, array_agg(c.child_id ORDER BY c.n), $8, b.id
  FROM unnest($7::uuid[]) WITH ORDINALITY AS c (child_id, n)
  LEFT JOIN LATERAL (SELECT b.id FROM break_glass b
                      WHERE b.account_id = $1 AND b.child_id = c.child_id AND b.until > now()
                      ORDER BY b.until DESC LIMIT 1) b ON true
 GROUP BY b.id"""

DIRECT_CARE = "direct care"
QUESTION = "question before an opening"
"""Whether there is a record at all: it opened nothing, and families are shown the opening itself (migrations/sql/0004_rights.sql)."""


def and_logged(select: str, child: str, first: int) -> str:
    """A SELECT that notes in the same round trip which children it showed; `child` is the column with their ids.

    Its parameters for the log begin at `$first`: those of `who`. Only for roles that open nothing by breaking the glass.
    """
    places = ", ".join(f"${n}" for n in range(first, first + 6))
    return (
        f"WITH shown AS MATERIALIZED ({select}), logged AS ("
        "INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children) "
        f"SELECT {places}, array_agg(DISTINCT s.{child}) FROM shown s HAVING count(*) > 0) SELECT * FROM shown"
    )


def who(actor: Actor, action: str, purpose: str = DIRECT_CARE) -> tuple[object, ...]:
    """What `and_logged` notes of the one who looked."""
    return (actor.account_id, actor.role.value, actor.organisation_id, actor.door.value, action, purpose)


async def log(
    tx: Tx,
    actor: Actor,
    action: str,
    children: Iterable[UUID],
    purpose: str = DIRECT_CARE,
    request_id: UUID | None = None,
    opening: UUID | None = None,
) -> None:
    """Note that an actor read or changed the records of these children; a list is one row with all its ids.

    `opening`: the breaking of the glass that the act is about, where it is not the actor's own.
    """
    ids = list(children)
    given = (
        actor.account_id,
        actor.role.value,
        actor.organisation_id,
        actor.door.value,
        action,
        purpose,
        ids,
        request_id,
    )
    if ids and opening is None and actor.may(Permission.BREAK_GLASS):
        await tx.execute(_BY_OPENING, *given)
    else:
        await tx.execute(_INSERT, *given, opening)

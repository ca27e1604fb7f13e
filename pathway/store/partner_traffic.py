"""The last messages that came from partners' systems and went to them: when, of what kind, and what became of them.

Nothing here says whom a message was about: of the kind only what stands before the key of a resource is read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pathway.store.engine import Tx

_CAME: Final = """
SELECT p.name AS partner, split_part(r.kind, '/', 1) AS kind, r.state, r.status, r.at,
       extract(epoch FROM r.finished_at - r.at)::float8 AS seconds
  FROM received r JOIN partner p ON p.account_id = r.account_id ORDER BY r.at DESC, r.id LIMIT $1"""
_WENT: Final = """
SELECT p.name AS partner, o.template AS kind, o.state, m.status, coalesce(m.sent_at, m.made_at) AS at,
       extract(epoch FROM m.sent_at - m.made_at)::float8 AS seconds, o.attempts
  FROM partner_message m JOIN outbox o ON o.id = m.id JOIN partner p ON p.id = m.partner_id
 ORDER BY coalesce(m.sent_at, m.made_at) DESC, m.id LIMIT $1"""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One message. `status` is the HTTP status that was answered; `seconds` how long it took until then."""

    partner: str
    kind: str
    state: str
    status: int | None
    at: datetime
    seconds: float | None
    tries: int = 1


async def came(tx: Tx, limit: int) -> list[Exchanged]:
    """The last messages from partners' systems, newest first; `tx` is the writer's."""
    return [Exchanged(*row) for row in await tx.fetch(_CAME, limit)]


async def went(tx: Tx, limit: int) -> list[Exchanged]:
    """The last messages to partners' systems, newest first; `tx` is the writer's."""
    return [Exchanged(*row) for row in await tx.fetch(_WENT, limit)]

"""The one place that speaks to pgqueuer's queue: a job carries only the id of an outbox row, and no name of anyone.

A job is enqueued in the transaction of the row it is about: rolled back together, committed together.
"""

from datetime import timedelta
from uuid import UUID

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.queries import Queries

from pathway.store.engine import Tx

DELIVER = "deliver"
RE_DATE = "re_date"
TRACE = "trace"
PROXY_ROLES = "proxy_roles"
ADJUSTMENTS = "adjustments"


async def enqueue(tx: Tx, entrypoint: str, about: UUID | int) -> None:
    """Add a job; one that waits already for the same row is enough."""
    await Queries(AsyncpgDriver(tx.connection)).enqueue(
        entrypoint,
        str(about).encode(),
        dedupe_key=f"{entrypoint}:{about}",
        on_conflict="skip",
    )


async def enqueue_later(tx: Tx, entrypoint: str, about: UUID, after: timedelta, mark: str) -> None:
    """Add a job for later; `mark` tells it from one for the same row that is under way, and is enough once."""
    await Queries(AsyncpgDriver(tx.connection)).enqueue(
        entrypoint,
        str(about).encode(),
        execute_after=after,
        dedupe_key=f"{entrypoint}:{about}:{mark}",
        on_conflict="skip",
    )

"""The one place that speaks to pgqueuer's queue: a job carries only the id of an outbox row, and no name of anyone.

A job is enqueued in the transaction of the row it is about: rolled back together, committed together.
"""

from uuid import UUID

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.queries import Queries

from pathway.store.engine import Tx

DELIVER = "deliver"
RE_DATE = "re_date"
TRACE = "trace"


async def enqueue(tx: Tx, entrypoint: str, about: UUID | int) -> None:
    """Add a job; one that waits already for the same row is enough."""
    await Queries(AsyncpgDriver(tx.connection)).enqueue(
        entrypoint,
        str(about).encode(),
        dedupe_key=f"{entrypoint}:{about}",
        on_conflict="skip",
    )

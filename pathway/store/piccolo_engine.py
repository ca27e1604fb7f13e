"""Piccolo inside our transactions: an engine that owns no connection.

Piccolo 1.38's own engine connects when it is constructed, opens a connection for every query outside a
transaction, and its transaction leaks connections when a COMMIT fails or a task is cancelled. This one only ever
runs on the connection of the transaction that is open (pathway/store/engine.py), and says so when there is none.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from piccolo.engine.postgres import PostgresEngine

from pathway.domain.errors import TransactionMisused


@dataclass(frozen=True, slots=True)
class CurrentTransaction:
    """What Piccolo needs to know of a transaction: where to run. Its own nested `transaction()` does nothing in here."""

    connection: Any

    async def savepoint(self, name: str | None = None) -> NoReturn:
        raise TransactionMisused(
            f"Piccolo's savepoint {name or ''} was used. Nest database.transaction() instead."
        )


class BorrowingEngine(PostgresEngine):
    """Runs queries on the open transaction's connection, and never opens one.

    Piccolo's constructor is left out on purpose: it runs an event loop to ask the server for its version.
    """

    def __init__(self) -> None:
        self.engine_type = "postgres"
        self.min_version_number = 10
        self.config = {}
        self.extensions = ()
        self.extra_nodes = {}
        self.pool = None
        self.query_id = 0
        self.log_queries = self.log_responses = False
        self.current_transaction = ContextVar("piccolo_transaction", default=None)

    async def get_new_connection(self) -> NoReturn:
        raise TransactionMisused(
            "A query ran outside a transaction. Open database.transaction(scope) around it."
        )

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> NoReturn:
        await self.get_new_connection()

    @contextmanager
    def bound_to(self, transaction: CurrentTransaction) -> Iterator[None]:
        """Run Piccolo's queries there, and afterwards where they ran before.

        Set back rather than reset: a test's fixture may leave in another context than it entered.
        """
        before = self.current_transaction.get()
        self.current_transaction.set(cast(Any, transaction))
        try:
            yield
        finally:
            self.current_transaction.set(before)


ENGINE = BorrowingEngine()

# Tables and migrations look for their engine by this name; from an installed wheel there is no piccolo_conf.py.
os.environ.setdefault("PICCOLO_CONF", "pathway.store.piccolo_app")

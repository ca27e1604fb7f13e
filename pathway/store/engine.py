"""The one way to speak to the database: `Database.transaction(scope)`.

The outermost call begins and commits; a nested one is a savepoint. The scope (database role, organisation,
account) is set with SET LOCAL in the same message that begins the transaction, so row-level security costs no
extra round trip and nothing about a person outlives the transaction on the connection. Whatever happens to a
transaction (a COMMIT that fails, a cancelled task, a killed backend), its connection returns to the pool clean or
not at all. Piccolo's own transaction does none of this, so its queries run inside ours (piccolo_engine.py).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import asyncpg

from pathway.domain.errors import DatabaseUnavailable, TransactionMisused
from pathway.store import connections
from pathway.store.piccolo_engine import ENGINE, CurrentTransaction
from pathway.store.roles import NEVER_ASSUMED, DbRole

Result = TypeVar("Result")
Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
_STRENGTH: dict[Isolation, int] = {"READ COMMITTED": 0, "REPEATABLE READ": 1, "SERIALIZABLE": 2}
_RETRIED = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    # A migration has changed a table, or a type, that the connection knew from before.
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who is asking, as row-level security sees it. Only these three ever reach the text of a statement."""

    role: DbRole
    organisation_id: int = 0
    account_id: int = 0

    def __post_init__(self) -> None:
        if self.role in NEVER_ASSUMED:
            raise TransactionMisused(
                f"Nobody acts as {self.role.name}: it only owns views. Use another role."
            )

    @property
    def settings(self) -> str:
        """The statement that puts this scope in force until the transaction ends."""
        return (
            f"SELECT set_config('app.org','{self.organisation_id:d}',true),"
            f"set_config('app.account','{self.account_id:d}',true),"
            f"set_config('role','{self.role.name}',true)"
        )


@dataclass(eq=False, slots=True)
class _Open:
    """A transaction that is open on one connection, and its levels, innermost last."""

    connection: Any
    isolation: Isolation
    levels: list["Tx"] = field(default_factory=list)
    savepoints: int = 0
    ended: bool = False

    def require_innermost(self, tx: "Tx") -> None:
        if not self.levels:
            raise TransactionMisused("This transaction has ended. Open another one.")
        if self.levels[-1] is not tx:
            raise TransactionMisused(
                "A transaction was used while another one was open inside it, as another scope or by another task. "
                "Use the innermost one, and open a transaction of its own in each task."
            )


@dataclass(eq=False, frozen=True, slots=True)
class Tx:
    """One level of an open transaction. Its statements run as the scope it was opened with."""

    scope: Scope
    _open: _Open

    @property
    def connection(self) -> Any:
        """The asyncpg connection (for COPY, cursors, the job queue). It is this transaction's until the block ends."""
        self._open.require_innermost(self)
        return self._open.connection

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Every row."""
        rows: list[asyncpg.Record] = await self.connection.fetch(query, *arguments)
        return rows

    async def fetchrow(self, query: str, *arguments: Any) -> asyncpg.Record | None:
        """The first row, or None."""
        return await self.connection.fetchrow(query, *arguments)

    async def fetchval(self, query: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        return await self.connection.fetchval(query, *arguments)

    async def execute(self, query: str, *arguments: Any) -> str:
        """Run it, and return what PostgreSQL says about it ("UPDATE 1")."""
        status: str = await self.connection.execute(query, *arguments)
        return status

    async def executemany(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run it once for each row of arguments, in one batch."""
        await self.connection.executemany(query, rows)


class Database:
    """A pool of connections to one database, and the only door to it."""

    def __init__(self, dsn: str, *, statement_timeout: float = 15.0) -> None:
        self.dsn = dsn
        self._session = connections.session_settings(statement_timeout)
        self._pool: Any = None
        self._current: ContextVar[Tx | None] = ContextVar("pathway_transaction", default=None)

    async def open(self, min_size: int = 2, max_size: int = 8) -> None:
        """Open the pool. It belongs to the event loop that opens it."""
        self._pool = await connections.open_pool(self.dsn, self._session, min_size, max_size)

    async def close(self) -> None:
        """Wait for open transactions, then close every connection."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    @property
    def pool(self) -> Any:
        """The asyncpg pool, for those who count its connections; statements go through `transaction()`."""
        if self._pool is None:
            raise TransactionMisused(
                "The database is not open: call open() first, in the loop that will use it."
            )
        return self._pool

    async def connect(self, role: DbRole | None = None) -> Any:
        """A connection of its own outside the pool, acting as one role until closed: for LISTEN and the job queue."""
        return await connections.connect(self.dsn, self._session, role)

    @property
    def in_transaction(self) -> bool:
        """Whether this task is inside a transaction on this database."""
        return self._innermost() is not None

    def transaction(
        self, scope: Scope, *, read_only: bool = False, isolation: Isolation = "READ COMMITTED"
    ) -> AbstractAsyncContextManager[Tx]:
        """One transaction as this scope; inside another one, a savepoint that can fail alone.

        A nested scope ends where its block ends: the outer role and settings are in force again. It may not ask
        for more isolation than the transaction began with, for that cannot be given any more.
        """
        return self._enter(scope, read_only, isolation, keep=True)

    def rehearsal(self, scope: Scope) -> AbstractAsyncContextManager[Tx]:
        """A transaction that is always undone: for dry runs, and for tests. Transactions nest in it as usual."""
        return self._enter(scope, False, "READ COMMITTED", keep=False)

    async def retrying(self, work: Callable[[], Awaitable[Result]], *, tries: int = 5) -> Result:
        """Run `work`, which opens its own transaction, again after a serialisation failure or a deadlock.

        Inside a transaction it runs once: only the whole of a transaction can be tried again.
        """
        for attempt in range(0 if self.in_transaction else tries - 1):
            try:
                return await work()
            except _RETRIED:
                # Apart by chance, or the two would meet again.
                await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
        return await work()

    def _enter(
        self, scope: Scope, read_only: bool, isolation: Isolation, keep: bool
    ) -> AbstractAsyncContextManager[Tx]:
        outer = self._innermost()
        if outer is None:
            return self._outermost(scope, read_only, isolation, keep)
        return self._nested(outer, scope, read_only, isolation, keep)

    def _innermost(self) -> Tx | None:
        """A task inherits the transaction it was started in, which may have ended since: then there is none."""
        tx = self._current.get()
        return tx if tx is not None and tx._open.levels else None

    @asynccontextmanager
    async def _outermost(
        self, scope: Scope, read_only: bool, isolation: Isolation, keep: bool
    ) -> AsyncIterator[Tx]:
        pool = self.pool
        opened = _Open(await connections.acquire(pool), isolation)
        access = "READ ONLY" if read_only else "READ WRITE"
        try:
            await opened.connection.execute(f"BEGIN ISOLATION LEVEL {isolation} {access}; {scope.settings}")
            with self._level(opened, scope) as tx, ENGINE.bound_to(CurrentTransaction(opened.connection)):
                yield tx
                opened.require_innermost(tx)
            if keep:
                await connections.commit(opened.connection)
                opened.ended = True
        except connections.DRIVER_ERRORS as error:
            if connections.is_lost(opened.connection, error):
                raise DatabaseUnavailable(
                    "The connection to the database was lost. Try again in a moment; "
                    "if you were saving something, look first whether it is there."
                ) from error
            raise
        finally:
            await connections.give_back(pool, opened.connection, ended=opened.ended)

    @asynccontextmanager
    async def _nested(
        self, outer: Tx, scope: Scope, read_only: bool, isolation: Isolation, keep: bool
    ) -> AsyncIterator[Tx]:
        opened = outer._open
        opened.require_innermost(outer)
        if _STRENGTH[isolation] > _STRENGTH[opened.isolation]:
            raise TransactionMisused(
                f"{isolation} was asked for inside a {opened.isolation} transaction. Ask for it in the outermost one."
            )
        opened.savepoints += 1
        name = f"level_{opened.savepoints}"
        limit = "SET TRANSACTION READ ONLY; " if read_only else ""
        with self._level(opened, scope) as tx:
            try:
                await opened.connection.execute(f"SAVEPOINT {name}; {limit}{scope.settings}")
                yield tx
                opened.require_innermost(tx)
                undo = "" if keep else f"ROLLBACK TO SAVEPOINT {name}; "
                await opened.connection.execute(f"{undo}RELEASE SAVEPOINT {name}; {outer.scope.settings}")
            except BaseException:
                await connections.roll_back_to(opened.connection, name)
                raise

    @contextmanager
    def _level(self, opened: _Open, scope: Scope) -> Iterator[Tx]:
        """One more level, for this task and those it starts.

        The variable is set back, not reset: a test's fixture may leave in another context than it entered.
        """
        before = self._current.get()
        depth = len(opened.levels)
        tx = Tx(scope, opened)
        opened.levels.append(tx)
        self._current.set(tx)
        try:
            yield tx
        finally:
            del opened.levels[depth:]
            self._current.set(before)

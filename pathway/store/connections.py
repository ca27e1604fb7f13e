"""Connections, and what may happen to them: lost, cancelled, half-way through a COMMIT.

Everything here leaves a connection either clean or closed. Pool connections are never reset between uses, which
saves a round trip for each: nothing but SET LOCAL is ever set on them, and temporary tables are ON COMMIT DROP.
"""

import logging
import re
from typing import Any

import asyncpg

from pathway.domain.errors import DatabaseUnavailable, TransactionMisused
from pathway.store.roles import DbRole

_log = logging.getLogger(__name__)

# An address in an error's text may hold the password that was tried.
_PASSWORD = re.compile(r"//[^/@\s]*@")
_CONNECT_SECONDS = 5.0
_ACQUIRE_SECONDS = 10.0
_CLEAN_UP_SECONDS = 5.0

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,  # the server said goodbye, and the end of the line has not been noticed yet
)
_UNREACHABLE = (*_LOST, asyncpg.TooManyConnectionsError, OSError, TimeoutError)
DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_FAILED = (*DRIVER_ERRORS, OSError, TimeoutError)


def session_settings(statement_timeout: float) -> dict[str, str]:
    """What holds for every connection of the application, on the embedded database and on a server alike."""
    return {
        "application_name": "pathway",
        "timezone": "Europe/London",  # a moment turned into a day in SQL is a day here
        "jit": "off",  # compiling costs more than our queries take
        "statement_timeout": f"{int(statement_timeout * 1000)}ms",
        "idle_in_transaction_session_timeout": "5min",
    }


async def open_pool(dsn: str, session: dict[str, str], min_size: int, max_size: int) -> Any:
    """A pool whose connections come back as they are."""
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            reset=_as_it_is,
            timeout=_CONNECT_SECONDS,
            server_settings=session,
        )
    except _UNREACHABLE as error:
        raise _unreachable(error) from error


async def connect(dsn: str, session: dict[str, str], role: DbRole | None) -> Any:
    """A connection outside the pool, for one that is kept; as `role` until it is closed."""
    try:
        connection = await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS, server_settings=session)
    except _UNREACHABLE as error:
        raise _unreachable(error) from error
    try:
        if role is not None:
            await connection.execute(f"SET SESSION ROLE {role.name}")
    except BaseException:
        connection.terminate()
        raise
    return connection


async def acquire(pool: Any) -> Any:
    """A connection from the pool, or a sentence when there is none to be had."""
    try:
        return await pool.acquire(timeout=_ACQUIRE_SECONDS)
    except _UNREACHABLE as error:
        raise _unreachable(error) from error


async def commit(connection: Any) -> None:
    """Commit, and notice when PostgreSQL quietly did not.

    After an error that was caught without a nested transaction around it, COMMIT answers ROLLBACK and raises nothing.
    """
    if await connection.execute("COMMIT") != "COMMIT":
        raise TransactionMisused(
            "A database error was caught inside a transaction, so nothing could be saved. "
            "Put the statement that may fail in a nested transaction."
        )


async def roll_back_to(connection: Any, savepoint: str) -> None:
    """Undo back to a savepoint, settings included. A connection that cannot is closed: nothing of it may be committed."""
    if is_lost(connection):
        return
    try:
        await connection.execute(
            f"ROLLBACK TO SAVEPOINT {savepoint}; RELEASE SAVEPOINT {savepoint}", timeout=_CLEAN_UP_SECONDS
        )
    except _FAILED as error:
        _terminate(connection, error)  # the caller raises what went wrong first
    except BaseException as error:
        _terminate(connection, error)
        raise


async def give_back(pool: Any, connection: Any, *, ended: bool) -> None:
    """Return a connection to its pool, rolled back unless its transaction has ended; closed if that fails."""
    try:
        # Not "if in a transaction": the driver cannot know it of a BEGIN that was cancelled on its way.
        if not ended and not is_lost(connection):
            await connection.execute("ROLLBACK", timeout=_CLEAN_UP_SECONDS)
    except _FAILED as error:
        _terminate(connection, error)  # the caller raises what went wrong first
    except BaseException as error:
        _terminate(connection, error)
        raise
    finally:
        await pool.release(connection)


def is_lost(connection: Any, error: BaseException | None = None) -> bool:
    """Whether the connection is gone. Asking a pool connection that was already taken back is an error in asyncpg."""
    if isinstance(error, _LOST) and not isinstance(error, asyncpg.OutdatedSchemaCacheError):
        return True
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


def _terminate(connection: Any, error: BaseException) -> None:
    _log.warning(
        "A database connection was closed because it could not be cleaned up: %s", type(error).__name__
    )
    if not is_lost(connection):
        connection.terminate()


def _unreachable(error: BaseException) -> DatabaseUnavailable:
    """A sentence for anybody; what the driver says, which may name the host and the login, is for the operator's log."""
    _log.error(
        "The database could not be reached: %s: %s", type(error).__name__, _PASSWORD.sub("//…@", str(error))
    )
    return DatabaseUnavailable(
        "The database could not be reached. Try again in a moment. For the operator: the log says why, and "
        "'pathway doctor' shows which one is meant."
    )


async def _as_it_is(connection: Any) -> None:
    """Instead of asyncpg's reset."""

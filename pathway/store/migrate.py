"""Bringing the database up to date: every migration that has not run, in one transaction, as the owner.

Piccolo's own `forwards` is not safe when two start at once, and records each migration in a statement of its own.
Here an advisory lock lets one work and the others find nothing left to do, and either all of it happens or none.
(So no migration may use CREATE INDEX CONCURRENTLY.)
"""

import asyncio
import contextlib
import functools
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.conf.apps import AppConfig

from pathway.domain.errors import MigrationRefused
from pathway.store import connections
from pathway.store.migration_texts import MAKE_A_NEW_ONE, digest_of, note_texts, refuse_other_texts
from pathway.store.piccolo_app import APP_NAME, migrations_folder
from pathway.store.piccolo_engine import ENGINE, CurrentTransaction
from pathway.store.roles import ensure_roles

_MIGRATION_LOCK = 7_204_002  # any fixed number; roles.py has the one before
_TRIES = 5
# One migration may rewrite a large table; but behind a long reader it waits briefly, for everybody queues behind it.
_SESSION = {"application_name": "pathway migrate", "timezone": "Europe/London", "jit": "off"}
_LOCK_TIMEOUT = "2s"


async def migrate(owner_dsn: str, app_dsn: str, folder: Path | None = None) -> tuple[str, ...]:
    """Set up the roles and run what has not run yet; the ids of what ran now, oldest first.

    `folder` is where the migrations lie: those of the product, unless a test brings its own.
    """
    connection = await connections.connect(owner_dsn, _SESSION, None)
    try:
        await ensure_roles(connection, login_of(app_dsn))
        for attempt in range(_TRIES):
            try:
                return await _run(connection, folder)
            except asyncpg.LockNotAvailableError:
                await asyncio.sleep(0.2 * 2**attempt)
    finally:
        await connection.close()
    raise MigrationRefused(
        f"The migrations could not get the tables to themselves in {_TRIES} tries, and nothing was changed. "
        "Look in pg_stat_activity for a long query, or try again at a quieter time."
    )


async def pending(connection: Any, folder: Path | None = None) -> tuple[str, ...]:
    """The migrations this version has and the database has not run. Every login may ask."""
    known = tuple(sorted(_modules(folder or migrations_folder())))
    if await connection.fetchval("SELECT to_regclass('public.migration')") is None:
        return known
    rows = await connection.fetch("SELECT name FROM public.migration WHERE app_name = $1", APP_NAME)
    return tuple(sorted(set(known) - {row["name"] for row in rows}))


async def refuse_stale_schema(connection: Any) -> None:
    """Raise MigrationRefused when the database is older than the program, or was made by another text of a migration."""
    missing = await pending(connection)
    if missing:
        raise MigrationRefused(
            f"The database lacks {len(missing)} migrations of this version, the first is {missing[0]}. "
            "Run 'pathway migrate'."
        )
    await refuse_other_texts(connection, texts())


def texts(folder: Path | None = None) -> dict[str, str]:
    """The digest of every migration this version has, by its id; of the product's own as they were when first asked for."""
    return dict(_own_texts()) if folder is None else _texts(folder)


@functools.cache
def _own_texts() -> dict[str, str]:
    return _texts(migrations_folder())


def _texts(folder: Path) -> dict[str, str]:
    return {name: digest_of(file) for name, file in _modules(folder).items()}


def login_of(dsn: str) -> str:
    """The name that signs in with this address."""
    name = urlsplit(dsn).username
    if not name:
        raise MigrationRefused(
            "PATHWAY_DATABASE_URL names no user: write postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    return unquote(name)


def with_database(dsn: str, name: str) -> str:
    """The same server and login, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def _run(connection: Any, folder: Path | None) -> tuple[str, ...]:
    async with connection.transaction():  # lint-skip: the owner's own connection, outside every pool
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
        await connection.execute(
            f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"
        )  # not before: the queue may be long
        unapplied, said = await pending(connection, folder), texts(folder)
        await refuse_other_texts(connection, said)
        with ENGINE.bound_to(CurrentTransaction(connection)), _fitting(len(unapplied) < len(said)):
            await _forwards(
                AppConfig(app_name=APP_NAME, migrations_folder_path=folder or migrations_folder())
            )
        if unapplied:
            await note_texts(connection, {name: said[name] for name in unapplied})
        # So that any process can tell that it is older or newer than its database.
        await connection.execute("GRANT SELECT ON public.migration TO PUBLIC")
        return unapplied


@contextlib.contextmanager
def _fitting(has_run_before: bool) -> Iterator[None]:
    """What goes wrong on tables that earlier migrations made is said: they were made by another text than they have now."""
    try:
        yield
    except asyncpg.LockNotAvailableError:
        raise
    except asyncpg.PostgresError as error:
        if not has_run_before:
            raise
        raise MigrationRefused(
            f"The migrations of this version do not fit the tables of this database ({type(error).__name__}), which an "
            f"earlier draft of the program made. {MAKE_A_NEW_ONE}"
        ) from error


async def _forwards(app: AppConfig) -> None:
    """Piccolo prints as it goes; a failure raises, so there is nothing in it that the caller does not learn."""
    forwards = ForwardsMigrationManager(app_name=APP_NAME)
    with contextlib.redirect_stdout(io.StringIO()), _import_path_restored():
        await forwards.create_migration_table()
        result = await forwards.run_migrations(app)
    if not result.success:
        raise MigrationRefused(f"Piccolo refused to run the migrations: {result.message}.")


@contextlib.contextmanager
def _import_path_restored() -> Iterator[None]:
    """Piccolo imports migrations as top-level modules and leaves their folder on the path."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before


def _modules(folder: Path) -> dict[str, Path]:
    """Every migration's id and file, as Piccolo would find them."""
    if not folder.is_dir():
        raise MigrationRefused(
            f"The migrations are not at {folder}: the program is not completely installed."
        )
    with _import_path_restored():
        found = ForwardsMigrationManager(app_name=APP_NAME).get_migration_modules(str(folder))
    return {name: Path(str(module.__file__)) for name, module in found.items()}

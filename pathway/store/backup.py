"""Backing the database up, and bringing it back into an empty one, proved row for row.

A backup is PostgreSQL's own dump with a list of what was in it, both of one snapshot: a count and a digest of the content
of each table. The keys are never in it: whoever finds a backup finds no letter that can be read. `load` is the part of
restoring that speaks to PostgreSQL; `pathway.actions.restore_area` seals again and proves the whole.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag

from pathway.domain.errors import Conflict, NotFound
from pathway.settings import KEYS, Settings
from pathway.store import connections, embedded
from pathway.store import postgres_binaries as binaries
from pathway.store.addresses import migration_addresses
from pathway.store.keys import area_key
from pathway.store.migrate import login_of, migrate
from pathway.store.postgres_binaries import CommandFailed
from pathway.store.roles import DbRole, ensure_roles
from pathway.store.sealed_list import SealedChild, sealed_children

LIST: Final = "backup.json"
DUMP: Final = "database"
_CHECK: Final = b"the key of this area"
_SESSION: Final = {
    "application_name": "pathway backup", "timezone": "UTC", "datestyle": "ISO", "bytea_output": "hex",
    "statement_timeout": "0",
}  # fmt: skip
_TABLES = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_CONTENT = (
    "SELECT count(*) AS rows, coalesce(bit_xor(hashtextextended(t::text, 0)), 0)::text AS digest FROM {} t"
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and a digest of all of them in any order."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made. `keys` are the files without which its letters cannot be read."""

    folder: Path
    made_at: str
    tables: dict[str, Content]
    sealed: tuple[SealedChild, ...]
    keys: tuple[Path, ...]
    keys_copied_to: Path | None

    def printed(self) -> str:
        """The report for a person at a terminal."""
        rows = sum(content.rows for content in self.tables.values())
        kept = ", ".join(str(key) for key in self.keys)
        where = (
            f"Copies of the keys are in {self.keys_copied_to}: take them to another place. "
            if self.keys_copied_to
            else ""
        )
        return (
            f"{rows:,} rows of {len(self.tables)} tables, {self.tables['event'].rows:,} facts, are in {self.folder}.\n"
            f"The keys are not in it. {where}Without these files no letter or note can be read again: {kept}."
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """A backup that was brought back, each table equal to what was backed up; and who must be sealed, as of when."""

    made_at: str
    rows: int
    facts: int
    sealed: tuple[SealedChild, ...]
    sealed_until: str
    migrations: tuple[str, ...]
    app_dsn: str


async def backup(settings: Settings, folder: Path, keys_folder: Path | None = None) -> Backup:
    """Back up into a new folder that only its owner can open. The keys go elsewhere, and only when a place is named.

    Raises Conflict where the folder holds anything, or where the keys would lie with the backup.
    """
    folder = _absolute(folder)
    if keys_folder is not None and _absolute(keys_folder).is_relative_to(folder):
        raise Conflict(
            "The keys would lie with the backup. Name a folder elsewhere, best on another machine."
        )
    _make(folder)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    dsn = await asyncio.to_thread(_dumping_dsn, settings)
    async with _connected(dsn) as connection, _one_snapshot(connection) as snapshot:
        tables = await _content(connection)
        sealed = await sealed_children(connection)
        # Row-level security stays on: the owner's own policy gives it every row, and the superuser has no need of one.
        arguments = ("--format=directory", "--file", str(folder / DUMP), f"--snapshot={snapshot}")
        await _run("pg_dump", dsn, *arguments, "--enable-row-security")
    written = {
        "made_at": made_at,
        "tables": {name: asdict(content) for name, content in tables.items()},
        "sealed": [asdict(one) for one in sealed],
        "key_check": base64.b64encode(area_key(settings).lock(_CHECK, made_at)).decode(),
    }
    _write(folder / LIST, json.dumps(written, indent=1))
    keys = tuple(settings.key_file(name) for name in KEYS)
    if keys_folder is not None:
        _copy_keys(settings, keys_folder)
    return Backup(folder, made_at, tables, sealed, keys, keys_folder)


async def load(settings: Settings, folder: Path, sealed: Path | None = None) -> Loaded:
    """Bring a backup back into an empty database, all of it or nothing, compare it row for row, and migrate it.

    `sealed` is the backup.json of a later backup, with those who were sealed by then. Raises NotFound (no backup there),
    Conflict (the database is not empty; the wrapping key is another one; the rows are not those of the backup).
    """
    folder = _absolute(folder)
    listed = _listed(folder / LIST)
    _check_key(settings, listed)
    later = _listed(sealed) if sealed is not None else listed
    addresses = await asyncio.to_thread(migration_addresses, settings)
    async with _connected(addresses.owner_dsn) as owner:
        if await owner.fetch(_TABLES):
            raise Conflict(
                "This database holds tables already, and nothing was changed. Restore into an empty one: a new data folder "
                "(PATHWAY_DATA), or a new database on your server."
            )
        await ensure_roles(owner, login_of(addresses.app_dsn))
        await _load(owner, _dumping_dsn(settings), folder)
    async with _connected(_dumping_dsn(settings)) as connection:
        found = await _content(connection)
        _compare({name: Content(**content) for name, content in listed["tables"].items()}, found)
    migrations = await migrate(addresses.owner_dsn, addresses.app_dsn)
    return Loaded(
        listed["made_at"],
        sum(content.rows for content in found.values()),
        found["event"].rows,
        tuple(SealedChild(**one) for one in later["sealed"]),
        later["made_at"],
        migrations,
        addresses.app_dsn,
    )


def _dumping_dsn(settings: Settings) -> str:
    """The superuser of the embedded database; on a server, the owner of the tables."""
    addresses = migration_addresses(settings)
    return addresses.owner_dsn if settings.database_url else embedded.superuser_dsn(settings.data_folder)


async def _load(owner: Any, dsn: str, folder: Path) -> None:
    """The views belong to a role that may not make any, and whom the owner may not speak for: both for this long only."""
    stats, name = DbRole.pathway_stats.name, await owner.fetchval("SELECT quote_ident(current_user)")
    await owner.execute(
        f"GRANT CREATE ON SCHEMA public TO {stats}; GRANT {stats} TO {name} WITH INHERIT TRUE"
    )
    try:
        await _run(
            "pg_restore", dsn, "--single-transaction", "--exit-on-error", "--no-comments", str(folder / DUMP)
        )
    finally:
        await owner.execute(
            f"GRANT {stats} TO {name} WITH INHERIT FALSE; REVOKE CREATE ON SCHEMA public FROM {stats}"
        )


async def _run(program: str, dsn: str, *arguments: str) -> None:
    try:
        await asyncio.to_thread(binaries.client, program, dsn, *arguments)
    except CommandFailed as error:
        raise Conflict(f"{program} did not finish, and nothing was changed: {error.said}") from error


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Any]:
    connection = await connections.connect(dsn, _SESSION, None)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _one_snapshot(connection: Any) -> AsyncIterator[str]:
    """What this connection sees, for pg_dump to see the same."""
    whole = connection.transaction(
        isolation="repeatable_read", readonly=True
    )  # lint-skip: outside every pool
    async with whole:
        yield await connection.fetchval("SELECT pg_export_snapshot()")


async def _content(connection: Any) -> dict[str, Content]:
    tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
    return {name: Content(*await connection.fetchrow(_CONTENT.format(f'public."{name}"'))) for name in tables}


def _compare(expected: dict[str, Content], found: dict[str, Content]) -> None:
    other = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if other:
        raise Conflict(
            f"The restored database is not as it was backed up, in: {', '.join(other)}. Do not use it; restore another backup."
        )


def _listed(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise NotFound(
            f"There is no {LIST} at {file.parent}, so this is not a whole backup. Name the folder of one."
        )
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _check_key(settings: Settings, listed: dict[str, Any]) -> None:
    try:
        area_key(settings).unlock(base64.b64decode(listed["key_check"]), listed["made_at"])
    except InvalidTag:
        raise Conflict(
            "The wrapping key of these settings is not the one of this backup, so its letters could not be read. Put the "
            f"right key at {settings.key_file('wrapping_key')}, and restore again. Nothing was changed."
        ) from None


def _absolute(folder: Path) -> Path:
    return folder.expanduser().absolute()


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"The folder {folder} holds something already. Name a new one.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def _copy_keys(settings: Settings, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in KEYS:
        copy = folder / name
        copy.touch(mode=0o600)
        copy.write_bytes(settings.key(name))

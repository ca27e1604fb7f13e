"""Migrations happen once, wholly or not at all, and leave roles that can do no harm."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from pathway.domain.errors import MigrationRefused, UnsafeDatabase
from pathway.store.embedded import Addresses
from pathway.store.engine import Scope
from pathway.store.migrate import login_of, migrate, pending
from pathway.store.migration_texts import digest_of
from pathway.store.piccolo_app import migrations_folder
from pathway.store.roles import NEVER_ASSUMED, DbRole, ensure_roles
from pathway.store.safety import refuse_unsafe_login
from tests.databases import new_database, opened, run_as_owner

MIGRATION = '''
"""A migration of a test."""
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from pathway.store.piccolo_engine import ENGINE

ID = "{id}"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def run():
        await ENGINE.current_transaction.get().connection.execute("""{sql}""")

    manager.add_raw(run)
    return manager
'''
SAFE_TABLE = "CREATE TABLE probe (id int); ALTER TABLE probe ENABLE ROW LEVEL SECURITY; ALTER TABLE probe FORCE ROW LEVEL SECURITY"


class Folder:
    """A folder of migrations, with module names no other test uses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._prefix = f"probe_{abs(hash(path))}"

    def add(self, number: int, *statements: str) -> str:
        migration_id = f"2026-11-24T00:00:{number:02d}"
        for part, sql in enumerate(statements):
            name = f"{self._prefix}_{number}_{part}"
            (self.path / f"{name}.py").write_text(MIGRATION.format(id=f"{migration_id}:{part}", sql=sql))
        return migration_id


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
async def empty(postgres: Addresses) -> AsyncIterator[Addresses]:
    """A database in which nothing has run."""
    async with new_database(postgres, f"empty_{os.getpid()}") as addresses:
        yield addresses


async def tables(addresses: Addresses) -> set[str]:
    connection = await asyncpg.connect(addresses.owner_dsn)
    rows = await connection.fetch(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    await connection.close()
    return {row["relname"] for row in rows}


async def test_each_migration_runs_once_in_order_and_is_recorded(empty: Addresses, folder: Folder) -> None:
    folder.add(1, "CREATE TABLE probe (id int)", "ALTER TABLE probe ADD COLUMN name text")
    path = list(sys.path)
    assert await migrate(empty.owner_dsn, empty.app_dsn, folder.path) == (
        "2026-11-24T00:00:01:0",
        "2026-11-24T00:00:01:1",
    )
    assert await migrate(empty.owner_dsn, empty.app_dsn, folder.path) == ()
    assert await tables(empty) == {"migration", "probe"}
    assert sys.path == path


async def test_three_that_start_at_once_all_succeed_and_one_works(empty: Addresses, folder: Folder) -> None:
    folder.add(1, "CREATE TABLE probe (id int)", "SELECT pg_sleep(0.2)")
    done = await asyncio.gather(*(migrate(empty.owner_dsn, empty.app_dsn, folder.path) for _ in range(3)))
    assert sorted(len(ran) for ran in done) == [0, 0, 2]


async def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: Addresses, folder: Folder) -> None:
    folder.add(1, "CREATE TABLE probe (id int)", "CREATE TABLE broken (id nonsense)")
    with pytest.raises(asyncpg.UndefinedObjectError):
        await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    assert await tables(empty) == set()


async def test_a_migration_that_was_changed_since_it_ran_is_said_before_anything_is_done(
    empty: Addresses, folder: Folder
) -> None:
    folder.add(1, "CREATE TABLE probe (id int)")
    await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    folder.add(1, "CREATE TABLE probe (id int) -- only a comment")
    assert await migrate(empty.owner_dsn, empty.app_dsn, folder.path) == ()
    folder.add(1, "CREATE TABLE probe (id bigint)")
    folder.add(2, "CREATE TABLE later (id int)")
    with pytest.raises(MigrationRefused, match="2026-11-24T00:00:01:0 said something else when it ran here"):
        await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    assert await tables(empty) == {"migration", "probe"}


async def test_tables_that_an_earlier_draft_made_are_refused_with_a_sentence(
    empty: Addresses, folder: Folder
) -> None:
    """Given a database from before texts were noted, when a later migration does not fit its tables, it is said."""
    folder.add(1, "CREATE TABLE probe (id int)")
    await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    await run_as_owner(empty, "ALTER TABLE migration DROP COLUMN text_digest")
    folder.add(1, "CREATE TABLE probe (id int, name text)")
    folder.add(2, "CREATE INDEX probe_name ON probe (name)")
    with pytest.raises(
        MigrationRefused, match=r"do not fit .* \(UndefinedColumnError\).* Nothing was changed"
    ):
        await migrate(empty.owner_dsn, empty.app_dsn, folder.path)


def test_the_text_of_a_migration_is_that_of_the_files_it_names(tmp_path: Path) -> None:
    module = migrations_folder() / "pathway_0001_schema.py"
    shutil.copytree(migrations_folder(), tmp_path / "m")
    copied = tmp_path / "m" / module.name
    assert digest_of(copied) == digest_of(module)
    rights = tmp_path / "m" / "sql" / "0004_rights.sql"
    rights.write_text(rights.read_text() + "\n-- a comment\n")
    assert digest_of(copied) == digest_of(module)
    rights.write_text(rights.read_text() + "GRANT SELECT ON child TO r_commissioner;\n")
    assert digest_of(copied) != digest_of(module)


async def test_a_database_older_than_the_program_says_so_to_any_login(
    empty: Addresses, folder: Folder
) -> None:
    folder.add(1, SAFE_TABLE)
    async with opened(empty) as database, database.pool.acquire() as connection:
        assert await pending(connection, folder.path) == ("2026-11-24T00:00:01:0",)
        await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
        assert await pending(connection, folder.path) == ()


async def test_a_migration_does_not_queue_everybody_behind_a_long_reader(
    empty: Addresses, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pathway.store.migrate._LOCK_TIMEOUT", "20ms")
    await run_as_owner(empty, "CREATE TABLE probe (id int)")
    folder.add(1, "ALTER TABLE probe ADD COLUMN name text")
    reader = await asyncpg.connect(empty.owner_dsn)
    async with reader.transaction():
        await reader.fetch("SELECT * FROM probe")
        running = asyncio.create_task(migrate(empty.owner_dsn, empty.app_dsn, folder.path))
        await asyncio.sleep(0.3)
        assert not running.done()
    assert len(await running) == 1
    async with reader.transaction():
        await reader.fetch("SELECT count(*) FROM probe")
        folder.add(2, "ALTER TABLE probe ADD COLUMN born date")
        monkeypatch.setattr("pathway.store.migrate._TRIES", 2)
        with pytest.raises(MigrationRefused, match="nothing was changed"):
            await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    await reader.close()


async def test_a_missing_folder_is_not_an_up_to_date_database(empty: Addresses, tmp_path: Path) -> None:
    with pytest.raises(MigrationRefused, match="not completely installed"):
        await migrate(empty.owner_dsn, empty.app_dsn, tmp_path / "nowhere")


# --- roles ------------------------------------------------------------------------------------


async def test_the_application_may_become_every_role_but_is_none_of_them(
    empty: Addresses, folder: Folder
) -> None:
    await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    async with opened(empty) as database:
        for role in set(DbRole) - NEVER_ASSUMED:
            async with database.transaction(Scope(role)) as tx:
                assert await tx.fetchval("SELECT current_user::text") == role.name
        async with database.pool.acquire() as connection:
            inherited = "SELECT count(*) FROM pg_roles WHERE rolname = ANY($1) AND pg_has_role(session_user, oid, 'USAGE')"
            assert await connection.fetchval(inherited, [role.name for role in DbRole]) == 0
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("SET ROLE pathway_stats")


async def test_two_databases_of_one_server_can_be_set_up_at_once(
    empty: Addresses, postgres: Addresses, folder: Folder
) -> None:
    async with new_database(postgres, f"second_{os.getpid()}") as second:
        both = (empty, second, empty, second)
        await asyncio.gather(*(migrate(each.owner_dsn, each.app_dsn, folder.path) for each in both))


async def test_the_owner_can_hand_a_view_to_the_statistics_role(empty: Addresses, folder: Folder) -> None:
    folder.add(
        1,
        "GRANT CREATE ON SCHEMA public TO pathway_stats; CREATE VIEW v AS SELECT 1 AS n; ALTER VIEW v OWNER TO pathway_stats",
    )
    assert len(await migrate(empty.owner_dsn, empty.app_dsn, folder.path)) == 1


async def test_an_unknown_login_is_one_clear_sentence(empty: Addresses) -> None:
    connection = await asyncpg.connect(empty.owner_dsn)
    with pytest.raises(UnsafeDatabase, match="'nobody_of_this_name' in PATHWAY_DATABASE_URL does not exist"):
        await ensure_roles(connection, "nobody_of_this_name")
    await connection.close()


def test_every_role_says_what_it_is_for() -> None:
    assert all(role.sentence.endswith(".") for role in DbRole)
    assert len({role.sentence for role in DbRole}) == len(DbRole.__members__)


# --- the start-up check -----------------------------------------------------------------------


async def test_the_application_login_on_protected_tables_is_accepted(
    empty: Addresses, folder: Folder
) -> None:
    folder.add(1, SAFE_TABLE)
    await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    async with opened(empty) as database, database.pool.acquire() as connection:
        await refuse_unsafe_login(connection)


@pytest.mark.parametrize("undo", ["NO FORCE", "DISABLE"])
async def test_a_table_without_row_level_security_is_refused(
    empty: Addresses, folder: Folder, undo: str
) -> None:
    folder.add(1, SAFE_TABLE)
    await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    await run_as_owner(empty, f"ALTER TABLE probe {undo} ROW LEVEL SECURITY")
    async with opened(empty) as database, database.pool.acquire() as connection:
        with pytest.raises(UnsafeDatabase, match="not enabled and forced on probe"):
            await refuse_unsafe_login(connection)


async def test_the_owner_of_the_tables_is_refused_as_the_application(
    empty: Addresses, folder: Folder
) -> None:
    folder.add(1, SAFE_TABLE)
    await migrate(empty.owner_dsn, empty.app_dsn, folder.path)
    connection = await asyncpg.connect(empty.owner_dsn)
    with pytest.raises(UnsafeDatabase, match="owns tables"):
        await refuse_unsafe_login(connection)
    await connection.close()


async def test_a_superuser_is_refused_as_the_application(superuser: asyncpg.Connection) -> None:
    with pytest.raises(UnsafeDatabase, match="goes round row-level security"):
        await refuse_unsafe_login(superuser)


@pytest.fixture
async def superuser(postgres: Addresses, server_data: Path | None) -> AsyncIterator[asyncpg.Connection]:
    if server_data is None:
        pytest.skip("only the embedded server tells its superuser's password")
    password = (server_data / "passwords" / "postgres").read_text()
    dsn = postgres.app_dsn.replace(
        f"pathway_app:{(server_data / 'passwords' / 'pathway_app').read_text()}", f"postgres:{password}"
    )
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


def test_the_login_is_read_from_its_address() -> None:
    assert login_of("postgresql://a%40b:secret@/pathway?host=/run/x") == "a@b"
    with pytest.raises(MigrationRefused, match="names no user"):
        login_of("postgresql:///pathway")

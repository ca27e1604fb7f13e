"""A fact, a log of reading, a place in the ledger and a seal are never changed: not by any role, and not by the owner."""

from pathlib import Path

import asyncpg
import pytest

from pathway.store.embedded import Addresses
from pathway.store.engine import Database, Scope
from pathway.store.ledger import Ledger
from pathway.store.roles import NEVER_ASSUMED, DbRole
from pathway.store.scopes import WRITER
from pathway.store.seals import SealBook, Sealer
from tests.databases import run_as_owner
from tests.world import World

TABLES = ("event", "access_log", "ledger", "seal")
ALSO = (
    "definition",
    "acknowledgement",
    "threshold_signature",
    "child_past",
    "break_glass",
    "break_glass_review",
    "break_glass_telling",
)
CHANGES = {
    "event": "UPDATE event SET happened_on = happened_on - 1",
    "access_log": "UPDATE access_log SET children = '{}'",
    "ledger": "UPDATE ledger SET numbered_at = numbered_at - interval '1 day'",
    "seal": "UPDATE seal SET rows = rows + 1",
}
ROLES = [role for role in DbRole if role not in NEVER_ASSUMED]


def statements(table: str) -> tuple[str, str, str]:
    return CHANGES[table], f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"


@pytest.fixture
async def filled(committed_world: World, tmp_path: Path) -> World:
    """A world in which each of the tables has rows."""
    await committed_world.refer()
    await Ledger(committed_world.area.database).number()
    sealer = Sealer(
        committed_world.area.database,
        SealBook(b"a secret of more than thirty-two characters", tmp_path / "s"),
    )
    for _ in range(3):  # the access log settles for two looks before it is sealed
        await sealer.seal()
    return committed_world


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
@pytest.mark.parametrize("table", TABLES)
async def test_no_role_of_the_application_may_change_delete_or_empty_it(
    rolled_back: Database, table: str, role: DbRole
) -> None:
    for statement in statements(table):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with rolled_back.transaction(Scope(role)) as tx:
                await tx.execute(statement)


@pytest.mark.parametrize("table", TABLES)
async def test_the_applications_own_login_may_not_either(shared_addresses: Addresses, table: str) -> None:
    connection = await asyncpg.connect(shared_addresses.app_dsn)
    try:
        for statement in (*statements(table), f"SELECT * FROM {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("table", TABLES)
async def test_a_trigger_refuses_even_the_owner_of_the_tables(
    filled: World, committed_addresses: Addresses, table: str
) -> None:
    async with filled.area.database.transaction(WRITER) as tx:
        before = await tx.fetchval(f"SELECT count(*) FROM {table}")
    assert before > 0
    for statement in statements(table):
        with pytest.raises(
            asyncpg.InsufficientPrivilegeError, match="append-only: record a correction instead"
        ):
            await run_as_owner(committed_addresses, statement)
    async with filled.area.database.transaction(WRITER) as tx:
        assert await tx.fetchval(f"SELECT count(*) FROM {table}") == before


async def test_the_trigger_stands_on_every_table_of_records(rolled_back: Database) -> None:
    async with rolled_back.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT tgrelid::regclass::text AS name, count(*) AS n FROM pg_trigger"
            " WHERE tgname IN ('append_only', 'append_only_whole') AND tgenabled = 'O' GROUP BY tgrelid"
        )
    guarded = {row["name"] for row in rows if row["n"] == 2}
    assert guarded >= {*TABLES, *ALSO}


async def test_nobody_may_become_the_owner_of_the_views(rolled_back: Database) -> None:
    for role in NEVER_ASSUMED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with rolled_back.transaction(WRITER) as tx:
                await tx.execute(f"SET ROLE {role.name}")

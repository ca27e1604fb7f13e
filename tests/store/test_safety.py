"""The service refuses a login that could go round row-level security, and a table that has none."""

import asyncpg
import pytest

from pathway.domain.errors import UnsafeDatabase
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.safety import EXEMPT_TABLES, refuse_unsafe_login
from pathway.store.scopes import WORKER
from tests.databases import run_as_owner


async def test_the_applications_own_login_on_the_migrated_database_is_let_through(
    committed: Database,
) -> None:
    async with committed.transaction(WORKER) as tx:
        await refuse_unsafe_login(tx.connection)


async def test_the_owner_of_the_tables_is_refused(committed_addresses: Addresses) -> None:
    connection = await asyncpg.connect(committed_addresses.owner_dsn)
    try:
        with pytest.raises(UnsafeDatabase, match="owns tables"):
            await refuse_unsafe_login(connection)
    finally:
        await connection.close()


@pytest.mark.parametrize("undone", ["DISABLE", "NO FORCE"])
async def test_a_table_without_row_level_security_stops_the_service(
    committed: Database, committed_addresses: Addresses, undone: str
) -> None:
    await run_as_owner(committed_addresses, f"ALTER TABLE episode {undone} ROW LEVEL SECURITY")
    async with committed.transaction(WORKER) as tx:
        with pytest.raises(UnsafeDatabase, match="episode"):
            await refuse_unsafe_login(tx.connection)


async def test_only_tables_without_a_row_about_a_child_are_exempt(committed: Database) -> None:
    async with committed.transaction(WORKER) as tx:
        rows = await tx.fetch(
            "SELECT table_name AS name, column_name AS part FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = ANY($1)",
            sorted(EXEMPT_TABLES),
        )
    assert not [
        r["name"] for r in rows if r["part"] in {"child_id", "episode_id", "nhs_number", "first_name"}
    ]

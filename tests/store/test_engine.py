"""The transaction helper keeps its promises when everything around it fails."""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from piccolo.columns import Integer
from piccolo.table import Table

from pathway.domain.errors import DatabaseUnavailable, TransactionMisused
from pathway.store.connections import _unreachable
from pathway.store.embedded import Addresses
from pathway.store.engine import Database, Scope, Tx
from pathway.store.piccolo_engine import ENGINE
from pathway.store.roles import DbRole
from tests.databases import new_database, opened, run_as_owner

WRITER = Scope(DbRole.pathway_writer)
CLINICIAN = Scope(DbRole.r_clinician, organisation_id=7, account_id=41)
FAMILY = Scope(DbRole.r_family, account_id=99)
POOL = 4

TABLES = """
CREATE TABLE probe (id int PRIMARY KEY, org int NOT NULL DEFAULT 0);
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE late (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE probe ENABLE ROW LEVEL SECURITY;
ALTER TABLE probe FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON probe TO pathway_writer USING (true);
CREATE POLICY own ON probe TO r_clinician USING (org = (SELECT nullif(current_setting('app.org', true), '')::int));
GRANT ALL ON probe, parent, late TO pathway_writer;
GRANT SELECT ON probe TO r_clinician;
"""


class Probe(Table, tablename="probe", db=ENGINE):
    """The table above, as Piccolo sees it."""

    id = Integer(primary_key=True)
    org = Integer()


@pytest.fixture(scope="module")
async def floor_addresses(postgres: Addresses, migrated: str) -> AsyncIterator[Addresses]:
    async with new_database(postgres, f"floor_{os.getpid()}", migrated) as addresses:
        await run_as_owner(addresses, TABLES)
        yield addresses


@pytest.fixture
async def floor(floor_addresses: Addresses) -> AsyncIterator[Database]:
    await run_as_owner(floor_addresses, "TRUNCATE probe, late, parent")
    async with opened(floor_addresses, max_size=POOL) as database:
        yield database


async def add(database: Database, number: int, scope: Scope = WRITER) -> None:
    async with database.transaction(scope) as tx:
        await tx.execute("INSERT INTO probe VALUES ($1)", number)


async def kept(database: Database) -> list[int]:
    async with database.transaction(WRITER, read_only=True) as tx:
        return [row["id"] for row in await tx.fetch("SELECT id FROM probe ORDER BY id")]


async def in_force(tx: Tx) -> tuple[str, str, str]:
    row = await tx.fetchrow(
        "SELECT current_user::text AS role, current_setting('app.org') AS org, current_setting('app.account') AS account"
    )
    assert row is not None
    return (row["role"], row["org"], row["account"])


async def assert_nothing_leaked(database: Database) -> None:
    """Every connection can be had at once, and none of them is in a transaction or acts as anybody."""
    assert not database.in_transaction
    taken: list[Any] = []
    try:
        for _ in range(POOL):
            taken.append(await database.pool.acquire(timeout=5))
        for connection in taken:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("SELECT current_user::text") == "pathway_app"
            assert await connection.fetchval("SELECT current_setting('app.account', true)") in (None, "")
    finally:
        for connection in taken:
            await database.pool.release(connection)
    assert database.pool.get_idle_size() == database.pool.get_size()


# --- scopes -----------------------------------------------------------------------------------


async def test_a_transaction_acts_as_its_scope_and_the_connection_forgets_it(floor: Database) -> None:
    async with floor.transaction(CLINICIAN) as tx:
        assert await in_force(tx) == ("r_clinician", "7", "41")
    await assert_nothing_leaked(floor)


async def test_beginning_with_a_scope_costs_one_message(floor_addresses: Addresses) -> None:
    sent: list[str] = []
    async with opened(floor_addresses, max_size=1) as database:
        async with database.pool.acquire() as connection:
            connection.add_query_logger(lambda record: sent.append(record.query.split()[0]))
        async with database.transaction(CLINICIAN) as tx:
            await tx.fetchval("VALUES (1)")
    assert sent == ["BEGIN", "VALUES", "COMMIT"]


async def test_a_nested_scope_ends_where_its_block_ends(floor: Database) -> None:
    async with floor.transaction(CLINICIAN) as outer:
        async with floor.transaction(FAMILY) as inner:
            assert await in_force(inner) == ("r_family", "0", "99")
        assert await in_force(outer) == ("r_clinician", "7", "41")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with floor.transaction(FAMILY) as inner:
                await inner.fetch("SELECT * FROM probe")
        assert await in_force(outer) == ("r_clinician", "7", "41")
    await assert_nothing_leaked(floor)


async def test_a_forgotten_where_shows_only_the_rows_of_the_scope(floor: Database) -> None:
    async with floor.transaction(WRITER) as tx:
        await tx.executemany("INSERT INTO probe VALUES ($1, $2)", [(1, 7), (2, 8)])
    async with floor.transaction(CLINICIAN) as tx:
        assert [row["id"] for row in await tx.fetch("SELECT id FROM probe")] == [1]


async def test_without_a_scope_the_login_sees_nothing(floor: Database) -> None:
    async with floor.pool.acquire() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM probe")


def test_nobody_acts_as_the_owner_of_the_aggregate_views() -> None:
    with pytest.raises(TransactionMisused, match="only owns views"):
        Scope(DbRole.pathway_stats)


# --- nesting ----------------------------------------------------------------------------------


async def test_an_inner_failure_that_is_caught_undoes_only_the_inner_part(floor: Database) -> None:
    async with floor.transaction(WRITER):
        await add(floor, 1)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with floor.transaction(WRITER) as inner:
                await inner.execute("INSERT INTO probe VALUES (2)")
                await inner.execute("INSERT INTO probe VALUES (1)")
        await add(floor, 3)
    assert await kept(floor) == [1, 3]


async def test_an_outer_failure_undoes_everything(floor: Database) -> None:
    with pytest.raises(LookupError):
        async with floor.transaction(WRITER):
            await add(floor, 1)
            raise LookupError
    assert await kept(floor) == []


async def test_a_rehearsal_leaves_nothing_behind_even_when_nested(floor: Database) -> None:
    async with floor.rehearsal(WRITER):
        await add(floor, 1)
        assert await kept(floor) == [1]
    async with floor.transaction(WRITER):
        async with floor.rehearsal(CLINICIAN):
            await add(floor, 2)
        await add(floor, 3)
    assert await kept(floor) == [3]


async def test_a_nested_transaction_can_be_limited_to_reading(floor: Database) -> None:
    async with floor.transaction(WRITER) as outer:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with floor.transaction(WRITER, read_only=True) as inner:
                await inner.execute("INSERT INTO probe VALUES (1)")
        async with floor.transaction(WRITER, read_only=True):
            pass
        await outer.execute("INSERT INTO probe VALUES (2)")
    assert await kept(floor) == [2]


async def test_more_isolation_cannot_be_asked_for_inside(floor: Database) -> None:
    async with floor.transaction(WRITER):
        with pytest.raises(TransactionMisused, match="outermost"):
            async with floor.transaction(WRITER, isolation="SERIALIZABLE"):
                pass


async def test_an_error_that_is_swallowed_without_nesting_is_not_reported_as_saved(floor: Database) -> None:
    with pytest.raises(TransactionMisused, match="nothing could be saved"):
        async with floor.transaction(WRITER) as tx:
            await tx.execute("INSERT INTO probe VALUES (1)")
            with pytest.raises(asyncpg.UniqueViolationError):
                await tx.execute("INSERT INTO probe VALUES (1)")
    assert await kept(floor) == []
    await assert_nothing_leaked(floor)


async def test_an_outer_transaction_cannot_be_used_as_the_inner_scope(floor: Database) -> None:
    async with floor.transaction(WRITER) as outer, floor.transaction(FAMILY):
        with pytest.raises(TransactionMisused, match="innermost"):
            await outer.fetch("SELECT 1")


async def test_a_transaction_that_has_ended_cannot_be_used(floor: Database) -> None:
    async with floor.transaction(WRITER) as tx:
        pass
    with pytest.raises(TransactionMisused, match="has ended"):
        await tx.fetch("SELECT 1")


# --- tasks ------------------------------------------------------------------------------------


async def test_two_tasks_cannot_share_a_transaction(floor: Database) -> None:
    async def slow(number: int) -> None:
        async with floor.transaction(WRITER) as tx:
            await tx.execute("SELECT pg_sleep(0.02)")
            await tx.execute("INSERT INTO probe VALUES ($1)", number)

    async with floor.transaction(WRITER):
        outcomes = await asyncio.gather(slow(1), slow(2), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), TransactionMisused]
    assert await kept(floor) == [1]


async def test_a_task_that_outlives_the_transaction_it_was_started_in_has_its_own(floor: Database) -> None:
    ended = asyncio.Event()

    async def later() -> None:
        await ended.wait()
        await add(floor, 5)

    with pytest.raises(LookupError):
        async with floor.transaction(WRITER):
            task = asyncio.create_task(later())
            await asyncio.sleep(0)
            raise LookupError
    ended.set()
    await task
    assert await kept(floor) == [5]


# --- Piccolo ----------------------------------------------------------------------------------


async def test_piccolo_queries_run_inside_the_transaction_and_its_scope(floor: Database) -> None:
    with pytest.raises(LookupError):
        async with floor.transaction(WRITER):
            await Probe.insert(Probe(id=1, org=7), Probe(id=2, org=8))
            async with floor.transaction(CLINICIAN):
                assert await Probe.select(Probe.id) == [{"id": 1}]
            raise LookupError
    assert await kept(floor) == []


async def test_piccolo_queries_outside_a_transaction_are_refused(floor: Database) -> None:
    with pytest.raises(TransactionMisused, match="outside a transaction"):
        await Probe.select()


# --- failures ---------------------------------------------------------------------------------


@pytest.mark.slow
async def test_fifty_commits_that_fail_leak_no_connection(floor: Database) -> None:
    for _ in range(50):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with floor.transaction(WRITER) as tx:
                await tx.execute("INSERT INTO late VALUES (1)")
    await assert_nothing_leaked(floor)


@pytest.mark.slow
async def test_two_hundred_cancellations_at_any_moment_leak_no_connection(floor: Database) -> None:
    chance = random.Random(20261124)
    began = 0

    async def work(number: int) -> None:
        nonlocal began
        async with floor.transaction(WRITER) as tx:
            began += 1
            await tx.execute("INSERT INTO probe VALUES ($1)", number)
            async with floor.transaction(CLINICIAN) as inner:
                await inner.fetch("SELECT pg_sleep(0.002)")

    for number in range(200):
        task = asyncio.create_task(work(number))
        await asyncio.sleep(chance.uniform(0, 0.006))
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
    assert began > 100
    await assert_nothing_leaked(floor)
    await add(floor, 1000)


@pytest.mark.slow
async def test_killed_backends_lose_only_their_own_transaction(
    floor: Database, floor_addresses: Addresses
) -> None:
    for number in range(8):
        nested = number % 2 == 0
        with pytest.raises(DatabaseUnavailable):
            async with floor.transaction(WRITER) as tx:
                await tx.execute("INSERT INTO probe VALUES ($1)", number)
                backend = await tx.fetchval("SELECT pg_backend_pid()")
                await _kill(floor_addresses, backend)
                if nested:
                    async with floor.transaction(CLINICIAN) as inner:
                        await inner.fetch("SELECT 1")
                await tx.fetch("SELECT 1")
        assert not floor.in_transaction
    await assert_nothing_leaked(floor)
    assert await kept(floor) == []


async def _kill(addresses: Addresses, backend: int) -> None:
    """As the application itself, which may end its own sessions."""
    connection = await asyncpg.connect(addresses.app_dsn)
    await connection.fetchval("SELECT pg_terminate_backend($1, 2000)", backend)
    await connection.close()


async def test_no_server_is_one_clear_sentence_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseUnavailable, match="could not be reached") as refused:
        await Database("postgresql://pathway_app:wrong@127.0.0.1:1/pathway").open()
    assert not re.search(r"127\.0\.0\.1|pathway_app|Connect", refused.value.message)
    assert "127.0.0.1" in caplog.text
    assert "wrong" not in caplog.text


def test_a_password_in_what_the_driver_says_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    _unreachable(OSError("no route to postgresql://pathway_app:wrong@db.example/pathway"))
    assert "db.example" in caplog.text
    assert "wrong" not in caplog.text


async def test_a_serialisation_failure_is_tried_again(floor: Database) -> None:
    await add(floor, 1)
    attempts = 0
    both_have_read = asyncio.Barrier(2)

    async def raise_by_one() -> None:
        async def once() -> None:
            nonlocal attempts
            attempts += 1
            async with floor.transaction(WRITER, isolation="SERIALIZABLE") as tx:
                org = await tx.fetchval("SELECT org FROM probe WHERE id = 1")
                if attempts <= 2:
                    await both_have_read.wait()
                await tx.execute("UPDATE probe SET org = $1 WHERE id = 1", org + 1)

        await floor.retrying(once)

    await asyncio.gather(raise_by_one(), raise_by_one())
    async with floor.transaction(WRITER) as tx:
        assert await tx.fetchval("SELECT org FROM probe WHERE id = 1") == 2
    assert attempts == 3


async def test_inside_a_transaction_nothing_is_tried_again(floor: Database) -> None:
    attempts = 0

    async def conflict() -> None:
        nonlocal attempts
        attempts += 1
        raise asyncpg.SerializationError

    async with floor.transaction(WRITER):
        with pytest.raises(asyncpg.SerializationError):
            await floor.retrying(conflict)
    assert attempts == 1


async def test_a_table_that_a_migration_changed_meanwhile_is_read_again(
    floor: Database, floor_addresses: Addresses
) -> None:
    async def read() -> int:
        async with floor.transaction(WRITER) as tx:
            return len(await tx.fetch("SELECT * FROM parent"))

    await read()
    await run_as_owner(floor_addresses, "ALTER TABLE parent ADD COLUMN note text")
    assert await floor.retrying(read) == 0
    await run_as_owner(floor_addresses, "ALTER TABLE parent DROP COLUMN note")

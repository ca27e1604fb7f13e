"""The real PostgreSQL for every test: one server for the run, migrated once.

`database` is shared; `rolled_back` undoes what the test did in it; `committed` is the test's own copy, for what only
happens at COMMIT (NOTIFY, locks, jobs, several connections). PATHWAY_TEST_DATABASE_URL and PATHWAY_TEST_OWNER_URL
name a server to use instead of the embedded one; the owner needs CREATEROLE and CREATEDB.
"""

import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pathway.store import embedded
from pathway.store.embedded import Addresses
from pathway.store.engine import Database, Scope
from pathway.store.migrate import migrate
from pathway.store.roles import DbRole
from tests.databases import new_database, opened
from tests.world import World, make_world

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server_data() -> Iterator[Path | None]:
    """The data folder of this run's embedded server; None where a server is given by its address."""
    if "PATHWAY_TEST_DATABASE_URL" in os.environ:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pathway-test-") as folder:
        yield Path(folder)
        embedded.stop(Path(folder))


@pytest.fixture(scope="session")
def postgres(server_data: Path | None) -> Addresses:
    """The server of this test run."""
    if server_data is None:
        return Addresses(os.environ["PATHWAY_TEST_DATABASE_URL"], os.environ["PATHWAY_TEST_OWNER_URL"])
    return embedded.ensure_running(server_data)


@pytest.fixture(scope="session")
async def migrated(postgres: Addresses) -> AsyncIterator[str]:
    """The name of a database in which every migration has run, for copying: nobody may connect to it."""
    async with new_database(postgres, f"migrated_{os.getpid()}") as addresses:
        await migrate(addresses.owner_dsn, addresses.app_dsn)
        yield addresses.owner_dsn.split("?")[0].rsplit("/", 1)[1]


@pytest.fixture(scope="session")
async def shared_addresses(postgres: Addresses, migrated: str) -> AsyncIterator[Addresses]:
    """Where the shared database is; what a test commits in it, others see: use `committed` for that."""
    async with new_database(postgres, f"shared_{os.getpid()}", migrated) as addresses:
        yield addresses


@pytest.fixture(scope="session")
async def database(shared_addresses: Addresses) -> AsyncIterator[Database]:
    """The shared database, open."""
    async with opened(shared_addresses, max_size=8) as database:
        yield database


@pytest.fixture
async def rolled_back(database: Database) -> AsyncIterator[Database]:
    """The shared database inside a transaction that is undone; what the test opens in it are savepoints."""
    async with database.rehearsal(Scope(DbRole.pathway_writer)):
        yield database


@pytest.fixture
async def committed_addresses(postgres: Addresses, migrated: str) -> AsyncIterator[Addresses]:
    """Where the test's own database is."""
    async with new_database(postgres, f"own_{os.getpid()}_{next(_numbers)}", migrated) as addresses:
        yield addresses


@pytest.fixture
async def committed(committed_addresses: Addresses) -> AsyncIterator[Database]:
    """A database of the test's own, open: what it commits nobody else sees."""
    async with opened(committed_addresses, max_size=8) as database:
        yield database


@pytest.fixture
async def world(rolled_back: Database, tmp_path: Path) -> World:
    """A small area with an account for each role; what is done in it is undone."""
    return await make_world(rolled_back, tmp_path)


@pytest.fixture
async def committed_world(committed: Database, tmp_path: Path) -> World:
    """The same in a database of the test's own, where COMMIT is real."""
    return await make_world(committed, tmp_path)

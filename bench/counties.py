"""Counties to measure on: the demonstration's own simulation, loaded by its own loader."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from pathway.demo.seed import seed_county
from pathway.demo.sizes import SIZES, Size
from pathway.settings import load
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.migrate import migrate, with_database
from tests.databases import run_as_owner

SMALL_AREA = "small_area"
_TEN_THOUSAND = 10_000 / 36_000
_MADE: set[str] = set()
"""Those that an earlier measure of this run has made; none of them changes a history."""


@asynccontextmanager
async def county(server: Addresses, folder: Path, size: str, today: date) -> AsyncIterator[Database]:
    """A seeded database of that size, open; made once in a run. It goes with the server's folder: a vacuum may be at work on it."""
    SIZES.setdefault(SMALL_AREA, Size(SMALL_AREA, SIZES["county"].share * _TEN_THOUSAND))
    name = f"bench_{size}"
    addresses = Addresses(with_database(server.app_dsn, name), with_database(server.owner_dsn, name))
    if addresses.app_dsn not in _MADE:
        await run_as_owner(server, f"CREATE DATABASE {name}")
        await migrate(addresses.owner_dsn, addresses.app_dsn)
        settings = load(data=folder, database_url=addresses.app_dsn, owner_url=addresses.owner_dsn)
        await seed_county(settings, addresses, size, 2026, today)
        _MADE.add(addresses.app_dsn)
    database = Database(addresses.app_dsn, statement_timeout=600)
    await database.open(1, 4)
    try:
        yield database
    finally:
        await database.close()

"""Databases for tests: made by the product's own migrations once, then copied, which takes milliseconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.migrate import with_database


async def run_as_owner(addresses: Addresses, *statements: str) -> None:
    """Statements of a test's own set-up, each in a transaction of its own, as the owner of the tables."""
    connection = await asyncpg.connect(addresses.owner_dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def new_database(server: Addresses, name: str, template: str = "template1") -> AsyncIterator[Addresses]:
    """A database of this name, copied from a template to which nobody is connected; dropped afterwards."""
    await run_as_owner(
        server,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {template}",
    )
    try:
        yield Addresses(with_database(server.app_dsn, name), with_database(server.owner_dsn, name))
    finally:
        await _drop(server, name)


async def _drop(server: Addresses, name: str, tries: int = 40) -> None:
    """Drop it as soon as nobody else is in it: a vacuum that the server runs itself cannot be ended by the owner."""
    for attempt in range(1, tries + 1):
        try:
            await run_as_owner(server, f"DROP DATABASE {name} WITH (FORCE)")
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
            if attempt == tries:
                raise
            await asyncio.sleep(0.5)
        else:
            return


@asynccontextmanager
async def opened(addresses: Addresses, max_size: int = 4) -> AsyncIterator[Database]:
    """A Database with its pool open."""
    database = Database(addresses.app_dsn)
    await database.open(min_size=1, max_size=max_size)
    try:
        yield database
    finally:
        await database.close()

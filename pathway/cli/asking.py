"""What commands share: the settings, an open area for the length of a command, and who the command acts as."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import uuid4

from pathway.actions.area import Area
from pathway.actions.open_area import open_area
from pathway.actions.perform import Asking
from pathway.domain.errors import NotFound, PathwayError
from pathway.domain.roles import Actor, Door, Role
from pathway.settings import Settings, load
from pathway.store.addresses import application_dsn
from pathway.store.engine import Database
from pathway.store.migrate import refuse_stale_schema
from pathway.store.scopes import WORKER, WRITER

Answer = TypeVar("Answer")


def sentence_for(error: PathwayError) -> str:
    """A refusal as a command prints it."""
    return f"{error.title}: {error.message}"


@asynccontextmanager
async def opened(settings: Settings | None = None) -> AsyncIterator[tuple[Settings, Area]]:
    """The area, open; the database must be of this version."""
    settings = settings or load()
    dsn = await asyncio.to_thread(application_dsn, settings)
    # A command may read a whole county in one statement; people wait for pages, not for this.
    database = Database(dsn, statement_timeout=600)
    await database.open(1, settings.pool_max)
    try:
        async with database.transaction(WORKER) as tx:
            await refuse_stale_schema(tx.connection)
        yield settings, await open_area(settings, database)
    finally:
        await database.close()


def run(work: Callable[[Settings, Area], Awaitable[Answer]]) -> Answer:
    """Run something with the area open, from a command."""

    async def whole() -> Answer:
        async with opened() as (settings, area):
            return await work(settings, area)

    return asyncio.run(whole())


async def acting_as(area: Area, login: str) -> Asking:
    """The account that a command acts for, under a request id of its own."""
    async with area.database.transaction(WRITER, read_only=True) as tx:
        row = await tx.fetchrow(
            "SELECT id, role, organisation_id, name FROM account WHERE login = $1 AND active", login
        )
    if row is None:
        raise NotFound(
            "There is no active account of that name. Give a login, as “pathway accounts” lists them."
        )
    actor = Actor(row["id"], Role(row["role"]), row["organisation_id"] or 0, Door.COMMAND, row["name"])
    return Asking(actor, uuid4())

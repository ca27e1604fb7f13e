"""Filling an empty database with Moorshire: organisations, accounts, pathways, people and five years of facts.

All of it is one transaction, under the policies, as the loader. A database that holds anything else is refused.
"""

import gc
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.demo.afterwards import agree_limits, area_at_noon, propose, record_looked_after, seal
from pathway.demo.county import COUNCIL, COUNTY_TEAM, Account, County, moorshire
from pathway.demo.partners import SYSTEMS, register_systems
from pathway.demo.people import nhs_numbers
from pathway.demo.progress import Silent
from pathway.demo.simulation import simulate
from pathway.demo.sizes import SIZES, Size
from pathway.demo.stories import as_facts, story_accounts
from pathway.domain.errors import Conflict
from pathway.domain.identifiers import NhsNumber
from pathway.settings import Settings
from pathway.store import connections
from pathway.store.embedded import Addresses
from pathway.store.engine import Database, Tx
from pathway.store.keys import AreaKey, area_key
from pathway.store.loader import LOADER, Loading, load
from pathway.store.loader_facts import Batch, Loaded
from pathway.store.loader_replicas import replicate
from pathway.store.pathways import Pathways

_HELD = """
SELECT EXISTS (SELECT FROM organisation) OR EXISTS (SELECT FROM account) OR EXISTS (SELECT FROM child)
    OR EXISTS (SELECT FROM event)"""
_SMALLEST_FOR_PROCESSES = 5000


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made."""

    size: str
    seed: int
    today: date
    organisations: int
    accounts: int
    loaded: Loaded


async def is_seeded(addresses: Addresses) -> bool:
    """Whether the demonstration is there already."""
    database = Database(addresses.app_dsn)
    await database.open(1, 1)
    try:
        async with database.transaction(LOADER) as tx:
            return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM demonstration)"))
    finally:
        await database.close()


async def seed_county(
    settings: Settings,
    addresses: Addresses,
    size: str,
    seed: int,
    today: date,
    progress: Silent | None = None,
) -> Seeded:
    """Make the county in an empty, migrated database. Raises Conflict where the database holds anything else."""
    progress = progress or Silent()
    database = Database(addresses.app_dsn)
    await database.open(1, 2)
    collects = gc.isenabled()
    gc.disable()  # a county is millions of objects, none of them garbage: looking for it takes longer than making them
    try:
        async with database.transaction(LOADER) as tx:
            await _refuse_unless_empty(tx)
        progress.step("Simulating the county")
        batch = simulate(SIZES[size], seed, today)
        key = area_key(settings)
        loaded = await fill(database, key, batch, size, seed, today, progress)
        await register_systems(database, settings.data_folder)
        area = area_at_noon(database, key, today)
        await agree_limits(area)
        await seal(area, today)
        await record_looked_after(area)
    finally:
        if collects:
            gc.enable()
        await database.close()
    await _finish(addresses, SIZES[size], batch, progress)
    county = moorshire()
    accounts = len(county.accounts) + len(story_accounts()) + len(SYSTEMS)
    return Seeded(size, seed, today, len(county.organisations), accounts, loaded)


async def fill(
    database: Database, key: AreaKey, batch: Batch, size: str, seed: int, today: date, progress: Silent
) -> Loaded:
    """Everything in one transaction: the county's organisations and accounts, then its people and their histories."""
    processes = (os.cpu_count() or 1) if len(batch.histories) > _SMALLEST_FOR_PROCESSES else 1
    loading = Loading(
        {pathway: definitions.source(pathway) for pathway in definitions.load_all()},
        england(), key, watched_until=today, processes=processes, replicas=SIZES[size].replicas,
        progress=progress.bar,
    )  # fmt: skip
    told = as_facts(today)
    everything = Batch(told.children + batch.children, told.histories + batch.histories)
    async with database.transaction(LOADER) as tx:
        await _refuse_unless_empty(tx)
        await insert_county(tx, moorshire(), story_accounts())
        loaded = await load(database, everything, loading)
        await propose(tx, told)
        await tx.execute(
            "INSERT INTO demonstration (size, seed, today) VALUES ($1, $2, $3)", size, seed, today
        )
    return loaded


async def _refuse_unless_empty(tx: Tx) -> None:
    if await tx.fetchval(_HELD):
        raise Conflict(
            "This database is not empty, so no demonstration is put into it. Give an empty one with "
            "PATHWAY_DATABASE_URL, or another folder with PATHWAY_DATA."
        )


async def insert_county(tx: Tx, county: County, more_accounts: Sequence[Account] = ()) -> None:
    """The organisations, accounts, routes and pathways; their numbers are the county's own."""
    await tx.executemany(
        "INSERT INTO organisation (id, kind, name, ods_code, urn) VALUES ($1, $2, $3, $4, $5)",
        [(o.id, o.kind, o.name, o.ods_code, o.urn) for o in county.organisations],
    )
    accounts = (*county.accounts, *more_accounts)
    await tx.executemany(
        "INSERT INTO account (id, login, name, role, organisation_id, persona) VALUES ($1, $2, $3, $4, $5, $6)",
        [(a.id, a.login, a.name, a.role.value, a.organisation_id, a.persona) for a in accounts],
    )
    for table, last in (
        ("organisation", max(o.id for o in county.organisations)),
        ("account", max(a.id for a in accounts)),
    ):
        # The next one that is made gets a number after ours.
        await tx.execute(
            "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2)", table, last
        )
    pathways = Pathways()
    for pathway, definition in definitions.load_all().items():
        await pathways.store(tx, definition, definitions.source(pathway))
        await tx.execute(
            "INSERT INTO pathway_route (pathway, provider_id, council_id) VALUES ($1, $2, $3)",
            pathway, COUNTY_TEAM, COUNCIL,
        )  # fmt: skip


def _free_numbers(batch: Batch) -> Iterator[NhsNumber]:
    """NHS numbers of the range for tests that nobody of the county has."""
    given = (child.details.nhs_number for child in batch.children)
    highest = max(number.value for number in given if number is not None)
    return dropwhile(lambda number: number.value <= highest, nhs_numbers())


async def _finish(addresses: Addresses, size: Size, batch: Batch, progress: Silent) -> None:
    """As the owner: the copies of a county that is made for measuring, and the statistics of every table."""
    connection = await connections.connect(addresses.owner_dsn, {"application_name": "pathway demo"}, None)
    try:
        if size.replicas > 1:
            await replicate(connection, size.replicas, _free_numbers(batch), progress.bar)
        progress.step("Counting, for the query planner")
        await connection.execute("SET default_statistics_target = 40; ANALYZE")
    finally:
        await connection.close()

"""A position in the ledger means the same for ever: late commits, later writes and back-dated facts come after it."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Self
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathway.domain.events import Event
from pathway.store.engine import Database, Tx
from pathway.store.facts import events_known_at
from pathway.store.ledger import Ledger, head, position_at
from pathway.store.scopes import WORKER
from tests.world import World

TRIAGED, ACCEPTED = date(2026, 3, 5), date(2026, 3, 10)
_COPY = """
INSERT INTO event (id, episode_id, kind, happened_on, account_id, role, organisation_id, door, request_id, definition)
SELECT gen_random_uuid(), episode_id, 'family_updated', $2, account_id, role, organisation_id, door, $3, definition
  FROM event WHERE episode_id = $1 ORDER BY sequence LIMIT 1"""


async def known(world: World, episode: UUID, position: int) -> list[Event]:
    async with world.area.database.transaction(WORKER) as tx:
        return await events_known_at(tx, episode, position)


async def at(world: World, moment: datetime) -> int:
    async with world.area.database.transaction(WORKER) as tx:
        return await position_at(tx, moment)


async def database_time(world: World) -> datetime:
    async with world.area.database.transaction(WORKER) as tx:
        now: datetime = await tx.fetchval("SELECT clock_timestamp()")
        return now


async def test_each_committed_event_is_numbered_once_and_without_gaps(committed_world: World) -> None:
    world, ledger = committed_world, Ledger(committed_world.area.database)
    referred = await world.refer()
    assert await ledger.number() == 1
    await world.step("triage", referred.episode_id, "triage_started", TRIAGED)
    await world.step("triage", referred.episode_id, "referral_accepted", ACCEPTED, priority="routine")
    assert await ledger.number() == 2
    assert await ledger.number() == 0
    assert await Ledger(world.area.database).number() == 0, "another worker finds nothing left to number"
    async with world.area.database.transaction(WORKER) as tx:
        positions = [row["position"] for row in await tx.fetch("SELECT position FROM ledger ORDER BY 1")]
    assert positions == [1, 2, 3]


async def test_what_is_recorded_later_does_not_change_what_was_known(committed_world: World) -> None:
    world, ledger = committed_world, Ledger(committed_world.area.database)
    referred = await world.refer()
    await ledger.number()
    then, moment = await known(world, referred.episode_id, 1), await database_time(world)
    await world.step("triage", referred.episode_id, "triage_started", TRIAGED)
    await ledger.number()
    assert await known(world, referred.episode_id, 1) == then
    assert await at(world, moment) == 1
    assert await at(world, datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert len(await known(world, referred.episode_id, 2)) == 2


async def test_a_transaction_that_commits_late_is_numbered_after_what_was_known_before_it(
    committed_world: World,
) -> None:
    world, ledger = committed_world, Ledger(committed_world.area.database)
    held = await world.refer()
    other = await world.refer()
    await ledger.number()
    async with _Writer(world.area.database) as late:
        await late.do("write", held.episode_id)  # has the lower sequence, and is still open
        await world.step("triage", other.episode_id, "triage_started", TRIAGED)
        assert await ledger.number() == 1
        before = await known(world, held.episode_id, 3)
    assert await ledger.number() == 1
    assert await known(world, held.episode_id, 3) == before
    assert len(await known(world, held.episode_id, 4)) == 2


async def test_a_time_that_is_being_numbered_waits_for_it(committed_world: World) -> None:
    world = committed_world
    await world.refer()
    asked = asyncio.Event()

    async def numbering() -> None:
        async with world.area.database.transaction(WORKER) as tx:
            await tx.execute("SELECT pg_advisory_xact_lock(7204010)")
            await tx.execute("INSERT INTO ledger SELECT 1, min(sequence), statement_timestamp() FROM event")
            moment.append(await tx.fetchval("SELECT clock_timestamp()"))
            asked.set()
            await asyncio.sleep(0.2)

    moment: list[datetime] = []
    task = asyncio.create_task(numbering())
    await asked.wait()
    assert await at(world, moment[0]) == 1
    await task


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["write", "commit", "number", "roll_back"])),
        min_size=4,
        max_size=24,
    )
)
async def test_no_order_of_commits_changes_what_stands_before_a_position(
    committed_world: World, moves: list[tuple[int, str]]
) -> None:
    """Four writers, each with a transaction of its own held open for any length of time."""
    world = committed_world
    episodes = [(await world.refer()).episode_id for _ in range(2)]
    ledger = Ledger(world.area.database)
    await ledger.number()
    snapshots: list[tuple[int, list[list[Event]]]] = []

    async def look(position: int) -> list[list[Event]]:
        return [await known(world, e, position) for e in episodes]

    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(_Writer(world.area.database)) for _ in range(4)]
        for n, move in moves:
            if move == "number":
                await ledger.number()
                async with world.area.database.transaction(WORKER) as tx:
                    position = await head(tx)
                snapshots.append((position, await look(position)))
            else:
                await writers[n].do(move, episodes[n % 2])
    await ledger.number()
    for position, seen in snapshots:
        assert await look(position) == seen
    async with world.area.database.transaction(WORKER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM event") == await head(tx), "nothing is left out"


class _Writer:
    """A connection of its own, so that its transaction can stay open while others commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = False

    async def __aenter__(self) -> Self:
        self._connection: asyncpg.Connection = await self._database.connect(None)
        await self._connection.execute("SET SESSION ROLE pathway_writer")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.execute("COMMIT" if self._open else "SELECT 1")
        await self._connection.close()

    async def do(self, move: str, episode: UUID) -> None:
        if move == "write":
            if not self._open:
                await self._connection.execute("BEGIN")
                self._open = True
            await self._connection.execute(_COPY, episode, TRIAGED, uuid4())
        elif self._open:
            await self._connection.execute("COMMIT" if move == "commit" else "ROLLBACK")
            self._open = False


async def test_a_fact_never_stands_before_the_one_it_rests_on(committed_world: World) -> None:
    """Its transaction may have got its id first, and then waited for the other one's lock."""
    world, ledger = committed_world, Ledger(committed_world.area.database)
    referred = await world.refer()
    database = world.area.database
    old = await database.connect(None)
    bystander = await database.connect(None)
    for connection in (old, bystander):
        await connection.execute("SET SESSION ROLE pathway_writer; BEGIN")
    await old.fetchval("SELECT pg_current_xact_id()")
    await bystander.fetchval("SELECT pg_current_xact_id()")  # keeps the snapshot's xmin between the two below
    await world.step("triage", referred.episode_id, "triage_started", TRIAGED)
    await old.execute(_COPY, referred.episode_id, ACCEPTED, uuid4())
    await old.execute("COMMIT")
    await ledger.number()
    kinds = [[e.kind for e in await known(world, referred.episode_id, n)] for n in (1, 2, 3)]
    assert kinds == [
        ["referral_received"],
        ["referral_received", "triage_started"],
        ["referral_received", "triage_started", "family_updated"],
    ]
    await bystander.execute("ROLLBACK")
    for connection in (old, bystander):
        await connection.close()


async def test_the_ledger_cannot_be_changed(committed_world: World) -> None:
    await committed_world.refer()
    await Ledger(committed_world.area.database).number()

    async def change() -> None:
        async with committed_world.area.database.transaction(WORKER) as tx:
            await _renumber(tx)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await change()


async def _renumber(tx: Tx) -> None:
    await tx.execute("UPDATE ledger SET position = 9")

"""docs/rules.md 19: a death, a restriction or a sealing stops every message; an imported record is silent until released;
a correction is read by a person first."""

from datetime import date
from uuid import UUID

import pytest

from pathway.domain.referral import CarerDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Letter, Post
from pathway.store.scopes import WORKER, WRITER
from tests.world import World

CARERS = tuple(
    CarerDetails(name, "parent", email=f"{name.lower()}@example.com", parental_responsibility=True)
    for name in ("Nadia", "Tariq")
)


class Recorder:
    """Keeps what it was given, for the test to look at."""

    needs_address = True

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


async def waiting(world: World) -> list[UUID]:
    async with world.area.database.transaction(WORKER) as tx:
        return [r["id"] for r in await tx.fetch("SELECT id FROM outbox ORDER BY made_at")]


async def state(world: World, outbox_id: UUID) -> str:
    async with world.area.database.transaction(WORKER) as tx:
        found: str = await tx.fetchval("SELECT state FROM outbox WHERE id = $1", outbox_id)
        return found


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE child SET died_on = '2026-11-20'",
        "UPDATE child SET sealed_at = now()",
        "UPDATE episode SET messages_stopped = true",
        "UPDATE episode SET silent = true",
    ],
)
async def test_what_still_waits_when_messages_stop_is_never_sent(world: World, change: str) -> None:
    await world.refer()
    [outbox_id] = await waiting(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(change)
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), outbox_id) == "dropped"
    assert sender.letters == []
    async with world.area.database.transaction(WORKER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM message") == 0


async def test_a_death_drops_what_waits_in_the_same_transaction(world: World) -> None:
    referred = await world.refer()
    await world.step("clinician", referred.episode_id, "death_recorded", date(2026, 11, 20))
    [outbox_id] = await waiting(world)
    assert await state(world, outbox_id) == "dropped"
    assert await deliver(world.area, Post({"email": Recorder()}), outbox_id) == "dropped"


async def test_a_death_recorded_while_a_message_is_on_its_way_stops_the_next_one(
    committed_world: World,
) -> None:
    """Between two carers: the first was told, the second is not."""
    world = committed_world
    referred = await world.refer(carers=CARERS)

    class Slow(Recorder):
        async def send(self, letter: Letter) -> None:
            await super().send(letter)
            await world.step("clinician", referred.episode_id, "death_recorded", date(2026, 11, 20))

    sender = Slow()
    [outbox_id] = await waiting(world)
    assert await deliver(world.area, Post({"email": sender}), outbox_id) == "dropped"
    assert len(sender.letters) == 1
    assert await state(world, outbox_id) == "dropped"


async def test_a_message_about_a_fact_that_was_corrected_is_held_for_a_person(world: World) -> None:
    await world.refer()
    [outbox_id] = await waiting(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO event (id, episode_id, kind, happened_on, account_id, role, organisation_id, door, request_id,"
            " definition, fields, target) SELECT gen_random_uuid(), episode_id, 're_dated', happened_on, 1, role, 1, door,"
            ' request_id, definition, \'{"happened_on": "2026-03-02"}\', id FROM event'
        )
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), outbox_id) == "held"
    assert sender.letters == []

"""The worker sends what waits, tries again, holds what will not go, begins again when it dies, and stops when told to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from pathway.actions.area import Area
from pathway.actions.roll_reviews_forward import roll_reviews_forward
from pathway.domain.errors import NotSent
from pathway.notify.senders import Letter, Mailbox, Post
from pathway.settings import Settings, load
from pathway.store import deliveries
from pathway.store.held_jobs import held_messages, send_again
from pathway.store.integrity import check_integrity
from pathway.store.scopes import WORKER, WRITER
from pathway.worker.handlers import handlers
from pathway.worker.queue import ATTEMPTS, TryLater, delay_after, run_queue
from pathway.worker.rounds import Round, go_round, keep_going
from pathway.worker.run import rounds, run_worker, work
from tests.world import World

RECEIVED = date(2026, 3, 3)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(mode="demo", data=tmp_path)


async def one(area: Area, query: str, *given: object) -> object:
    async with area.database.transaction(WORKER) as tx:
        return await tx.fetchval(query, *given)


async def until(holds: Callable[[], Awaitable[object]], seconds: float = 10) -> None:
    """Ask again and again: another connection is at work."""
    for _ in range(int(seconds / 0.05)):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"It did not come about in {seconds} seconds.")


class Broken:
    """A mail server that takes nothing."""

    needs_address = True

    def __init__(self, *, final: bool = False) -> None:
        self.final = final
        self.tries = 0

    async def send(self, letter: Letter) -> None:
        self.tries += 1
        raise NotSent("The mail server did not take the message.", final=self.final)


async def test_once_does_everything_that_waits(committed_world: World, settings: Settings) -> None:
    world = committed_world
    for _ in range(3):
        await world.on(RECEIVED).refer(received_on=RECEIVED)
    await run_worker(world.area, settings, once=True)
    assert await one(world.area, "SELECT count(*) FROM outbox WHERE state = 'sent'") == 3
    assert await one(world.area, "SELECT count(*) FROM message WHERE state = 'delivered'") == 3
    assert await one(world.area, "SELECT count(*) FROM ledger") == 3
    assert await one(world.area, "SELECT count(*) FROM seal WHERE log = 'event'") == 1
    assert await one(world.area, "SELECT count(*) > 0 FROM crossing") is True
    assert await one(world.area, "SELECT count(*) FROM episode WHERE planned_for < '2026-11-24'") == 0
    assert await one(world.area, "SELECT count(*) FROM heartbeat") == 1
    assert await one(world.area, "SELECT count(*) FROM pgqueuer") == 0
    report = await check_integrity(
        world.area.database, world.area.pathways, world.area.calendar, settings, lambda done, of: None
    )
    assert report.is_whole, report.printed()


async def test_a_running_worker_sends_within_seconds_and_stops_when_told(
    committed_world: World, settings: Settings
) -> None:
    world, stop = committed_world, asyncio.Event()
    task = asyncio.create_task(work(world.area, settings, stop))
    await world.refer()
    await until(lambda: one(world.area, "SELECT bool_and(state = 'sent') FROM outbox"))
    await until(lambda: one(world.area, "SELECT count(*) = 1 FROM ledger"))
    stop.set()
    async with asyncio.timeout(10):
        await task


async def test_a_cancelled_worker_leaves_nothing_running(committed_world: World, settings: Settings) -> None:
    before = asyncio.all_tasks()
    task = asyncio.create_task(work(committed_world.area, settings, asyncio.Event()))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before


async def test_a_worker_whose_connection_is_cut_begins_again(
    committed_world: World, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    world, stop = committed_world, asyncio.Event()
    task = asyncio.create_task(work(world.area, settings, stop))
    ours = await world.area.database.connect(None)  # the login itself may end its own connections
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await until(lambda: ours.fetchval(f"SELECT count(*) {others} AND query LIKE '%pgqueuer%'"))
    with caplog.at_level(logging.ERROR):
        assert await ours.fetchval(f"SELECT count(pg_terminate_backend(pid)) {others}") > 1
        await asyncio.sleep(0.2)
        await world.refer()
        await until(lambda: one(world.area, "SELECT bool_and(state = 'sent') FROM outbox"), 30)
    await ours.close()
    assert "queue stopped and begins again" in caplog.text
    stop.set()
    async with asyncio.timeout(10):
        await task


async def test_what_will_not_go_is_tried_again_later_and_then_held_for_a_person(world: World) -> None:
    await world.refer()
    sender = Broken()
    deliver = handlers(world.area, Post({"email": sender}))["deliver"]
    outbox_id = str(await one(world.area, "SELECT id FROM outbox"))
    for attempt in range(ATTEMPTS - 1):
        with pytest.raises(TryLater) as later:
            await deliver(outbox_id)
        assert later.value.delay == delay_after(attempt)
    await deliver(outbox_id)  # the last attempt ends the job: the row is the record now
    assert sender.tries == ATTEMPTS
    async with world.area.database.transaction(WORKER) as tx:
        [held] = await held_messages(tx)
    assert (held.state, held.attempts) == ("held", ATTEMPTS)
    assert held.reason == "The mail server did not take the message."


async def test_an_address_that_does_not_exist_is_held_at_once_and_can_be_sent_again(world: World) -> None:
    await world.refer()
    outbox_id = str(await one(world.area, "SELECT id FROM outbox"))
    await handlers(world.area, Post({"email": Broken(final=True)}))["deliver"](outbox_id)
    assert await one(world.area, "SELECT state FROM outbox") == "held"
    async with world.area.database.transaction(WRITER) as tx:
        await send_again(tx, UUID(outbox_id))
    await handlers(world.area, Post({"email": Mailbox()}))["deliver"](outbox_id)
    assert await one(world.area, "SELECT state FROM outbox") == "sent"


async def test_an_unforeseen_error_is_noted_without_its_text(world: World) -> None:
    async def stumble(area: Area, post: Post, outbox_id: UUID) -> str:
        raise ValueError("Amira Stone, 1 Mill Lane")

    await world.refer()
    outbox_id = str(await one(world.area, "SELECT id FROM outbox"))
    with pytest.raises(TryLater):
        await handlers(world.area, Post({}), {"family_update": stumble})["deliver"](outbox_id)
    noted = str(await one(world.area, "SELECT last_error FROM outbox"))
    assert "ValueError at test_worker.py" in noted
    assert "Amira" not in noted


async def test_a_kind_of_message_that_this_version_does_not_know_is_held(world: World) -> None:
    await world.refer()
    outbox_id = str(await one(world.area, "SELECT id FROM outbox"))
    await handlers(world.area, Post({}), {})["deliver"](outbox_id)
    assert await one(world.area, "SELECT state FROM outbox") == "held"


async def test_an_emptied_queue_is_filled_again_from_the_outbox(
    committed_world: World, settings: Settings
) -> None:
    world = committed_world
    await world.refer()
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("DELETE FROM pgqueuer")
        await tx.execute("UPDATE outbox SET made_at = made_at - interval '5 minutes'")
    async with world.area.database.transaction(WORKER) as tx:
        assert await deliveries.wake_forgotten(tx) == 1
        assert await deliveries.wake_forgotten(tx) == 1, "one job is enough"
    await run_queue(
        world.area.database, handlers(world.area, Post({"email": Mailbox()})), asyncio.Event(), once=True
    )
    assert await one(world.area, "SELECT state FROM outbox") == "sent"


async def test_a_review_that_passed_gives_way_to_the_next(world: World) -> None:
    referred = await world.on(RECEIVED).refer(received_on=RECEIVED)
    assert await roll_reviews_forward(world.area) == 1
    planned = await one(world.area, "SELECT planned_for FROM episode WHERE id = $1", referred.episode_id)
    assert isinstance(planned, date)
    assert date(2026, 11, 24) <= planned <= date(2026, 12, 8), "every 2 weeks while it is new"
    assert await roll_reviews_forward(world.area) == 0
    await world.step(
        "triage", referred.episode_id, "triage_started", date(2026, 3, 5), version=referred.version
    )


async def test_a_loop_that_dies_begins_again_and_says_so_without_personal_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop, runs = asyncio.Event(), 0

    async def dies_once() -> int:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("Amira Stone")
        stop.set()
        return 0

    each = Round("counting", timedelta(seconds=0), dies_once)
    with caplog.at_level(logging.ERROR):
        await keep_going("counting", lambda: go_round(each, stop), stop)
    assert runs == 2
    assert "counting stopped and begins again: ValueError" in caplog.text
    assert "Amira" not in caplog.text


def test_each_round_has_a_name_and_a_pause(world: World, settings: Settings) -> None:
    found = rounds(world.area, settings)
    assert len({each.name for each in found}) == len(found)
    assert all(timedelta(0) < each.every <= timedelta(hours=1) for each in found)


def test_later_tries_are_twice_as_far_apart_up_to_an_hour() -> None:
    delays = [delay_after(n) for n in range(20)]
    assert delays[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(delays) == timedelta(hours=1)

"""The worker: does the jobs of the queue and its rounds until told to stop, and begins again whatever dies.

In a demonstration it runs beside the server in the same process; elsewhere `pathway worker` is a process of its own, and
there may be several: every round is safe to do twice at once.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final

from pathway.actions.area import Area
from pathway.actions.mark_birthdays import mark_birthdays
from pathway.actions.roll_reviews_forward import roll_reviews_forward
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.actions.take_up_decisions import take_up_decisions
from pathway.actions.tell_of_openings import tell_of_openings
from pathway.notify.senders import Post, post_from
from pathway.settings import Settings
from pathway.store import deliveries, partner_messages
from pathway.store.engine import Tx
from pathway.store.housekeeping import beat, clear_away
from pathway.store.ledger import Ledger
from pathway.store.scopes import WORKER
from pathway.store.seals import Sealer, seal_book
from pathway.worker.handlers import handlers, topics
from pathway.worker.national import NationalWork, national_work
from pathway.worker.queue import run_queue
from pathway.worker.rounds import Round, go_round, keep_going
from pathway_fhir.outbound.outward import Outward, outward_from

_log = logging.getLogger(__name__)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QUEUE: Final = "queue"


async def work(area: Area, settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set; what is under way is finished first. Dies only if it is cancelled."""
    post, outward, national = post_from(settings), outward_from(settings), national_work(area, settings)
    queue = partial(_queue, area, post, outward, national, stop)
    tasks = [asyncio.create_task(keep_going(QUEUE, queue, stop))]
    for each in (*rounds(area, settings), *national.rounds()):
        tasks.append(asyncio.create_task(keep_going(each.name, partial(go_round, each, stop), stop)))
    _log.info("The worker has begun.")
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await outward.close()
        await national.close()
        _log.info("The worker has stopped.")


async def run_worker(area: Area, settings: Settings, *, once: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with `once`, do every round and every ready job one time, and return."""
    if once:
        outward, national = outward_from(settings), national_work(area, settings)
        try:
            for each in (*rounds(area, settings), *national.rounds()):
                await each.work()
            done = {**handlers(area, post_from(settings), topics(outward)), **national.handlers()}
            await run_queue(area.database, done, asyncio.Event(), once=True)
        finally:
            await outward.close()
            await national.close()
        return
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await work(area, settings, stop)


def rounds(area: Area, settings: Settings) -> tuple[Round, ...]:
    """What is done again and again. The day is London's, so an hourly round meets each new day within the hour."""
    ledger = Ledger(area.database)
    sealer = Sealer(area.database, seal_book(settings))
    return (
        Round("alive", timedelta(seconds=10), partial(_in_transaction, area, _beat)),
        Round("facts numbered", timedelta(seconds=1), ledger.number),
        Round("rows sealed", MINUTE, sealer.seal),
        Round("new crossings", HOUR, partial(scan_for_breaches, area)),
        Round("reviews rolled forward", HOUR, partial(roll_reviews_forward, area)),
        Round("birthdays marked", HOUR, partial(mark_birthdays, area)),
        Round("decisions taken up", HOUR, partial(take_up_decisions, area)),
        Round("openings told of", 5 * MINUTE, partial(tell_of_openings, area)),
        Round("messages woken", MINUTE, partial(_in_transaction, area, deliveries.wake_forgotten)),
        Round("partners woken", MINUTE, partial(_in_transaction, area, partial(_wake_partners, area))),
        Round("rows cleared away", HOUR, partial(_in_transaction, area, clear_away)),
    )


async def _queue(
    area: Area, post: Post, outward: Outward, national: NationalWork, stop: asyncio.Event
) -> None:
    done = {**handlers(area, post, topics(outward)), **national.handlers()}
    await run_queue(area.database, done, stop)


async def _in_transaction(area: Area, do: Callable[[Tx], Awaitable[int]]) -> int:
    async with area.database.transaction(WORKER) as tx:
        return await do(tx)


async def _wake_partners(area: Area, tx: Tx) -> int:
    return await partner_messages.wake(tx, area.now())


async def _beat(tx: Tx) -> int:
    await beat(tx, f"{socket.gethostname()}:{os.getpid()}")
    return 0

"""Running the job queue: one connection of its own, a handler for each kind of job, later tries, and what is held.

A handler is given what the job is about and nothing else. It raises TryLater to be called again; any other error is tried
again too, and held where people can see it once that has been in vain.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueExecutionMode

from pathway.store.engine import Database
from pathway.store.roles import DbRole

Handler = Callable[[str], Awaitable[None]]

ATTEMPTS: Final = 8
FIRST_DELAY: Final = timedelta(seconds=5)
LONGEST_DELAY: Final = timedelta(hours=1)


class TryLater(Exception):
    """The job could not be done now; its own record says why. It is tried again after `delay`."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"again in {delay}")
        self.delay = delay


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, and never more than an hour."""
    return min(FIRST_DELAY * float(2**attempts), LONGEST_DELAY)


async def run_queue(
    database: Database, handlers: Mapping[str, Handler], stop: asyncio.Event, *, once: bool = False
) -> None:
    """Do jobs until told to stop, or, with `once`, until none is ready. A job under way is finished first."""
    connection = await database.connect(DbRole.r_worker)
    try:
        queue = PgQueuer(AsyncpgDriver(connection))
        for name, handler in handlers.items():
            _register(queue, name, handler)
        watch = asyncio.create_task(_pass_on(stop, queue.qm.shutdown))
        try:
            await queue.qm.run(
                batch_size=10,
                dequeue_timeout=timedelta(seconds=2),
                heartbeat_timeout=timedelta(seconds=30),
                mode=QueueExecutionMode.drain if once else QueueExecutionMode.continuous,
            )
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
    finally:
        await connection.close()


def _register(queue: PgQueuer, name: str, handler: Handler) -> None:
    async def do(job: Job) -> None:
        try:
            await handler((job.payload or b"").decode())
        except TryLater as later:
            raise RetryRequested(later.delay) from later

    queue.entrypoint(name, executor_factory=_patient, on_failure="hold")(do)


def _patient(parameters: EntrypointExecutorParameters) -> Any:
    return DatabaseRetryEntrypointExecutor(
        parameters, max_attempts=ATTEMPTS, initial_delay=FIRST_DELAY, max_delay=LONGEST_DELAY
    )


async def _pass_on(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()

"""What the worker does again and again, and keeping it going: a loop that dies is logged and begins again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pathway.domain.errors import PathwayError, place_of

_log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Round:
    """One piece of work and how often it is done. `work` returns how much there was to do."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[int]]


async def go_round(each: Round, stop: asyncio.Event) -> None:
    """Do it now, and then again after each pause, until told to stop."""
    while not stop.is_set():
        done = await each.work()
        if done:
            _log.info("%s: %d", each.name, done)
        await wait(stop, each.every.total_seconds())


async def keep_going(name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Run `work`, and again whenever it dies or ends by itself, with a longer pause each time, until told to stop."""
    pause = FIRST_PAUSE
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        began = loop.time()
        try:
            await work()
        except PathwayError as error:
            _log.error("%s stopped and begins again: %s", name, error.message)
        except Exception as error:  # noqa: BLE001
            # Its own text may hold what somebody typed.
            _log.error("%s stopped and begins again: %s at %s", name, type(error).__name__, place_of(error))
        if loop.time() - began > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        await wait(stop, pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return

"""A circuit breaker for each destination: after several failures in a row it is asked no more, then once to see, then as before.

What it has learned stands in the database, so that every worker process knows. The time is given to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pathway.store import destinations
from pathway.store.destinations import Health
from pathway.store.engine import Database
from pathway.store.scopes import WORKER

OPENS_AFTER: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)
TRIAL: Final = timedelta(seconds=45)
"""How long a trial may take, before another process makes one: longer than a request does."""


def pause_after(failures: int) -> timedelta | None:
    """How long a destination is left alone after so many failures in a row; None where it is not."""
    if failures < OPENS_AFTER:
        return None
    return min(FIRST_PAUSE * float(2 ** min(failures - OPENS_AFTER, 10)), LONGEST_PAUSE)


def state(health: Health, now: datetime) -> str:
    """`closed`: asked as usual. `open`: not asked. `half-open`: asked once, to see."""
    if health.open_until is None:
        return "closed"
    return "open" if health.open_until > now else "half-open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one destination, by its name, as `partner:3` or `pds`."""

    database: Database
    destination: str

    async def wait(self, now: datetime) -> datetime | None:
        """None where it may be asked now; else until when not. Half open, only the first who asks is let through."""
        async with self.database.transaction(WORKER) as tx:
            health = await destinations.health(tx, self.destination)
            if health.open_until is None:
                return None
            if health.open_until > now:
                return health.open_until
            if await destinations.begin_trial(tx, self.destination, now, now + TRIAL):
                return None
            return health.trial_until or now + TRIAL

    async def answered(self) -> None:
        """It answered, well or not: it is there."""
        async with self.database.transaction(WORKER) as tx:
            await destinations.note_answer(tx, self.destination)

    async def failed(self, now: datetime) -> None:
        """It did not answer, or said that it cannot."""
        async with self.database.transaction(WORKER) as tx:
            failures = await destinations.note_failure(tx, self.destination)
            pause = pause_after(failures)
            if pause is not None:
                await destinations.open_until(tx, self.destination, now + pause)

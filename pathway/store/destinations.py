"""Where we send to, by name: whether it answers, and which worker process is sending to it now.

Every process reads and writes the same rows, so a destination that is down is left alone by all of them, and each has one sender
at a time, which keeps the order of its messages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pathway.store.engine import Tx

_HEALTH: Final = "SELECT failures, open_until, trial_until FROM destination WHERE name = $1"
_TRIAL: Final = """
UPDATE destination SET trial_until = $3
 WHERE name = $1 AND open_until <= $2 AND (trial_until IS NULL OR trial_until <= $2) RETURNING 1"""
_ANSWERED: Final = """
UPDATE destination SET failures = 0, open_until = NULL, trial_until = NULL WHERE name = $1 AND failures > 0"""
_FAILED: Final = """
INSERT INTO destination AS d (name, failures) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET failures = d.failures + 1, trial_until = NULL RETURNING failures"""
_OPEN: Final = "UPDATE destination SET open_until = $2 WHERE name = $1"
# By the clock of the database: two processes may not agree on the time.
_LEASE: Final = """
INSERT INTO destination AS d (name, lease, leased_until) VALUES ($1, $2, clock_timestamp() + $3::interval)
ON CONFLICT (name) DO UPDATE SET lease = $2, leased_until = clock_timestamp() + $3::interval
 WHERE d.lease = $2 OR d.lease IS NULL OR d.leased_until <= clock_timestamp() RETURNING 1"""
_RELEASE: Final = "UPDATE destination SET lease = NULL, leased_until = NULL WHERE name = $1 AND lease = $2"


@dataclass(frozen=True, slots=True)
class Health:
    """Failures in a row, until when it is left alone, and until when one process tries whether it is back."""

    failures: int = 0
    open_until: datetime | None = None
    trial_until: datetime | None = None


async def health(tx: Tx, name: str) -> Health:
    row = await tx.fetchrow(_HEALTH, name)
    return Health(*row) if row else Health()


async def begin_trial(tx: Tx, name: str, now: datetime, until: datetime) -> bool:
    """Whether this process may try; the others wait until it has an answer, or until that time."""
    return await tx.fetchval(_TRIAL, name, now, until) is not None


async def note_answer(tx: Tx, name: str) -> None:
    await tx.execute(_ANSWERED, name)


async def note_failure(tx: Tx, name: str) -> int:
    """One more failure in a row; how many there are."""
    failures: int = await tx.fetchval(_FAILED, name)
    return failures


async def open_until(tx: Tx, name: str, until: datetime) -> None:
    await tx.execute(_OPEN, name, until)


async def lease(tx: Tx, name: str, holder: UUID, lasts: timedelta) -> bool:
    """Be the one who sends to it, from now for so long; again to stay so. False where another process is."""
    return await tx.fetchval(_LEASE, name, holder, lasts) is not None


async def release(tx: Tx, name: str, holder: UUID) -> None:
    await tx.execute(_RELEASE, name, holder)

"""Put the running clocks under a newly agreed limit, a few hundred at a time, before the limit takes effect.

Each batch commits on its own and notes how far it came, so a job that was stopped goes on from there, and running it again
changes nothing. A clock's row is closed and made again, never overwritten; a breach that was reached under an earlier
limit is never cleared (docs/rules.md 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.breaches import Grade, crossings, first_crossing_on
from pathway.domain.projection import ClockRow, fact_of
from pathway.domain.thresholds import ClockReading, read
from pathway.store import thresholds
from pathway.store.engine import Tx
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import WRITER
from pathway.store.thresholds import RunningClock, StoredThreshold


@dataclass(frozen=True, slots=True)
class ReDated:
    """What a run did: the clocks it looked at, those whose dates changed, and whether it was done in time."""

    looked_at: int
    changed: int
    in_time: bool


async def re_date_clocks(area: Area, threshold_id: int, *, batch: int = 500) -> ReDated:
    """Bring every running clock of an agreed limit to its new dates. NotFound where there is no such limit.

    A clock that starts while this runs is read under the limit from its first fact, for the limit is agreed by then. One
    that was being written when the last partner signed may not be: a second pass, from the first episode, finds those.
    """
    first = await _sweep(area, threshold_id, batch, again=False)
    second = await _sweep(area, threshold_id, batch, again=True)
    async with area.database.transaction(WRITER) as tx:
        stored = await thresholds.lock_threshold(tx, threshold_id)
        if stored.agreed:
            await thresholds.mark_re_dated(tx, threshold_id)
    return ReDated(
        first.looked_at + second.looked_at,
        first.changed + second.changed,
        in_time=area.today < stored.version.effective_from,
    )


@dataclass(frozen=True, slots=True)
class _Done:
    """How far a batch or a sweep came, and what it did."""

    until: UUID | None = None
    looked_at: int = 0
    changed: int = 0


async def _sweep(area: Area, threshold_id: int, batch: int, *, again: bool) -> _Done:
    """Batch after batch until there are no more: from where the last run stopped, or again from the first episode."""
    so_far = _Done()
    while True:
        found = await area.database.retrying(
            partial(_batch, area, threshold_id, batch, so_far.until if again else None, again)
        )
        if found.until is None:
            return so_far
        so_far = _Done(found.until, so_far.looked_at + found.looked_at, so_far.changed + found.changed)


async def _batch(area: Area, threshold_id: int, batch: int, after: UUID | None, again: bool) -> _Done:
    """The next episodes; nothing where there are no more, or where the limit is not agreed or is done already."""
    async with area.database.transaction(WRITER) as tx:
        stored = await thresholds.threshold(tx, threshold_id)
        if not stored.agreed or stored.re_dated:
            return _Done()
        start = after if again else stored.re_dated_to
        running = await thresholds.lock_next_running(tx, stored.pathway, stored.version.clock, start, batch)
        if not running:
            return _Done()
        changed = await _changed(tx, area, stored, running)
        await thresholds.make_clocks_again(tx, stored.pathway, changed)
        until = running[-1].episode_id
        if not again:
            await thresholds.mark_re_dated_to(tx, threshold_id, until)
        return _Done(until, len(running), len(changed))


async def _changed(
    tx: Tx, area: Area, stored: StoredThreshold, running: Sequence[RunningClock]
) -> list[tuple[RunningClock, ClockRow, date | None]]:
    versions = (await agreed_thresholds(tx, stored.pathway)).get(stored.version.clock, ())
    found = []
    for clock in running:
        fact = fact_of(clock.row, await area.pathways.by_digest(tx, clock.definition))
        reading = read(fact, versions, area.calendar)
        row = _with_dates(clock.row, reading)
        if row != clock.row:
            found.append((clock, row, first_crossing_on(reading)))
    return found


def _with_dates(row: ClockRow, reading: ClockReading) -> ClockRow:
    """The row with the dates of the limits in force; all that the facts say stays as it is."""
    due = reading.due
    return replace(
        row,
        due_on=due.due_on,
        due_soon_on=due.due_soon_on,
        late_from=next((c.on for c in crossings(reading) if c.grade is Grade.BREACHED), None),
        locked_due_on=due.locked_due_on,
        threshold_id=due.threshold_id,
    )

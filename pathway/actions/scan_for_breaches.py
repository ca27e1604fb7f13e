"""Notice each grade that a wait reaches, once, with the true day, also after the scan was down.

Each clock keeps the next day on which it enters a grade, so the scan reads an index range and never all children. A clock
that stopped, or began again, before anybody looked is noticed too: what was reached stays counted (docs/rules.md 1).
"""

from dataclasses import dataclass
from datetime import date
from functools import partial

from pathway.actions.area import Area
from pathway.domain.breaches import next_crossing_on, reached
from pathway.domain.definition import Definition
from pathway.domain.projection import ClockRow, fact_of
from pathway.domain.thresholds import ClockReading, Due
from pathway.store import crossings
from pathway.store.crossings import NewCrossing, Taken
from pathway.store.engine import Tx
from pathway.store.scopes import WORKER


@dataclass(frozen=True, slots=True)
class _Batch:
    clocks: int = 0
    noticed: int = 0


async def scan_for_breaches(area: Area, *, batch: int = 1000) -> int:
    """Notice everything reached by today, a batch at a time; how many grades nobody had noticed before.

    Any number of scans may run at once: each takes clocks that no other one holds.
    """
    noticed = 0
    while True:
        found = await area.database.retrying(partial(_batch, area, area.today, batch))
        noticed += found.noticed
        if found.clocks < batch:
            return noticed


async def _batch(area: Area, today: date, batch: int) -> _Batch:
    async with area.database.transaction(WORKER) as tx:
        taken = await crossings.take(tx, today, batch)
        if not taken:
            return _Batch()
        found: list[NewCrossing] = []
        next_on: list[tuple[int, date | None]] = []
        for clock in taken:
            reading = await _reading(tx, area, clock)
            found += _found(clock, reading, today)
            next_on.append((clock.id, next_crossing_on(reading, today) if clock.current else None))
        added = await crossings.insert(tx, found)
        await crossings.set_next(tx, next_on)
        return _Batch(len(taken), added)


async def _reading(tx: Tx, area: Area, clock: Taken) -> ClockReading:
    return reading_of(clock.row, await area.pathways.by_digest(tx, clock.definition))


def reading_of(row: ClockRow, definition: Definition) -> ClockReading:
    """A stored clock with the dates that were stored for it, to be graded without a fold."""
    fact = fact_of(row, definition)
    clock = fact.definition
    return ClockReading(
        fact,
        Due(row.due_on, row.due_soon_on, row.locked_due_on, clock.limit, row.threshold_id, clock.source),
    )


def _found(clock: Taken, reading: ClockReading, today: date) -> list[NewCrossing]:
    row = clock.row
    until = today if clock.current else clock.again_from
    return [
        NewCrossing(
            episode_id=clock.episode_id,
            pathway=clock.pathway,
            clock=row.clock,
            start_event=row.start_event,
            counts_from=row.counts_from,
            grade=crossing.grade.value,
            reached_on=crossing.on,
            due_on=row.due_on,
            threshold_id=row.threshold_id,
            provider_id=row.provider_id,
            council_id=row.council_id,
            closed_on=row.finished_on or clock.again_from,
        )
        for crossing in (reached(reading, until) if until else ())
    ]

"""Clocks and limits for truth tables: the least that a rule needs, so that a row of a table says all that matters."""

from datetime import date
from uuid import UUID

from pathway.definitions.calendar import england
from pathway.domain.clocks import ClockFact
from pathway.domain.definition import ClockDef, ClockKind, LimitStatus
from pathway.domain.periods import Period
from pathway.domain.thresholds import Applies, ClockReading, Threshold, read

CALENDAR = england()
STARTED, STOPPED = UUID(int=1), UUID(int=2)


def clock(
    limit: str = "3 months",
    *,
    kind: ClockKind = ClockKind.STEP_TO_STEP,
    status: LimitStatus = LimitStatus.NATIONAL,
    due_soon: str = "",
    bands: tuple[str, ...] = (),
    repeat: bool = False,
    at: tuple[int, int] = (0, 0),
    before: bool = False,
    first_day_counts: bool = False,
    family_reached: bool = False,
    exceptions: tuple[str, ...] = (),
) -> ClockDef:
    """A clock of this limit and kind; what starts and stops it is up to the test."""
    return ClockDef(
        key="clock", title="Referral to start", kind=kind, starts=(), stops=(), ends=(), restarts=(),
        limit=Period.parse(limit), status=status, source="NICE QS51 statement 1",
        due_soon=Period.parse(due_soon) if due_soon else None,
        bands=tuple(Period.parse(band) for band in bands), repeat=repeat, day=at[0], month=at[1], before=before,
        first_day_counts=first_day_counts, restarts_when_family_reached=family_reached,
        exceptions=frozenset(exceptions),
    )  # fmt: skip


def fact(
    definition: ClockDef,
    started: date,
    *,
    stopped: date | None = None,
    ended: date | None = None,
    counts_from: date | None = None,
    value: str = "",
) -> ClockFact:
    """One instance of a clock as the facts would have it."""
    return ClockFact(
        definition, 1, started, STARTED, counts_from or started, stopped, STOPPED if stopped else None,
        ended, STOPPED if ended else None, value,
    )  # fmt: skip


def reading(
    definition: ClockDef,
    started: date,
    *versions: Threshold,
    stopped: date | None = None,
    ended: date | None = None,
    counts_from: date | None = None,
    value: str = "",
) -> ClockReading:
    """The clock with the limits in force over it."""
    made = fact(definition, started, stopped=stopped, ended=ended, counts_from=counts_from, value=value)
    return read(made, versions, CALENDAR)


def agreed(
    limit: str,
    effective_from: date,
    applies: Applies = Applies.RUNNING,
    *,
    number: int = 1,
    due_soon: str = "",
) -> Threshold:
    """A version that the partners have signed."""
    return Threshold(
        number, "clock", Period.parse(limit), effective_from, applies, "Board paper",
        Period.parse(due_soon) if due_soon else None, ("council", "icb", "provider"),
    )  # fmt: skip

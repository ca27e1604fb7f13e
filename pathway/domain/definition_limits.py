"""What the clocks of a definition must hold: limits with sources, warnings before them, bands after, dates that exist."""

from itertools import pairwise

from pathway.domain.breaches import BAND_GRADES
from pathway.domain.definition import ClockDef, ClockKind, Definition, FieldType
from pathway.domain.definition_checks import check_when
from pathway.domain.definition_faults import Faults
from pathway.domain.definition_sheet import Row, Sheet
from pathway.domain.periods import Period, Unit

_NOMINAL_DAYS = {
    Unit.DAYS: 1.0,
    Unit.WEEKS: 7.0,
    Unit.MONTHS: 30.4,
    Unit.WORKING_DAYS: 1.4,
    Unit.SCHOOL_DAYS: 1.9,
}


def check_limits(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Limits: locked ones have a source, warnings come before them, bands after, dates exist."""
    for row in sheet.rows["clock"]:
        clock = definition.clocks[row.key]
        if clock.status.is_locked and not clock.source:
            faults.add(
                row.place(),
                f"{row.named()}: a {clock.status} limit needs its source.",
                'Add source = "SI 2014/1530 reg …".',
            )
        counts = clock.kind in (ClockKind.STEP_TO_STEP, ClockKind.RECURRING)
        if counts and clock.due_soon is not None and _days(clock.due_soon) > _days(clock.limit):
            faults.add(
                row.place("due_soon"),
                f"{row.named()}: due soon ({clock.due_soon}) is later than the limit ({clock.limit}).",
                "Write a shorter period.",
            )
        if "limit" not in row.values and clock.kind is not ClockKind.FIXED_DATE:
            faults.add(row.place(), f"{row.named()}: “limit” is missing.", 'Add limit = "6 weeks".')
        _check_bands(clock, row, faults)
        _check_dates(definition, clock, row, faults)
        for part in ("starts", "stops", "ends", "restarts"):
            for trigger in getattr(clock, part):
                check_when(definition, definition.steps[trigger.step], trigger.when, row, part, faults)


def _check_bands(clock: ClockDef, row: Row, faults: Faults) -> None:
    unknown = [band for band in clock.bands if band not in BAND_GRADES]
    if unknown or any(_days(a) >= _days(b) for a, b in pairwise((clock.limit, *clock.bands))):
        faults.add(
            row.place("bands"),
            f"{row.named()}: the bands must rise from the limit and be known.",
            f"Choose from: {', '.join(str(band) for band in BAND_GRADES)}.",
        )


def _check_dates(definition: Definition, clock: ClockDef, row: Row, faults: Faults) -> None:
    needs = {
        ClockKind.FIXED_DATE: (FieldType.NUMBER, FieldType.DATE),
        ClockKind.BEFORE_DATE: (FieldType.DATE,),
    }.get(clock.kind)
    if clock.kind is ClockKind.FIXED_DATE and "at" not in row.values:
        faults.add(row.place(), f"{row.named()}: a fixed date needs a day.", 'Add at = "15 February".')
    if clock.before and clock.kind is not ClockKind.FIXED_DATE:
        faults.add(
            row.place("before"), f"{row.named()}: only a fixed date is “before” a day.", "Leave it out."
        )
    if needs is None:
        return
    for trigger in clock.starts:
        item = definition.steps[trigger.step].field_named(clock.date_field)
        if item is None or item.type not in needs:
            faults.add(
                row.place("date_field"),
                f"{row.named()}: “{trigger.step}” has no field "
                f"“{clock.date_field}” of type {' or '.join(needs)}.",
                "Name a field of the step that starts the clock.",
            )


def _days(period: Period) -> float:
    """About how many days; only for telling which of two periods is longer."""
    return period.n * _NOMINAL_DAYS[period.unit]

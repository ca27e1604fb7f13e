"""The breach table: for those who answer for the children, and for commissioners, who see no child.

Every grade is worked out from the stored clock by the same functions as on a child's page, so the table, the filter, the
count and the explanation are one sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.breaches import BAND_GRADES, Grade, grade
from pathway.domain.definition import Definition, Stage
from pathway.domain.errors import NotFound
from pathway.domain.explain import Explanation, explain
from pathway.domain.paging import Page, page_of, read_dated_place, row_number
from pathway.domain.projection import ClockRow, fact_of
from pathway.domain.roles import Actor, Role
from pathway.domain.thresholds import ClockReading, read
from pathway.store import access_log, breach_rows
from pathway.store.breach_rows import Bands, BreachCount, BreachFilter, Flag, LateChild
from pathway.store.engine import Tx
from pathway.store.organisations import organisation_names
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import reading

PAGE = 50
BAND_OF: Mapping[Grade, int] = {Grade.BREACHED: 0, **{grade: band.n for band, grade in BAND_GRADES.items()}}
"""The band of each grade that is a breach, in weeks: what a filter by grade asks the table for."""
GRADE_OF: Mapping[int, Grade] = {weeks: found for found, weeks in BAND_OF.items()}


@dataclass(frozen=True, slots=True)
class LateWait:
    """One line of the table for those who answer for the child."""

    late: LateChild
    clock: ClockReading
    grade: Grade
    days: int


@dataclass(frozen=True, slots=True)
class FlaggedWait:
    """One line of the table without identifiers: provider, pathway, stage as partners see it, and the whole sum."""

    id: int
    provider: str
    stage: Stage
    sum: Explanation
    pathway: str
    provider_id: int | None


@dataclass(frozen=True, slots=True)
class GradeCount:
    """How many clocks of one provider are in one grade: a true count, to be suppressed when shown."""

    provider: str
    pathway: str
    clock: str
    grade: Grade
    n: int


async def late_waits(
    area: Area, actor: Actor, wanted: BreachFilter, after: str | None = None, limit: int = PAGE
) -> Page[LateWait]:
    """The waits past a limit that a provider lead or a council officer answers for, longest overdue first."""
    council = actor.role is Role.SEND_OFFICER
    async with area.database.transaction(reading(actor)) as tx:
        rows = await breach_rows.late_children(
            tx,
            actor.organisation_id,
            council,
            area.today,
            bands(area),
            wanted,
            read_dated_place(after, row_number),
            limit + 1,
        )
        page = page_of(rows, [(r.row.late_from, r.id) for r in rows], limit)
        if page.rows:
            await access_log.log(tx, actor, "breaches", [r.child_id for r in page.rows])
        return Page(tuple([await _late(tx, area, row) for row in page.rows]), page.after)


async def flagged_waits(
    area: Area, actor: Actor, wanted: BreachFilter, after: str | None = None, limit: int = PAGE
) -> Page[FlaggedWait]:
    """The waits past a limit in the whole area, without anything that names a child."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        rows = await breach_rows.flags(
            tx, area.today, bands(area), wanted, read_dated_place(after, row_number), limit + 1
        )
        page = page_of(rows, [(r.row.late_from, r.id) for r in rows], limit)
        return Page(tuple([await _flagged(tx, area, row) for row in page.rows]), page.after)


async def flagged_wait(area: Area, actor: Actor, clock_row: int) -> FlaggedWait:
    """The arithmetic of one flag, without anything that names the child. NotFound where it is not current any more."""
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        found = await breach_rows.flag(tx, clock_row)
        if found is None:
            raise NotFound("This flag is no longer current: its clock has changed. Go back to the table.")
        return await _flagged(tx, area, found)


async def grade_counts(area: Area, actor: Actor) -> tuple[GradeCount, ...]:
    """How many clocks are past their limit, by provider, clock and grade; for commissioners, from aggregates only.

    Always of the whole area: of two tables that were narrowed differently, one could be subtracted from the other, and the
    difference may be fewer than are shown (docs/adr/0018).
    """
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        counts = await breach_rows.breach_counts(tx, area.today, bands(area))
        names = await organisation_names(tx, {c.provider_id for c in counts if c.provider_id})
        return tuple(_count(area, names, count) for count in counts)


def bands(area: Area) -> Bands:
    """The long-wait bands of every clock of the pathways in use, from their newest definitions."""
    table = [
        (key, clock.key, band.n)
        for key in area.pathways.keys
        for clock in area.pathways.newest(key).clocks.values()
        for band in clock.bands
    ]
    return Bands(tuple(p for p, _, _ in table), tuple(c for _, c, _ in table), tuple(w for _, _, w in table))


async def _late(tx: Tx, area: Area, late: LateChild) -> LateWait:
    definition = await area.pathways.by_digest(tx, late.definition)
    clock = await _reading(tx, area, late.pathway, definition, late.row)
    return LateWait(late, clock, grade(clock, area.today), clock.fact.days(area.today))


async def _flagged(tx: Tx, area: Area, flag: Flag) -> FlaggedWait:
    definition = await area.pathways.by_digest(tx, flag.definition)
    clock = await _reading(tx, area, flag.pathway, definition, flag.row)
    names = await organisation_names(tx, [flag.provider_id] if flag.provider_id else [])
    stage = definition.stages[flag.stage]
    provider = names.get(flag.provider_id or 0, "No provider yet")
    found = explain(definition, clock, {flag.start.id: flag.start}, area.today)
    return FlaggedWait(flag.id, provider, stage, found, flag.pathway, flag.provider_id)


async def _reading(tx: Tx, area: Area, pathway: str, definition: Definition, row: ClockRow) -> ClockReading:
    versions = await agreed_thresholds(tx, pathway)
    return read(fact_of(row, definition), versions.get(row.clock, ()), area.calendar)


def _count(area: Area, names: Mapping[int, str], count: BreachCount) -> GradeCount:
    definition = area.pathways.newest(count.pathway)
    title = definition.clocks[count.clock].title if count.clock in definition.clocks else count.clock
    provider = names.get(count.provider_id or 0, "No provider yet")
    return GradeCount(provider, definition.title, title, GRADE_OF[count.weeks], count.n)

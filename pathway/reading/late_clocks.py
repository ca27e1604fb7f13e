"""A provider's late clocks as they were known at a time, and the whole sum of one clock; both logged.

What was known then rests on the facts, and on the limits, of that time: a later agreement changes no past page.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.breaches import grade
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.explain import Explanation, explain
from pathway.domain.london import london_date
from pathway.domain.paging import Page, page_of, read_dated_place, row_number
from pathway.domain.projection import Versions, fact_of
from pathway.domain.roles import Actor, Role
from pathway.domain.thresholds import ClockReading, read
from pathway.reading.breaches import BAND_OF
from pathway.store import access_log
from pathway.store.breach_rows import BreachFilter
from pathway.store.clock_rows import current_clock
from pathway.store.engine import Tx
from pathway.store.episode_seen_rows import definitions_of
from pathway.store.facts import by_id, events_of
from pathway.store.past import FIRST_PAGE, After, LateClock, late_clocks
from pathway.store.pathways import agreed_thresholds
from pathway.store.scopes import WRITER, reading
from pathway.store.threshold_rows import threshold_versions

NOT_THERE = "There is no such wait, or its clock has changed since. Go back to the list."
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ClockSum:
    """One clock with its whole sum."""

    id: int
    episode_id: UUID
    sum: Explanation


@dataclass(frozen=True, slots=True)
class LateThen:
    """A clock that was past its limit, with the limit in force over it then."""

    row: LateClock
    clock: ClockReading


async def clock_sum(area: Area, actor: Actor, number: int) -> ClockSum:
    """The sum of one clock that the reader answers for. NotFound where it is not theirs, or not current any more."""
    async with area.database.transaction(reading(actor)) as tx:
        found = await current_clock(tx, number)
        if found is None:
            raise NotFound(NOT_THERE)
        await access_log.log(tx, actor, "breach", [found.child_id])
        definition = await area.pathways.by_digest(tx, found.definition)
        versions = await agreed_thresholds(tx, found.pathway)
        clock = read(fact_of(found.row, definition), versions.get(found.row.clock, ()), area.calendar)
        facts = by_id(await events_of(tx, found.episode_id))
        return ClockSum(found.id, found.episode_id, explain(definition, clock, facts, area.today))


async def late_then(
    area: Area, actor: Actor, wanted: BreachFilter, known_at: datetime, after: str | None, limit: int
) -> tuple[date, Page[LateThen]]:
    """The day of that time, and the waits of one's own provider that were known then to be past their limit."""
    if actor.role is not Role.PROVIDER_LEAD:
        raise InvalidInput(
            "What was known then is kept for each provider's own waits. Leave it out.", "known_at"
        )
    begun, day = read_dated_place(after, row_number), london_date(known_at)
    place = After(*begun) if begun else FIRST_PAGE
    async with area.database.transaction(reading(actor)) as tx:
        found: list[LateThen] = []
        while len(found) <= limit:
            rows = await late_clocks(
                tx, actor.organisation_id, today=day, after=place, limit=_AT_ONCE, known_at=known_at
            )
            found += [late for late in await _read(tx, area, rows, known_at) if _fits(late, wanted, day)]
            if len(rows) < _AT_ONCE:
                break
            place = After(rows[-1].row.late_from or day, rows[-1].id)
        page = page_of(found[: limit + 1], [(f.row.row.late_from, f.row.id) for f in found], limit)
        await _log(tx, area, actor, page)
        return day, page


async def _read(tx: Tx, area: Area, rows: list[LateClock], known_at: datetime) -> list[LateThen]:
    async with area.database.transaction(WRITER) as inner:
        under = await definitions_of(inner, [row.episode_id for row in rows])
    versions = {key: await _known_limits(tx, key, known_at) for key in {row.pathway for row in rows}}
    found = []
    for row in rows:
        definition = await area.pathways.by_digest(tx, under[row.episode_id].definition)
        limits = versions[row.pathway].get(row.row.clock, ())
        found.append(LateThen(row, read(fact_of(row.row, definition), limits, area.calendar)))
    return found


async def _known_limits(tx: Tx, pathway: str, known_at: datetime) -> Versions:
    agreed = {v.id for v in await threshold_versions(tx) if v.agreed_at and v.agreed_at <= known_at}
    return {
        clock: [version for version in versions if version.id in agreed]
        for clock, versions in (await agreed_thresholds(tx, pathway)).items()
    }


def _fits(late: LateThen, wanted: BreachFilter, day: date) -> bool:
    row = late.row
    return (
        wanted.pathway in (None, row.pathway)
        and wanted.clock in (None, row.row.clock)
        and wanted.provider_id in (None, row.row.provider_id)
        and wanted.band in (None, BAND_OF.get(grade(late.clock, day)))
    )


async def _log(tx: Tx, area: Area, actor: Actor, page: Page[LateThen]) -> None:
    if not page.rows:
        return
    async with area.database.transaction(WRITER) as inner:
        under = await definitions_of(inner, [late.row.episode_id for late in page.rows])
    await access_log.log(tx, actor, "breaches as known then", {one.child_id for one in under.values()})

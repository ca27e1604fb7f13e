"""The breach page is one index range, now and as it was known; what was known then does not change."""

from datetime import date, datetime, timedelta
from typing import Any

from pathway.domain.breaches import Grade, grade
from pathway.domain.projection import fact_of
from pathway.domain.thresholds import ClockReading, Due
from pathway.store import past
from pathway.store.engine import Scope
from pathway.store.ledger import Ledger
from pathway.store.past import FIRST_PAGE, After, LateClock, episode_as_known, late_clocks
from pathway.store.roles import DbRole
from pathway.store.scopes import WORKER, reading
from tests.world import TODAY, World

RECEIVED = date(2026, 3, 3)


async def page(world: World, **asked: Any) -> list[LateClock]:
    async with world.area.database.transaction(reading(world.actors["lead"])) as tx:
        return await late_clocks(tx, world.org["provider"], **{"today": TODAY, **asked})


async def moment(world: World) -> datetime:
    async with world.area.database.transaction(WORKER) as tx:
        now: datetime = await tx.fetchval("SELECT clock_timestamp()")
        return now


def keys(found: list[LateClock]) -> list[tuple[str, date | None]]:
    return [(clock.row.clock, clock.row.late_from) for clock in found]


async def test_the_longest_overdue_comes_first_and_pages_follow_on_from_each_other(world: World) -> None:
    for day in (RECEIVED, date(2026, 2, 2), date(2026, 4, 1)):
        await world.refer(received_on=day)
    whole = await page(world)
    assert whole
    assert [c.row.late_from for c in whole] == sorted(c.row.late_from for c in whole if c.row.late_from)
    pages, after = [], FIRST_PAGE
    while found := await page(world, after=after, limit=2):
        pages += found
        after = After(found[-1].row.late_from or date.max, found[-1].id)
    assert pages == whole
    assert await page(world, today=date(2026, 2, 2)) == []


async def test_a_late_clock_can_be_graded_and_explained_without_a_fold(world: World) -> None:
    await world.refer(received_on=RECEIVED)
    definition = world.area.pathways.newest("autism")
    for clock in await page(world):
        fact = fact_of(clock.row, definition)
        due = Due(
            clock.row.due_on, clock.row.due_soon_on, clock.row.locked_due_on, fact.definition.limit, 0, ""
        )
        assert grade(ClockReading(fact, due), TODAY).rank >= Grade.BREACHED.rank


async def test_another_providers_clocks_are_not_there(world: World) -> None:
    await world.refer(received_on=RECEIVED)
    async with world.area.database.transaction(reading(world.actors["other_lead"])) as tx:
        assert await late_clocks(tx, world.org["provider"], today=TODAY) == []
        assert await late_clocks(tx, world.org["other_provider"], today=TODAY) == []


async def test_a_page_as_it_was_known_is_the_page_that_was_shown_then(committed_world: World) -> None:
    world, ledger = committed_world, Ledger(committed_world.area.database)
    shown: list[tuple[datetime, list[tuple[str, date | None]]]] = []

    async def show() -> None:
        await ledger.number()
        shown.append((await moment(world), keys(await page(world))))

    first = await world.refer(received_on=RECEIVED)
    await show()
    await world.refer(received_on=date(2026, 1, 5))
    await show()
    await world.step("triage", first.episode_id, "triage_started", date(2026, 3, 5))
    await show()
    await world.step("triage", first.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine")
    await show()
    assert len({tuple(seen) for _, seen in shown}) > 2, "the steps changed the page"
    for known_at, seen in shown:
        assert keys(await page(world, known_at=known_at)) == seen
    assert await page(world, known_at=shown[0][0] - timedelta(days=1)) == []


async def test_a_fact_that_has_no_position_yet_is_not_known(committed_world: World) -> None:
    world, ledger = committed_world, Ledger(committed_world.area.database)
    referred = await world.refer(received_on=RECEIVED)
    await ledger.number()
    before = keys(await page(world))
    await world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine")
    late = await moment(world)
    assert keys(await page(world)) != before
    assert keys(await page(world, known_at=late)) == before, (
        "committed, and not numbered: not known at that time"
    )
    await ledger.number()
    assert keys(await page(world, known_at=late)) == before, "nor later"


async def test_an_episode_as_known_leaves_out_what_was_recorded_or_happened_later(
    committed_world: World,
) -> None:
    world, ledger = committed_world, Ledger(committed_world.area.database)
    referred = await world.refer(received_on=RECEIVED)
    await ledger.number()
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    await world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine")
    await ledger.number()
    area = world.area
    async with area.database.transaction(WORKER) as tx:
        stages = [
            (
                await episode_as_known(tx, area.pathways, area.calendar, referred.episode_id, day, position)
            ).stage.key
            for day, position in ((TODAY, 1), (TODAY, 2), (TODAY, 3), (date(2026, 3, 6), 3), (RECEIVED, 3))
        ]
    assert stages == ["received", "triage", "waiting", "triage", "received"]


async def test_the_current_page_reads_one_index_range(committed_world: World) -> None:
    world = committed_world
    await world.refer(received_on=RECEIVED)
    async with world.area.database.transaction(Scope(DbRole.r_lead, world.org["provider"], 1)) as tx:
        await tx.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        rows = await tx.fetch(f"EXPLAIN {past._NOW}", world.org["provider"], TODAY, date.min, 0, 50)
    plan = "\n".join(row[0] for row in rows)
    assert "Index Scan using clock_late_provider" in plan
    assert "Sort" not in plan
    assert "Filter: (" not in plan.replace("One-Time Filter", "")

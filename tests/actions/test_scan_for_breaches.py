"""Each grade that a wait reaches is noticed once, with the day on which it was reached, whenever anybody looks."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.store.scopes import WORKER, WRITER
from tests.world import World

RECEIVED = date(2026, 3, 3)
Row = tuple[str, str, date, date, date | None]


async def crossings(world: World, episode: UUID) -> list[Row]:
    async with world.area.database.transaction(WORKER) as tx:
        rows = await tx.fetch(
            "SELECT clock, grade, counts_from, reached_on, closed_on FROM crossing WHERE episode_id = $1"
            " ORDER BY clock, counts_from, reached_on, grade",
            episode,
        )
    return [tuple(row) for row in rows]


async def live(world: World, scan_on: Sequence[date]) -> list[Row]:
    """The same life of a child, with the scan running on these days only."""
    referred = await world.refer(received_on=RECEIVED)
    episode = referred.episode_id
    acts = {
        date(2026, 3, 20): ("triage", "triage_started", {}),
        date(2026, 4, 30): ("triage", "referral_accepted", {"priority": "routine"}),
        date(2026, 7, 20): ("coordinator", "family_updated", {"how": "telephone"}),
    }
    for day in sorted({*acts, *scan_on}):
        there = world.on(day)
        if day in acts:
            who, step, answers = acts[day]
            await there.step(who, episode, step, day, **answers)
        if day in scan_on:
            await scan_for_breaches(there.area)
    return await crossings(world, episode)


async def test_a_scan_that_was_down_for_months_notices_what_a_daily_one_would_have(world: World) -> None:
    last = date(2026, 11, 24)
    every_day = [RECEIVED + timedelta(days=n) for n in range((last - RECEIVED).days + 1)]
    async with world.area.database.rehearsal(WRITER):
        daily = await live(world.on(RECEIVED), every_day)
    late = await live(world.on(RECEIVED), [last])
    assert late == daily
    noticed = {(clock, grade): (on, closed) for clock, grade, _, on, closed in late}
    assert noticed["nice_start", "breached"] == (date(2026, 6, 4), None)
    assert noticed["triage_decision", "breached"][1] == date(2026, 4, 30), (
        "closed with its clock, and still counted"
    )


async def test_silence_that_begins_again_is_noticed_again(world: World) -> None:
    found = await live(world.on(RECEIVED), [date(2026, 11, 24)])
    silent = [
        (grade, counts_from, on, closed)
        for clock, grade, counts_from, on, closed in found
        if clock == "silence"
    ]
    assert ("breached", date(2026, 7, 20), date(2026, 10, 13), None) in silent


async def test_looking_twice_notices_nothing_twice(world: World) -> None:
    referred = await world.on(RECEIVED).refer(received_on=RECEIVED)
    assert await scan_for_breaches(world.area) > 0
    before = await crossings(world, referred.episode_id)
    assert await scan_for_breaches(world.area) == 0
    assert await crossings(world, referred.episode_id) == before


async def test_a_day_inside_the_limit_is_never_a_breach(world: World) -> None:
    referred = await world.on(RECEIVED).refer(received_on=RECEIVED)
    await scan_for_breaches(world.on(date(2026, 6, 3)).area)
    assert "breached" not in {
        r[1] for r in await crossings(world, referred.episode_id) if r[0] == "nice_start"
    }
    await scan_for_breaches(world.on(date(2026, 6, 4)).area)
    assert "breached" in {r[1] for r in await crossings(world, referred.episode_id) if r[0] == "nice_start"}


async def test_two_scans_at_once_share_the_work_and_count_nothing_twice(committed_world: World) -> None:
    world = committed_world
    episodes = [(await world.refer(received_on=RECEIVED)).episode_id for _ in range(30)]
    found = await asyncio.gather(*(scan_for_breaches(world.area, batch=7) for _ in range(3)))
    rows = [await crossings(world, episode) for episode in episodes]
    assert all(r == rows[0] for r in rows)
    assert rows[0]
    assert sum(found) == sum(len(r) for r in rows)


async def test_a_scan_beside_a_step_that_stops_the_clock_leaves_no_breach_open(
    committed_world: World,
) -> None:
    world = committed_world
    referred = await world.refer(received_on=RECEIVED)
    step = world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 5, 5), priority="routine"
    )
    await asyncio.gather(step, scan_for_breaches(world.area))
    await scan_for_breaches(world.area)
    rows = [r for r in await crossings(world, referred.episode_id) if r[0] == "triage_decision"]
    assert rows
    assert all(closed == date(2026, 5, 5) for *_, closed in rows)

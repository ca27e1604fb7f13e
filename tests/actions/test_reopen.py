"""An episode that is opened again goes on where it was: in the database too, with its breaches (docs/rules.md 2 and 8)."""

from datetime import date
from uuid import UUID

from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.store.scopes import WRITER
from tests.world import World

CLOSED, REASON = date(2026, 9, 1), "withdrawn_by_family"


async def closed_late(world: World) -> UUID:
    """Referred on 3 March, past NICE's limit on 4 June, closed on 1 September while waiting."""
    episode = (await world.refer()).episode_id
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 6), priority="routine")
    await world.step(
        "triage", episode, "closing_notified", date(2026, 8, 1), closure=REASON, close_on="2026-08-29"
    )
    await world.step("triage", episode, "episode_closed", CLOSED, closure=REASON)
    await scan_for_breaches(world.area)
    return episode


async def nice(world: World, episode: UUID) -> tuple[object, ...]:
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow(
            "SELECT c.state, c.started_on, c.late_from, x.closed_on FROM clock c"
            " JOIN crossing x ON (x.start_event, x.clock, x.grade) = (c.start_event, c.clock, 'breached')"
            " WHERE c.episode_id = $1 AND c.clock = 'nice_start' AND c.known_to IS NULL",
            episode,
        )
    assert row is not None
    return tuple(row)


async def test_a_breach_that_closed_with_its_episode_is_open_again_with_the_same_dates(world: World) -> None:
    episode = await closed_late(world)
    started, late = date(2026, 3, 3), date(2026, 6, 4)
    assert await nice(world, episode) == ("ended", started, late, CLOSED)
    await world.step("triage", episode, "reopened", date(2026, 10, 1), why="family_asked")
    await scan_for_breaches(world.area)
    assert await nice(world, episode) == ("running", started, late, None)


async def test_tasks_that_fell_away_are_on_their_lists_again(world: World) -> None:
    episode = await closed_late(world)
    await world.step("triage", episode, "reopened", date(2026, 10, 1), why="family_asked")
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow(
            "SELECT owner_id, opened_on, fell_away_on FROM task WHERE episode_id = $1"
            " AND key = 'school_support_information'",
            episode,
        )
    assert row is not None
    assert tuple(row) == (world.org["school"], date(2026, 3, 6), None)


async def test_its_past_stays_readable_as_it_was_known(world: World) -> None:
    episode = await closed_late(world)
    await world.step("triage", episode, "reopened", date(2026, 10, 1), why="family_asked")
    async with world.area.database.transaction(WRITER) as tx:
        states = await tx.fetch(
            "SELECT state FROM clock WHERE episode_id = $1 AND clock = 'nice_start' ORDER BY id", episode
        )
    assert [row["state"] for row in states] == ["running", "ended", "running"]

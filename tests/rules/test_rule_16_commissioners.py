"""docs/rules.md 16: commissioners have no right on any row about a child; a flag's arithmetic shows no identifier."""

from datetime import date

import asyncpg
import pytest

from pathway.domain.errors import NotFound
from pathway.domain.roles import PERMISSIONS, Permission, Role
from pathway.reading.child_record import child_record
from pathway.store.scopes import reading
from tests.web.signing_in import signed_in
from tests.world import World

ROWS = (
    "child",
    "episode",
    "event",
    "clock",
    "task",
    "crossing",
    "acknowledgement",
    "carer",
    "guardian",
    "message",
    "outbox",
)


@pytest.mark.parametrize("table", ROWS)
async def test_a_commissioner_may_not_even_count_the_rows_about_children(world: World, table: str) -> None:
    await world.refer()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.area.database.transaction(reading(world.actors["commissioner"])) as tx:
            await tx.fetchval(f"SELECT count(*) FROM {table}")


async def test_a_commissioner_sees_the_sum_behind_a_flag_and_no_child(world: World) -> None:
    referred = await world.refer()
    async with world.area.database.transaction(reading(world.actors["commissioner"])) as tx:
        row = await tx.fetchrow("SELECT * FROM flag_arithmetic WHERE clock = 'nice_start'")
    assert row is not None
    assert (row["pathway"], row["state"], row["start_kind"]) == ("autism", "running", "referral_received")
    values = {str(value) for value in row.values()}
    assert not values & {str(referred.child_id), str(referred.episode_id)}


async def test_a_childs_record_is_not_there_for_a_commissioner(world: World) -> None:
    referred = await world.refer()
    with pytest.raises((NotFound, asyncpg.InsufficientPrivilegeError)):
        await child_record(world.area, world.actors["commissioner"], referred.child_id)


def test_a_commissioner_holds_no_permission_that_opens_a_child() -> None:
    opening = {
        Permission.READ_CHILD, Permission.READ_WORKLIST, Permission.READ_OWN_PUPILS, Permission.READ_OWN_CHILD,
        Permission.RECORD_STEP, Permission.CORRECT, Permission.REFER, Permission.ACKNOWLEDGE_BREACH,
    }  # fmt: skip
    assert not PERMISSIONS[Role.COMMISSIONER] & opening


async def test_no_filter_changes_a_count_so_none_can_be_subtracted_from_another(world: World) -> None:
    """docs/adr/0018: 8 waits with one provider; narrowed to what only 6 of them are, the counts are the same."""
    for n in range(8):
        await world.refer(received_on=date(2025, 1, 6) if n < 6 else date(2026, 3, 3))
    narrowed = (
        "",
        "?grade=over_78_weeks",
        "?clock=autism%3Anice_start",
        f"?provider={world.org['provider']}",
    )
    async with signed_in(world, "commissioner") as client:
        pages = {query: (await client.get(f"/breaches{query}")).text for query in narrowed}
    counts = {
        query: html.split('class="app-with-filter"')[0].split("Each line opens")[1]
        for query, html in pages.items()
    }
    assert "Moorshire Children" in counts[""]
    assert set(counts.values()) == {counts[""]}
    lines = {
        query: html.split('class="app-with-filter"')[1].count('href="/breaches/')
        for query, html in pages.items()
    }
    assert lines["?grade=over_78_weeks"] < lines[""]

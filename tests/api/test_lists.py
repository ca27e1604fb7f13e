"""Lists over the API: the right rows for each reader, page by page, with the same numbers as everywhere else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from pathway.actions.refer import Referred
from pathway.reading.breaches import grade_counts
from pathway.store.ledger import Ledger
from tests.api.calling import Calls, calling
from tests.world import World


@pytest.fixture
async def waiting(world: World) -> list[Referred]:
    """Five children whom nobody has decided on since spring."""
    return [await world.refer(received_on=date(2026, 3, day)) for day in range(1, 6)]


async def all_pages(api: Calls, who: str, path: str, limit: int, **filters: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    after: str | None = None
    while True:
        place = {"after": after} if after else {}
        page = (await api.get(who, path, limit=limit, **filters, **place)).json()
        rows += page["rows"]
        after = page["after"]
        if after is None:
            return rows


@pytest.mark.parametrize(
    ("who", "path", "key"), [("triage", "/worklist", "episode"), ("lead", "/breaches", "id")]
)
async def test_pages_hold_every_row_once(
    api: Calls, waiting: list[Referred], who: str, path: str, key: str
) -> None:
    whole = await all_pages(api, who, path, 200)
    paged = await all_pages(api, who, path, 2)

    assert [row[key] for row in paged] == [row[key] for row in whole]
    assert len({row[key] for row in paged}) == len(paged) >= len(waiting)


async def test_a_worklist_is_narrowed_by_what_was_asked(
    api: Calls, world: World, waiting: list[Referred]
) -> None:
    await world.step("triage", waiting[0].episode_id, "triage_started", date(2026, 4, 1))
    triage = await all_pages(api, "triage", "/worklist", 50, stage="triage")
    as_the_pages_say = await all_pages(api, "triage", "/worklist", 50, stage="autism:triage")
    elsewhere = await api.get("triage", "/worklist", stage="autism:triage", pathway="annual_review")
    mine = await all_pages(api, "triage", "/worklist", 50, next_role="triage")
    late = await all_pages(api, "triage", "/worklist", 50, late="true")
    none = await all_pages(api, "triage", "/worklist", 50, pathway="annual_review")

    assert [row["episode"] for row in triage] == [str(waiting[0].episode_id)]
    assert (as_the_pages_say, elsewhere.status_code) == (triage, 422)
    assert (len(mine), len(late), none) == (5, 5, [])
    assert late[0]["presses"] is not None


async def test_a_school_lists_its_own_pupils_and_no_others(api: Calls, waiting: list[Referred]) -> None:
    own = (await api.get("senco", "/pupils")).json()["rows"]
    others = (await api.get("other_senco", "/pupils")).json()["rows"]

    assert {row["episode"] for row in own} == {str(one.episode_id) for one in waiting}
    assert others == []


async def test_a_breach_and_its_sum_are_one_number(api: Calls, waiting: list[Referred]) -> None:
    rows = await all_pages(api, "lead", "/breaches", 50)
    assert {str(one.episode_id) for one in waiting} <= {row["episode"] for row in rows}
    for row in rows:
        opened = (await api.get("lead", f"/breaches/{row['id']}")).json()
        for same in (
            "clock",
            "days",
            "days_over",
            "due_on",
            "grade",
            "limit",
            "source",
            "threshold_id",
            "started_on",
        ):
            assert opened["sum"][same] == row[same], same
        assert opened["episode"] == row["episode"]
        assert opened["sum"]["start"]["event"] is not None


async def test_the_longest_overdue_stand_first(api: Calls, waiting: list[Referred]) -> None:
    rows = await all_pages(api, "lead", "/breaches", 50)
    assert all(str(a["due_on"]) <= str(b["due_on"]) for a, b in pairwise(rows))


async def test_a_commissioner_reads_the_same_waits_with_nothing_that_names_a_child(
    api: Calls, waiting: list[Referred]
) -> None:
    """docs/rules.md 16."""
    led = await all_pages(api, "lead", "/breaches", 50)
    seen = await all_pages(api, "commissioner", "/breaches", 50)

    assert [(r["id"], r["clock"], r["days_over"], r["grade"]) for r in seen] == [
        (r["id"], r["clock"], r["days_over"], r["grade"]) for r in led
    ]
    assert {row["episode"] for row in seen} == {None}
    for row in seen:
        opened = await api.get("commissioner", f"/breaches/{row['id']}")
        assert opened.json()["episode"] is None
        assert opened.json()["sum"]["start"]["event"] is None
        for one in waiting:
            assert str(one.episode_id) not in opened.text
            assert str(one.child_id) not in opened.text
        assert "Amira" not in opened.text


async def test_breaches_are_narrowed_alike_for_lead_and_commissioner(
    api: Calls, waiting: list[Referred]
) -> None:
    rows = await all_pages(api, "lead", "/breaches", 50)
    clock, grade = str(rows[0]["clock"]), str(rows[0]["grade"])
    expected = [row["id"] for row in rows if (row["clock"], row["grade"]) == (clock, grade)]
    for who in ("lead", "commissioner"):
        found = await all_pages(api, who, "/breaches", 50, pathway="autism", clock=clock, grade=grade)
        assert [row["id"] for row in found] == expected
    assert await all_pages(api, "commissioner", "/breaches", 50, provider="1") == [
        row for row in await all_pages(api, "commissioner", "/breaches", 50) if row["provider"] == 1
    ]


async def test_another_provider_sees_none_of_them(api: Calls, waiting: list[Referred]) -> None:
    number = (await all_pages(api, "lead", "/breaches", 50))[0]["id"]
    assert await all_pages(api, "other_lead", "/breaches", 50) == []
    assert (await api.get("other_lead", f"/breaches/{number}")).status_code == 404


async def test_a_past_page_stays_what_it_was_when_something_is_recorded_since(committed_world: World) -> None:
    # What was known when is told by the database's own clock, so this test lives in the present.
    world = replace(committed_world, area=replace(committed_world.area, now=lambda: datetime.now(UTC)))
    today = world.area.today
    referred = [await world.refer(received_on=today - timedelta(days)) for days in (240, 241)]
    await Ledger(world.area.database).number()
    then = datetime.now(UTC)
    async with calling(world) as api:
        before = await all_pages(api, "lead", "/breaches", 1, known_at=then.isoformat())
        present = await all_pages(api, "lead", "/breaches", 50)
        await world.step("lead", referred[0].episode_id, "entered_in_error", today)
        await Ledger(world.area.database).number()
        after = await all_pages(api, "lead", "/breaches", 50, known_at=then.isoformat())
        now = await all_pages(api, "lead", "/breaches", 50)

    assert [(r["id"], r["days_over"], r["grade"]) for r in before] == [
        (r["id"], r["days_over"], r["grade"]) for r in present
    ]
    assert before == after
    assert {r["episode"] for r in now} == {str(referred[1].episode_id)}


@pytest.mark.parametrize(
    "known_at", ["2026-11-25T00:00:00Z", "1999-01-01T00:00:00Z", "2026-11-01T00:00:00", "soon"]
)
async def test_what_is_known_later_cannot_be_asked_for(api: Calls, known_at: str) -> None:
    assert (await api.get("lead", "/breaches", known_at=known_at)).status_code == 422


async def test_a_commissioner_has_no_past_page_of_rows(api: Calls) -> None:
    answer = await api.get("commissioner", "/breaches", known_at="2026-11-01T00:00:00Z")
    assert answer.status_code == 422
    assert answer.json()["field"] == "known_at"


async def test_counts_on_pages_and_rows_here_are_of_the_same_waits(
    api: Calls, world: World, waiting: list[Referred]
) -> None:
    rows = await all_pages(api, "commissioner", "/breaches", 50)
    counted = await grade_counts(world.area, world.actors["commissioner"])
    assert sum(count.n for count in counted) == len(rows)

"""Agreeing a limit: draft, try out, sign, re-date the running clocks before it takes effect."""

import asyncio
import time
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.agree_threshold import Drafted, Signed, draft, sign, withdraw
from pathway.actions.dry_run_threshold import dry_run, dry_run_of
from pathway.actions.re_date_clocks import ReDated, re_date_clocks
from pathway.domain.agreement import ThresholdDraft
from pathway.domain.errors import Conflict, InvalidInput, LockedLimit, NotAllowed, NotFound
from pathway.domain.thresholds import Applies
from pathway.store.scopes import WRITER
from tests.actions.reading import row, rows
from tests.world import World

NEW_YEAR = date(2027, 1, 1)
SHORTER = ThresholdDraft("autism", "referral_to_feedback", "40 weeks", NEW_YEAR, "Partnership board")
SIGNERS = ("lead", "officer", "commissioner")


async def agreed(world: World, proposed: ThresholdDraft = SHORTER) -> int:
    drafted = await draft(world.area, world.asking("lead"), proposed)
    for who in SIGNERS:
        await sign(world.area, world.asking(who), drafted.threshold_id)
    return drafted.threshold_id


async def clock(world: World, episode: UUID, key: str = "referral_to_feedback") -> dict[str, object]:
    return dict(
        await row(
            world,
            "SELECT * FROM clock WHERE episode_id = $1 AND clock = $2 AND known_to IS NULL",
            episode,
            key,
        )
    )


# --- drafting -----------------------------------------------------------------------------------


async def test_a_local_limit_needs_one_signature_of_each_kind_of_partner(world: World) -> None:
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    assert drafted.needs == ("council", "icb", "provider")
    kept = await row(world, "SELECT * FROM threshold WHERE id = $1", drafted.threshold_id)
    assert (kept["limit_text"], kept["due_soon_text"], kept["agreed_at"]) == ("40 weeks", None, None)


async def test_where_the_definition_names_who_agrees_they_alone_sign(world: World) -> None:
    proposed = ThresholdDraft(
        "ehc_needs_assessment", await _local_ehc_clock(world), "3 days", NEW_YEAR, "Council"
    )
    drafted = await draft(world.area, world.asking("officer"), proposed)
    assert drafted.needs == ("council",)
    with pytest.raises(NotAllowed, match="council"):
        await sign(world.area, world.asking("lead"), drafted.threshold_id)
    assert (await sign(world.area, world.asking("officer"), drafted.threshold_id)).agreed


async def _local_ehc_clock(world: World) -> str:
    clocks = world.area.pathways.newest("ehc_needs_assessment").clocks
    return next(key for key, one in clocks.items() if one.agreed_by == ("council",))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"limit": "a while"}, "limit"),
        ({"limit": "0 days"}, "limit"),
        ({"effective_from": date(2026, 11, 24)}, "effective_from"),
        ({"source": "  "}, "source"),
        ({"due_soon": "41 weeks"}, "due_soon"),
    ],
)
async def test_a_draft_that_says_too_little_is_refused_beside_its_field(
    world: World, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await draft(world.area, world.asking("lead"), replace(SHORTER, **change))  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize("who", ["clinician", "senco", "family", "privacy"])
async def test_who_may_not_draft_sign_or_try_out(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        await draft(world.area, world.asking(who), SHORTER)
    with pytest.raises(NotAllowed):
        await sign(world.area, world.asking(who), 1)
    with pytest.raises(NotAllowed):
        await dry_run(world.area, world.actors[who], SHORTER)


async def test_a_clock_that_does_not_exist_or_is_switched_off_is_not_found(world: World) -> None:
    with pytest.raises(NotFound, match="nice_start"):
        await draft(world.area, world.asking("lead"), replace(SHORTER, clock="rtt"))


@pytest.mark.parametrize("limit", ["4 months", "3 months", "92 days", "14 weeks", "90 working days"])
async def test_a_national_limit_is_never_loosened_and_the_refusal_says_why(world: World, limit: str) -> None:
    proposed = replace(SHORTER, clock="nice_start", limit=limit)
    with pytest.raises(LockedLimit, match="national .3 months; NICE"):
        await draft(world.area, world.asking("lead"), proposed)


@pytest.mark.parametrize("limit", ["2 months", "12 weeks", "89 days"])
async def test_a_national_limit_may_be_tightened(world: World, limit: str) -> None:
    proposed = replace(SHORTER, clock="nice_start", limit=limit)
    assert (await draft(world.area, world.asking("lead"), proposed)).needs == ("council", "icb", "provider")


# --- signing ------------------------------------------------------------------------------------


async def test_it_is_agreed_once_every_kind_has_signed_and_the_job_is_queued_then(world: World) -> None:
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    states = [await sign(world.area, world.asking(who), drafted.threshold_id) for who in SIGNERS]
    assert [s.missing for s in states] == [("council", "icb"), ("icb",), ()]
    jobs = await rows(world, "SELECT payload FROM pgqueuer WHERE entrypoint = 're_date'")
    assert [j["payload"] for j in jobs] == [str(drafted.threshold_id).encode()]


async def test_a_kind_signs_once_and_an_agreed_or_withdrawn_limit_is_not_signed(world: World) -> None:
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    await sign(world.area, world.asking("lead"), drafted.threshold_id)
    with pytest.raises(Conflict, match="your kind"):
        await sign(world.area, world.asking("other_lead"), drafted.threshold_id)
    done = await agreed(world)
    with pytest.raises(Conflict, match="agreed already"):
        await sign(world.area, world.asking("lead"), done)


async def test_a_limit_whose_day_has_come_is_drafted_again(world: World) -> None:
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    with pytest.raises(Conflict, match="later day"):
        await sign(world.on(NEW_YEAR).area, world.asking("lead"), drafted.threshold_id)


async def test_a_draft_is_withdrawn_by_who_drafted_it_and_an_agreed_limit_by_nobody(world: World) -> None:
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    with pytest.raises(NotAllowed, match="that drafted"):
        await withdraw(world.area, world.asking("commissioner"), drafted.threshold_id)
    await withdraw(world.area, world.asking("lead"), drafted.threshold_id)
    with pytest.raises(Conflict, match="withdrawn already"):
        await sign(world.area, world.asking("lead"), drafted.threshold_id)
    with pytest.raises(Conflict, match="draft another"):
        await withdraw(world.area, world.asking("lead"), await agreed(world))


async def test_two_partners_of_one_kind_at_once_sign_once(committed_world: World) -> None:
    world = committed_world
    drafted: Drafted = await draft(world.area, world.asking("lead"), SHORTER)
    answers = await asyncio.gather(
        *(sign(world.area, world.asking(who), drafted.threshold_id) for who in ("lead", "other_lead")),
        return_exceptions=True,
    )
    assert sorted(type(a).__name__ for a in answers) == [Conflict.__name__, Signed.__name__]


# --- trying out ---------------------------------------------------------------------------------


async def test_a_dry_run_says_who_would_become_breached_now_and_on_the_day(world: World) -> None:
    """Waits of 43, 37 and 20 weeks on 1 January; the limit goes from 52 weeks to 40."""
    long, _, _ = [(await world.refer(received_on=day)).episode_id for day in _received()]
    before = await rows(world, "SELECT count(*) AS n FROM clock")
    tried = await dry_run(world.area, world.actors["lead"], SHORTER)
    assert (tried.now.breached, tried.then.breached, tried.then.no_longer) == (0, 1, 0)
    (count,) = tried.then.by_place.values()
    assert list(tried.then.by_place) == [(world.org["provider"], "received")]
    assert count.breached_episodes == [long]
    assert await rows(world, "SELECT count(*) AS n FROM clock") == before
    assert await rows(world, "SELECT 1 FROM threshold") == []


def _received() -> tuple[date, date, date]:
    return date(2026, 3, 3), date(2026, 4, 17), date(2026, 8, 14)


async def test_a_looser_limit_frees_those_who_would_have_been_late_on_the_day_and_never_those_who_are(
    world: World,
) -> None:
    late = (await world.refer(received_on=date(2025, 11, 1))).episode_id
    soon = (await world.refer(received_on=date(2026, 1, 6))).episode_id
    tried = await dry_run(world.area, world.actors["lead"], replace(SHORTER, limit="60 weeks"))
    assert (tried.then.no_longer, tried.then.breached) == (0, 0)
    on = replace(SHORTER, limit="60 weeks", effective_from=date(2027, 1, 5))
    assert (await dry_run(world.area, world.actors["lead"], on)).then.no_longer == 0
    on = replace(on, effective_from=date(2027, 1, 6))
    tried = await dry_run(world.area, world.actors["lead"], on)
    freed = [e for count in tried.then.by_place.values() for e in count.no_longer_episodes]
    assert freed == [soon]
    assert late not in freed


async def test_those_who_may_not_see_the_children_get_the_counts_alone(world: World) -> None:
    await world.refer(received_on=_received()[0])
    for who in ("commissioner", "other_lead", "officer"):
        tried = await dry_run(world.area, world.actors[who], SHORTER)
        assert tried.then.breached == 1
        assert [c.breached_episodes for c in tried.then.by_place.values()] == [[]]


async def test_which_children_were_shown_is_logged(world: World) -> None:
    referred = await world.refer(received_on=_received()[0])
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    await dry_run_of(world.area, world.actors["lead"], drafted.threshold_id)
    logged = await row(world, "SELECT children FROM access_log WHERE action = 'dry_run_threshold'")
    assert logged["children"] == [referred.child_id]


@pytest.mark.slow
async def test_six_thousand_open_episodes_are_tried_out_and_re_dated_quickly(committed_world: World) -> None:
    world = committed_world
    await many_like(world, (await world.refer(received_on=_received()[0])).episode_id, 6000)
    began = time.perf_counter()
    tried = await dry_run(world.area, world.actors["lead"], SHORTER)
    assert time.perf_counter() - began < 5
    assert tried.then.breached == 6001
    identifier = await agreed(world)
    began = time.perf_counter()
    assert await re_date_clocks(world.area, identifier) == ReDated(12002, 6001, in_time=True)
    assert time.perf_counter() - began < 20


async def many_like(world: World, episode: UUID, n: int) -> None:
    """As many episodes more, each with the clock of one, for measuring."""
    async with world.area.database.transaction(WRITER) as tx:
        columns = await _columns(tx, "episode", "id")
        await tx.execute(
            f"INSERT INTO episode (id, {columns}) SELECT gen_random_uuid(), {columns}"
            " FROM episode, generate_series(1, $2) WHERE id = $1",
            episode, n,
        )  # fmt: skip
        columns = await _columns(tx, "clock", "id", "episode_id")
        await tx.execute(
            f"INSERT INTO clock (episode_id, {columns}) SELECT e.id, {', '.join('c.' + c for c in columns.split(', '))}"
            " FROM clock c, episode e WHERE c.episode_id = $1 AND e.id <> $1 AND c.known_to IS NULL",
            episode,
        )


async def _columns(tx: object, table: str, *without: str) -> str:
    found = await tx.fetch(  # type: ignore[attr-defined]
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public' AND is_generated = 'NEVER'"
        " AND column_name <> ALL($2) ORDER BY ordinal_position",
        table, list(without),
    )  # fmt: skip
    return ", ".join(r["column_name"] for r in found)


# --- re-dating ----------------------------------------------------------------------------------


async def test_running_clocks_are_closed_and_made_again_under_the_new_limit(world: World) -> None:
    episode = (await world.refer(received_on=_received()[1])).episode_id
    identifier = await agreed(world)
    assert await re_date_clocks(world.area, identifier) == ReDated(2, 1, in_time=True)
    now = await clock(world, episode)
    assert (now["due_on"], now["threshold_id"]) == (date(2027, 1, 22), identifier)
    assert now["late_from"] == date(2027, 1, 23)
    versions = await rows(
        world,
        "SELECT due_on, known_to IS NULL AS current FROM clock WHERE episode_id = $1"
        " AND clock = 'referral_to_feedback' ORDER BY id",
        episode,
    )
    assert [(v["due_on"], v["current"]) for v in versions] == [
        (date(2027, 4, 16), False),
        (date(2027, 1, 22), True),
    ]


async def test_no_wait_is_over_a_tighter_limit_before_the_day_it_takes_effect(world: World) -> None:
    """43 weeks on the day: over 40 at once, but not a day before."""
    episode = (await world.refer(received_on=_received()[0])).episode_id
    await re_date_clocks(world.area, await agreed(world))
    now = await clock(world, episode)
    assert (now["due_on"], now["late_from"]) == (date(2026, 12, 31), NEW_YEAR)


async def test_a_breach_reached_under_the_earlier_limit_is_not_cleared_by_a_looser_one(world: World) -> None:
    episode = (await world.refer(received_on=date(2025, 11, 1))).episode_id
    before = await clock(world, episode)
    await re_date_clocks(world.area, await agreed(world, replace(SHORTER, limit="78 weeks")))
    assert await clock(world, episode) == before


async def test_a_limit_for_new_clocks_leaves_the_running_ones(world: World) -> None:
    episode = (await world.refer(received_on=_received()[1])).episode_id
    before = await clock(world, episode)
    identifier = await agreed(world, replace(SHORTER, applies=Applies.NEW))
    assert await re_date_clocks(world.area, identifier) == ReDated(0, 0, in_time=True)
    assert await clock(world, episode) == before
    assert await rows(world, "SELECT 1 FROM pgqueuer WHERE entrypoint = 're_date'") == []


async def test_the_job_resumes_where_it_stopped_and_repeating_it_changes_nothing(world: World) -> None:
    episodes = sorted([(await world.refer(received_on=_received()[1])).episode_id for _ in range(5)])
    identifier = await agreed(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE threshold SET re_dated_to = $2 WHERE id = $1", identifier, episodes[2])
    assert await re_date_clocks(world.area, identifier, batch=1) == ReDated(2 + 5, 5, in_time=True)
    assert await re_date_clocks(world.area, identifier, batch=1) == ReDated(0, 0, in_time=True)
    done = await row(world, "SELECT re_dated_at FROM threshold WHERE id = $1", identifier)
    assert done["re_dated_at"] is not None


async def test_a_draft_that_is_not_agreed_moves_no_clock(world: World) -> None:
    await world.refer(received_on=_received()[1])
    drafted = await draft(world.area, world.asking("lead"), SHORTER)
    assert await re_date_clocks(world.area, drafted.threshold_id) == ReDated(0, 0, in_time=True)
    left = await row(world, "SELECT re_dated_at FROM threshold WHERE id = $1", drafted.threshold_id)
    assert left["re_dated_at"] is None


async def test_steps_recorded_while_clocks_are_re_dated_lose_nothing(committed_world: World) -> None:
    world = committed_world
    referred = [(await world.refer(received_on=_received()[1])).episode_id for _ in range(12)]
    identifier = await agreed(world)

    async def triage(episode: UUID) -> None:
        await world.step("triage", episode, "triage_started", date(2026, 4, 20))

    await asyncio.gather(
        re_date_clocks(world.area, identifier, batch=2),
        re_date_clocks(world.area, identifier, batch=3),
        *(triage(e) for e in referred),
    )
    found = await rows(
        world,
        "SELECT count(*) AS n, count(*) FILTER (WHERE threshold_id = $1) AS under FROM clock"
        " WHERE clock = 'referral_to_feedback' AND known_to IS NULL",
        identifier,
    )
    assert (found[0]["n"], found[0]["under"]) == (12, 12)


async def test_a_step_after_the_agreement_and_the_job_give_the_same_dates(world: World) -> None:
    one, other = [(await world.refer(received_on=_received()[0])).episode_id for _ in range(2)]
    identifier = await agreed(world)
    await world.step("triage", one, "triage_started", date(2026, 3, 5))
    await re_date_clocks(world.area, identifier)
    columns = ("due_on", "due_soon_on", "late_from", "locked_due_on", "threshold_id", "next_crossing_on")
    mine, theirs = await clock(world, one), await clock(world, other)
    assert [mine[c] for c in columns] == [theirs[c] for c in columns]

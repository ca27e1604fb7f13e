"""Correcting facts: strike out, give another day; the history is judged again and nothing is ever changed."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.correct import re_date, strike_out
from pathway.actions.episode_change import Changed
from pathway.domain.errors import (
    Conflict,
    DuplicateRequest,
    ImpossibleHistory,
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
)
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER
from tests.actions.reading import due, outbox_rows, row
from tests.world import World

WHY = "Recorded for another child"


async def waiting(world: World) -> tuple[UUID, Changed]:
    """A child whose referral was accepted: the episode, and the acceptance."""
    referred = await world.refer()
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    accepted = await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 10), priority="routine"
    )
    return referred.episode_id, accepted


async def test_a_struck_out_fact_no_longer_holds_and_is_still_there(world: World) -> None:
    episode, accepted = await waiting(world)
    changed = await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    assert (changed.stage, changed.version) == ("triage", 4)
    facts = await row(world, "SELECT count(*) AS n FROM event WHERE episode_id = $1", episode)
    assert facts["n"] == 4


async def test_the_reason_is_encrypted_and_can_be_read_with_the_childs_key(world: World) -> None:
    episode, accepted = await waiting(world)
    changed = await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    async with world.area.database.transaction(WRITER) as tx:
        secret = await tx.fetchval("SELECT secret FROM event WHERE id = $1", changed.event_id)
        text = await child_text(tx, world.area.key, changed.child_id)
    assert WHY.encode() not in secret
    assert text.unlock(secret) == {"reason": WHY}


async def test_a_later_fact_that_rests_on_it_stands_in_the_way_and_is_named(world: World) -> None:
    episode, _ = await waiting(world)
    started = await row(
        world, "SELECT id FROM event WHERE episode_id = $1 AND kind = 'triage_started'", episode
    )
    await world.step(
        "coordinator",
        episode,
        "assessment_booked",
        date(2026, 3, 12),
        appointment_on="2026-12-01",
        setting="clinic",
    )
    accepted = await row(
        world, "SELECT id FROM event WHERE episode_id = $1 AND kind = 'referral_accepted'", episode
    )
    with pytest.raises(ImpossibleHistory, match="Assessment appointment booked"):
        await strike_out(world.area, world.asking("triage"), episode, accepted["id"], WHY)
    assert (
        await strike_out(world.area, world.asking("triage"), episode, started["id"], WHY)
    ).stage == "booked"


async def test_a_correction_can_be_struck_out_which_undoes_it(world: World) -> None:
    episode, accepted = await waiting(world)
    struck = await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    undone = await strike_out(world.area, world.asking("triage"), episode, struck.event_id, "It was right")
    assert undone.stage == "waiting"
    again = await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    assert again.stage == "triage"


async def test_what_is_struck_out_is_not_struck_out_twice(world: World) -> None:
    episode, accepted = await waiting(world)
    await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    with pytest.raises(Conflict, match="struck out already"):
        await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)


async def test_the_fact_that_opened_the_episode_is_never_struck_out_and_may_be_given_its_day(
    world: World,
) -> None:
    episode, _ = await waiting(world)
    first = await row(world, "SELECT id FROM event WHERE episode_id = $1 ORDER BY sequence", episode)
    with pytest.raises(Conflict, match="Entered in error"):
        await strike_out(world.area, world.asking("lead"), episode, first["id"], WHY)
    await re_date(world.area, world.asking("lead"), episode, first["id"], date(2026, 2, 20), "Postmark")
    assert (await due(world, episode))["nice_start"] == date(2026, 5, 20)
    stored = await row(world, "SELECT started_on FROM episode WHERE id = $1", episode)
    assert stored["started_on"] == date(2026, 2, 20)


async def test_a_day_on_which_the_fact_could_not_stand_is_refused(world: World) -> None:
    episode, accepted = await waiting(world)
    with pytest.raises(ImpossibleHistory, match="Give a day on which it fits"):
        await re_date(world.area, world.asking("triage"), episode, accepted.event_id, date(2026, 3, 1), WHY)
    with pytest.raises(InvalidInput, match="already has that date"):
        await re_date(world.area, world.asking("triage"), episode, accepted.event_id, date(2026, 3, 10), WHY)
    with pytest.raises(InvalidInput, match="today or in the past"):
        await re_date(world.area, world.asking("triage"), episode, accepted.event_id, date(2026, 11, 25), WHY)


@pytest.mark.parametrize(("reason", "match"), [(" ", "Say why"), ("x" * 2001, "2,000 characters")])
async def test_a_correction_says_why(world: World, reason: str, match: str) -> None:
    episode, accepted = await waiting(world)
    with pytest.raises(InvalidInput, match=match):
        await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, reason)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("senco", NotAllowed), ("commissioner", NotAllowed), ("other_lead", NotFound), ("privacy", NotAllowed)],
)
async def test_who_may_not_correct(world: World, who: str, refusal: type[Exception]) -> None:
    episode, accepted = await waiting(world)
    with pytest.raises(refusal):
        await strike_out(world.area, world.asking(who), episode, accepted.event_id, WHY)


async def test_a_schools_fact_is_corrected_by_the_lead_and_not_by_the_clinician(world: World) -> None:
    episode, _ = await waiting(world)
    added = await world.step("senco", episode, "referral_added_to", date(2026, 3, 20), details="Sleeps badly")
    with pytest.raises(NotAllowed, match="another organisation"):
        await strike_out(world.area, world.asking("clinician"), episode, added.event_id, WHY)
    assert (await strike_out(world.area, world.asking("lead"), episode, added.event_id, WHY)).version == 5


async def test_a_fact_of_another_episode_is_not_found(world: World) -> None:
    episode, _ = await waiting(world)
    _, other = await waiting(world)
    with pytest.raises(NotFound):
        await strike_out(world.area, world.asking("triage"), episode, other.event_id, WHY)


async def test_what_still_waits_to_be_said_about_a_struck_out_fact_is_dropped(world: World) -> None:
    episode, accepted = await waiting(world)
    await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    about = [r for r in await outbox_rows(world, episode) if r["event_id"] == accepted.event_id]
    assert [r["state"] for r in about] == ["dropped"]
    assert not [r for r in await outbox_rows(world, episode) if r["topic"] == "correction"]


async def test_a_clock_that_runs_again_opens_its_breach_again(world: World) -> None:
    """The crossing is closed by the fact that stopped the clock, and open again when that fact did not happen."""
    episode, accepted = await waiting(world)
    clock = await row(
        world, "SELECT start_event FROM clock WHERE episode_id = $1 AND clock = 'triage_decision' AND known_to IS NULL",
        episode,
    )  # fmt: skip
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO crossing (episode_id, pathway, clock, start_event, counts_from, grade, reached_on, due_on, closed_on)"
            " VALUES ($1, 'autism', 'triage_decision', $2, '2026-03-03', 'breached', '2026-03-18', '2026-03-17', '2026-03-20')",
            episode, clock["start_event"],
        )  # fmt: skip
    await strike_out(world.area, world.asking("triage"), episode, accepted.event_id, WHY)
    crossing = await row(world, "SELECT closed_on FROM crossing WHERE episode_id = $1", episode)
    assert crossing["closed_on"] is None


async def test_a_repeat_answers_the_same_and_another_body_is_refused(world: World) -> None:
    episode, accepted = await waiting(world)
    asking = world.asking("triage", version=3)
    first = await strike_out(world.area, asking, episode, accepted.event_id, WHY)
    assert await strike_out(world.area, asking, episode, accepted.event_id, WHY) == first
    with pytest.raises(DuplicateRequest):
        await strike_out(world.area, asking, episode, accepted.event_id, "Another reason")


async def test_of_two_corrections_at_once_one_is_told_that_the_record_moved_on(
    committed_world: World,
) -> None:
    world = committed_world
    episode, accepted = await waiting(world)
    answers = await asyncio.gather(
        strike_out(world.area, world.asking("triage", version=3), episode, accepted.event_id, WHY),
        strike_out(world.area, world.asking("lead", version=3), episode, accepted.event_id, WHY),
        return_exceptions=True,
    )
    assert sorted(type(a).__name__ for a in answers) == [Changed.__name__, StaleVersion.__name__]


async def test_the_same_correction_sent_twice_at_once_is_made_once(committed_world: World) -> None:
    world = committed_world
    episode, accepted = await waiting(world)
    asking = world.asking("triage")
    one, two = await asyncio.gather(
        *(strike_out(world.area, asking, episode, accepted.event_id, WHY) for _ in range(2))
    )
    assert one == two
    assert one.version == 4

"""Acknowledging breaches: a cohort at a time, and one by one where a child's own wait has changed."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.acknowledge import Acknowledged, acknowledge_cohort, acknowledge_one
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.domain.breach_reasons import BREACH_ACTIONS, BREACH_REASONS
from pathway.domain.breaches import Grade
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.store.acknowledgements import CrossingChoice
from tests.actions.reading import row, rows
from tests.world import World

NICE = CrossingChoice(clock="nice_start", grade=Grade.BREACHED)


async def breached(world: World, n: int, received_on: date = date(2026, 8, 3)) -> list[UUID]:
    """Children past three months, noticed."""
    episodes = [(await world.refer(received_on=received_on)).episode_id for _ in range(n)]
    await scan_for_breaches(world.area)
    return episodes


async def crossing(world: World, episode: UUID, grade: str = "breached", clock: str = "nice_start") -> int:
    found = await row(
        world,
        "SELECT id FROM crossing WHERE episode_id = $1 AND clock = $2 AND grade = $3",
        episode, clock, grade,
    )  # fmt: skip
    return int(found["id"])


async def test_a_cohort_is_acknowledged_with_one_reason_and_one_number(world: World) -> None:
    episodes = await breached(world, 3)
    done = await acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
    assert len(done.crossings) == 3
    kept = await rows(world, "SELECT * FROM acknowledgement ORDER BY crossing_id")
    assert {(k["cohort"], k["reason"], k["action"], k["role"]) for k in kept} == {
        (done.cohort, "capacity", "extra_clinic", "provider_lead")
    }
    assert [k["crossing_id"] for k in kept] == sorted([await crossing(world, e) for e in episodes])
    again = await acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
    assert again.crossings == ()


async def test_acknowledging_clears_nothing(world: World) -> None:
    (episode,) = await breached(world, 1)
    await acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
    left = await row(world, "SELECT closed_on FROM crossing WHERE id = $1", await crossing(world, episode))
    assert left["closed_on"] is None


async def test_the_next_grade_of_an_acknowledged_wait_is_looked_at_by_itself(world: World) -> None:
    (episode,) = await breached(world, 1)
    await acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
    later = world.on(date(2027, 2, 8))
    await scan_for_breaches(later.area)
    next_grade = await crossing(world, episode, "over_26_weeks")
    choice = CrossingChoice(clock="nice_start", grade=Grade.OVER_26_WEEKS)
    done = await acknowledge_cohort(later.area, world.asking("lead"), choice, "capacity", "extra_clinic")
    assert (done.crossings, done.one_by_one) == ((), (next_grade,))
    one = await acknowledge_one(later.area, world.asking("lead"), next_grade, "complexity", "escalated")
    assert one.crossings == (next_grade,)


async def test_a_child_whose_risk_was_recorded_anew_is_looked_at_by_itself(world: World) -> None:
    (episode, other) = await breached(world, 2)
    for one in (episode, other):
        await world.step("triage", one, "triage_started", date(2026, 8, 5))
        await world.step("triage", one, "referral_accepted", date(2026, 8, 10), priority="routine")
    first = await acknowledge_one(
        world.area, world.asking("lead"), await crossing(world, episode), "capacity", "extra_clinic"
    )
    assert len(first.crossings) == 1
    done = await acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
    assert (done.crossings, done.one_by_one) == ((), (await crossing(world, other),))


async def test_each_answers_for_their_own(world: World) -> None:
    (episode,) = await breached(world, 1)
    one = await crossing(world, episode)
    for who in ("other_lead", "officer"):
        done = await acknowledge_cohort(world.area, world.asking(who), [one], "capacity", "extra_clinic")
        assert done.crossings == ()
        with pytest.raises(NotFound):
            await acknowledge_one(world.area, world.asking(who), one, "capacity", "extra_clinic")
    for who in ("clinician", "commissioner", "senco"):
        with pytest.raises(NotAllowed):
            await acknowledge_one(world.area, world.asking(who), one, "capacity", "extra_clinic")


async def test_an_officer_answers_for_the_pathways_that_the_council_runs(world: World) -> None:
    await world.refer("officer", received_on=date(2026, 6, 1), pathway="ehc_needs_assessment")
    await scan_for_breaches(world.area)
    choice = CrossingChoice(pathway="ehc_needs_assessment")
    done = await acknowledge_cohort(
        world.area, world.asking("officer"), choice, "awaiting_information", "escalated"
    )
    assert done.crossings
    assert (
        await acknowledge_cohort(world.area, world.asking("lead"), choice, "capacity", "escalated")
    ).crossings == ()


async def test_what_is_due_soon_is_no_breach_and_what_is_closed_stays_counted(world: World) -> None:
    (soon,) = await breached(world, 1, date(2026, 9, 10))
    with pytest.raises(NotFound):
        await acknowledge_one(
            world.area,
            world.asking("lead"),
            await crossing(world, soon, "due_soon"),
            "capacity",
            "extra_clinic",
        )
    (late,) = await breached(world, 1)
    await world.step("lead", late, "entered_in_error", date(2026, 11, 20))
    with pytest.raises(Conflict, match="stays counted"):
        await acknowledge_one(
            world.area, world.asking("lead"), await crossing(world, late), "recording", "record_corrected"
        )


@pytest.mark.parametrize(
    ("reason", "action", "field"), [("because", "escalated", "reason"), ("capacity", "", "action")]
)
async def test_reasons_and_actions_come_from_the_tables(
    world: World, reason: str, action: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await acknowledge_one(world.area, world.asking("lead"), 1, reason, action)
    assert refusal.value.field == field


def test_every_reason_and_action_has_words() -> None:
    for table in (BREACH_REASONS, BREACH_ACTIONS):
        assert all(title and key.isidentifier() for key, title in table.items())


async def test_who_was_acknowledged_is_logged(world: World) -> None:
    await breached(world, 2)
    await acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
    logged = await row(world, "SELECT children FROM access_log WHERE action = 'acknowledge_breach'")
    assert len(logged["children"]) == 2


async def test_two_leads_at_once_acknowledge_each_breach_once(committed_world: World) -> None:
    world = committed_world
    await breached(world, 4)
    answers: list[Acknowledged] = await asyncio.gather(
        *(
            acknowledge_cohort(world.area, world.asking("lead"), NICE, "capacity", "extra_clinic")
            for _ in range(3)
        )
    )
    assert sorted(len(a.crossings) for a in answers) == [0, 0, 4]

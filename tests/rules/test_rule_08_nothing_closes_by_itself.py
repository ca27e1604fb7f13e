"""Rule 8: nothing closes by itself; the family is told first and has 28 days; re-opening keeps the date."""

from datetime import date
from uuid import UUID

import pytest

from pathway.actions.hand_over import offer
from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.domain.errors import ImpossibleHistory, PathwayError
from tests.actions.reading import outbox_rows, row, rows
from tests.world import World

TOLD = date(2026, 4, 1)


async def told(world: World, closure: str = "withdrawn_by_family") -> UUID:
    episode = (await world.refer()).episode_id
    await world.step("triage", episode, "closing_notified", TOLD, closure=closure, close_on="2026-04-29")
    return episode


async def is_open(world: World, episode: UUID) -> bool:
    return (await row(world, "SELECT closed_on FROM episode WHERE id = $1", episode))["closed_on"] is None


async def silence(world: World, episode: UUID) -> None:
    await scan_for_breaches(world.on(date(2029, 1, 1)).area)


async def a_missing_school_form(world: World, episode: UUID) -> None:
    await world.step(
        "triage",
        episode,
        "information_requested",
        date(2026, 3, 5),
        what="school_information",
        needed_by="2026-03-20",
    )
    await scan_for_breaches(world.area)


async def one_missed_appointment(world: World, episode: UUID) -> None:
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 9), priority="routine")
    await world.step(
        "coordinator",
        episode,
        "assessment_booked",
        date(2026, 3, 10),
        appointment_on="2026-04-10",
        setting="clinic",
    )
    await world.step("coordinator", episode, "appointment_missed", date(2026, 4, 10))


async def an_unaccepted_transfer(world: World, episode: UUID) -> None:
    await offer(world.area, world.asking("lead"), episode, world.org["other_provider"])
    await scan_for_breaches(world.on(date(2028, 1, 1)).area)


@pytest.mark.parametrize(
    "happens",
    [silence, a_missing_school_form, one_missed_appointment, an_unaccepted_transfer],
    ids=lambda one: one.__name__,
)
async def test_nothing_closes_by_itself(world: World, happens) -> None:  # type: ignore[no-untyped-def]
    """“Not silence, not a missing school form, not one missed appointment, … not an unaccepted transfer.”"""
    episode = (await world.refer()).episode_id
    await happens(world, episode)
    assert await is_open(world, episode)


async def test_a_referral_is_rejected_as_incomplete_only_after_a_chase_and_a_persons_decision(
    world: World,
) -> None:
    """“Referral rejected as incomplete only after a chase and a person's decision.”"""
    episode = (await world.refer()).episode_id
    with pytest.raises(PathwayError, match="Missing information chased"):
        await world.step(
            "triage", episode, "closing_notified", TOLD, closure="rejected_incomplete", close_on="2026-04-29"
        )
    await world.step(
        "triage", episode, "information_requested", date(2026, 3, 5), what="reports", needed_by="2026-03-20"
    )
    await world.step("triage", episode, "information_chased", date(2026, 3, 23), how="telephone")
    told = await world.step(
        "triage", episode, "closing_notified", TOLD, closure="rejected_incomplete", close_on="2026-04-29"
    )
    assert told.stage == "closing_notified"


async def test_the_family_is_told_first_and_has_28_days_to_object(world: World) -> None:
    """“The family is told first, with 28 days to object.”"""
    episode = (await world.refer()).episode_id
    with pytest.raises(PathwayError):
        await world.step("triage", episode, "episode_closed", TOLD, closure="withdrawn_by_family")
    notified = await told(world)
    assert "closing_notice" in {r["template"] for r in await outbox_rows(world, notified)}
    with pytest.raises(ImpossibleHistory, match="29 April 2026"):
        await world.step(
            "triage", notified, "episode_closed", date(2026, 4, 28), closure="withdrawn_by_family"
        )
    await world.step("triage", notified, "episode_closed", date(2026, 4, 29), closure="withdrawn_by_family")
    assert not await is_open(world, notified)


async def test_an_objection_keeps_the_place_and_the_date(world: World) -> None:
    episode = await told(world)
    await world.step("triage", episode, "place_kept_on_list", date(2026, 4, 10))
    stored = await row(world, "SELECT stage, started_on FROM episode WHERE id = $1", episode)
    assert (stored["stage"], stored["started_on"]) == ("waiting", date(2026, 3, 3))


async def test_an_episode_that_ended_while_in_breach_stays_counted(world: World) -> None:
    """“An episode that ended while in breach stays counted.”"""
    episode = (await world.refer(received_on=date(2026, 3, 3))).episode_id
    await scan_for_breaches(world.area)
    await world.step("lead", episode, "entered_in_error", date(2026, 11, 20))
    kept = await rows(
        world, "SELECT closed_on FROM crossing WHERE episode_id = $1 AND grade = 'breached'", episode
    )
    assert kept
    assert {k["closed_on"] for k in kept} == {date(2026, 11, 20)}
    clock = await row(
        world,
        "SELECT state FROM clock WHERE episode_id = $1 AND clock = 'nice_start' AND known_to IS NULL",
        episode,
    )
    assert clock["state"] == "ended"

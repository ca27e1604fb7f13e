"""Organisations' computers in the place of their people: what a provider's system records, and what each reads."""

from datetime import date

import pytest

from pathway.domain.definition import Stage
from pathway.domain.errors import NotAllowed, NotFound
from pathway.domain.roles import Actor, Door, Role
from pathway.domain.visibility import Audience, steps_offered
from pathway.store.episode_seen_rows import episode_seen_row
from pathway.store.scopes import WRITER, reading
from tests.world import World

ACCEPTED, STARTED = date(2026, 3, 10), date(2026, 5, 5)
SEEN = {"mechanism": "face_to_face", "attendance": "on_time"}


async def computer(world: World, role: Role, at: str) -> World:
    """The world with one more actor, `computer`: a system of that organisation."""
    async with world.area.database.transaction(WRITER) as tx:
        account = await tx.fetchval(
            "INSERT INTO account (login, name, role, organisation_id) VALUES ('c', 'C', $1, $2) RETURNING id",
            role.value, world.org[at],
        )  # fmt: skip
    actor = Actor(account, role, world.org[at], Door.FHIR)
    return World(world.area, world.org, {**world.actors, "computer": actor})


async def test_a_providers_system_records_what_its_clinicians_did(world: World) -> None:
    world = await computer(world, Role.PROVIDER_SYSTEM, "provider")
    child = await world.refer()
    await world.step("triage", child.episode_id, "referral_accepted", ACCEPTED, priority="routine")
    await world.step("computer", child.episode_id, "assessment_started", STARTED, **SEEN)
    await world.step("computer", child.episode_id, "observation_done", STARTED, result="completed")
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT kind, role FROM event WHERE episode_id = $1 ORDER BY sequence", child.episode_id
        )
    assert [tuple(row) for row in rows][-2:] == [
        ("assessment_started", "provider_system"),
        ("observation_done", "provider_system"),
    ]


@pytest.mark.parametrize(
    "step", ["referral_accepted", "outcome_recorded", "feedback_given", "closing_notified"]
)
async def test_what_people_decide_and_say_it_does_not_record_and_is_told_nothing_of_the_child(
    world: World, step: str
) -> None:
    world = await computer(world, Role.PROVIDER_SYSTEM, "provider")
    child = await world.refer()
    with pytest.raises(NotAllowed, match="Ask one of them to record it") as refused:
        await world.step("computer", child.episode_id, step, ACCEPTED)
    assert "What you can record now" not in refused.value.message


@pytest.mark.parametrize(
    ("role", "at"),
    [(Role.PROVIDER_SYSTEM, "other_provider"), (Role.PROVIDER_SYSTEM, "school"), (Role.PARTNER, "gp")],
)
async def test_a_child_whom_its_organisation_does_not_hold_is_not_found(
    world: World, role: Role, at: str
) -> None:
    world = await computer(world, role, at)
    child = await world.refer()
    with pytest.raises(NotFound):
        await world.step("computer", child.episode_id, "contact_attended", ACCEPTED, **SEEN)


@pytest.mark.parametrize(
    ("role", "at", "audience"),
    [
        (Role.PARTNER, "provider", Audience.COUNCIL),
        (Role.PROVIDER_SYSTEM, "provider", Audience.COUNCIL),
        (Role.PARTNER, "school", Audience.SCHOOL),
        (Role.PARTNER, "gp", Audience.REFERRER),
        (Role.PROVIDER_SYSTEM, "gp", None),
        (Role.PARTNER, "other_provider", None),
    ],
)
async def test_a_computer_reads_a_child_in_the_part_that_its_organisation_plays(
    world: World, role: Role, at: str, audience: Audience | None
) -> None:
    world = await computer(world, role, at)
    child = await world.refer("gp")
    actor = world.actors["computer"]
    async with world.area.database.transaction(reading(actor)) as tx:
        row = await episode_seen_row(tx, child.episode_id, actor.organisation_id)
    assert (row and row.audience) == audience


async def test_a_providers_system_is_offered_what_holds_in_every_stage_that_looks_alike(world: World) -> None:
    definition = world.area.pathways.newest("autism")

    def offered(stage: Stage) -> set[str]:
        return {step.key for step in steps_offered(definition, stage, Role.PROVIDER_SYSTEM)}

    assert "assessment_started" in offered(definition.stages["waiting"])
    # Before the feedback, a decided outcome looks like the team's meeting: what would tell the two apart is not offered.
    assert "mdt_held" not in offered(definition.stages["formulation"])
    assert "contact_attended" in offered(definition.stages["formulation"])

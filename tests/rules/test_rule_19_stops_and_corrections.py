"""Rule 19: a death, a restriction or a sealing stops every message in the same transaction; a correction is read first.

That nothing leaves afterwards, and that imported episodes are silent, is proved where messages are sent
(tests/rules/test_rule_19_messages_stop.py).
"""

from datetime import date
from uuid import UUID

import asyncpg
import pytest

from pathway.actions.correct import re_date, strike_out
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.referral import ChildDetails
from pathway.store.scopes import WRITER
from tests.actions.reading import mark_sent, outbox_rows, row
from tests.world import World


async def states(world: World, episode: UUID) -> set[str]:
    return {r["state"] for r in await outbox_rows(world, episode)}


async def test_a_death_drops_every_message_that_waits_on_every_pathway(world: World) -> None:
    """“A record of a death … stops every message in the same transaction.”"""
    child = world.child()
    one = await world.refer(child=child)
    other = await world.refer("officer", date(2026, 5, 1), child, pathway="ehc_needs_assessment")
    assert await states(world, one.episode_id) == {"waiting"}
    died = await world.step("coordinator", one.episode_id, "death_recorded", date(2026, 6, 1))
    assert died.stage == "died"
    assert await states(world, one.episode_id) == {"dropped"}
    assert await states(world, other.episode_id) == {"dropped"}
    stored = await row(world, "SELECT messages_stopped FROM episode WHERE id = $1", one.episode_id)
    assert stored["messages_stopped"]


async def test_nothing_is_said_afterwards_because_of_any_other_episode_of_the_child(world: World) -> None:
    child = world.child()
    one = await world.refer(child=child)
    other = await world.refer("officer", date(2026, 5, 1), child, pathway="ehc_needs_assessment")
    died = await world.step("coordinator", one.episode_id, "death_recorded", date(2026, 6, 1))
    await world.step("officer", other.episode_id, "assess_refused", date(2026, 6, 2), notice_complete="yes")
    assert await states(world, other.episode_id) == {"dropped"}
    assert await died_on(world, one.child_id) == date(2026, 6, 1)
    await re_date(
        world.area, world.asking("lead"), one.episode_id, died.event_id, date(2026, 5, 30), "Certificate"
    )
    assert await died_on(world, one.child_id) == date(2026, 5, 30)
    await strike_out(world.area, world.asking("lead"), one.episode_id, died.event_id, "Another child's")
    assert await died_on(world, one.child_id) is None


async def died_on(world: World, child: UUID) -> date | None:
    found = await row(world, "SELECT died_on FROM child WHERE id = $1", child)
    day: date | None = found["died_on"]
    return day


async def test_a_death_and_its_stop_are_one_transaction(world: World) -> None:
    """Where the death cannot be recorded after all, nothing has been dropped either."""
    referred = await world.refer()
    with pytest.raises(asyncpg.RaiseError):
        async with world.area.database.transaction(WRITER) as tx:
            await world.step("coordinator", referred.episode_id, "death_recorded", date(2026, 6, 1))
            await tx.execute("DO $$ BEGIN RAISE EXCEPTION 'the power went'; END $$")
    assert await states(world, referred.episode_id) == {"waiting"}


async def test_a_sealing_drops_every_message_that_waits(world: World) -> None:
    """“… or a sealing stops every message.”"""
    referred = await world.refer()
    new = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1)))
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, new)
    assert await states(world, referred.episode_id) == {"dropped"}


async def test_a_correction_is_held_until_a_person_has_read_it(world: World) -> None:
    """“A correction message is read by a person first.” Held, and no job would send it."""
    referred = await world.refer()
    accepted = await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine"
    )
    await mark_sent(world, referred.episode_id)
    jobs = (await row(world, "SELECT count(*) AS n FROM pgqueuer"))["n"]
    struck = await strike_out(
        world.area, world.asking("triage"), referred.episode_id, accepted.event_id, "Another child's"
    )
    correction = [r for r in await outbox_rows(world, referred.episode_id) if r["topic"] == "correction"]
    assert [(c["state"], c["event_id"]) for c in correction] == [("held", struck.event_id)]
    assert (await row(world, "SELECT count(*) AS n FROM pgqueuer"))["n"] == jobs


async def test_the_family_hears_nothing_of_a_correction_that_was_undone_before_it_was_read(
    world: World,
) -> None:
    referred = await world.refer()
    accepted = await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine"
    )
    await mark_sent(world, referred.episode_id)
    asking = world.asking("triage")
    struck = await strike_out(world.area, asking, referred.episode_id, accepted.event_id, "Another child's")
    await strike_out(world.area, world.asking("triage"), referred.episode_id, struck.event_id, "It was right")
    assert "held" not in await states(world, referred.episode_id)


async def test_the_family_of_a_child_who_has_died_is_sent_no_correction(world: World) -> None:
    referred = await world.refer()
    accepted = await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine"
    )
    await mark_sent(world, referred.episode_id)
    await world.step("coordinator", referred.episode_id, "death_recorded", date(2026, 6, 1))
    await strike_out(
        world.area, world.asking("lead"), referred.episode_id, accepted.event_id, "Another child's"
    )
    assert not [r for r in await outbox_rows(world, referred.episode_id) if r["topic"] == "correction"]

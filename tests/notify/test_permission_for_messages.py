"""A family that takes back its permission for messages gets none, and is told by a person; given again, they start again."""

from datetime import date
from uuid import UUID

import pytest

from pathway.actions.correct import strike_out
from pathway.actions.held_jobs import send_again
from pathway.actions.record_step import preview_step
from pathway.domain.referral import CarerDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Letter, Post
from pathway.store.integrity import rebuild
from tests.actions.reading import outbox_rows, row
from tests.world import World

WITHDRAWN, GIVEN = date(2026, 3, 10), date(2026, 4, 10)
BOTH = tuple(CarerDetails(name, "parent", email=f"{name}@example.com") for name in ("nadia", "tariq"))


class Recorder:
    """Keeps what it was given, for the test to look at."""

    needs_address = True

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


async def states(world: World, episode: UUID) -> list[str]:
    return [r["state"] for r in await outbox_rows(world, episode)]


async def withdraw(world: World, episode: UUID, scope: str = "messages") -> UUID:
    done = await world.step("coordinator", episode, "consent_withdrawn", WITHDRAWN, scope=scope)
    return done.event_id


async def all_tried(world: World, episode: UUID) -> Recorder:
    """The worker takes up everything that is in the outbox."""
    sender = Recorder()
    for one in await outbox_rows(world, episode):
        await deliver(world.area, Post({"email": sender}), one["id"])
    return sender


async def test_what_waits_is_left_to_a_person_in_the_transaction_of_the_withdrawal(world: World) -> None:
    episode = (await world.refer()).episode_id
    await withdraw(world, episode)
    first, own = await outbox_rows(world, episode)
    assert (first["state"], own["state"]) == ("nobody_to_tell", "waiting")
    assert "letter or telephone" in first["last_error"]


async def test_nothing_is_sent_afterwards_and_each_message_waits_for_a_person(world: World) -> None:
    episode = (await world.refer()).episode_id
    await withdraw(world, episode)
    await world.step("triage", episode, "triage_started", date(2026, 3, 12))
    assert (await all_tried(world, episode)).letters == []
    assert set(await states(world, episode)) == {"nobody_to_tell"}
    [first, *_] = await outbox_rows(world, episode)
    await send_again(world.area, world.asking("lead"), first["id"])
    assert (await all_tried(world, episode)).letters == []


async def test_permission_given_again_starts_them_again(world: World) -> None:
    episode = (await world.refer()).episode_id
    await withdraw(world, episode)
    await all_tried(world, episode)
    given = {"scope": "messages", "given_by": "parental_responsibility"}
    await world.step("coordinator", episode, "consent_given", GIVEN, **given)
    assert len((await all_tried(world, episode)).letters) == 1
    assert (await states(world, episode))[-1] == "sent"


async def test_a_withdrawal_that_was_recorded_by_mistake_is_undone_with_its_correction(world: World) -> None:
    episode = (await world.refer()).episode_id
    fact = await withdraw(world, episode)
    await strike_out(world.area, world.asking("coordinator"), episode, fact, "Another child's")
    kept = await row(world, "SELECT messages_refused FROM episode WHERE id = $1", episode)
    assert not kept["messages_refused"]


@pytest.mark.parametrize("scope", ["gather_information", "share_with_gp"])
async def test_another_permission_taken_back_stops_no_message(world: World, scope: str) -> None:
    episode = (await world.refer()).episode_id
    await withdraw(world, episode, scope)
    assert len((await all_tried(world, episode)).letters) == 2


async def test_a_withdrawal_between_two_carers_keeps_the_second_letter_back(committed_world: World) -> None:
    world = committed_world
    episode = (await world.refer(carers=BOTH)).episode_id

    class Slow(Recorder):
        async def send(self, letter: Letter) -> None:
            await super().send(letter)
            await withdraw(world, episode)

    sender = Slow()
    [only] = await outbox_rows(world, episode)
    assert await deliver(world.area, Post({"email": sender}), only["id"]) == "nobody_to_tell"
    assert len(sender.letters) == 1


async def test_the_preview_says_so_and_the_rows_can_be_rebuilt(committed_world: World) -> None:
    world = committed_world
    episode = (await world.refer()).episode_id
    asking, answers = world.asking("coordinator"), {"scope": "messages"}
    said = await preview_step(world.area, asking, episode, "consent_withdrawn", WITHDRAWN, answers)
    assert not said.tells_family
    await withdraw(world, episode)
    report = await rebuild(world.area.database, world.area.pathways, world.area.calendar)
    assert report.is_whole, report.printed()

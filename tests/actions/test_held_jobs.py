"""Held messages are seen by those who may, tried again or closed with a reason, and each of these is logged."""

from uuid import UUID, uuid4

import pytest

from pathway.actions.held_jobs import close_held, run_again, send_again
from pathway.domain.errors import InvalidInput, NotAllowed, NotFound
from pathway.domain.referral import CarerDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Mailbox, Post
from pathway.store.held_jobs import held_jobs, held_messages
from pathway.store.scopes import WORKER, WRITER, reading
from tests.world import World


async def held(world: World) -> UUID:
    await world.refer(carers=(CarerDetails("Nadia Stone", "mother", channel="telephone"),))
    async with world.area.database.transaction(WORKER) as tx:
        outbox_id: UUID = await tx.fetchval("SELECT id FROM outbox")
    assert await deliver(world.area, Post({"email": Mailbox()}), outbox_id) == "nobody_to_tell"
    return outbox_id


async def state(world: World, outbox_id: UUID) -> str:
    async with world.area.database.transaction(WORKER) as tx:
        found: str = await tx.fetchval("SELECT state FROM outbox WHERE id = $1", outbox_id)
        return found


@pytest.mark.parametrize(("who", "sees"), [("lead", 1), ("privacy", 1), ("other_lead", 0), ("officer", 0)])
async def test_a_held_message_is_seen_by_those_whose_child_it_is(world: World, who: str, sees: int) -> None:
    await held(world)
    async with world.area.database.transaction(reading(world.actors[who])) as tx:
        assert len(await held_messages(tx)) == sees


async def test_told_by_telephone_is_a_reason_to_close(world: World) -> None:
    outbox_id = await held(world)
    asking = world.asking("lead")
    await close_held(world.area, asking, outbox_id, "told by telephone")
    await close_held(world.area, asking, outbox_id, "told by telephone")  # the same request again is harmless
    assert await state(world, outbox_id) == "dropped"
    async with world.area.database.transaction(WORKER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM access_log WHERE action = 'close_held_message'") == 1
    with pytest.raises(NotFound, match="not held any more"):
        await close_held(world.area, world.asking("lead"), outbox_id, "again")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
async def test_closing_needs_a_reason(world: World, reason: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        await close_held(world.area, world.asking("lead"), await held(world), reason)
    assert fault.value.field == "reason"


@pytest.mark.parametrize(
    ("who", "refusal"), [("clinician", NotAllowed), ("senco", NotAllowed), ("other_lead", NotFound)]
)
async def test_others_cannot_send_it(world: World, who: str, refusal: type[Exception]) -> None:
    outbox_id = await held(world)
    with pytest.raises(refusal):
        await send_again(world.area, world.asking(who), outbox_id)
    assert await state(world, outbox_id) == "nobody_to_tell"


async def test_it_can_be_sent_again_once_there_is_a_way(world: World) -> None:
    outbox_id = await held(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE carer SET channel = 'email'")
    await send_again(world.area, world.asking("lead"), outbox_id)
    assert await state(world, outbox_id) == "waiting"
    assert await deliver(world.area, Post({"email": Mailbox()}), outbox_id) == "sent"


async def test_a_failed_job_is_seen_and_put_back(world: World) -> None:
    async with world.area.database.transaction(WORKER) as tx:
        await tx.execute(
            "INSERT INTO pgqueuer (priority, status, entrypoint, payload, attempts) VALUES (0, 'failed', 're_date', '7', 8)"
        )
    async with world.area.database.transaction(reading(world.actors["lead"])) as tx:
        [job] = await held_jobs(tx)
    assert (job.kind, job.about, job.attempts) == ("re_date", "7", 8)
    await run_again(world.area, world.asking("lead"), job.id)
    async with world.area.database.transaction(WORKER) as tx:
        assert await held_jobs(tx) == []
        assert await tx.fetchval("SELECT status FROM pgqueuer WHERE entrypoint = 're_date'") == "queued"
    with pytest.raises(NotFound):
        await run_again(world.area, world.asking("lead"), job.id)
    with pytest.raises(NotAllowed):
        await run_again(world.area, world.asking("clinician", request=uuid4()), job.id)

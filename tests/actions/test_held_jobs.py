"""Held messages are seen by those who may, tried again or closed with a reason, and each of these is logged."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from pathway.actions.correct import strike_out
from pathway.actions.held_jobs import close_held, run_again, send_again
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSent
from pathway.domain.referral import CarerDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Letter, Mailbox, Post
from pathway.store import deliveries
from pathway.store.held_jobs import held_jobs, held_messages
from pathway.store.keys import child_text
from pathway.store.scopes import WORKER, WRITER, reading
from tests.actions.reading import outbox_rows
from tests.web.signing_in import hidden, signed_in, words
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


async def test_what_was_typed_can_be_read_only_with_the_childs_key(world: World) -> None:
    outbox_id, typed = await held(world), "Spoke with Nadia Stone on her mobile"
    await close_held(world.area, world.asking("lead"), outbox_id, typed)
    async with world.area.database.transaction(WRITER) as tx:
        [kept] = await tx.fetch("SELECT child_id, last_error, secret, o::text AS whole FROM outbox o")
        text = (await child_text(tx, world.area.key, kept["child_id"])).unlock(kept["secret"])
    assert text == {"reason": typed}
    assert "Nadia" not in kept["whole"]
    assert kept["last_error"] == "A person closed it, with a reason."


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


# --- what is sent after a while is judged and written again --------------------------------------------------------


class Refusing:
    """A mail server that refuses the first letters, and keeps the others."""

    needs_address = True

    def __init__(self, refuses: int = 1) -> None:
        self.refuses = refuses
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        if self.refuses:
            self.refuses -= 1
            raise NotSent("The mail server did not take it.", final=True)
        self.letters.append(letter)


async def failed(world: World, episode: UUID, server: Refusing) -> UUID:
    """The last message about an episode was written and not taken, so that it is held."""
    *_, last = await outbox_rows(world, episode)
    outbox_id: UUID = last["id"]
    with pytest.raises(NotSent):
        await deliver(world.area, Post({"email": server}), outbox_id)
    async with world.area.database.transaction(WORKER) as tx:
        await deliveries.note_failure(tx, outbox_id, "It was not taken.", 1)
    return outbox_id


async def sent_again(world: World, outbox_id: UUID, server: Refusing) -> str:
    await send_again(world.area, world.asking("lead"), outbox_id)
    return await deliver(world.area, Post({"email": server}), outbox_id)


async def test_a_message_that_a_person_lets_go_is_written_anew(world: World) -> None:
    episode = (await world.refer()).episode_id
    server = Refusing()
    outbox_id = await failed(world, episode, server)
    await world.step("triage", episode, "triage_started", date(2026, 3, 5))
    assert await sent_again(world, outbox_id, server) == "sent"
    [letter] = server.letters
    assert "A trained person is reading everything about" in letter.text
    async with world.area.database.transaction(WORKER) as tx:
        [kept] = await tx.fetch("SELECT child_id, secret, state FROM message")
        text = (await child_text(tx, world.area.key, kept["child_id"])).unlock(kept["secret"])
    assert (text["text"], kept["state"]) == (letter.text, "delivered")


async def test_a_carer_who_wants_another_way_by_now_is_not_written_to_by_the_old_one(world: World) -> None:
    episode = (await world.refer()).episode_id
    server = Refusing()
    outbox_id = await failed(world, episode, server)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE carer SET channel = 'letter'")
    assert await sent_again(world, outbox_id, server) == "nobody_to_tell"
    assert server.letters == []


async def test_an_appointment_that_has_passed_is_not_announced(world: World) -> None:
    episode = (await world.refer()).episode_id
    on = date(2026, 3, 9)
    await world.step("triage", episode, "referral_accepted", on, priority="routine")
    booked = {"appointment_on": "2026-05-04", "setting": "clinic"}
    await world.step("clinician", episode, "assessment_booked", date(2026, 4, 2), **booked)
    outbox_id = await failed(world, episode, Refusing())
    with pytest.raises(Conflict, match="has passed"):
        await send_again(world.area, world.asking("lead"), outbox_id)
    await send_again(world.on(date(2026, 5, 4)).area, world.asking("lead"), outbox_id)


async def accepted(world: World) -> UUID:
    episode = (await world.refer()).episode_id
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 9), priority="routine")
    return episode


async def test_what_was_recorded_again_since_has_a_message_of_its_own(world: World) -> None:
    episode, given = await accepted(world), {"priority": "urgent", "reason": "risk"}
    await world.step("triage", episode, "priority_changed", date(2026, 3, 10), **given)
    older = await failed(world, episode, Refusing())
    await world.step("triage", episode, "priority_changed", date(2026, 3, 12), **given)
    with pytest.raises(Conflict, match="recorded again"):
        await send_again(world.area, world.asking("lead"), older)
    async with signed_in(world, "lead") as client:
        form = hidden((await client.get("/held")).text)
        answer = await client.post(f"/held/{older}/send", data=form)
    assert answer.status_code == 422
    assert "recorded again since" in words(answer)


async def test_a_fact_that_was_struck_out_is_not_told(world: World) -> None:
    episode, given = await accepted(world), {"priority": "urgent", "reason": "risk"}
    fact = await world.step("triage", episode, "priority_changed", date(2026, 3, 10), **given)
    outbox_id = await failed(world, episode, Refusing())
    await strike_out(world.area, world.asking("triage"), episode, fact.event_id, "Another child's")
    with pytest.raises(Conflict, match="struck out"):
        await send_again(world.area, world.asking("lead"), outbox_id)
    assert await state(world, outbox_id) == "dropped"


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

"""A message reaches those who may be told, once, in words that are kept; what cannot be sent waits for a person."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from pathway.domain.errors import NotSent
from pathway.domain.referral import CarerDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Letter, Mailbox, Post
from pathway.store.integrity import rebuild
from pathway.store.keys import child_text
from pathway.store.scopes import WORKER, WRITER
from tests.world import TODAY, World

NADIA = CarerDetails("Nadia Stone", "mother", email="nadia@example.com", parental_responsibility=True)
TARIQ = CarerDetails("Tariq Stone", "father", email="tariq@example.com", parental_responsibility=True)


class Recorder:
    """Takes letters, and fails as often as it is told to."""

    needs_address = True

    def __init__(self, failures: int = 0, *, final: bool = False) -> None:
        self.letters: list[Letter] = []
        self.failures = failures
        self.final = final

    async def send(self, letter: Letter) -> None:
        if self.failures:
            self.failures -= 1
            raise NotSent("The mail server did not take it.", final=self.final)
        self.letters.append(letter)


async def only_outbox(world: World) -> UUID:
    async with world.area.database.transaction(WORKER) as tx:
        [row] = await tx.fetch("SELECT id FROM outbox")
        found: UUID = row["id"]
        return found


async def one(world: World, query: str, *given: object) -> object:
    async with world.area.database.transaction(WORKER) as tx:
        return await tx.fetchval(query, *given)


async def test_each_carer_who_may_be_told_gets_one_letter_and_the_family_counts_as_reached(
    world: World,
) -> None:
    apart = CarerDetails("Someone Else", "uncle", email="else@example.com", may_be_told=False)
    referred = await world.refer(carers=(NADIA, TARIQ, apart))
    sender = Recorder()
    assert (
        await deliver(
            world.area, Post({"email": sender}, "https://example.org/family"), await only_outbox(world)
        )
        == "sent"
    )
    assert sorted(letter.to for letter in sender.letters) == ["nadia@example.com", "tariq@example.com"]
    assert {letter.text.splitlines()[0] for letter in sender.letters} == {
        "Dear Nadia Stone,",
        "Dear Tariq Stone,",
    }
    assert all("16 February 2027" in letter.text for letter in sender.letters), "12 weeks from today"
    assert await one(world, "SELECT family_reached_on FROM episode") == TODAY
    silence = "SELECT counts_from FROM clock WHERE episode_id = $1 AND clock = 'silence' AND known_to IS NULL"
    assert await one(world, silence, referred.episode_id) == TODAY


async def test_a_message_does_not_make_a_clinicians_page_stale(world: World) -> None:
    referred = await world.refer()
    await deliver(world.area, Post({"email": Recorder()}), await only_outbox(world))
    await world.step(
        "triage", referred.episode_id, "triage_started", date(2026, 3, 5), version=referred.version
    )


async def test_the_text_is_kept_and_can_be_read_only_with_the_childs_key(world: World) -> None:
    referred = await world.refer()
    await deliver(world.area, Post({"email": Mailbox()}), await only_outbox(world))
    async with world.area.database.transaction(WORKER) as tx:
        [row] = await tx.fetch("SELECT secret, state, delivered_at, template_version FROM message")
        text = (await child_text(tx, world.area.key, referred.child_id)).unlock(row["secret"])
    assert (row["state"], row["template_version"]) == ("delivered", "1")
    assert row["delivered_at"] == world.area.now()
    assert text["subject"] == "We have your request"
    assert b"Amira" not in row["secret"]


async def test_a_repeat_sends_nothing_twice(world: World) -> None:
    await world.refer(carers=(NADIA, TARIQ))
    outbox_id, sender = await only_outbox(world), Recorder()
    post = Post({"email": sender})
    for _ in range(3):
        assert await deliver(world.area, post, outbox_id) == "sent"
    assert len(sender.letters) == 2


async def test_a_failure_in_the_middle_is_taken_up_where_it_stopped_with_the_same_letter(
    world: World,
) -> None:
    await world.refer(carers=(NADIA, TARIQ))
    outbox_id, sender = await only_outbox(world), Recorder(failures=1)
    with pytest.raises(NotSent):
        await deliver(world.area, Post({"email": sender}), outbox_id)
    failed = await one(world, "SELECT id FROM message WHERE state = 'failed'")
    assert await deliver(world.area, Post({"email": sender}), outbox_id) == "sent"
    assert len(sender.letters) == 2
    assert failed in {letter.id for letter in sender.letters}
    assert await one(world, "SELECT count(*) FROM message WHERE state = 'delivered'") == 2


@pytest.mark.parametrize(
    ("carers", "state", "reason"),
    [
        ((), "nobody_to_tell", "Ask the family who should be told"),
        ((CarerDetails("A", "mother", channel="letter"),), "nobody_to_tell", "by letter, text or telephone"),
        ((CarerDetails("A", "mother", channel="email"),), "nobody_to_tell", "Tell them"),
        ((NADIA, CarerDetails("A", "father", channel="telephone")), "held", "One carer asked to be told"),
    ],
)
async def test_who_wants_another_channel_is_told_by_a_person(
    world: World, carers: tuple[CarerDetails, ...], state: str, reason: str
) -> None:
    await world.refer(carers=carers)
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), await only_outbox(world)) == state
    assert reason in str(await one(world, "SELECT last_error FROM outbox"))
    assert len(sender.letters) == len([c for c in carers if c.email])


async def test_a_link_that_was_ended_stops_the_message(world: World) -> None:
    await world.refer()
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE guardian SET active = false")
    assert (
        await deliver(world.area, Post({"email": Recorder()}), await only_outbox(world)) == "nobody_to_tell"
    )


async def test_a_text_that_was_closed_for_good_is_not_sent_and_waits_for_a_person(world: World) -> None:
    await world.refer()
    outbox_id = await only_outbox(world)
    with pytest.raises(NotSent):
        await deliver(world.area, Post({"email": Recorder(failures=1)}), outbox_id)
    async with world.area.database.transaction(WRITER) as tx:
        child = await tx.fetchval("SELECT child_id FROM outbox")
        await tx.execute("UPDATE child_key SET wrapped = $1", world.area.key.new_child_key(child))
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), outbox_id) == "held"
    assert sender.letters == []


async def test_a_restricted_child_is_never_placed_in_a_message(world: World) -> None:
    child = world.child(restricted=True, safe_contact="Children's social care, duty desk")
    await world.refer(child=child)
    sender = Recorder()
    await deliver(world.area, Post({"email": sender}), await only_outbox(world))
    [letter] = sender.letters
    assert "Moorshire" not in letter.text
    assert "Castle" not in letter.text
    assert "safe contact" in letter.text


async def test_a_message_that_leaves_late_says_where_things_are_now(world: World) -> None:
    referred = await world.refer()
    outbox_id = await only_outbox(world)
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    sender = Recorder()
    await deliver(world.area, Post({"email": sender}), outbox_id)
    assert "A trained person is reading everything about" in sender.letters[0].text


async def test_a_message_never_tells_an_outcome_that_the_family_has_not_been_told(world: World) -> None:
    """The true stage is outcome_decided; the message that leaves then says the stage before it."""
    referred = await world.refer()
    outbox_id = await only_outbox(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE episode SET stage = 'outcome_decided', family_stage = 'formulation', outcome = 'autism' WHERE id = $1",
            referred.episode_id,
        )
    sender = Recorder()
    await deliver(world.area, Post({"email": sender}), outbox_id)
    assert "putting together everything" in sender.letters[0].text
    assert "decided" not in sender.letters[0].text


async def test_sending_is_logged_for_the_family_to_see(world: World) -> None:
    referred = await world.refer()
    await deliver(world.area, Post({"email": Recorder()}), await only_outbox(world))
    logged = "SELECT action FROM access_log WHERE role = 'system' AND children @> ARRAY[$1::uuid]"
    assert await one(world, logged, referred.child_id) == "family_update"


async def test_what_a_delivery_wrote_follows_from_the_facts(committed_world: World) -> None:
    world = committed_world
    await world.refer()
    await deliver(world.area, Post({"email": Mailbox()}), await only_outbox(world))
    report = await rebuild(world.area.database, world.area.pathways, world.area.calendar)
    assert report.is_whole, report.printed()


async def test_a_row_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(Exception, match="no such message"):
        await deliver(world.area, Post({}), uuid4())


async def test_without_a_mail_server_the_message_waits_for_one(world: World) -> None:
    await world.refer()
    assert await deliver(world.area, Post({}), await only_outbox(world)) == "nobody_to_tell"
    assert "PATHWAY_SMTP_HOST" in str(await one(world, "SELECT last_error FROM outbox"))

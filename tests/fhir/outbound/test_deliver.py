"""Messages to partners' systems: made once, in order for each destination, tried again as they were, held when in vain."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest

from pathway.store import destinations, outside_identifiers, partners
from pathway.store.held_jobs import held_messages, send_again
from pathway.store.scopes import WORKER, WRITER
from pathway_fhir.bars.definitions import KINDS, breaches
from pathway_fhir.client.breaker import FIRST_PAUSE, OPENS_AFTER
from pathway_fhir.guard.check import check
from pathway_fhir.mapping.provenance import MESSAGE
from pathway_fhir.outbound import deliver as delivering
from pathway_fhir.outbound.deliver import ATTEMPTS, LEASE, deliver, name_of
from tests.fhir.client.receiver import Receiver, Reply, outcome, receiving
from tests.fhir.outbound.sending import Sending, bundle, ids, resources, sending
from tests.world import World

HOUR = timedelta(hours=1)
BY_OWN_URL = {kind.url: kind for kind in KINDS}
BUSY = outcome(503, "REC_SERVICE_UNAVAILABLE", "transient")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
async def out(world: World) -> AsyncIterator[Sending]:
    async with sending(world) as found:
        yield found


async def _steps(out: Sending) -> None:
    referred = await out.world.refer()
    await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await out.world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 12), priority="routine"
    )


async def test_each_step_is_told_in_order_with_what_the_partner_may_read(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    await _steps(out)
    assert [row["kind"] for row in await out.messages()] == ["stage", "stage", "stage"]

    await out.send()

    assert await out.states() == ["sent"] * 3
    assert [ids(sent)[0] for sent in receiver.sent] == [row["id"] for row in await out.messages()]
    assert len({ids(sent)[1] for sent in receiver.sent}) == 1
    first, *rest = (bundle(sent)["entry"][0]["resource"] for sent in receiver.sent)
    assert first["eventCoding"]["code"] == "servicerequest-request"
    assert first["destination"] == [{"endpoint": "https://fhir.nhs.uk/Id/dos-service-id|2000011147"}]
    assert [one["reason"]["coding"][0]["code"] for one in (first, *rest)] == ["new", "update", "update"]
    last = receiver.sent[-1]
    assert last.path == "/$process-message"
    assert [one["resourceType"] for one in resources(last, "ServiceRequest")] == ["ServiceRequest"]
    for kind in ("Patient", "EpisodeOfCare", "Task", "Provenance", "Organization"):
        assert resources(last, kind), kind
    assert last.headers["nhsd-end-user-organisation-ods"] == "ZMC01"


async def test_whose_message_referred_the_child_is_answered_and_may_answer_us(
    out: Sending, receiver: Receiver
) -> None:
    name = await out.partner("gp", receiver)
    referred = await out.world.refer("gp")
    found = await partners.by_client(out.area.database, name)
    assert found is not None
    theirs = str(uuid4())
    async with out.area.database.transaction(WRITER) as tx:
        await outside_identifiers.name(tx, found.account_id, [(MESSAGE, theirs)], referred.episode_id)
    await out.send()
    await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await out.send()
    for sent in receiver.sent:
        header = bundle(sent)["entry"][0]["resource"]
        assert header["eventCoding"]["code"] == "servicerequest-response"
        assert header["response"] == {"identifier": theirs, "code": "ok"}
        counted = [entry["resource"]["resourceType"] for entry in bundle(sent)["entry"]]
        assert breaches(BY_OWN_URL[header["definition"]], counted, strict=True) == []
        async with out.area.database.transaction(WRITER) as tx:
            ours = [(MESSAGE, bundle(sent)["id"])]
            assert await outside_identifiers.find(tx, found.account_id, ours) == referred.episode_id


async def test_a_message_holds_what_its_definition_says_and_each_resource_is_valid(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    await _steps(out)
    await out.send()
    for sent in receiver.sent:
        entries = bundle(sent)["entry"]
        kinds = [entry["resource"]["resourceType"] for entry in entries]
        assert breaches(BY_OWN_URL[entries[0]["resource"]["definition"]], kinds, strict=True) == []
        for resource in (bundle(sent), *(entry["resource"] for entry in entries)):
            found = await check(resource, strict=True)
            assert [(one.text, one.expression) for one in found if one.severity.refuses] == []


TRIED_AGAIN = [
    BUSY,
    outcome(408, "REC_TIMEOUT", "timeout"),
    outcome(429, "REC_TOO_MANY_REQUESTS", "throttled"),
    outcome(503, "PROXY_SERVICE_UNAVAILABLE", "transient"),
    outcome(504, "PROXY_GATEWAY_TIMEOUT", "timeout"),
    outcome(429, "SEND_TOO_MANY_REQUESTS", "throttled"),
    outcome(425, "REC_TOO_EARLY", "duplicate"),
    Reply(502, b"<html>", mirrored=False),
    Reply(200, mirrored=False),
    Reply(302, headers={"Location": "https://login.example"}),
    Reply(after=1.3),
    Reply(breaks=True),
]


@pytest.mark.parametrize("failure", TRIED_AGAIN, ids=lambda one: f"{one.status}-{one.after}-{one.breaks}")
async def test_it_is_tried_again_byte_for_byte_under_the_same_ids(
    out: Sending, receiver: Receiver, failure: Reply
) -> None:
    await out.partner("provider", receiver)
    referred = await out.world.refer()
    receiver.queue(failure, then=Reply())

    await out.send()
    assert await out.states() == ["waiting"]
    # What has changed since does not change a message that was made.
    await out.change(
        "UPDATE child SET first_name = 'Other', version = version + 1 WHERE id = $1", referred.child_id
    )
    await out.send()
    assert len(receiver.sent) == 1, "it was tried before its time"
    await out.send(later=HOUR)

    first, second = receiver.sent
    assert (first.body, ids(first)) == (second.body, ids(second))
    assert await out.states() == ["sent"]


FINAL = [
    outcome(400, "REC_BAD_REQUEST", "invariant"),
    outcome(401, "REC_UNAUTHORIZED", "forbidden"),
    outcome(403, "REC_FORBIDDEN", "security"),
    outcome(404, "REC_NOT_FOUND", "not-found"),
    outcome(409, "REC_CONFLICT", "conflict"),
    outcome(422, "REC_UNPROCESSABLE_ENTITY", "too-costly"),
    outcome(500, "REC_SERVER_ERROR", "exception"),
    outcome(501, "REC_NOT_IMPLEMENTED", "not-supported"),
]


@pytest.mark.parametrize("refusal", FINAL, ids=lambda one: one.status)
async def test_what_is_refused_for_good_is_held_in_words_and_the_next_one_goes(
    out: Sending, receiver: Receiver, refusal: Reply
) -> None:
    await out.partner("provider", receiver)
    await _steps(out)
    receiver.queue(refusal, then=Reply())

    await out.send()

    assert await out.states() == ["held", "sent", "sent"]
    held = (await out.messages())[0]
    assert held["words"].startswith(f"The receiver refused it. ({refusal.status}, REC_")
    assert "Amira" not in held["words"]


async def test_a_duplicate_is_success(out: Sending, receiver: Receiver) -> None:
    await out.partner("provider", receiver)
    await out.world.refer()
    receiver.queue(outcome(409, "REC_CONFLICT", "duplicate"))
    await out.send()
    assert await out.states() == ["sent"]


async def test_a_later_message_waits_for_an_earlier_one_and_no_other_destination_does(
    out: Sending, receiver: Receiver
) -> None:
    with receiving(lambda _: BUSY) as down:
        await out.partner("provider", down)
        await out.partner("school", receiver)
        await _steps(out)
        await out.send()
        assert await out.states("provider-system") == ["waiting"] * 3
        assert await out.states("school-system") == ["sent"] * 3
        assert len(down.sent) == 1
        down.answers = lambda _: Reply()
        await out.send(later=HOUR)
        assert await out.states("provider-system") == ["sent"] * 3
        assert [ids(s)[0] for s in down.sent[1:]] == [r["id"] for r in await out.messages("provider-system")]


async def test_after_the_last_try_it_is_held_seen_and_sent_again_as_it_was(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    await out.world.refer()
    receiver.queue(BUSY)
    for _ in range(ATTEMPTS):
        await out.send(later=HOUR)
    assert await out.states() == ["held"]
    assert len(receiver.sent) == ATTEMPTS

    async with out.area.database.transaction(WRITER) as tx:
        [held] = await held_messages(tx)
        assert (held.topic, held.to) == ("partner_message", "provider-system")
        await send_again(tx, held.id)
    receiver.queue(Reply())
    await out.send(later=HOUR)

    assert await out.states() == ["sent"]
    assert len({(s.body, ids(s)) for s in receiver.sent}) == 1


async def test_retry_after_is_kept(out: Sending, receiver: Receiver) -> None:
    await out.partner("provider", receiver)
    await out.world.refer()
    receiver.queue(outcome(503, "REC_BUSY", "transient", headers={"Retry-After": "7200"}), then=Reply())
    await out.send()
    await out.send(later=timedelta(seconds=7190))
    assert len(receiver.sent) == 1
    await out.send(later=timedelta(seconds=11))
    assert await out.states() == ["sent"]


async def test_a_destination_that_is_down_is_left_alone_then_asked_once_then_as_before(
    out: Sending, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "delay_after", lambda _: timedelta(seconds=1))
    await out.partner("provider", receiver)
    await _steps(out)
    receiver.queue(Reply(502, mirrored=False))
    for _ in range(OPENS_AFTER + 3):
        await out.send(later=timedelta(seconds=2))
    assert len(receiver.sent) == OPENS_AFTER
    assert (await out.messages())[0]["attempts"] == OPENS_AFTER
    await out.send(later=FIRST_PAUSE)
    assert len(receiver.sent) == OPENS_AFTER + 1
    receiver.queue(Reply())
    await out.send(later=3 * FIRST_PAUSE)
    assert await out.states() == ["sent"] * 3


async def test_a_crash_between_sending_and_noting_sends_it_again_and_the_receivers_duplicate_counts(
    out: Sending, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await out.partner("provider", receiver)
    await out.world.refer()
    receiver.queue(Reply(), then=outcome(409, "REC_CONFLICT", "duplicate"))

    class Killed(BaseException):
        """As when the process is killed."""

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(delivering.deliveries, "settle", killed)
        with pytest.raises(Killed):
            await out.send()
    assert await out.states() == ["waiting"]
    await out.send()
    first, second = receiver.sent
    assert (first.body, ids(first)) == (second.body, ids(second))
    assert await out.states() == ["sent"]


async def test_what_another_process_sends_to_is_left_to_it(out: Sending, receiver: Receiver) -> None:
    await out.partner("provider", receiver)
    await out.world.refer()
    [row] = await out.messages()
    other = uuid4()
    async with out.area.database.transaction(WORKER) as tx:
        partner = await tx.fetchval("SELECT partner_id FROM partner_message")
        assert await destinations.lease(tx, name_of(partner), other, LEASE)
    assert await deliver(out.area, out.outward, row["id"]) == "waiting"
    assert receiver.sent == []
    async with out.area.database.transaction(WORKER) as tx:
        await destinations.release(tx, name_of(partner), other)
    assert await deliver(out.area, out.outward, row["id"]) == "sent"


async def test_the_stub_takes_a_message_once_and_says_that_nothing_left(out: Sending) -> None:
    await out.partner("provider", None, mode="stub")
    await out.world.refer()
    await out.send()
    [row] = await out.messages()
    assert (row["state"], row["status"]) == ("sent", 200)
    assert "stub" in row["words"]
    async with out.area.database.transaction(WORKER) as tx:
        await tx.execute("UPDATE outbox SET state = 'waiting' WHERE id = $1", row["id"])
        await tx.execute("UPDATE partner_message SET sent_at = NULL WHERE id = $1", row["id"])
    await out.send()
    [row] = await out.messages()
    assert (row["state"], row["status"]) == ("sent", 409)


async def test_an_address_that_may_not_be_asked_holds_messages_up_and_blames_none(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver, mode="live")
    await _steps(out)
    await out.send()
    assert await out.states() == ["waiting"] * 3
    assert "https" in (await out.messages())[0]["words"]
    await out.change("UPDATE partner SET mode = 'sandbox'")
    await out.send(later=HOUR)
    assert await out.states() == ["sent"] * 3


async def test_a_partner_that_is_off_or_wants_nothing_gets_nothing(out: Sending, receiver: Receiver) -> None:
    await out.partner("provider", receiver, "off", mode="off")
    await out.partner("provider", receiver, "silent", wants=())
    await out.partner("provider", None, "nowhere")
    await out.partner("provider", receiver, "ends", wants=("end",))
    await _steps(out)
    assert await out.messages() == []


async def test_a_partner_that_was_switched_off_since_has_its_messages_held(
    out: Sending, receiver: Receiver
) -> None:
    await out.partner("provider", receiver)
    await out.world.refer()
    await out.change("UPDATE partner SET active = false")
    await out.send()
    assert await out.states() == ["held"]
    assert receiver.sent == []

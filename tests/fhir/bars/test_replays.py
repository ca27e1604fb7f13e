"""The same message again: done, under way, failed, or another message with the same ids."""

import asyncio
import json
from uuid import uuid4

from pathway.store.scopes import WRITER
from tests.fhir.bars.made import Referral, headers, said, sending
from tests.world import World

EPISODES = "SELECT count(*) FROM episode"


async def test_a_message_that_was_done_is_a_duplicate_and_has_no_second_effect(world: World) -> None:
    referral, sent = Referral(world), headers()
    body = json.dumps(referral.new()).encode()
    async with sending(world) as surgery:
        assert (await surgery.send(body, sent)).status_code == 200
        for _ in range(2):
            assert said(await surgery.send(body, sent)) == (409, "REC_CONFLICT", "duplicate")
    async with world.area.database.transaction(WRITER) as tx:
        assert await tx.fetchval(EPISODES) == 1


async def test_other_bytes_under_the_same_ids_are_a_conflict(world: World) -> None:
    referral, sent = Referral(world), headers()
    async with sending(world) as surgery:
        assert (await surgery.send(referral.new(), sent)).status_code == 200
        assert said(await surgery.send(referral.update("More."), sent)) == (409, "REC_CONFLICT", "conflict")
        later = {**sent, "X-Request-Id": str(uuid4())}
        assert (await surgery.send(referral.update("More."), later)).status_code == 200


async def test_a_failure_is_given_again_as_it_was_also_after_its_reason_has_gone(world: World) -> None:
    referral, sent = Referral(world), headers()
    update = json.dumps(referral.update("More.")).encode()
    async with sending(world) as surgery:
        first = await surgery.send(update, sent)
        assert said(first) == (404, "REC_NOT_FOUND", "not-found")
        await surgery.sent(referral.new())
        again = await surgery.send(update, sent)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        anew = await surgery.send(update, {**sent, "X-Request-Id": str(uuid4())})
        assert anew.status_code == 200, anew.text


async def test_what_cannot_even_be_read_is_answered_alike_each_time(world: World) -> None:
    sent = headers()
    async with sending(world) as surgery:
        first = await surgery.send(b"{", sent)
        again = await surgery.send(b"{", sent)
        assert (
            (again.status_code, again.content) == (first.status_code, first.content) == (400, first.content)
        )
        assert said(await surgery.send(b"[", sent)) == (409, "REC_CONFLICT", "conflict")


async def test_who_may_send_is_asked_before_anything_is_kept(world: World) -> None:
    """A sender that lacked a scope or a header is let in with the same ids once it has them."""
    referral, sent = Referral(world), headers()
    body = json.dumps(referral.new()).encode()
    async with sending(world) as surgery:
        unnamed = {name: value for name, value in sent.items() if name != "NHSD-End-User-Organisation"}
        assert said(await surgery.send(body, unnamed))[0] == 401
        assert (await surgery.send(body, sent)).status_code == 200


async def test_a_second_delivery_at_the_same_moment_is_too_early(committed_world: World) -> None:
    """Given eight deliveries at once, over connections of their own, then one is acted on and every other is told why not."""
    referral, sent = Referral(committed_world), headers()
    body = json.dumps(referral.new()).encode()
    async with sending(committed_world) as surgery:
        answers = await asyncio.gather(*(surgery.send(body, sent) for _ in range(8)))
    found = sorted(said(a)[:2] if a.status_code != 200 else (200, "") for a in answers)
    assert found[0] == (200, "")
    assert set(found[1:]) <= {(409, "REC_CONFLICT"), (425, "REC_TOO_EARLY")}, found
    assert all(a.headers.get("Retry-After") for a in answers if a.status_code == 425)
    async with committed_world.area.database.transaction(WRITER) as tx:
        assert await tx.fetchval(EPISODES) == 1


async def test_one_referral_under_two_ids_at_the_same_moment_is_one_referral(committed_world: World) -> None:
    referral = Referral(committed_world)
    body = json.dumps(referral.new()).encode()
    async with sending(committed_world) as surgery:
        answers = await asyncio.gather(*(surgery.send(body) for _ in range(6)))
    assert [a.status_code for a in answers] == [200] * 6, [a.text for a in answers if a.status_code != 200][
        :1
    ]
    assert len({a.json()["entry"][1]["resource"]["id"] for a in answers}) == 1
    async with committed_world.area.database.transaction(WRITER) as tx:
        assert await tx.fetchval(EPISODES) == 1
        assert await tx.fetchval("SELECT count(*) FROM event") == 1


async def test_a_process_that_dies_leaves_nothing_taken(committed_world: World) -> None:
    """Given a message that another process had taken, and that process is gone, then the same message is acted on."""
    from pathway.store import received

    referral, sent = Referral(committed_world), headers()
    database = committed_world.area.database
    async with sending(committed_world) as surgery:
        account = await _account(committed_world)
        connection = await database.connect()
        held = await connection.fetchval(
            "SELECT pg_try_advisory_lock(hashtextextended($1, 0))",
            received.claimed_as(account, sent["X-Request-Id"], sent["X-Correlation-Id"]),
        )
        assert held
        assert said(await surgery.send(referral.new(), sent)) == (425, "REC_TOO_EARLY", "duplicate")
        await connection.close()
        assert (await surgery.send(referral.new(), sent)).status_code == 200


async def _account(world: World) -> int:
    async with world.area.database.transaction(WRITER) as tx:
        found: int = await tx.fetchval("SELECT account_id FROM partner ORDER BY id DESC LIMIT 1")
        return found

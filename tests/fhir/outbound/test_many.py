"""Many messages and several worker processes: each message arrives once, in order, and 8 who send do not get in each other's way."""

import asyncio
import random
from datetime import date
from pathlib import Path

import pytest

from pathway.notify.senders import Mailbox, Post
from pathway.store.engine import Database
from pathway.worker.handlers import handlers, topics
from pathway.worker.queue import run_queue
from pathway_fhir.client import retrying
from pathway_fhir.outbound.deliver import deliver
from tests.fhir.client.receiver import Reply, Sent, outcome, receiving
from tests.fhir.outbound.sending import Sending, sending
from tests.world import World, make_world

BUSY = outcome(503, "REC_SERVICE_UNAVAILABLE", "transient")


class Flaky:
    """A receiver that fails now and then, before or after it has taken a message, and knows what it has taken."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.taken: list[str] = []
        self.seen: dict[str, bytes] = {}
        self.changed: list[str] = []

    def answer(self, sent: Sent) -> Reply:
        key = sent.headers["x-request-id"]
        if self.seen.setdefault(key, sent.body) != sent.body:
            self.changed.append(key)
        chance = self.random.random()
        if chance < 0.15:
            return self.random.choice([BUSY, Reply(502, mirrored=False), Reply(429, mirrored=False)])
        if key in self.taken:
            return outcome(409, "REC_CONFLICT", "duplicate")
        self.taken.append(key)
        return Reply(breaks=True) if chance < 0.25 else Reply()


@pytest.mark.slow
async def test_every_message_arrives_once_and_in_order_at_flaky_receivers(
    committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "LONGEST_DELAY", retrying.FIRST_DELAY * 0)
    world = await make_world(committed, tmp_path)
    flaky = [Flaky(1), Flaky(2)]
    with receiving(flaky[0].answer) as one, receiving(flaky[1].answer) as two:
        async with sending(world) as out:
            await out.partner("provider", one)
            await out.partner("school", two)
            await _many(out, 40)
            for _ in range(60):
                await asyncio.gather(*(_worker(out) for _ in range(8)))
                if set(await out.states()) == {"sent"}:
                    break
                out.now += retrying.FIRST_DELAY * 400
            for partner, receiver in (("provider-system", flaky[0]), ("school-system", flaky[1])):
                rows = await out.messages(partner)
                assert {row["state"] for row in rows} == {"sent"}
                assert len(rows) == 120
                assert receiver.taken == [str(row["id"]) for row in rows]
                assert receiver.changed == []


async def _many(out: Sending, children: int) -> None:
    for _ in range(children):
        referred = await out.world.refer()
        await out.world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
        await out.world.step(
            "triage", referred.episode_id, "referral_accepted", date(2026, 3, 12), priority="routine"
        )


async def _worker(out: Sending) -> None:
    """A process that takes up whatever waits, in any order."""
    rows = [row["id"] for row in await out.messages() if row["state"] == "waiting"]
    for one in random.sample(rows, min(5, len(rows))):
        await deliver(out.area, out.outward, one)


async def test_the_workers_queue_sends_them(committed_world: World) -> None:
    with receiving() as receiver:
        async with sending(committed_world) as out:
            await out.partner("provider", receiver)
            await _many(out, 3)
            done = handlers(out.area, Post({"email": Mailbox()}), topics(out.outward))
            await run_queue(out.area.database, done, asyncio.Event(), once=True)
            assert set(await out.states()) == {"sent"}
            assert [s.headers["x-request-id"] for s in receiver.sent] == [
                str(r["id"]) for r in await out.messages()
            ]

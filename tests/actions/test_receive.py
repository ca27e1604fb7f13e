"""A message that comes again has no second effect, and its bytes are closed with the child."""

from uuid import UUID, uuid4

import pytest

from pathway.actions.receive import Receipt, receive
from pathway.domain.errors import DuplicateRequest
from pathway.store.engine import Tx
from pathway.store.scopes import WRITER
from tests.actions.machines import asked, machine
from tests.world import World

BODY = b'{"resourceType":"Patient","name":"Amira Stone"}'


class Counting:
    """Work that says how often it was done."""

    def __init__(self, child: UUID | None) -> None:
        self.child, self.done = child, 0

    async def __call__(self, tx: Tx) -> Receipt:
        self.done += 1
        return Receipt(201, b"made", self.child)


async def test_the_same_message_twice_is_done_once_and_answered_alike(world: World) -> None:
    referred = await world.refer()
    trust, ids, work = await machine(world, "provider"), (uuid4(), uuid4()), Counting(referred.child_id)
    for _ in range(2):
        asking = asked(trust, request=ids[0])
        receipt = await receive(world.area, asking, ids[1], "create Patient", BODY, work)
        assert (receipt.status, receipt.answer) == (201, b"made")
    assert work.done == 1
    assert receipt.again


async def test_the_same_ids_with_other_bytes_are_refused(world: World) -> None:
    trust, ids, work = await machine(world, "provider"), (uuid4(), uuid4()), Counting(None)
    await receive(world.area, asked(trust, request=ids[0]), ids[1], "create Patient", BODY, work)
    with pytest.raises(DuplicateRequest):
        await receive(world.area, asked(trust, request=ids[0]), ids[1], "create Patient", BODY + b" ", work)


async def test_what_was_received_is_kept_and_nobody_reads_it_without_the_child_s_key(world: World) -> None:
    referred = await world.refer()
    trust = await machine(world, "provider")
    for child in (referred.child_id, None):
        await receive(world.area, asked(trust), uuid4(), "create Patient", BODY, Counting(child))
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch("SELECT child_id, secret, held FROM received")
    assert {
        (row["child_id"] is not None, row["secret"] is not None, row["held"] is not None) for row in rows
    } == {
        (True, True, False),
        (False, False, True),
    }
    assert all(b"Amira" not in (row["secret"] or row["held"]) for row in rows)


async def test_work_that_fails_leaves_nothing_behind(world: World) -> None:
    trust = await machine(world, "provider")

    async def failing(tx: Tx) -> Receipt:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await receive(world.area, asked(trust), uuid4(), "create Patient", BODY, failing)
    async with world.area.database.transaction(WRITER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM received") == 0

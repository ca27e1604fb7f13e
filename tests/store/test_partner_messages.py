"""Messages to partners' systems in the database: who sees that there is one, and that only the worker and the writer read it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from pathway.domain.errors import NotFound
from pathway.store import destinations, partner_messages, partners
from pathway.store.engine import NEVER_ASSUMED, Database, Scope
from pathway.store.partner_messages import KINDS
from pathway.store.roles import DbRole
from pathway.store.scopes import WORKER, WRITER, reading
from tests.fhir.outbound.sending import Sending, sending
from tests.world import World

READ = "SELECT m.id FROM partner_message m"
SEES = frozenset({DbRole.r_clinician, DbRole.r_lead, DbRole.r_officer, DbRole.r_privacy})
READS = frozenset({DbRole.pathway_writer, DbRole.r_worker})


@pytest.fixture
async def out(world: World) -> AsyncIterator[Sending]:
    async with sending(world) as found:
        await found.partner("provider", None, mode="stub")
        await found.world.refer()
        await found.send()
        yield found


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("lead", 1),
        ("clinician", 1),
        ("privacy", 1),
        ("other_lead", 0),
        ("other_clinician", 0),
        ("officer", 0),
    ],
)
async def test_whoever_sees_the_row_of_the_outbox_sees_for_whom_it_is(
    out: Sending, who: str, seen: int
) -> None:
    async with out.area.database.transaction(reading(out.world.actors[who])) as tx:
        assert len(await tx.fetch(READ)) == seen
        assert len(await tx.fetch("SELECT 1 FROM outbox WHERE topic = 'partner_message'")) == seen


@pytest.mark.parametrize(
    "role", [r for r in DbRole if r not in READS | NEVER_ASSUMED], ids=lambda role: role.name
)
async def test_no_other_role_reads_a_message_or_how_a_destination_does(
    rolled_back: Database, role: DbRole
) -> None:
    for query in (
        "SELECT secret FROM partner_message",
        "SELECT * FROM destination",
        "SELECT endpoint FROM partner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with rolled_back.transaction(Scope(role)) as tx:
                await tx.fetch(query)
    if role not in SEES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with rolled_back.transaction(Scope(role)) as tx:
                await tx.fetch(READ)


async def test_the_bytes_of_a_message_are_written_once(out: Sending) -> None:
    [row] = await out.messages()
    async with out.area.database.transaction(WORKER) as tx:
        await partner_messages.freeze(tx, row["id"], b"other")
    assert (await out.messages())[0]["secret"] == row["secret"]


async def test_a_destination_has_one_sender_until_it_lets_go_or_its_time_is_up(rolled_back: Database) -> None:
    one, two, minute = uuid4(), uuid4(), timedelta(minutes=1)
    async with rolled_back.transaction(WORKER) as tx:
        assert await destinations.lease(tx, "partner:1", one, minute)
        assert await destinations.lease(tx, "partner:1", one, minute)
        assert not await destinations.lease(tx, "partner:1", two, minute)
        assert await destinations.lease(tx, "partner:2", two, minute)
        await destinations.release(tx, "partner:1", two)
        assert not await destinations.lease(tx, "partner:1", two, minute)
        await destinations.release(tx, "partner:1", one)
        assert await destinations.lease(tx, "partner:1", two, -minute)
        assert await destinations.lease(tx, "partner:1", one, minute)


async def test_what_a_partner_wants_is_changed_and_known(out: Sending) -> None:
    database = out.area.database
    await partners.set_sending(
        database, "provider-system", ("end",), mode="sandbox", endpoint="http://127.0.0.1:1"
    )
    found = await partners.by_client(database, "provider-system")
    assert found is not None
    assert (found.wants, found.mode, found.endpoint) == (("end",), "sandbox", "http://127.0.0.1:1")
    async with database.transaction(WRITER) as tx:
        assert [one.partner_id for one in await partner_messages.wanting(tx, "end")] == [found.id]
        assert await partner_messages.wanting(tx, "stage") == []
    with pytest.raises(NotFound):
        await partners.set_sending(database, "nobody", ())
    with pytest.raises(asyncpg.CheckViolationError):
        await partners.set_sending(database, "provider-system", ("everything",))
    assert len(KINDS) == 4


async def test_the_figures_of_a_destination_name_nobody(out: Sending) -> None:
    await out.world.refer()
    async with out.area.database.transaction(WORKER) as tx:
        partner = await tx.fetchval("SELECT id FROM partner")
        for _ in range(3):
            await destinations.note_failure(tx, f"partner:{partner}")
        await destinations.open_until(tx, f"partner:{partner}", out.now + timedelta(minutes=1))
        [figures] = await partner_messages.figures(tx, out.now)
        later = (await partner_messages.figures(tx, out.now + timedelta(minutes=2)))[0]
    assert (figures.destination, figures.waiting, figures.tries) == (f"partner:{partner}", 1, 0)
    assert (figures.failures, figures.breaker, later.breaker) == (3, 1, 2)


async def test_what_waits_is_woken_once_for_each_destination(
    out: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    await out.partner("school", None, mode="stub")
    await out.world.refer()
    await out.world.refer()
    async with out.area.database.transaction(WORKER) as tx:
        assert await partner_messages.wake(tx, out.now) == 0
        await tx.execute("DELETE FROM pgqueuer")
        at_once = partner_messages._WAKE.replace("interval '1 minute'", "interval '0'")
        monkeypatch.setattr(partner_messages, "_WAKE", at_once)
        assert await partner_messages.wake(tx, out.now) == 2
        assert await tx.fetchval("SELECT count(*) FROM pgqueuer") == 2

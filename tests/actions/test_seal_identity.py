"""Sealing an identity: nothing is left, in any column of any table, that leads back to who the child was."""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from pathway.actions.merge import merge
from pathway.actions.seal_identity import NewIdentity, Sealed, seal_identity
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.domain.identifiers import NhsNumber
from pathway.domain.referral import ChildDetails
from pathway.store.embedded import Addresses
from pathway.store.facts import lock_episode
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER
from tests.actions.known_child import MOTHER, NEW, OLD, known_child, traces
from tests.actions.reading import kinds, outbox_rows, row, rows
from tests.world import World, nhs_number


async def test_no_column_of_any_table_holds_the_earlier_identity(
    committed_world: World, committed_addresses: Addresses
) -> None:
    world = committed_world
    child, _ = await known_child(world)
    before = await traces(committed_addresses)
    assert {
        "child.family_name",
        "child.nhs_number",
        "child_address.lines",
        "carer.name",
        "import_row.reference",
    } <= set(before)
    await seal_identity(world.area, world.asking("privacy"), child, NEW)
    assert await traces(committed_addresses) == {}


async def test_the_child_has_the_new_identity_and_keeps_the_start_date(world: World) -> None:
    child, episode = await known_child(world)
    sealed = await seal_identity(world.area, world.asking("privacy"), child, NEW)
    assert sealed == Sealed(child, 2)
    stored = await row(world, "SELECT * FROM child WHERE id = $1", child)
    assert (stored["first_name"], stored["nhs_number"]) == ("Rose", nhs_number(701).value)
    assert stored["sealed_at"] is not None
    assert await started(world, episode) == date(2026, 3, 3)


async def started(world: World, episode: UUID) -> date:
    found = await row(world, "SELECT started_on FROM episode WHERE id = $1", episode)
    day: date = found["started_on"]
    return day


async def test_nothing_that_was_written_can_be_read_and_what_comes_after_can(world: World) -> None:
    child, episode = await known_child(world)
    await seal_identity(world.area, world.asking("privacy"), child, NEW)
    added = date(2026, 3, 20)
    await world.step("coordinator", episode, "referral_added_to", added, details="Settling in")
    async with world.area.database.transaction(WRITER) as tx:
        text = await child_text(tx, world.area.key, child)
        events = await tx.fetch(
            "SELECT v.secret FROM event v JOIN episode e ON e.id = v.episode_id"
            " WHERE e.child_id = $1 AND v.secret IS NOT NULL ORDER BY v.sequence",
            child,
        )
        messages = await tx.fetch("SELECT secret FROM message WHERE child_id = $1", child)
    read = [text.unlock(e["secret"]) for e in events]
    assert [r for r in read if r] == [{"details": "Settling in"}]
    assert len(read) > 1
    assert messages
    assert [text.unlock(m["secret"]) for m in messages] == [{}] * len(messages)


async def test_everything_that_waits_is_dropped_and_nothing_is_sent_afterwards(world: World) -> None:
    child, episode = await known_child(world)
    await seal_identity(world.area, world.asking("privacy"), child, NEW)
    await world.step("triage", episode, "triage_started", date(2026, 3, 10))
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 12), priority="routine")
    assert {r["state"] for r in await outbox_rows(world, episode)} == {"dropped"}


async def test_the_earlier_school_referrer_and_carers_are_parted(world: World) -> None:
    child, episode = await known_child(world)
    await seal_identity(world.area, world.asking("privacy"), child, NEW)
    with pytest.raises(NotFound):
        await world.step(
            "senco", episode, "referral_added_to", date(2026, 3, 9), details="Where are they now?"
        )
    carers = await rows(
        world, "SELECT c.name FROM guardian g JOIN carer c ON c.id = g.carer_id WHERE g.child_id = $1", child
    )
    assert [c["name"] for c in carers] == ["Jo Ashdown"]
    assert (await kinds(world, episode))[-1] == "sealed"
    assert await rows(world, "SELECT 1 FROM match_proposal WHERE $1 IN (child_id, candidate_id)", child) == []


async def test_a_new_school_may_be_named(world: World) -> None:
    referred = await world.refer(child=OLD, carers=(MOTHER,))
    identity = NewIdentity(NEW.child, (), school_id=world.org["other_school"])
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, identity)
    await world.step(
        "other_senco", referred.episode_id, "referral_added_to", date(2026, 3, 9), details="Settled"
    )


async def test_a_carer_of_another_child_too_stays_that_childs_carer(world: World) -> None:
    sister = await world.refer(carers=(MOTHER,))
    child, _ = await known_child(world)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO guardian (child_id, carer_id, relationship)"
            " SELECT $1, g.carer_id, 'mother' FROM guardian g WHERE g.child_id = $2",
            child, sister.child_id,
        )  # fmt: skip
    await seal_identity(world.area, world.asking("privacy"), child, NEW)
    carer = await row(
        world,
        "SELECT c.name, c.email FROM guardian g JOIN carer c ON c.id = g.carer_id WHERE g.child_id = $1",
        sister.child_id,
    )
    assert (carer["name"], carer["email"]) == (MOTHER.name, MOTHER.email)


async def test_a_repeat_of_an_earlier_request_tells_nothing_about_the_child(world: World) -> None:
    request = world.asking("senco").request_id
    referred = await world.refer(child=OLD, carers=(MOTHER,), request=request)
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, NEW)
    with pytest.raises(Conflict):
        await world.refer(child=OLD, carers=(MOTHER,), request=request)


async def test_the_earlier_number_finds_nobody_afterwards(world: World) -> None:
    referred = await world.refer(child=OLD, carers=(MOTHER,))
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, NEW)
    again = await world.refer(child=OLD, carers=(MOTHER,))
    assert again.child_id != referred.child_id
    assert not again.being_checked


@pytest.mark.parametrize("who", ["lead", "officer", "triage", "commissioner", "senco", "family"])
async def test_only_information_governance_seals(world: World, who: str) -> None:
    referred = await world.refer(child=OLD)
    with pytest.raises(NotAllowed, match="Information governance"):
        await seal_identity(world.area, world.asking(who), referred.child_id, NEW)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"restricted": True}, InvalidInput),
        ({"nhs_number": nhs_number(702)}, Conflict),
    ],
)
async def test_a_new_identity_that_cannot_be_is_refused_and_nothing_is_lost(
    world: World, changes: Mapping[str, Any], refusal: type[Exception]
) -> None:
    await world.refer(child=world.child(nhs_number=NhsNumber(nhs_number(702).value)))
    referred = await world.refer(child=OLD)
    details = ChildDetails("Rose", "Ashdown", date(2018, 5, 1), **changes)
    with pytest.raises(refusal):
        await seal_identity(world.area, world.asking("privacy"), referred.child_id, NewIdentity(details))
    assert (await row(world, "SELECT first_name FROM child WHERE id = $1", referred.child_id))[
        "first_name"
    ] == "Perpetua"


async def test_a_record_that_is_not_there_or_was_joined_is_not_sealed(world: World) -> None:
    one = await world.refer(child=OLD)
    other = await world.refer(child=world.child(nhs_number=None))
    await merge(world.area, world.asking("lead"), one.child_id, other.child_id)
    for missing in (UUID(int=1), other.child_id):
        with pytest.raises(NotFound):
            await seal_identity(world.area, world.asking("privacy"), missing, NEW)
    identity = NewIdentity(NEW.child, (), school_id=world.org["gp"])
    with pytest.raises(InvalidInput, match="school"):
        await seal_identity(world.area, world.asking("privacy"), one.child_id, identity)


async def test_a_step_recorded_at_the_same_moment_leaves_no_message_waiting(committed_world: World) -> None:
    world = committed_world
    referred = await world.refer(child=OLD, carers=(MOTHER,))
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    await asyncio.gather(
        world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 6), priority="soon"),
        seal_identity(world.area, world.asking("privacy"), referred.child_id, NEW),
    )
    assert {r["state"] for r in await outbox_rows(world, referred.episode_id)} == {"dropped"}


async def test_a_step_that_waited_for_the_sealing_knows_of_it(committed_world: World) -> None:
    """A statement that waits for a lock would see the child as it was before the wait."""
    world = committed_world
    referred = await world.refer(child=OLD)
    async with world.area.database.transaction(WRITER) as tx:
        await lock_episode(tx, referred.episode_id)
        waiting = asyncio.create_task(sealed_as_seen(world, referred.episode_id), context=Context())
        await asyncio.sleep(0.3)
        await tx.execute("UPDATE child SET sealed_at = now() WHERE id = $1", referred.child_id)
    assert await waiting


async def sealed_as_seen(world: World, episode: UUID) -> bool:
    async with world.area.database.transaction(WRITER) as tx:
        return (await lock_episode(tx, episode)).sealed

"""A referral of a child we know: one episode however many ask at once, never tied to who a sealed child was, and protected."""

import asyncio
from dataclasses import replace
from datetime import date

from pathway.actions.refer import Referred
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.errors import AlreadyReferred
from pathway.domain.identifiers import Postcode
from pathway.domain.referral import ChildDetails
from pathway.store.scopes import WRITER
from tests.actions.reading import outbox_rows, row, rows
from tests.world import World


async def came_and_went(world: World, child: ChildDetails) -> Referred:
    """A child whom we know from an episode that is over."""
    referred = await world.refer(child=child)
    await world.step("coordinator", referred.episode_id, "entered_in_error", date(2026, 3, 4))
    return referred


async def both(
    world: World, child: ChildDetails
) -> tuple[Referred | BaseException, Referred | BaseException]:
    """The school and the surgery refer one child at the same moment."""
    return await asyncio.gather(
        world.refer("senco", child=child), world.refer("gp", child=child), return_exceptions=True
    )


async def test_two_who_refer_an_unknown_child_at_the_same_moment_make_one_record(
    committed_world: World,
) -> None:
    answers = await both(committed_world, committed_world.child())
    assert sorted(type(answer).__name__ for answer in answers) == [
        AlreadyReferred.__name__,
        Referred.__name__,
    ]
    assert len(await rows(committed_world, "SELECT 1 FROM child")) == 1


async def test_two_who_refer_a_child_without_a_number_at_once_are_put_before_a_person(
    committed_world: World,
) -> None:
    """docs/rules.md 18: three of four agree, so a person is asked, whichever of the two came first."""
    world = committed_world
    child = replace(world.child(), nhs_number=None)
    moved = replace(child, postcode=Postcode.parse("EX9 9ZZ"))
    answers = await asyncio.gather(world.refer("senco", child=child), world.refer("gp", child=moved))
    assert sorted(answer.being_checked for answer in answers) == [False, True]
    [proposal] = await rows(world, "SELECT child_id, candidate_id FROM match_proposal")
    assert set(proposal) == {answer.child_id for answer in answers}


async def test_two_who_refer_a_known_child_at_the_same_moment_open_one_episode(
    committed_world: World,
) -> None:
    child = committed_world.child()
    await came_and_went(committed_world, child)
    answers = await both(committed_world, child)
    assert sorted(type(answer).__name__ for answer in answers) == [
        AlreadyReferred.__name__,
        Referred.__name__,
    ]
    assert len(await rows(committed_world, "SELECT 1 FROM episode WHERE closed_on IS NULL")) == 1


async def test_a_referral_by_the_earlier_identity_that_arrives_during_the_sealing_finds_nobody(
    committed_world: World,
) -> None:
    """docs/rules.md 12: sealing leaves no link, so the old number opens nothing on the sealed record."""
    world, child = committed_world, committed_world.child()
    known = await came_and_went(world, child)
    sealing = asyncio.Event()

    async def seal() -> None:
        new = NewIdentity(ChildDetails("Rose", "Ashdown", date(2018, 5, 1)))
        async with world.area.database.transaction(WRITER):
            await seal_identity(world.area, world.asking("privacy"), known.child_id, new)
            sealing.set()
            await asyncio.sleep(0.3)

    async def refer_again() -> Referred:
        await sealing.wait()
        return await world.refer("gp", child=child)

    _, again = await asyncio.gather(seal(), refer_again())
    assert again.child_id != known.child_id
    assert len(await rows(world, "SELECT 1 FROM episode WHERE child_id = $1", known.child_id)) == 1


async def test_a_restriction_that_comes_with_a_new_referral_holds_from_then_on(world: World) -> None:
    """docs/rules.md 12 and 19: a safe contact is named, nothing that waited is sent, and a person looks who may be told."""
    child = world.child()
    before = await came_and_went(world, child)
    at_risk = world.child(
        first_name=child.first_name, family_name=child.family_name, nhs_number=child.nhs_number,
        restricted=True, safe_contact="Duty social worker", looked_after=True, interpreter=True,
    )  # fmt: skip
    again = await world.refer("gp", date(2026, 4, 7), at_risk)
    assert again.child_id == before.child_id
    kept = await row(
        world, "SELECT restricted, safe_contact, looked_after, interpreter FROM child WHERE id = $1", again.child_id
    )  # fmt: skip
    assert tuple(kept) == (True, "Duty social worker", True, True)
    assert {r["state"] for r in await outbox_rows(world, before.episode_id)} == {"dropped"}
    assert {r["state"] for r in await outbox_rows(world, again.episode_id)} == {"held"}


async def test_a_new_referral_lifts_no_protection(world: World) -> None:
    child = world.child(restricted=True, safe_contact="Aunt Fern", looked_after=True)
    await came_and_went(world, child)
    again = await world.refer(
        "gp", date(2026, 4, 7),
        world.child(first_name=child.first_name, family_name=child.family_name, nhs_number=child.nhs_number),
    )  # fmt: skip
    kept = await row(
        world, "SELECT restricted, safe_contact, looked_after FROM child WHERE id = $1", again.child_id
    )
    assert tuple(kept) == (True, "Aunt Fern", True)

"""A child made known by a partner's system: the number decides, and nothing else links (docs/rules.md 18)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from pathway.actions.refer import refer
from pathway.actions.register_child import register_child
from pathway.domain.errors import AlreadyReferred, Conflict, InvalidInput, NotAllowed, NotFound
from pathway.domain.referral import Referral
from pathway.store.scopes import WRITER, reading
from tests.actions.machines import asked, machine
from tests.world import World, first_answers


async def test_the_same_number_is_the_same_child_for_every_organisation(world: World) -> None:
    child = world.child()
    surgery, trust = await machine(world, "gp"), await machine(world, "provider")
    first = await register_child(world.area, asked(surgery), child)
    second = await register_child(world.area, asked(trust), child)
    assert (first.made, second.made) == (True, False)
    assert first.child_id == second.child_id


async def test_two_details_that_differ_are_another_child_whose_number_is_wrong(world: World) -> None:
    child = world.child()
    surgery = await machine(world, "gp")
    await register_child(world.area, asked(surgery), child)
    other = replace(child, first_name="Bella", birth_date=date(2015, 1, 1))
    with pytest.raises(Conflict):
        await register_child(world.area, asked(surgery), other)


async def test_without_a_number_likeness_is_put_before_a_person_and_links_nothing(world: World) -> None:
    child = world.child(nhs_number=None)
    surgery = await machine(world, "gp")
    first = await register_child(world.area, asked(surgery), child)
    second = await register_child(world.area, asked(surgery), child)
    assert second.made
    assert second.child_id != first.child_id
    async with world.area.database.transaction(WRITER) as tx:
        proposed = await tx.fetchval(
            "SELECT count(*) FROM match_proposal WHERE child_id = $1", second.child_id
        )
    assert proposed == 1


async def test_the_same_request_twice_makes_one_child(world: World) -> None:
    surgery, request, child = await machine(world, "gp"), uuid4(), world.child(nhs_number=None)
    first = await register_child(world.area, asked(surgery, request=request), child)
    assert await register_child(world.area, asked(surgery, request=request), child) == first


async def test_only_the_organisation_that_made_a_child_known_sees_it(world: World) -> None:
    surgery, other = await machine(world, "gp"), await machine(world, "other_school")
    made = await register_child(world.area, asked(surgery), world.child())
    for actor, seen in ((surgery, 1), (other, 0)):
        async with world.area.database.transaction(reading(actor)) as tx:
            assert await tx.fetchval("SELECT count(*) FROM child WHERE id = $1", made.child_id) == seen


async def test_a_known_child_is_referred_by_its_record_once(world: World) -> None:
    surgery, child = await machine(world, "gp"), world.child()
    made = await register_child(world.area, asked(surgery), child)
    referral = Referral(
        "autism", child, date(2026, 11, 20), answers=first_answers("autism"), known_child=made.child_id
    )
    referred = await refer(world.area, asked(surgery), referral)
    assert referred.child_id == made.child_id
    with pytest.raises(AlreadyReferred):
        await refer(world.area, asked(surgery), referral)


async def test_a_record_that_another_organisation_made_known_cannot_be_referred(world: World) -> None:
    surgery, school, child = await machine(world, "gp"), await machine(world, "school"), world.child()
    made = await register_child(world.area, asked(surgery), child)
    referral = Referral(
        "autism", child, date(2026, 11, 20), answers=first_answers("autism"), known_child=made.child_id
    )
    with pytest.raises(NotFound):
        await refer(world.area, asked(school), referral)


async def test_who_may_not_refer_makes_nobody_known(world: World) -> None:
    with pytest.raises(NotAllowed):
        await register_child(world.area, world.asking("commissioner"), world.child())


async def test_a_restricted_child_needs_a_safe_contact(world: World) -> None:
    surgery = await machine(world, "gp")
    with pytest.raises(InvalidInput):
        await register_child(world.area, asked(surgery), world.child(restricted=True, safe_contact=""))

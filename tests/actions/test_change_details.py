"""Who a child is said to be changes by the team that has it, and what stood there before is kept."""

from dataclasses import replace

import pytest

from pathway.actions.add_carer import add_carer
from pathway.actions.change_details import change_details
from pathway.actions.register_child import register_child
from pathway.domain.errors import Conflict, NotAllowed, NotFound, StaleVersion
from pathway.domain.referral import CarerDetails
from pathway.store.child_changes import earlier
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER
from tests.actions.machines import asked, machine
from tests.world import World


async def test_the_team_changes_a_name_and_the_earlier_one_is_kept_under_the_child_s_key(
    world: World,
) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    trust = await machine(world, "provider")
    done = await change_details(
        world.area, asked(trust, version=1), referred.child_id, replace(child, family_name="Newname")
    )
    assert done.version == 2
    async with world.area.database.transaction(WRITER) as tx:
        text = await child_text(tx, world.area.key, referred.child_id)
        [(_, was)] = await earlier(tx, referred.child_id, text)
        plain = await tx.fetchval("SELECT secret FROM child_past WHERE child_id = $1", referred.child_id)
    assert was["family_name"] == child.family_name
    assert child.family_name.encode() not in plain


async def test_a_version_that_has_moved_on_is_refused(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    trust = await machine(world, "provider")
    await change_details(world.area, asked(trust, version=1), referred.child_id, child)
    with pytest.raises(StaleVersion):
        await change_details(world.area, asked(trust, version=1), referred.child_id, child)


async def test_whoever_only_referred_does_not_overwrite_the_team_s_record(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    school = await machine(world, "school")
    with pytest.raises(NotAllowed):
        await change_details(world.area, asked(school), referred.child_id, replace(child, family_name="New"))


async def test_a_child_of_others_is_not_there(world: World) -> None:
    referred = await world.refer()
    with pytest.raises(NotFound):
        await change_details(
            world.area, asked(await machine(world, "other_provider")), referred.child_id, world.child()
        )


async def test_two_numbers_never_become_one_child(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    other = world.child()
    trust = await machine(world, "provider")
    with pytest.raises(Conflict):
        await change_details(
            world.area, asked(trust), referred.child_id, replace(child, nhs_number=other.nhs_number)
        )


async def test_a_restriction_is_added_and_never_lifted(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    trust = await machine(world, "provider")
    hidden = replace(child, restricted=True, safe_contact="Duty social worker")
    await change_details(world.area, asked(trust), referred.child_id, hidden)
    await change_details(world.area, asked(trust), referred.child_id, child)
    async with world.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow("SELECT restricted, safe_contact FROM child WHERE id = $1", referred.child_id)
        waiting = await tx.fetchval(
            "SELECT count(*) FROM outbox WHERE child_id = $1 AND state = 'waiting'", referred.child_id
        )
    assert tuple(row) == (True, "Duty social worker")
    assert waiting == 0


async def test_a_carer_is_added_once(world: World) -> None:
    surgery, child = await machine(world, "gp"), world.child()
    made = await register_child(world.area, asked(surgery), child)
    carer = CarerDetails("Nadia Stone", "mother", email="nadia@example.com")
    first = await add_carer(world.area, asked(surgery), made.child_id, carer)
    second = await add_carer(world.area, asked(surgery), made.child_id, carer)
    assert (first.made, second.made) == (True, False)
    assert first.carer_id == second.carer_id


async def test_carers_of_a_child_whom_a_team_has_are_added_by_people(world: World) -> None:
    referred = await world.refer()
    school = await machine(world, "school")
    with pytest.raises(NotAllowed):
        await add_carer(world.area, asked(school), referred.child_id, CarerDetails("New Person", "other"))

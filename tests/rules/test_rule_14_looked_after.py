"""docs/rules.md 14: of a looked-after child it is known that they are, and who may decide for them."""

import pytest

from pathway import definitions
from pathway.domain.referral import CarerDetails
from pathway.reading.child_record import child_record
from tests.web.signing_in import signed_in, words
from tests.world import World


async def test_who_holds_parental_responsibility_is_recorded_for_each_carer(world: World) -> None:
    carers = (
        CarerDetails("Ruth Field", "foster carer", email="ruth.field@example.com"),
        CarerDetails("Nadia Stone", "mother", email="nadia.stone@example.com", parental_responsibility=True),
    )
    referred = await world.refer(child=world.child(looked_after=True), carers=carers)
    record = await child_record(world.area, world.actors["clinician"], referred.child_id)
    assert record.child.looked_after
    held = {carer.relationship: carer.parental_responsibility for carer in record.carers}
    assert held == {"foster carer": False, "mother": True}


@pytest.mark.parametrize("step", ["consent_given"])
def test_a_council_may_decide_under_a_care_order_and_it_is_said_who_did(step: str) -> None:
    given_by = definitions.load("autism").steps[step].field_named("given_by")
    assert given_by is not None
    assert given_by.required
    assert {"parental_responsibility", "council", "gillick_competent"} <= {o.key for o in given_by.options}


async def test_that_a_child_is_looked_after_stands_at_the_head_of_each_page_of_the_record(
    world: World,
) -> None:
    kept, other = [
        (await world.refer(child=world.child(looked_after=flag))).child_id for flag in (True, False)
    ]
    async with signed_in(world, "clinician") as client:
        for part in ("", "/people", "/messages"):
            assert "Looked after" in words(await client.get(f"/children/{kept}{part}")), part
            assert "Looked after" not in words(await client.get(f"/children/{other}{part}")), part

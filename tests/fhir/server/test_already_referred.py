"""A referral of a child who has been referred already is refused, and what protects the child holds at once all the same."""

from typing import Any

from pathway.domain.roles import Role
from pathway.store.scopes import WRITER
from tests.fhir.clients.served import REFERRAL
from tests.fhir.server.calling import calling, patient
from tests.world import World

RESTRICTED: dict[str, Any] = {
    "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]},
    "contact": [
        {
            "relationship": [
                {"coding": [{"system": "https://fhir.autism-pathway.example/CodeSystem/contact-role", "code": "safe-contact"}]}
            ],
            "name": {"text": "Social worker"},
        }
    ],
}  # fmt: skip


async def test_a_restriction_that_comes_with_a_second_referral_is_kept(world: World) -> None:
    """Given two referrals of one child by FHIR, the second with the child's place hidden, then it is hidden (rules 12, 19)."""
    child = patient(world)
    async with calling(world, "gp", Role.PARTNER, strict=False) as surgery:
        assert (await surgery.post("ServiceRequest", whole(child))).status_code == 201
        second = await surgery.post("ServiceRequest", whole({**child, **RESTRICTED}))
        assert second.status_code == 409, second.text
    async with world.area.database.transaction(WRITER) as tx:
        number = child["identifier"][0]["value"]
        assert await tx.fetchval("SELECT restricted FROM child WHERE nhs_number = $1", number)
        assert await tx.fetchval("SELECT count(*) FROM received") == 1, "nothing is kept of what was refused"


def whole(child: dict[str, Any]) -> dict[str, Any]:
    """The referral with the child in it."""
    inside = {**child, "id": "child", "meta": child.get("meta", {})}
    contained = [{k: v for k, v in inside.items() if v}, *REFERRAL["contained"]]
    return {**REFERRAL, "subject": {"reference": "#child"}, "contained": contained}

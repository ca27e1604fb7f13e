"""Rule 17: a school does not see a child whose family said not to tell it, on any page."""

from datetime import date

from tests.web.signing_in import signed_in
from tests.world import World


async def seen_by(world: World, who: str, episode: object) -> bool:
    """Whether the child is on the list and the page opens; both must say the same."""
    async with signed_in(world, who) as client:
        listed = str(episode) in (await client.get("/pupils")).text
        opened = (await client.get(f"/pupils/{episode}")).status_code == 200
        step = (await client.get(f"/pupils/{episode}/steps/consent_given")).status_code == 200
    assert listed == opened == step
    return listed


async def test_a_school_sees_its_pupil_whom_a_gp_referred_where_the_family_agrees(world: World) -> None:
    referred = await world.refer("gp", tell_school="yes")
    assert await seen_by(world, "senco", referred.episode_id)
    assert not await seen_by(world, "other_senco", referred.episode_id)


async def test_a_school_does_not_see_a_child_whose_family_said_no_at_the_referral(world: World) -> None:
    referred = await world.refer("gp", tell_school="no")
    assert not await seen_by(world, "senco", referred.episode_id)
    assert await seen_by(world, "gp", referred.episode_id)


async def test_a_school_no_longer_sees_a_child_once_the_family_says_no(world: World) -> None:
    referred = await world.refer("gp", tell_school="yes")
    await world.step("coordinator", referred.episode_id, "school_not_to_be_told", date(2026, 3, 5))
    assert not await seen_by(world, "senco", referred.episode_id)
    assert await seen_by(world, "gp", referred.episode_id)

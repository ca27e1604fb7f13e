"""Nothing is ever overwritten: every version that may be told can be read again."""

from datetime import date

from pathway.domain.roles import Role
from tests.fhir.server.calling import calling
from tests.world import World


async def test_what_a_child_was_said_to_be_before_can_be_read_again(world: World) -> None:
    referred = await world.refer()
    async with calling(world, "provider", Role.PARTNER) as them:
        first = (await them.get(f"Patient/{referred.child_id}")).json()
        changed = {**first, "name": [{"use": "official", "family": "Newname", "given": ["Ada"]}]}
        answer = await them.put(f"Patient/{referred.child_id}", changed, If_Match='W/"1"')
        assert answer.status_code == 200, answer.text
        assert answer.json()["name"][0]["family"] == "Newname"
        versions = (await them.get(f"Patient/{referred.child_id}/_history")).json()
        assert [e["resource"]["meta"]["versionId"] for e in versions["entry"]] == ["2", "1"]
        before = await them.get(f"Patient/{referred.child_id}/_history/1")
        assert before.json()["name"] == first["name"]
        stale = await them.put(f"Patient/{referred.child_id}", changed, If_Match='W/"1"')
        assert stale.status_code == 412


async def test_an_episode_is_read_as_it_stood_after_each_fact_that_is_told(world: World) -> None:
    referred = await world.refer()
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 5))
    await world.step("triage", referred.episode_id, "referral_accepted", date(2026, 3, 9), priority="routine")
    async with calling(world) as them:
        versions = (await them.get(f"EpisodeOfCare/{referred.episode_id}/_history")).json()
        assert [e["resource"]["status"] for e in versions["entry"]] == ["waitlist", "planned", "planned"]
        first = await them.get(f"EpisodeOfCare/{referred.episode_id}/_history/1")
        assert first.json()["meta"]["versionId"] == "1"
        assert (await them.get(f"EpisodeOfCare/{referred.episode_id}/_history/9")).status_code == 404


async def test_the_form_that_came_with_a_referral_is_read_with_its_texts_by_the_team_alone(
    world: World,
) -> None:
    referred = await world.refer(concerns="He lines up cars for hours.")
    for organisation, texts in (("provider", True), ("school", False)):
        role = Role.PROVIDER_SYSTEM if organisation == "provider" else Role.PARTNER
        async with calling(world, organisation, role) as them:
            found = await them.get("QuestionnaireResponse", patient=str(referred.child_id))
            assert found.status_code == 200, found.text
            assert len(found.json()["entry"]) == 1
            assert ("He lines up cars" in found.text) is texts

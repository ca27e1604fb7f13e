"""Rule 10 over FHIR: before the feedback no answer to any partner's system shows an outcome, nor anything that implies one.

Proved by sameness: whatever the team found, and whether it has decided at all, every answer is the same to the letter, with its
ETag and the time of its last change.
"""

from datetime import date

import pytest

from pathway.domain.roles import Role
from tests.fhir.server.calling import Calls, calling
from tests.fhir.server.crawling import PARTNERS, crawled
from tests.rules.test_rule_10_no_outcome_on_pages import OUTCOMES, assessed, decide
from tests.world import World

KINDS = [(organisation, Role(role)) for organisation, roles in PARTNERS.items() for role in roles]


@pytest.mark.parametrize(("organisation", "role"), KINDS, ids=[f"{o}-{r.value}" for o, r in KINDS])
async def test_a_decision_changes_no_answer_before_the_feedback(
    world: World, organisation: str, role: Role
) -> None:
    episodes = {outcome: await assessed(world) for outcome in OUTCOMES}
    async with calling(world, organisation, role) as them:
        before = {o: await crawled(them, world, str(one.child_id)) for o, one in episodes.items()}
        for outcome, one in episodes.items():
            await decide(world, one.episode_id, outcome)
        after = {o: await crawled(them, world, str(one.child_id)) for o, one in episodes.items()}
    for outcome in OUTCOMES:
        differs = [path for path, answer in after[outcome].items() if answer != before[outcome].get(path)]
        assert not differs, (outcome, differs)
        assert before[outcome].keys() == after[outcome].keys()


async def told(them: Calls, child: str, episode: str) -> list[tuple[int, str]]:
    """What a referrer's system is answered when it writes, without the ids that tell two children apart."""
    there = await them.get(f"ServiceRequest/{episode}")
    assert there.status_code == 200, there.text
    sent = {**there.json(), "note": [{"text": "The school has written a report."}]}
    answers = [
        await them.put(f"ServiceRequest/{episode}", sent, If_Match='W/"99"'),
        await them.put(f"ServiceRequest/{episode}", sent, If_Match=there.headers["ETag"]),
        await them.put(f"ServiceRequest/{episode}", {**sent, "status": "revoked"}),
        await them.get(f"ServiceRequest/{episode}"),
    ]
    return [(a.status_code, a.headers.get("ETag", "")) for a in answers]


@pytest.mark.parametrize("organisation", ["gp"])
async def test_what_is_sent_is_answered_alike_whether_the_team_has_decided_or_not(
    world: World, organisation: str
) -> None:
    undecided, decided = await assessed(world), await assessed(world)
    await decide(world, decided.episode_id, "autism")
    async with calling(world, organisation, Role.PARTNER) as them:
        answers = [await told(them, str(one.child_id), str(one.episode_id)) for one in (undecided, decided)]
    assert answers[0] == answers[1]
    assert answers[0][0][0] == 412


async def test_who_wrote_in_the_record_does_not_say_that_the_team_has_decided(world: World) -> None:
    one = await assessed(world)
    await decide(world, one.episode_id, "autism")
    for organisation, roles in PARTNERS.items():
        async with calling(world, organisation, Role(roles[0])) as them:
            audit = (await them.get("AuditEvent", patient=str(one.child_id))).text
        assert "outcome_recorded" not in audit
        assert "outcome-recorded" not in audit


async def test_after_the_feedback_the_team_is_told_and_others_once_it_is_shared(world: World) -> None:
    """Or the sameness above would prove nothing."""
    one = await assessed(world)
    await decide(world, one.episode_id, "autism")
    await world.step("clinician", one.episode_id, "feedback_given", date(2026, 6, 15), how="face_to_face")
    async with calling(world, "provider", Role.PROVIDER_SYSTEM) as them:
        found = (await them.get(f"Condition/{one.episode_id}")).json()
    assert found["verificationStatus"]["coding"][0]["code"] == "confirmed"
    async with calling(world, "gp", Role.PARTNER) as them:
        found = (await them.get(f"Condition/{one.episode_id}")).json()
    assert found["verificationStatus"]["coding"][0]["code"] == "provisional"

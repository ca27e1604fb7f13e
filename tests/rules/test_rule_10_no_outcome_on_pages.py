"""Rule 10: before the feedback no page of a family, school or GP shows an outcome, nor anything that implies one.

Proved by sameness: whatever the team found, and whether it has decided at all, the pages are the same to the letter.
"""

import re
from datetime import date
from uuid import UUID

import pytest

from pathway import definitions
from pathway.actions.refer import Referred
from pathway.domain.definition import Slot
from pathway.domain.errors import PathwayError
from pathway.domain.roles import Role
from pathway.domain.visibility import steps_offered
from tests.web.signing_in import signed_in
from tests.web.test_family_pages import of_family
from tests.world import World

OUTCOMES = sorted(definitions.load("autism").outcomes)
AFTER = {
    "plan_agreed": {},
    "other_support_agreed": {},
    "review_agreed": {"review_on": "2027-05-03"},
}


async def assessed(world: World) -> Referred:
    """A child whose team is about to decide, with a family, a school and a GP who refers."""
    referred = await world.refer("gp", carers=(), tell_school="yes")
    await of_family(world, "family", referred.child_id)
    episode = referred.episode_id
    await world.step("triage", episode, "triage_started", date(2026, 3, 9))
    await world.step("triage", episode, "referral_accepted", date(2026, 3, 12), priority="routine")
    started = {"mechanism": "face_to_face", "attendance": "on_time"}
    booked = {"appointment_on": "2026-05-04", "setting": "clinic"}
    await world.step("clinician", episode, "assessment_booked", date(2026, 4, 2), **booked)
    await world.step("clinician", episode, "assessment_started", date(2026, 5, 4), **started)
    await world.step("clinician", episode, "formulation_booked", date(2026, 6, 1), meeting_on="2026-06-08")
    return referred


async def pages(world: World, referred: Referred) -> list[str]:
    """Every page about the child, of everyone outside the team, without what differs between any two requests."""
    pupil = f"/pupils/{referred.episode_id}"
    family = f"/family/{referred.child_id}"
    readers = {
        "senco": ["/pupils", "/pupils?closed=yes", pupil, f"{pupil}/steps/consent_given"],
        "gp": ["/pupils", "/pupils?closed=yes", pupil, f"{pupil}/steps/consent_given"],
        "family": [family, f"{family}/write/{referred.episode_id}", "/mailbox"],
    }
    found = []
    for who, addresses in readers.items():
        async with signed_in(world, who) as client:
            for address in addresses:
                answer = await client.get(address)
                assert answer.status_code == 200, (address, answer.text)
                found.append(same(answer.text))
    return found


def same(html: str) -> str:
    """A page without request ids, tokens, and the invented names that tell two test children apart."""
    html = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", html)
    html = re.sub(r'name="csrf" value="[^"]*"', "", html)
    return re.sub(r"(Amira|Stone)\d+", r"\1", html)


async def decide(world: World, episode: UUID, outcome: str) -> None:
    await world.step("clinician", episode, "outcome_recorded", date(2026, 6, 8), outcome=outcome)


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_a_decision_changes_no_page_before_the_feedback(world: World, outcome: str) -> None:
    referred = await assessed(world)
    before = await pages(world, referred)
    await decide(world, referred.episode_id, outcome)
    assert await pages(world, referred) == before


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_no_step_that_is_refused_says_that_a_decision_was_made(world: World, outcome: str) -> None:
    referred = await assessed(world)
    await decide(world, referred.episode_id, outcome)
    async with signed_in(world, "senco") as client:
        html = (await client.get(f"/pupils/{referred.episode_id}")).text
        token = re.search(r'name="csrf" value="([^"]*)"', html)
        assert token
        answer = await client.post(
            f"/pupils/{referred.episode_id}/steps/school_observation_done",
            data={
                "csrf": token[1], "request": "00000000-0000-4000-8000-000000000001", "result": "as_elsewhere",
                "happened_on-day": "24", "happened_on-month": "11", "happened_on-year": "2026",
            },
        )  # fmt: skip
    assert answer.status_code == 422
    for words in ("decided", "Outcome", "outcome", "feedback"):
        assert words not in answer.text


@pytest.mark.parametrize("who", ["senco", "gp"])
async def test_after_the_feedback_a_school_or_gp_sees_the_same_whatever_was_agreed_until_it_is_shared(
    world: World, who: str
) -> None:
    seen = set()
    for step, answers in AFTER.items():
        referred = await assessed(world)
        await decide(
            world,
            referred.episode_id,
            {"plan_agreed": "autism", "review_agreed": "uncertain"}.get(step, "not_autism"),
        )
        await world.step(
            "clinician", referred.episode_id, "feedback_given", date(2026, 6, 15), how="face_to_face"
        )
        await world.step("clinician", referred.episode_id, step, date(2026, 6, 29), **answers)
        async with signed_in(world, who) as client:
            html = (await client.get(f"/pupils/{referred.episode_id}")).text
        seen.add(re.sub(r"999.000.\d{4}", "NUMBER", same(html)))
    assert len(seen) == 1
    assert "Feedback given" in seen.pop()


@pytest.mark.parametrize("pathway", definitions.keys())
def test_what_is_offered_is_the_same_in_every_stage_that_looks_alike_and_holds_in_each(pathway: str) -> None:
    definition = definitions.load(pathway)
    for stage in definition.stages.values():
        for role in (Role.SENCO, Role.REFERRER, Role.FAMILY, Role.YOUNG_PERSON):
            shown = definition.stages[
                stage.family_sees if role in (Role.FAMILY, Role.YOUNG_PERSON) else stage.partners_see
            ]
            for step in steps_offered(definition, shown, role):
                assert stage.key in step.from_stages, (stage.key, step.key)


@pytest.mark.parametrize("pathway", definitions.keys())
def test_no_task_of_a_school_or_gp_is_opened_by_what_is_hidden_from_them(pathway: str) -> None:
    definition = definitions.load(pathway)
    hidden = {s.key for s in definition.stages.values() if s.partners_see != s.key}
    for task in definition.tasks.values():
        if definition.parties[task.owner].slot in (Slot.SCHOOL, Slot.REFERRER):
            for key in task.opened_by:
                assert definition.steps[key].to not in hidden, (task.key, key)


@pytest.mark.parametrize("who", ["senco", "gp", "family"])
async def test_no_refusal_to_anybody_outside_the_team_says_where_the_child_is(world: World, who: str) -> None:
    """At every door: these are the words that the action itself raises."""
    referred = await assessed(world)
    await decide(world, referred.episode_id, "autism")
    on, episode = date(2026, 11, 24), referred.episode_id
    impossible = ("family_replied", date(2026, 3, 1)) if who == "family" else ("information_received", on)
    about = {"about": "complaint"} if who == "family" else {}
    refusals = []
    for attempt in (
        world.step(who, episode, "feedback_given", on, how="video"),
        world.step(who, episode, *impossible, **about),
        world.step(who, episode, "consent_given", on, version=1),
    ):
        with pytest.raises(PathwayError) as refused:
            await attempt
        refusals.append(refused.value)
    for refusal in refusals:
        for told in (
            "decided",
            "Outcome",
            "outcome recorded",
            "can record now",
            "can be recorded then",
            "Team meeting",
        ):
            assert told not in refusal.message, refusal.message
        assert not getattr(refusal, "changes", ())
        assert not getattr(refusal, "allowed", ())

"""Rule 10: before the feedback no page of a council officer shows an outcome, nor a stage, date or message that implies one.

Proved by sameness, as for a school: whatever the team found, and whether it has decided at all, the pages are the same.
"""

import re
from datetime import date
from uuid import UUID

import pytest

from pathway.notify.deliver import deliver
from pathway.notify.senders import Mailbox, Post
from pathway.store.scopes import WRITER
from tests.rules.test_rule_10_no_outcome_on_pages import OUTCOMES, assessed, decide, same
from tests.web.signing_in import hidden, signed_in, words
from tests.world import World

OFFERED = {"feedback_on": "2026-12-10"}
DAYS = (
    ("2026-03-10", "Being reviewed", "9 March 2026"),
    ("2026-04-01", "Accepted, waiting for assessment", "12 March 2026"),
    ("2026-05-10", "Assessment under way", "4 May 2026"),
    ("2026-06-10", "Team meeting (formulation)", "1 June 2026"),
    ("2026-09-09", "Team meeting (formulation)", "1 September 2026"),
)
"""Days, and what the council is shown of them: on the last two the team had decided and nobody had been told."""


async def assessed_again(world: World) -> tuple[UUID, UUID]:
    """A child who was assessed, whose report the council was given, and whose team is about to decide once more."""
    referred = await assessed(world)
    episode = referred.episode_id
    await decide(world, episode, "uncertain")
    for step, on, answers in (
        ("feedback_given", date(2026, 6, 15), {"how": "face_to_face"}),
        ("report_issued", date(2026, 6, 17), {}),
        ("report_shared_with_council", date(2026, 6, 18), {"lawful_basis": "consent"}),
        ("assessment_resumed", date(2026, 7, 1), {}),
        ("formulation_booked", date(2026, 9, 1), {"meeting_on": "2026-09-08"}),
    ):
        await world.step("clinician", episode, step, on, **answers)
    return referred.child_id, episode


async def decide_again(world: World, episode: UUID, outcome: str) -> None:
    await world.step("clinician", episode, "outcome_recorded", date(2026, 9, 8), outcome=outcome)


async def all_told(world: World) -> None:
    """Everything that waits to be sent reaches the family."""
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch("SELECT id FROM outbox WHERE state = 'waiting' ORDER BY made_at")
    for row in rows:
        await deliver(world.area, Post({"email": Mailbox()}), row["id"])


async def pages(world: World, child: UUID, episode: UUID) -> list[str]:
    """Every page of an officer about the child."""
    addresses = [
        "/worklist", "/worklist?next=clinician", f"/children/{child}", f"/children/{child}/people",
        f"/children/{child}/messages", f"/episodes/{episode}/steps/safeguarding_noted",
    ]  # fmt: skip
    found = []
    async with signed_in(world, "officer") as client:
        for address in addresses:
            answer = await client.get(address)
            assert answer.status_code == 200, (address, answer.text)
            found.append(re.sub(r'name="_version" value="\d+"', "", same(answer.text)))
    return found


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_a_decision_changes_no_page_of_the_council_before_the_feedback(
    world: World, outcome: str
) -> None:
    child, episode = await assessed_again(world)
    before = await pages(world, child, episode)
    await decide_again(world, episode, outcome)
    await world.step("coordinator", episode, "feedback_offered", date(2026, 9, 10), **OFFERED)
    await all_told(world)
    for now, then in zip(await pages(world, child, episode), before, strict=True):
        assert now == then


async def test_what_the_familys_own_page_will_say_is_not_said_to_the_council(world: World) -> None:
    """A family knows more than the council does once it has been told: the preview of a step does not hand it on."""
    _, episode = await assessed_again(world)
    await decide_again(world, episode, "autism")
    await world.step("clinician", episode, "feedback_given", date(2026, 9, 20), how="video")
    form = f"/episodes/{episode}/steps/safeguarding_noted"
    given = {"passed_on": "yes", "_go": "preview"}
    for who, told in (("clinician", True), ("officer", False)):
        async with signed_in(world, who) as client:
            opened = await client.get(form)
            day = {"happened_on-day": "24", "happened_on-month": "11", "happened_on-year": "2026"}
            answer = await client.post(form, data={**hidden(opened.text), **day, **given})
        assert "The family is sent no message" in words(answer), who
        assert ("Their own page will say" in words(answer)) is told, who


async def test_a_page_as_of_an_earlier_day_shows_the_stage_of_that_day(world: World) -> None:
    """The stage that the council was shown then, with its dates; and no episode where there was none yet."""
    child, episode = await assessed_again(world)
    await decide_again(world, episode, "autism")
    async with signed_in(world, "officer") as client:
        for on, stage, since in DAYS:
            said = words(await client.get(f"/children/{child}?as_of={on}"))
            assert f"{stage} In this stage since {since}" in said.replace("\u00a0", " "), (on, said)
        before = words(await client.get(f"/children/{child}?as_of=2026-03-02"))
        known_before = words(await client.get(f"/children/{child}?as_of=2026-06-01&known=2026-03-02"))
    assert "In this stage since" not in before + known_before

"""Rule 19: what a national record says of a death or a restriction stops every message, until a person has looked."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.decide_doubt import decide_doubt
from pathway.actions.held_jobs import send_again
from pathway.actions.trace import begin_trace, note_trace
from pathway.domain.doubt_decisions import DoubtDecision
from pathway.domain.tracing import Answered, National
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from pathway.reading.doubts import open_doubts
from tests.rules.test_rule_19_messages_stop import Recorder, state, waiting
from tests.world import World

CONTACT = "Duty social worker, 01632 960123"


async def said_of(world: World, child: UUID, **said: object) -> UUID:
    """The national record says something of a child; the doubt that a person is asked to decide."""
    asked = await begin_trace(world.area, child)
    assert asked is not None
    held = asked.held
    same = National(Answered.FOUND, held.nhs_number or "", held.first_name, held.family_name, held.birth_date)
    await note_trace(world.area, asked, replace(same, **said))  # type: ignore[arg-type]
    [doubt] = await open_doubts(world.area, world.actors["triage"])
    return doubt.row.id


@pytest.mark.parametrize("said", [{"died": True, "died_on": date(2026, 11, 1)}, {"restricted": True}])
async def test_what_waits_is_dropped_and_what_comes_after_is_held_until_a_person_has_looked(
    world: World, said: dict[str, object]
) -> None:
    referred = await world.refer()
    [before] = await waiting(world)
    doubt = await said_of(world, referred.child_id, **said)
    assert await state(world, before) == "dropped"

    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 12), priority="routine"
    )
    after = [one for one in await waiting(world) if one != before]
    assert after, "acceptance tells the family"
    sender = Recorder()
    for one in after:
        assert await deliver(world.area, Post({"email": sender}), one) == "held"
    await send_again(world.area, world.asking("lead"), after[0])
    assert await deliver(world.area, Post({"email": sender}), after[0]) == "held", (
        "not even by a person's wish"
    )
    assert sender.letters == []

    decision = DoubtDecision.NAME_CONTACT if "restricted" in said else DoubtDecision.NOT_THIS_CHILD
    await decide_doubt(world.area, world.asking("triage"), doubt, decision, CONTACT)
    await send_again(world.area, world.asking("lead"), after[0])
    assert await deliver(world.area, Post({"email": sender}), after[0]) == "sent"
    assert len(sender.letters) == 1


async def test_a_death_that_a_person_has_recorded_ends_the_question_and_nothing_leaves(world: World) -> None:
    referred = await world.refer()
    doubt = await said_of(world, referred.child_id, died=True)
    await world.step("triage", referred.episode_id, "death_recorded", date(2026, 11, 20))
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.RECORDED)
    sender = Recorder()
    for one in await waiting(world):
        assert await deliver(world.area, Post({"email": sender}), one) == "dropped"
    assert sender.letters == []
    assert await begin_trace(world.area, referred.child_id) is None, "nobody is asked about any more"

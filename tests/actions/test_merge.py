"""Joining two records of one child, and parting them again: nothing is lost, and everything can be given back."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from pathway.actions.correct import strike_out
from pathway.actions.decide_match import Decision, decide_match
from pathway.actions.merge import Merged, merge, unmerge
from pathway.actions.refer import Referred
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.domain.referral import CarerDetails
from pathway.store.keys import child_text
from pathway.store.scopes import WRITER
from tests.actions.reading import due, kinds, row, rows
from tests.world import World

FATHER = CarerDetails("Omar Stone", "father", email="omar.stone@example.com")


async def two_records(world: World, **second: Any) -> tuple[Referred, Referred]:
    """One child referred by the school in March and, without a number, by the GP in June."""
    known = world.child(first_name="Zoya", family_name="Marsh")
    one = await world.refer(child=known)
    again = world.child(first_name="Zoya", family_name="Marsh", nhs_number=None, **second)
    other = await world.refer(
        "gp", date(2026, 6, 1), again, carers=(FATHER,), concerns="Very tired after school"
    )
    return one, other


async def snapshot(world: World) -> dict[str, list[dict[str, Any]]]:
    """All that joining might touch, as it is; without the marks of work (versions, places in the order of facts).

    Nor whether a message still waits: what a protection stopped stays stopped when the records are parted.
    """
    queries = {
        "child": "SELECT * FROM child ORDER BY id",
        "address": "SELECT * FROM child_address ORDER BY child_id",
        "guardian": "SELECT child_id, carer_id, relationship, active FROM guardian ORDER BY child_id, carer_id",
        "episode": "SELECT id, child_id, key_child, stage, started_on, closed_on, planned_for FROM episode ORDER BY id",
        "outbox": "SELECT id, child_id, episode_id FROM outbox ORDER BY id",
        "clock": "SELECT episode_id, clock, state, started_on, counts_from, due_on FROM clock"
        " WHERE known_to IS NULL ORDER BY episode_id, clock",
    }
    return {name: [dict(r) for r in await rows(world, query)] for name, query in queries.items()}


async def test_episodes_carers_and_messages_go_to_the_record_that_stays(world: World) -> None:
    one, other = await two_records(world)
    done = await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    assert (done.child_id, done.moved) == (one.child_id, (other.episode_id,))
    assert {r["child_id"] for r in await rows(world, "SELECT child_id FROM episode")} == {one.child_id}
    assert {r["child_id"] for r in await rows(world, "SELECT child_id FROM outbox")} == {one.child_id}
    carers = await rows(
        world,
        "SELECT c.name, g.child_id FROM guardian g JOIN carer c ON c.id = g.carer_id WHERE g.active ORDER BY c.name",
    )
    assert [(c["name"], c["child_id"]) for c in carers] == [
        ("Nadia Stone", one.child_id),
        ("Omar Stone", one.child_id),
    ]
    gone = await row(world, "SELECT merged_into FROM child WHERE id = $1", other.child_id)
    assert gone["merged_into"] == one.child_id
    assert "merged" in await kinds(world, other.episode_id)


async def test_a_carer_whom_both_records_name_alike_is_one_person_and_both_have_her_again_once_parted(
    world: World,
) -> None:
    known = world.child(first_name="Zoya", family_name="Marsh")
    again = world.child(first_name="Zoya", family_name="Marsh", nhs_number=None)
    one = await world.refer(child=known, carers=(FATHER,))
    moved = replace(FATHER, email="omar@example.org")
    other = await world.refer(
        "gp", date(2026, 6, 1), again, carers=(replace(FATHER, name="omar stone"), moved)
    )
    guardians = "SELECT child_id, carer_id, active FROM guardian ORDER BY child_id, carer_id"
    before = await rows(world, guardians)
    done = await merge(world.area, world.asking("lead"), one.child_id, other.child_id)
    active = "SELECT c.email FROM guardian g JOIN carer c ON c.id = g.carer_id WHERE g.active ORDER BY 1"
    assert [r["email"] for r in await rows(world, active)] == [FATHER.email, moved.email]
    await unmerge(world.area, world.asking("lead"), done.merge_id, "Two children after all.")
    assert await rows(world, guardians) == before


async def test_of_two_open_episodes_the_later_is_linked_and_keeps_the_earlier_start(world: World) -> None:
    one, other = await two_records(world)
    done = await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    assert done.linked == (other.episode_id,)
    started = await rows(world, "SELECT started_on, closed_on FROM episode")
    assert {(s["started_on"], s["closed_on"]) for s in started} == {(date(2026, 3, 3), None)}
    assert (await due(world, other.episode_id))["nice_start"] == date(2026, 6, 3)


async def test_the_earlier_start_counts_also_where_the_later_record_is_the_one_that_stays(
    world: World,
) -> None:
    one, other = await two_records(world)
    done = await merge(world.area, world.asking("coordinator"), other.child_id, one.child_id)
    assert (done.moved, done.linked) == ((one.episode_id,), (other.episode_id,))
    child = await row(world, "SELECT nhs_number FROM child WHERE id = $1", other.child_id)
    assert child["nhs_number"] is not None


async def test_free_text_of_both_records_stays_readable_and_goes_with_its_own_record(world: World) -> None:
    one, other = await two_records(world)
    await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    added = date(2026, 6, 3)
    await world.step("coordinator", other.episode_id, "referral_added_to", added, details="Quieter now")
    assert await texts(world, one.child_id, other.episode_id) == [
        {"concerns": "Very tired after school"},
        {"details": "Quieter now"},
    ]
    merged = await row(world, "SELECT id FROM merge")
    await unmerge(world.area, world.asking("coordinator"), merged["id"], "Two children after all")
    assert await texts(world, one.child_id, other.episode_id) == [{}, {}, {}]
    assert await texts(world, other.child_id, other.episode_id) == [
        {"concerns": "Very tired after school"},
        {"details": "Quieter now"},
        {"reason": "Two children after all"},
    ]


async def texts(world: World, child: UUID, episode: UUID) -> list[dict[str, str]]:
    async with world.area.database.transaction(WRITER) as tx:
        text = await child_text(tx, world.area.key, child)
        found = await tx.fetch(
            "SELECT secret FROM event WHERE episode_id = $1 AND secret IS NOT NULL ORDER BY sequence", episode
        )
        return [text.unlock(r["secret"]) for r in found]


async def test_messages_already_sent_can_still_be_read_after_joining_and_after_parting(world: World) -> None:
    one, other = await two_records(world)
    async with world.area.database.transaction(WRITER) as tx:
        secret = (await child_text(tx, world.area.key, other.child_id)).lock(
            {"text": "We have your request."}
        )
        await tx.execute(
            "INSERT INTO message (id, outbox_id, child_id, episode_id, carer_id, channel, language, template,"
            " template_version, secret, state) SELECT gen_random_uuid(), o.id, o.child_id, o.episode_id, g.carer_id,"
            " 'email', 'en', o.template, '1', $2, 'delivered' FROM outbox o JOIN guardian g ON g.child_id = o.child_id"
            " WHERE o.episode_id = $1",
            other.episode_id,
            secret,
        )
    done = await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    assert await said(world, one.child_id) == [{"text": "We have your request."}]
    await unmerge(world.area, world.asking("coordinator"), done.merge_id, "Two children after all")
    assert await said(world, one.child_id) == []
    assert await said(world, other.child_id) == [{"text": "We have your request."}]


async def said(world: World, child: UUID) -> list[dict[str, str]]:
    async with world.area.database.transaction(WRITER) as tx:
        text = await child_text(tx, world.area.key, child)
        found = await tx.fetch("SELECT secret FROM message WHERE child_id = $1", child)
        return [text.unlock(r["secret"]) for r in found]


@pytest.mark.parametrize("the_other_way", [False, True])
async def test_parting_gives_everything_back_as_it_was(world: World, the_other_way: bool) -> None:
    one, other = await two_records(
        world, restricted=True, safe_contact="Ring the school office", looked_after=True
    )
    before = await snapshot(world)
    pair = (other.child_id, one.child_id) if the_other_way else (one.child_id, other.child_id)
    done = await merge(world.area, world.asking("coordinator"), *pair)
    assert await snapshot(world) != before
    await unmerge(world.area, world.asking("coordinator"), done.merge_id, "Two children after all")
    assert await snapshot(world) == before


async def test_a_protection_of_either_record_holds_for_both(world: World) -> None:
    one, other = await two_records(world, restricted=True, safe_contact="Ring the school office")
    await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    child = await row(world, "SELECT restricted, safe_contact FROM child WHERE id = $1", one.child_id)
    assert (child["restricted"], child["safe_contact"]) == (True, "Ring the school office")


async def test_what_is_never_joined(world: World) -> None:
    one = await world.refer(child=world.child())
    two = await world.refer(child=world.child())
    with pytest.raises(Conflict, match="two different NHS numbers"):
        await merge(world.area, world.asking("coordinator"), one.child_id, two.child_id)
    with pytest.raises(InvalidInput, match="one record already"):
        await merge(world.area, world.asking("coordinator"), one.child_id, one.child_id)
    third = await world.refer(child=world.child(nhs_number=None))
    await merge(world.area, world.asking("coordinator"), one.child_id, third.child_id)
    with pytest.raises(NotFound):
        await merge(world.area, world.asking("coordinator"), one.child_id, third.child_id)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE child SET sealed_at = now() WHERE id = $1", two.child_id)
    fourth = await world.refer(child=world.child(nhs_number=None))
    with pytest.raises(Conflict, match="sealed"):
        await merge(world.area, world.asking("coordinator"), two.child_id, fourth.child_id)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("clinician", NotAllowed), ("senco", NotAllowed), ("officer", NotAllowed), ("other_lead", NotFound)],
)
async def test_who_may_not_join(world: World, who: str, refusal: type[Exception]) -> None:
    one, other = await two_records(world)
    with pytest.raises(refusal):
        await merge(world.area, world.asking(who), one.child_id, other.child_id)


async def test_what_is_parted_is_not_parted_twice_and_a_chain_is_parted_from_its_end(world: World) -> None:
    one, other = await two_records(world)
    first = await merge(world.area, world.asking("lead"), one.child_id, other.child_id)
    third = await world.refer(child=world.child(nhs_number=None))
    second = await merge(world.area, world.asking("lead"), third.child_id, one.child_id)
    with pytest.raises((Conflict, NotFound)):
        await unmerge(world.area, world.asking("lead"), first.merge_id, "Two children after all")
    await unmerge(world.area, world.asking("lead"), second.merge_id, "Two children after all")
    await unmerge(world.area, world.asking("lead"), first.merge_id, "Two children after all")
    with pytest.raises(Conflict, match="parted already"):
        await unmerge(world.area, world.asking("lead"), first.merge_id, "Two children after all")


async def test_a_link_that_somebody_struck_out_is_left_alone_when_the_records_are_parted(
    world: World,
) -> None:
    one, other = await two_records(world)
    done = await merge(world.area, world.asking("lead"), one.child_id, other.child_id)
    link = await row(world, "SELECT id FROM event WHERE kind = 'linked'")
    await strike_out(world.area, world.asking("lead"), other.episode_id, link["id"], "Not the same concern")
    await unmerge(world.area, world.asking("lead"), done.merge_id, "Two children after all")
    assert (await kinds(world, other.episode_id)).count("struck_out") == 1


# --- proposals ----------------------------------------------------------------------------------


async def proposal(world: World) -> UUID:
    found = await row(world, "SELECT id FROM match_proposal")
    return UUID(str(found["id"]))


async def test_a_person_decides_that_two_records_are_one_childs(world: World) -> None:
    one, other = await two_records(world)
    assert other.being_checked
    decided = await decide_match(world.area, world.asking("triage"), await proposal(world), Decision.SAME)
    assert decided.merged is not None
    assert decided.merged.child_id == one.child_id
    stored = await row(world, "SELECT decision, decided_by FROM match_proposal")
    assert (stored["decision"], stored["decided_by"]) == ("same", world.actors["triage"].account_id)


async def test_a_person_decides_that_they_are_two_children_and_that_stands(world: World) -> None:
    await two_records(world)
    identifier = await proposal(world)
    await decide_match(world.area, world.asking("triage"), identifier, Decision.DIFFERENT)
    assert await rows(world, "SELECT 1 FROM merge") == []
    with pytest.raises(Conflict, match="decided this already"):
        await decide_match(world.area, world.asking("triage"), identifier, Decision.SAME)
    assert len(await rows(world, "SELECT 1 FROM child WHERE merged_into IS NULL")) == 2


async def test_parted_records_are_two_children_in_the_proposal_too(world: World) -> None:
    await two_records(world)
    identifier = await proposal(world)
    decided = await decide_match(world.area, world.asking("triage"), identifier, Decision.SAME)
    assert decided.merged is not None
    await unmerge(world.area, world.asking("triage"), decided.merged.merge_id, "Two children after all")
    assert (await row(world, "SELECT decision FROM match_proposal"))["decision"] == "different"


async def test_who_may_not_decide(world: World) -> None:
    await two_records(world)
    identifier = await proposal(world)
    with pytest.raises(NotAllowed):
        await decide_match(world.area, world.asking("clinician"), identifier, Decision.SAME)
    with pytest.raises(NotFound):
        await decide_match(world.area, world.asking("other_lead"), identifier, Decision.DIFFERENT)


async def test_two_people_deciding_at_once_join_the_records_once(committed_world: World) -> None:
    world = committed_world
    await two_records(world)
    identifier = await proposal(world)
    answers = await asyncio.gather(
        decide_match(world.area, world.asking("triage"), identifier, Decision.SAME),
        decide_match(world.area, world.asking("lead"), identifier, Decision.SAME),
        return_exceptions=True,
    )
    assert sum(not isinstance(a, Exception) for a in answers) == 1
    assert len(await rows(world, "SELECT 1 FROM merge")) == 1


async def test_joining_both_ways_at_once_joins_once(committed_world: World) -> None:
    world = committed_world
    one, other = await two_records(world)
    answers = await asyncio.gather(
        merge(world.area, world.asking("triage"), one.child_id, other.child_id),
        merge(world.area, world.asking("lead"), other.child_id, one.child_id),
        return_exceptions=True,
    )
    assert sum(isinstance(a, Merged) for a in answers) == 1
    assert len(await rows(world, "SELECT 1 FROM child WHERE merged_into IS NULL")) == 1


async def test_a_death_that_was_recorded_on_the_wrong_record_goes_back_with_it(world: World) -> None:
    """Parting gives everything back: the child who lives is not shown as one who died, and is written to again."""
    one, other = await two_records(world)
    await world.step("clinician", other.episode_id, "death_recorded", date(2026, 7, 1))
    done = await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    joined = await row(world, "SELECT died_on FROM child WHERE id = $1", one.child_id)
    assert joined["died_on"] == date(2026, 7, 1), "nothing is sent about either record now"
    await unmerge(world.area, world.asking("coordinator"), done.merge_id, "Two children after all")
    died = {r["id"]: r["died_on"] for r in await rows(world, "SELECT id, died_on FROM child")}
    assert died == {one.child_id: None, other.child_id: date(2026, 7, 1)}


@pytest.mark.parametrize("of", ["restricted", "died"])
async def test_a_protection_of_either_record_stops_what_waits_about_both(world: World, of: str) -> None:
    """docs/rules.md 19: in the same transaction, so that nothing is on its way to the carers of the other record."""
    hidden = {"restricted": True, "safe_contact": "Duty social worker"} if of == "restricted" else {}
    one, other = await two_records(world, **hidden)
    if of == "died":
        await world.step("clinician", other.episode_id, "death_recorded", date(2026, 7, 1))
    await merge(world.area, world.asking("coordinator"), one.child_id, other.child_id)
    assert {r["state"] for r in await rows(world, "SELECT state FROM outbox")} == {"dropped"}

"""Breaking the glass: who may, what it opens, what is kept of it, and when the family is told."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from pathway.actions.break_glass import Because, break_glass
from pathway.actions.decide_telling import decide_telling
from pathway.actions.review_opening import review_opening
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.actions.tell_of_openings import tell_of_openings
from pathway.domain.break_glass import Finding, Why
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooManyTries
from pathway.domain.referral import ChildDetails
from pathway.notify.deliver import deliver
from pathway.notify.senders import Post
from pathway.reading.child_record import child_record
from pathway.reading.openings import is_there_a_record, opening, openings
from pathway.reading.worklist import worklist
from pathway.store.scopes import WRITER
from pathway.store.worklist_rows import WorklistFilter
from tests.actions.opening_records import REASON, number_of, of_today, opened
from tests.actions.reading import row, rows
from tests.notify.test_deliver import Recorder
from tests.world import World, nhs_number

BECAUSE = Because(Why.EMERGENCY, REASON)


async def told(world: World) -> list[UUID]:
    """What waits to be told of openings."""
    found = await rows(
        world, "SELECT id FROM outbox WHERE topic = 'record_opened' AND state = 'waiting' ORDER BY id"
    )
    return [one["id"] for one in found]


async def test_it_opens_one_child_to_one_person_who_may_then_read_and_record(world: World) -> None:
    child, other = world.child(), world.child()
    referred = await world.refer(child=child)
    not_opened = await world.refer(child=other)
    actor = world.actors["other_clinician"]
    with pytest.raises(NotFound):
        await child_record(world.area, actor, referred.child_id)
    made = await opened(world, child)
    assert made.child_id == referred.child_id
    record = await child_record(world.area, actor, referred.child_id)
    assert record.opened_until == made.until
    assert timedelta(hours=3, minutes=59) < made.until - datetime.now(UTC) <= timedelta(hours=4)
    await world.step(
        "other_clinician", referred.episode_id, "safeguarding_noted", world.area.today, passed_on="yes"
    )
    with pytest.raises(NotFound):
        await child_record(world.area, actor, not_opened.child_id)
    with pytest.raises(NotFound):
        await child_record(world.area, world.actors["other_lead"], referred.child_id)


async def test_when_it_has_ended_the_record_is_closed_again(world: World) -> None:
    referred = await world.refer()
    mine = world.actors["other_clinician"]
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO break_glass (id, account_id, child_id, why, secret, since, until, tell_from) VALUES"
            " ($1, $2, $3, 'cover', '', now() - interval '5 hours', now() - interval '1 second', now())",
            uuid4(), mine.account_id, referred.child_id,
        )  # fmt: skip
    with pytest.raises(NotFound):
        await child_record(world.area, mine, referred.child_id)
    with pytest.raises(NotFound):
        await world.step(
            "other_clinician", referred.episode_id, "safeguarding_noted", world.area.today, passed_on="yes"
        )


@pytest.mark.parametrize("who", ["senco", "gp", "officer", "commissioner", "privacy", "family"])
async def test_it_is_for_clinical_staff(world: World, who: str) -> None:
    child = world.child()
    await world.refer(child=child)
    with pytest.raises(NotAllowed):
        await opened(world, child, who)
    with pytest.raises(NotAllowed):
        await is_there_a_record(world.area, world.actors[who], number_of(child))


async def test_a_lead_of_another_team_may_too(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    await opened(world, child, "other_lead")
    record = await child_record(world.area, world.actors["other_lead"], referred.child_id)
    assert record.episodes[0].timeline


async def test_where_there_is_another_right_nothing_is_broken(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    with pytest.raises(Conflict, match="without breaking the glass"):
        await opened(world, child, "clinician")
    await opened(world, child)
    with pytest.raises(Conflict):
        await opened(world, child)
    assert len(await rows(world, "SELECT 1 FROM break_glass")) == 1


@pytest.mark.parametrize("reason", ["", "  urgent  ", "x" * 2001])
async def test_the_reason_must_say_something(world: World, reason: str) -> None:
    child = world.child()
    await world.refer(child=child)
    with pytest.raises(InvalidInput, match="Say why"):
        await break_glass(
            world.area, world.asking("other_clinician"), number_of(child), Because(Why.COVER, reason)
        )


async def test_the_reason_is_kept_under_the_childs_key_and_closed_with_it(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    made = await opened(world, child)
    kept = await row(world, "SELECT secret FROM break_glass")
    assert b"seizure" not in kept["secret"]
    assert (await opening(world.area, world.actors["privacy"], made.id)).reason == REASON
    new = NewIdentity(ChildDetails("Rose", "Ashdown", child.birth_date))
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, new)
    assert (await opening(world.area, world.actors["privacy"], made.id)).reason == ""


async def test_a_question_says_whether_there_is_a_record_and_is_logged(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    asked = await is_there_a_record(world.area, world.actors["other_clinician"], number_of(child))
    assert (asked.there, asked.mine) == (True, None)
    none = await is_there_a_record(world.area, world.actors["other_clinician"], nhs_number(900))
    assert (none.there, none.mine) == (False, None)
    own = await is_there_a_record(world.area, world.actors["clinician"], number_of(child))
    assert own.mine == referred.child_id
    logged = await rows(
        world, "SELECT children FROM access_log WHERE action = 'look for a record' ORDER BY id"
    )
    assert [list(one["children"]) for one in logged] == [[referred.child_id], [], [referred.child_id]]


async def test_nobody_tries_one_number_after_another(world: World) -> None:
    with pytest.raises(TooManyTries):
        for n in range(30):
            await is_there_a_record(world.area, world.actors["other_clinician"], nhs_number(100 + n))


async def test_a_repeat_opens_nothing_twice(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    asking = world.asking("other_clinician")
    first = await break_glass(world.area, asking, number_of(child), BECAUSE)
    assert await break_glass(world.area, asking, number_of(child), BECAUSE) == first
    assert len(await told(world)) == 1


async def test_all_that_is_done_under_it_says_so_in_the_log_also_in_a_list(world: World) -> None:
    child = world.child()
    outside = await world.refer(child=child)
    async with world.area.database.transaction(WRITER) as tx:
        own = (await world.refer()).episode_id
        other = world.org["other_provider"]
        await tx.execute("UPDATE episode SET provider_id = $2 WHERE id = $1", own, other)
    made = await opened(world, child)
    mine = world.actors["other_clinician"]
    await child_record(world.area, mine, outside.child_id)
    assert len((await worklist(world.area, mine, WorklistFilter())).rows) == 2
    logged = await rows(
        world,
        "SELECT action, opening_id FROM access_log WHERE account_id = $1 AND children @> ARRAY[$2::uuid] ORDER BY id",
        mine.account_id, outside.child_id,
    )  # fmt: skip
    assert [one["action"] for one in logged] == ["break_glass", "child record", "worklist"]
    assert {one["opening_id"] for one in logged} == {made.id}
    whole = await rows(world, "SELECT opening_id, children FROM access_log WHERE action = 'worklist'")
    assert sorted((one["opening_id"] is None, len(one["children"])) for one in whole) == [
        (False, 1),
        (True, 1),
    ]


async def test_information_governance_sees_it_at_once_with_what_was_looked_at(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    made = await opened(world, child)
    await child_record(world.area, world.actors["other_clinician"], referred.child_id)
    [listed] = await openings(world.area, world.actors["privacy"])
    assert (listed.id, listed.finding, listed.name) == (made.id, "", "Other Clinician")
    found = await opening(world.area, world.actors["privacy"], made.id)
    assert [act.action for act in found.acts] == ["break_glass", "child record"]


async def test_a_review_is_kept_and_a_later_one_stands_above_it(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child)
    note = "The ward confirmed that the child was there."
    for finding in (Finding.NOT_JUSTIFIED, Finding.JUSTIFIED):
        await review_opening(world.area, world.asking("privacy"), made.id, finding, note)
    [listed] = await openings(world.area, world.actors["privacy"])
    assert listed.finding == "justified"
    found = await opening(world.area, world.actors["privacy"], made.id)
    assert [(one.row.finding, one.words) for one in found.decisions] == [
        ("not_justified", note), ("justified", note),
    ]  # fmt: skip
    assert b"ward" not in (await row(world, "SELECT secret FROM break_glass_review"))["secret"]


@pytest.mark.parametrize("who", ["clinician", "lead", "other_clinician", "officer"])
async def test_only_information_governance_reviews_and_decides(world: World, who: str) -> None:
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child)
    with pytest.raises(NotAllowed):
        await review_opening(world.area, world.asking(who), made.id, Finding.JUSTIFIED, REASON)
    with pytest.raises(NotAllowed):
        await decide_telling(world.area, world.asking(who), made.id, None, REASON)


async def test_there_is_nothing_to_decide_on_an_opening_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        await review_opening(world.area, world.asking("privacy"), uuid4(), Finding.JUSTIFIED, REASON)
    with pytest.raises(NotFound):
        await opening(world.area, world.actors["privacy"], uuid4())


async def test_telling_waits_where_it_could_endanger_and_goes_ahead_without_a_decision(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    made = await opened(world, child, endangers=True)
    assert await told(world) == []
    assert await tell_of_openings(world.area) == 0
    await _as_if_opened_before(world, made.id, timedelta(hours=73))
    assert await tell_of_openings(world.area) == 1
    assert await tell_of_openings(world.area) == 0
    assert len(await told(world)) == 1
    kept = await row(world, "SELECT child_id, episode_id FROM outbox WHERE topic = 'record_opened'")
    assert (kept["child_id"], kept["episode_id"]) == (referred.child_id, referred.episode_id)


async def _as_if_opened_before(world: World, made: UUID, ago: timedelta) -> None:
    """An opening of that long ago by the same account; the table cannot be changed, so it is another one."""
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO break_glass (id, account_id, child_id, why, secret, since, until, tell_from)"
            " SELECT $2, account_id, child_id, why, secret, since - $3::interval, until - $3::interval,"
            " tell_from - $3::interval FROM break_glass WHERE id = $1",
            made, uuid4(), ago,
        )  # fmt: skip


async def test_a_decision_to_delay_stops_a_message_that_waits_and_a_decision_to_tell_sends_one(
    world: World,
) -> None:
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child)
    world = of_today(world)
    until = world.area.today + timedelta(days=30)
    await decide_telling(world.area, world.asking("privacy"), made.id, until, "Police ask for time.")
    assert await told(world) == []
    assert await tell_of_openings(world.area) == 0
    await decide_telling(world.area, world.asking("privacy"), made.id, None, "The police have finished.")
    [message] = await told(world)
    sender = Recorder()
    assert await deliver(world.area, Post({"email": sender}), message) == "sent"
    with pytest.raises(Conflict, match="told of this already"):
        await decide_telling(world.area, world.asking("privacy"), made.id, until, "Police ask for time.")


@pytest.mark.parametrize("days", [0, -1, 400])
async def test_a_delay_has_an_end_within_a_year(world: World, days: int) -> None:
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child)
    with pytest.raises(InvalidInput, match="within a year"):
        await decide_telling(
            world.area, world.asking("privacy"), made.id, world.area.today + timedelta(days=days), REASON
        )


async def test_telling_of_it_is_no_update_about_the_wait(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    await opened(world, child)
    [message] = await told(world)
    await deliver(world.area, Post({"email": Recorder()}), message)
    assert (await row(world, "SELECT family_reached_on FROM episode"))["family_reached_on"] is None

"""An answer of the Personal Demographics Service in our record: what holds at once, and what a person decides."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from pathway.actions.decide_doubt import decide_doubt
from pathway.actions.merge import merge
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.actions.trace import begin_trace, note_trace
from pathway.domain.doubt_decisions import DoubtDecision
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.domain.identifiers import NhsNumber
from pathway.domain.roles import THE_SERVICE
from pathway.domain.tracing import Answered, National, Traced
from pathway.reading.doubts import open_doubts
from pathway.store import traces
from pathway.store.scopes import WRITER
from tests.actions.reading import row
from tests.world import World, nhs_number

CONTACT = "Duty social worker, 01632 960123"


async def answered(world: World, child: UUID, **differs: object) -> Traced | None:
    """Ask about a child, and be answered what we hold, but for what differs."""
    asked = await begin_trace(world.area, child)
    assert asked is not None
    held = asked.held
    same = National(Answered.FOUND, held.nhs_number or "", held.first_name, held.family_name, held.birth_date)
    return await note_trace(world.area, asked, replace(same, **differs))  # type: ignore[arg-type]


async def child_row(world: World, child: UUID) -> dict[str, object]:
    return dict(
        await row(
            world,
            "SELECT nhs_number, number_status, restricted, safe_contact, messages_held_since, version, died_on FROM child WHERE id = $1",
            child,
        )
    )


async def waiting(world: World, who: str = "triage") -> list[tuple[UUID, str]]:
    return [(one.row.id, one.row.kind.value) for one in await open_doubts(world.area, world.actors[who])]


async def due(world: World) -> int:
    async with world.area.database.transaction(WRITER) as tx:
        return await traces.enqueue_due(tx, world.area.now() - timedelta(days=1), 1000)


async def test_a_number_that_agrees_is_verified_and_nothing_else_changes(world: World) -> None:
    referred = await world.refer()
    before = await child_row(world, referred.child_id)
    await answered(world, referred.child_id)
    after = await child_row(world, referred.child_id)
    assert after == {**before, "number_status": "01"}
    assert await waiting(world) == []


async def test_a_conflict_waits_once_until_a_person_decides_and_stays_decided(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, family_name="Brown")
    await answered(world, referred.child_id, family_name="Brown")
    [(doubt, kind)] = await waiting(world)
    assert kind == "conflict"
    assert (await child_row(world, referred.child_id))["number_status"] == "05"
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.KEEP)
    assert (await child_row(world, referred.child_id))["number_status"] == "01"
    await answered(world, referred.child_id, family_name="Brown")
    assert await waiting(world) == []
    assert (await child_row(world, referred.child_id))["number_status"] == "01"
    await answered(world, referred.child_id, family_name="Green")
    assert [kind for _, kind in await waiting(world)] == ["conflict"], "something else differs now"


async def test_a_doubt_that_no_longer_holds_is_closed(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, family_name="Brown")
    await answered(world, referred.child_id)
    assert await waiting(world) == []
    assert (await row(world, "SELECT decision FROM doubt"))["decision"] == "resolved"


async def test_a_number_that_was_replaced_is_taken_over_by_a_person_and_traced_again(world: World) -> None:
    referred = await world.refer()
    new = nhs_number(900).value
    before = await child_row(world, referred.child_id)
    await answered(world, referred.child_id, nhs_number=new)
    assert (await child_row(world, referred.child_id))["nhs_number"] == before["nhs_number"]
    [(doubt, kind)] = await waiting(world)
    assert kind == "superseded"
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.TAKE_NUMBER)
    after = await child_row(world, referred.child_id)
    assert (after["nhs_number"], after["number_status"]) == (new, "03")
    assert await due(world) == 1
    assert (await row(world, "SELECT count(*) AS n FROM child_past"))["n"] == 1, "the earlier one is kept"


async def test_a_number_that_another_record_holds_is_never_taken_over(world: World) -> None:
    one, other = await world.refer(), await world.refer()
    theirs = (await child_row(world, other.child_id))["nhs_number"]
    before = await child_row(world, one.child_id)
    await answered(world, one.child_id, nhs_number=theirs)
    [(doubt, _)] = await waiting(world)
    with pytest.raises(Conflict, match="Another record here has that number"):
        await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.TAKE_NUMBER)
    assert (await child_row(world, one.child_id))["nhs_number"] == before["nhs_number"]
    assert (await row(world, "SELECT count(*) AS n FROM merge"))["n"] == 0


async def test_a_child_without_a_number_gets_none_by_itself(world: World) -> None:
    referred = await world.refer(child=world.child(nhs_number=None))
    number = nhs_number(901)
    await answered(world, referred.child_id, nhs_number=number.value)
    assert (await child_row(world, referred.child_id))["nhs_number"] is None
    [(doubt, kind)] = await waiting(world)
    assert kind == "number_found"
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.TAKE_NUMBER)
    after = await child_row(world, referred.child_id)
    assert NhsNumber.parse(str(after["nhs_number"])) == number
    await answered(world, referred.child_id)
    assert (await child_row(world, referred.child_id))["number_status"] == "01"


async def test_a_wrong_number_is_taken_out_and_looked_for_again(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, answered=Answered.INVALIDATED)
    assert (await child_row(world, referred.child_id))["number_status"] == "04"
    [(doubt, kind)] = await waiting(world)
    assert kind == "not_known"
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.WRONG_NUMBER)
    after = await child_row(world, referred.child_id)
    assert (after["nhs_number"], after["number_status"]) == (None, "03")


async def test_a_death_is_never_recorded_by_itself_and_stops_every_message(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, died=True, died_on=date(2026, 11, 1))
    states = await row(world, "SELECT count(*) FILTER (WHERE state = 'waiting') AS n FROM outbox")
    after = await child_row(world, referred.child_id)
    assert (states["n"], after["died_on"]) == (0, None)
    assert after["messages_held_since"] is not None
    [(doubt, kind)] = await waiting(world)
    assert kind == "died"
    with pytest.raises(Conflict, match="Record the death"):
        await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.RECORDED)
    assert (await child_row(world, referred.child_id))["messages_held_since"] is not None
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.NOT_THIS_CHILD)
    assert (await child_row(world, referred.child_id))["messages_held_since"] is None


async def test_a_restriction_waits_for_a_safe_contact_and_messages_wait_with_it(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, restricted=True)
    after = await child_row(world, referred.child_id)
    assert (after["restricted"], after["safe_contact"]) == (True, None)
    assert after["messages_held_since"] is not None
    [(doubt, kind)] = await waiting(world)
    assert kind == "safe_contact"
    with pytest.raises(InvalidInput):
        await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.NAME_CONTACT, " ")
    with pytest.raises(InvalidInput):
        await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.KEEP)
    await decide_doubt(world.area, world.asking("triage"), doubt, DoubtDecision.NAME_CONTACT, CONTACT)
    after = await child_row(world, referred.child_id)
    assert (after["restricted"], after["safe_contact"], after["messages_held_since"]) == (True, CONTACT, None)
    await answered(world, referred.child_id, restricted=True)
    assert await waiting(world) == []


async def test_a_restriction_without_a_contact_survives_joining_and_parting(world: World) -> None:
    one = await world.refer()
    other = await world.refer(child=world.child(nhs_number=None))
    await answered(
        world, other.child_id, answered=Answered.FOUND, restricted=True, nhs_number=nhs_number(902).value
    )
    await merge(world.area, world.asking("triage"), one.child_id, other.child_id)
    after = await child_row(world, one.child_id)
    assert after["restricted"]
    assert after["messages_held_since"] is not None
    assert {kind for _, kind in await waiting(world)} == {"safe_contact", "number_found"}


async def test_a_record_that_changed_while_we_asked_is_asked_about_again(world: World) -> None:
    referred = await world.refer()
    asked = await begin_trace(world.area, referred.child_id)
    assert asked is not None
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE child SET family_name = 'Married' WHERE id = $1", referred.child_id)
    same = National(
        Answered.FOUND, asked.held.nhs_number or "", "", asked.held.family_name, asked.held.birth_date
    )
    assert await note_trace(world.area, asked, same) is None
    assert (await child_row(world, referred.child_id))["number_status"] == "03"
    assert await due(world) == 1


async def test_a_question_that_was_not_answered_is_asked_under_its_id(world: World) -> None:
    referred = await world.refer()
    one, two = [await begin_trace(world.area, referred.child_id) for _ in range(2)]
    assert one is not None
    assert two is not None
    assert one.request_id == two.request_id
    await answered(world, referred.child_id)
    three = await begin_trace(world.area, referred.child_id)
    assert three is not None
    assert three.request_id != one.request_id


async def test_whom_to_ask_about(world: World) -> None:
    referred, other = await world.refer(), await world.refer()
    assert await due(world) == 2, "whoever was never asked about"
    await answered(world, referred.child_id)
    await answered(world, other.child_id)
    assert await due(world) == 0
    later = world.on(date(2026, 11, 26))
    assert await due(later) == 2, "each day again, while an episode is open"
    new = NewIdentity(world.child(restricted=True, safe_contact=CONTACT))
    await seal_identity(world.area, world.asking("privacy"), other.child_id, new)
    assert await due(later) == 1, "never about a sealed child"
    assert await begin_trace(world.area, other.child_id) is None


async def test_only_those_who_compare_records_decide_and_only_on_their_own(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, family_name="Brown")
    [(doubt, _)] = await waiting(world)
    assert await waiting(world, "other_lead") == []
    with pytest.raises(NotFound):
        await decide_doubt(world.area, world.asking("other_lead"), doubt, DoubtDecision.KEEP)
    for who in ("senco", "clinician", "officer", "family", "commissioner"):
        with pytest.raises(NotAllowed):
            await decide_doubt(world.area, world.asking(who), doubt, DoubtDecision.KEEP)


async def test_what_differs_lies_under_the_childs_key_and_every_question_is_logged(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, family_name="Quillfeather")
    held = await row(world, "SELECT to_jsonb(d)::text AS text, secret FROM doubt d")
    assert "uillfeather" not in held["text"]
    assert b"uillfeather" not in held["secret"]
    logged = await row(
        world, "SELECT count(*) AS n FROM access_log WHERE role = $1 AND $2 = ANY(children)",
        THE_SERVICE.role.value, referred.child_id,
    )  # fmt: skip
    assert logged["n"] == 2


async def test_sealing_takes_every_question_and_every_answer_away(world: World) -> None:
    referred = await world.refer()
    await answered(world, referred.child_id, family_name="Quillfeather", restricted=True)
    new = NewIdentity(world.child(restricted=True, safe_contact=CONTACT))
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, new)
    for table in ("doubt", "child_trace", "child_adjustment"):
        assert (await row(world, f"SELECT count(*) AS n FROM {table}"))["n"] == 0
    after = await child_row(world, referred.child_id)
    assert (after["messages_held_since"], after["number_status"]) == (None, "03")

"""The pages of staff: what stands on them, what never does, and what bad input gets for an answer."""

import re
from datetime import date, timedelta
from html import unescape
from uuid import UUID

import httpx
import pytest

from pathway.domain.identifiers import Postcode
from pathway.store.ledger import Ledger
from pathway.store.scopes import WRITER
from tests.actions.reading import kinds, row, rows
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import TODAY, World, least

LONG_AGO = date(2025, 1, 6)


def names_on(answer: httpx.Response) -> set[str]:
    return set(re.findall(r"Amira\d+", answer.text))


# --- the worklist -------------------------------------------------------------------------------------------------


async def test_the_worklist_says_who_where_what_next_how_long_and_why(world: World) -> None:
    child = await world.refer(received_on=LONG_AGO)
    async with signed_in(world, "triage") as client:
        answer = await client.get("/worklist")
    said = words(answer)
    assert "Amira0 Stone0" in said
    assert "999\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}0018" in unescape(answer.text)
    assert "Referral received" in said
    assert "by the triage clinician" in said
    assert "98 weeks and 1 day" in said
    assert "Over 78 weeks" in said
    assert "Past the limit of 3 months, which ended on" in said
    assert f'href="/children/{child.child_id}"' in answer.text


async def test_fifty_children_are_on_a_page_and_the_rest_on_the_next_each_once(world: World) -> None:
    for _ in range(53):
        await world.refer()
    async with signed_in(world, "triage") as client:
        first = await client.get("/worklist")
        onward = unescape(re.findall(r'href="(/worklist\?[^"]*after=[^"]*)"', first.text)[0])
        second = await client.get(onward)
    assert len(names_on(first)) == 50
    assert len(names_on(second)) == 3
    assert not names_on(first) & names_on(second)


async def test_filters_narrow_the_list_and_can_be_removed_one_by_one(world: World) -> None:
    await world.refer()
    triaged = await world.refer()
    await world.step("triage", triaged.episode_id, "triage_started", TODAY)
    async with signed_in(world, "triage") as client:
        narrowed = await client.get("/worklist?stage=autism:triage&next=triage")
        late = await client.get("/worklist?late=yes")
        nobody = await client.get("/worklist?next=send_officer")
    assert names_on(narrowed) == {"Amira1"}
    assert 'href="/worklist?next=triage"' in narrowed.text
    assert 'href="/worklist?stage=autism%3Atriage"' in narrowed.text
    assert names_on(late) == {"Amira0", "Amira1"}
    assert "No open child fits these filters" in words(nobody)


@pytest.mark.parametrize(
    "query", ["stage=nowhere", "next=king", "after=zzz", "after=WyJ4IiwgInkiXQ", "stage=%27;drop"]
)
async def test_an_address_that_says_nonsense_is_answered_in_a_sentence(world: World, query: str) -> None:
    async with signed_in(world, "triage") as client:
        answer = await client.get(f"/worklist?{query}")
    assert answer.status_code == 422
    assert "Start again from" in words(answer)


async def test_a_name_is_searched_for_without_ever_standing_in_an_address(world: World) -> None:
    await world.refer()
    await world.refer(child=world.child(first_name="Zoë", family_name="O'Brien"))
    async with signed_in(world, "triage") as client:
        found = await send_search(client, "zoe")
        by_family = await send_search(client, "OBRIEN")
        short = await send_search(client, "z")
        none = await send_search(client, "Quux")
        asked = await client.get("/worklist/search?name=zoe")
    assert "Zoë O'Brien" in words(found)
    assert "Zoë O'Brien" in words(by_family)
    assert str(found.url).endswith("/worklist/search")
    assert short.status_code == 422
    assert "No open child on your list" in words(none)
    assert asked.status_code in (404, 405)


async def send_search(client: httpx.AsyncClient, name: str) -> httpx.Response:
    opened = await client.get("/worklist")
    return await client.post("/worklist/search", data={**hidden(opened.text), "name": name})


async def test_a_list_shows_only_what_the_readers_own_organisation_holds(world: World) -> None:
    await world.refer()
    async with signed_in(world, "other_clinician") as client:
        answer = await client.get("/worklist")
    assert names_on(answer) == set()
    assert "No child is open on your list." in words(answer)


# --- the child ----------------------------------------------------------------------------------------------------


async def test_a_restricted_childs_whereabouts_stand_on_no_page(world: World) -> None:
    hidden_child = world.child(
        restricted=True,
        safe_contact="Duty desk",
        postcode=Postcode.parse("EX1 1AB"),
        address=("7 Hidden Lane",),
    )
    child = await world.refer(child=hidden_child)
    async with signed_in(world, "triage") as client:
        for part in ("", "/people", "/messages"):
            answer = await client.get(f"/children/{child.child_id}{part}")
            said = words(answer)
            assert "Duty desk" in said
            for secret in (
                "Hidden Lane",
                "EX1 1AB",
                "Castle Primary School",
                "Moorshire Children's Autism Team",
            ):
                assert secret not in said, f"{part} holds {secret}"


async def test_the_days_of_the_baton_sum_to_the_whole_wait(world: World) -> None:
    child = await world.refer(received_on=date(2026, 3, 3))
    await world.step("triage", child.episode_id, "triage_started", date(2026, 3, 10))
    await world.step(
        "triage", child.episode_id, "information_requested", date(2026, 3, 12), **await asked(world)
    )
    async with signed_in(world, "triage") as client:
        said = words(await client.get(f"/children/{child.child_id}"))
    whole = (TODAY - date(2026, 3, 3)).days
    assert f"The whole wait 3 March 2026 24 November 2026 {whole}" in said
    assert f"3 March 2026 12 March 2026 9 Whoever raised the concern or referred (Castle Primary School) 12 March 2026 24 November 2026 {whole - 9}" in said  # fmt: skip


async def asked(world: World) -> dict[str, str]:
    fields = world.area.pathways.newest("autism").steps["information_requested"].fields
    return {f.key: least(f.type.value, f.options[0].key if f.options else "") for f in fields if f.required}


async def test_another_day_shows_the_record_as_it_was_and_records_nothing(world: World) -> None:
    child = await world.refer(received_on=date(2026, 3, 3))
    await world.step("triage", child.episode_id, "triage_started", date(2026, 3, 10))
    here = f"/children/{child.child_id}"
    async with signed_in(world, "triage") as client:
        boxes = "as_of-day=5&as_of-month=3&as_of-year=2026"
        led = await client.get(f"{here}?{boxes}")
        then = await client.get(led.headers["location"])
        wrong = await client.get(f"{here}?as_of-day=31&as_of-month=2&as_of-year=2026")
        ahead = await client.get(f"{here}?as_of={TODAY + timedelta(days=1)}")
        nonsense = await client.get(f"{here}?as_of=yesterday")
    assert led.headers["location"] == f"{here}?as_of=2026-03-05"
    assert "You are looking at this record as of 5 March 2026" in words(then)
    assert "Triage started" not in words(then)
    assert "Record:" not in words(then)
    assert wrong.status_code == ahead.status_code == nonsense.status_code == 422


async def test_what_was_not_known_yet_is_not_shown_as_if_it_had_been(world: World) -> None:
    child = await world.refer(received_on=date(2026, 3, 3))
    await Ledger(world.area.database).number()
    await world.step("triage", child.episode_id, "triage_started", date(2026, 3, 10))
    here = f"/children/{child.child_id}"
    numbered = (await row(world, "SELECT max(numbered_at) AS at FROM ledger"))["at"].date()
    async with signed_in(world.on(numbered), "triage") as client:
        then = await client.get(f"{here}?known={numbered}")
        never = await client.get(f"{here}?known=2020-01-01")
        before = await client.get(f"{here}?as_of=2026-03-02")
    assert "as it was known on" in words(then)
    assert "Referral received" in words(then)
    assert "Triage started" not in words(then)
    for early in (never, before):
        assert "Nothing that you may see was recorded of this child by then." in words(early)
        assert "Being reviewed" not in words(early)


async def test_every_clock_on_the_page_opens_its_own_sum(world: World) -> None:
    child = await world.refer(received_on=date(2026, 3, 3))
    async with signed_in(world, "triage") as client:
        shown = await client.get(f"/children/{child.child_id}")
        ways = re.findall(r'href="(/children/[^"]+/clocks/[^"]+)"', shown.text)
        assert len(ways) >= 4
        for way in ways:
            answer = await client.get(way)
            assert answer.status_code == 200
            assert "The sum, line by line" in words(answer)
        first = words(await client.get(next(way for way in ways if "nice_start" in way)))
        missing = await client.get(f"/children/{child.child_id}/clocks/{child.episode_id}/nothing/1")
    assert "From then to 24 November 2026 is 266 days." in first
    assert "174 days over the limit" in first
    assert "Limit 3 months National" in first
    assert missing.status_code == 404


async def test_the_council_reads_the_stage_it_is_shown_and_no_facts_of_a_health_pathway(world: World) -> None:
    child = await world.refer(received_on=date(2026, 3, 3))
    await share_with_council(world, child.episode_id)
    async with signed_in(world, "officer") as client:
        answer = await client.get(f"/children/{child.child_id}")
    assert answer.status_code == 200
    assert "The facts of this pathway are the health team's" in words(answer)
    assert "Timeline" not in words(answer)


async def share_with_council(world: World, episode: UUID) -> None:
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE episode SET council_basis = true WHERE id = $1", episode)


async def test_every_look_at_a_record_is_logged(world: World) -> None:
    child = await world.refer()
    async with signed_in(world, "clinician") as client:
        await client.get(f"/children/{child.child_id}")
        await client.get("/worklist")
    logged = await rows(
        world,
        "SELECT action FROM access_log WHERE children @> ARRAY[$1::uuid] AND role = 'clinician'",
        child.child_id,
    )
    assert {"child record", "worklist"} <= {one["action"] for one in logged}


# --- corrections, hand-overs, matches -----------------------------------------------------------------------------


async def test_a_fact_struck_out_stays_readable_with_the_reason(world: World) -> None:
    child = await world.refer()
    done = await world.step("triage", child.episode_id, "triage_started", TODAY)
    path = f"/episodes/{child.episode_id}/events/{done.event_id}/correct"
    async with signed_in(world, "triage") as client:
        empty = await send(client, path)
        no_day = await send(client, path, {"what": "re_date", "reason": "Typed wrongly."})
        saved = await send(client, path, {"what": "strike_out", "reason": "Recorded for the wrong child."})
        shown = await client.get(saved.headers["location"])
    assert empty.status_code == no_day.status_code == 422
    assert "Select what is wrong" in words(empty)
    assert "Enter the day on which it happened" in words(no_day)
    assert saved.status_code == 303
    assert "Fact struck out: saved." in words(shown)
    assert "<del>Triage started</del>" in shown.text
    assert "Struck out: Recorded for the wrong child." in words(shown)


async def test_a_fact_with_a_new_day_says_both_days(world: World) -> None:
    child = await world.refer(received_on=TODAY - timedelta(days=30))
    done = await world.step("triage", child.episode_id, "triage_started", TODAY)
    path = f"/episodes/{child.episode_id}/events/{done.event_id}/correct"
    day = TODAY - timedelta(days=4)
    given = {"what": "re_date", "reason": "It was last week.", "new_day-day": str(day.day), "new_day-month": str(day.month), "new_day-year": str(day.year)}  # fmt: skip
    async with signed_in(world, "triage") as client:
        saved = await send(client, path, given)
        shown = await client.get(saved.headers["location"])
    assert "The date was corrected to 20 November 2026: It was last week." in words(shown)


async def test_a_hand_over_is_offered_seen_and_accepted(world: World) -> None:
    child = await world.refer()
    other = str(world.org["other_provider"])
    async with signed_in(world, "lead") as client:
        nothing = await send(client, f"/episodes/{child.episode_id}/hand-over")
        offered = await send(client, f"/episodes/{child.episode_id}/hand-over", {"to": other})
        shown = await client.get(offered.headers["location"])
    assert nothing.status_code == 422
    assert offered.status_code == 303
    assert "Hand-over offered to Harbour Assessments" in words(shown)
    async with signed_in(world, "other_lead") as client:
        listed = await client.get("/hand-overs")
        assert names_on(listed) == {"Amira0"}
        accepted = await client.post(
            f"/episodes/{child.episode_id}/hand-over/accept", data=hidden(listed.text)
        )
        after = await client.get(accepted.headers["location"])
    assert "the child is now yours" in words(after)
    assert (await kinds(world, child.episode_id))[-2:] == ["hand_over_offered", "hand_over_accepted"]


async def test_an_offer_that_was_taken_back_was_declined_by_nobody(world: World) -> None:
    child = await world.refer()
    path = f"/episodes/{child.episode_id}/hand-over"
    async with signed_in(world, "lead") as client:
        await send(client, path, {"to": str(world.org["other_provider"])})
    async with signed_in(world, "other_lead") as client:
        listed = await client.get("/hand-overs")
    async with signed_in(world, "lead") as client:
        waits = await client.get(path)
        back = await client.post(f"{path}/take-back", data=hidden(waits.text))
        shown = await client.get(back.headers["location"])
    async with signed_in(world, "other_lead") as client:
        token = {**hidden(listed.text), "csrf": hidden((await client.get("/hand-overs")).text)["csrf"]}
        late = await client.post(f"{path}/accept", data=token)
    assert "Offer of a hand-over taken back: saved." in words(shown)
    assert late.status_code == 404
    assert "the other team may have taken it back" in words(late)


async def test_who_joins_two_records_is_told_that_both_episodes_stay_open(world: World) -> None:
    for _ in range(2):
        await world.refer(child=world.child(first_name="Ravi", family_name="Patel", nhs_number=None))
    async with signed_in(world, "triage") as client:
        way = re.findall(r'href="(/matches/[0-9a-f-]{36})"', (await client.get("/matches")).text)[0]
        compared = await client.get(way)
        decided = await send(client, way, {"decision": "same"})
        shown = await client.get(decided.headers["location"])
    assert not re.search(r"Record made[^.]*Cannot be compared", words(compared).split("Are these")[0])
    assert "close the later one if it is a duplicate" in words(shown)


async def test_two_records_are_compared_side_by_side_and_a_person_decides(world: World) -> None:
    await world.refer(child=world.child(first_name="Ravi", family_name="Patel", nhs_number=None))
    await world.refer(child=world.child(first_name="Ravi", family_name="Patel", nhs_number=None))
    async with signed_in(world, "triage") as client:
        listed = await client.get("/matches")
        way = re.findall(r'href="(/matches/[0-9a-f-]{36})"', listed.text)[0]
        compared = await client.get(way)
        unsaid = await send(client, way)
        decided = await send(client, way, {"decision": "different"})
        again = await client.get(way)
    assert "Older record" in words(compared)
    assert unsaid.status_code == 422
    assert decided.status_code == 303
    assert again.status_code == 404
    assert (await row(world, "SELECT decision FROM match_proposal"))["decision"] == "different"


async def test_of_another_teams_record_a_page_shows_only_what_agrees_and_whom_to_ask(world: World) -> None:
    first = await world.refer(
        child=world.child(first_name="Ravi", family_name="Patel", address=("7 Secret Row",))
    )
    there = world.org["other_provider"]
    await rows(world, "UPDATE episode SET provider_id = $2 WHERE id = $1", first.episode_id, there)
    alike = world.child(first_name="Ravi", family_name="Patel", nhs_number=None, birth_date=date(2018, 5, 2))
    await world.refer(child=alike)
    number = (await row(world, "SELECT nhs_number FROM child WHERE id = $1", first.child_id))["nhs_number"]
    async with signed_in(world, "triage") as client:
        listed = await client.get("/matches")
        way = re.findall(r'href="(/matches/[0-9a-f-]{36})"', listed.text)[0]
        compared = await client.get(way)
        decided = await send(client, way, {"decision": "same"})
    for shown in (listed, compared):
        assert "Harbour Assessments" in words(shown)
        assert "Secret" not in shown.text
        assert "1 May 2018" not in shown.text
        assert number[-4:] not in words(shown)
    assert "Differs, or not known" in words(compared)
    assert decided.status_code == 303

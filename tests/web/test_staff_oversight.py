"""Waits past a limit, limits, figures, who looked, and held messages: the pages of leads, commissioners and governance."""

import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest

from pathway.actions.scan_for_breaches import scan_for_breaches
from pathway.store.scopes import WRITER
from tests.actions.reading import row
from tests.fhir.outbound.sending import sending
from tests.web.signing_in import hidden, send, signed_in, words
from tests.web.test_family_pages import of_family
from tests.world import TODAY, World

LONG_AGO = date(2025, 1, 6)


# --- waits past a limit ---------------------------------------------------------------------------------------------


async def test_a_lead_acknowledges_several_waits_as_a_cohort(world: World) -> None:
    for _ in range(2):
        await world.refer(received_on=LONG_AGO)
    await scan_for_breaches(world.area)
    async with signed_in(world, "lead") as client:
        table = await client.get("/breaches?grade=over_78_weeks")
        ticked = re.findall(r'name="crossing" type="checkbox" value="(\d+)"', table.text)
        assert len(ticked) >= 2
        form = hidden(table.text)
        way = unescape(re.findall(r'action="(/breaches/acknowledge[^"]*)"', table.text)[0])
        none = await client.post(way, data={**form, "reason": "capacity"})
        half = await client.post(way, data={**form, "crossing": ticked[:1], "reason": "capacity"})
        given = {**form, "crossing": ticked, "reason": "capacity", "action": "extra_clinic"}
        done = await client.post(way, data=given)
        after = await client.get(done.headers["location"])
    assert none.status_code == 422
    assert f'<a href="#crossing-{ticked[0]}">Select one wait or more in the table</a>' in none.text
    assert "Select what is done" in words(none)
    assert re.findall(r'value="(\d+)" checked', half.text) == ticked[:1]
    assert [name in words(half) for name in ("Grade: Over 78 weeks", "Select one wait")] == [True, False]
    assert "grade=over_78_weeks" in done.headers["location"]
    assert done.status_code == 303
    assert "acknowledged." in words(after)
    assert "Not enough clinic capacity" in words(after)


async def test_a_grade_filter_finds_exactly_the_waits_that_are_printed_with_that_grade(world: World) -> None:
    for days in (70, 100, 200, 300, 380, 600, 800):
        await world.refer(received_on=TODAY - timedelta(days=days))
    async with signed_in(world, "lead") as client:
        whole = await client.get("/breaches")
        for grade, words_of in {
            "breached": "Past threshold",
            "over_26_weeks": "Over 26 weeks",
            "over_52_weeks": "Over 52 weeks",
            "over_78_weeks": "Over 78 weeks",
            "over_104_weeks": "Over 104 weeks",
        }.items():
            found = await client.get(f"/breaches?grade={grade}")
            tags = re.findall(r'nhsuk-tag--\w+">([^<]+)<', found.text)
            expected = re.findall(r'nhsuk-tag--\w+">([^<]+)<', whole.text).count(words_of)
            assert tags == [words_of] * expected, grade
            assert expected


async def test_a_commissioners_counts_are_suppressed_and_each_line_opens_its_sum(world: World) -> None:
    for _ in range(7):
        await world.refer(received_on=date(2026, 3, 3))
    await world.refer(received_on=LONG_AGO)
    async with signed_in(world, "commissioner") as client:
        table = await client.get("/breaches")
        way = re.findall(r'href="(/breaches/\d+)"', table.text)[0]
        summed = await client.get(way)
        gone = await client.get("/breaches/999999")
        figures = await client.get("/figures")
    assert "Referral to start of assessment Autism assessment Over 26 weeks 5" in words(table)
    assert "Referral to start of assessment Autism assessment Over 78 weeks *" in words(table)
    assert "The sum, line by line" in words(summed)
    assert gone.status_code == 404
    assert "Open children Autism assessment Moorshire Children's Autism Team Referral received Identification and referral 10" in words(figures)  # fmt: skip


async def test_children_on_the_councils_own_pathway_are_counted_with_the_council(world: World) -> None:
    await world.refer("officer", date(2026, 6, 1), pathway="ehc_needs_assessment")
    async with signed_in(world, "commissioner") as client:
        figures = words(await client.get("/figures"))
    assert "Open children EHC needs assessment Moorshire County Council Request received" in figures
    assert "EHC needs assessment Moorshire Children's Autism Team" not in figures


@pytest.mark.parametrize("query", ["grade=worst", "clock=none", "after=zzz", "provider=x"])
async def test_a_table_narrowed_by_nonsense_is_answered_in_a_sentence(world: World, query: str) -> None:
    async with signed_in(world, "commissioner") as client:
        answer = await client.get(f"/breaches?{query}")
    assert answer.status_code == 422


# --- limits, who looked, held messages, pages for anybody ---------------------------------------------------------


async def test_a_limit_is_tried_out_proposed_and_signed(world: World) -> None:
    await world.refer(received_on=date(2026, 3, 3))
    given = {
        "clock": "autism:information_request", "limit": "15 working days", "due_soon": "10 working days", "applies": "running",
        "effective_from-day": "1", "effective_from-month": "4", "effective_from-year": "2027", "source": "Board, paper 5", "_go": "try",
    }  # fmt: skip
    async with signed_in(world, "commissioner") as client:
        wrong = await send(client, "/thresholds/new", {**given, "limit": "soonish"})
        tried = await send(client, "/thresholds/new", given)
        kept = await client.post("/thresholds/new", data={**hidden(tried.text), "_go": "confirm"})
        opened = await client.get(kept.headers["location"])
        listed = await client.get("/thresholds")
    assert wrong.status_code == 422
    assert "What it would do" in words(tried)
    for typed in (
        "Information asked for to information received",
        "15 working days",
        "1 April 2027",
        "Board, paper 5",
    ):
        assert typed in words(tried), "what is proposed stands beside its effect"
    assert kept.status_code == 303
    assert "15 working days" in words(opened)
    assert "To be signed" in words(listed)
    path = kept.headers["location"].split("?")[0]
    async with signed_in(world, "lead") as client:
        form = hidden((await client.get(path)).text)
        signed = await client.post(f"{path}/sign", data=form)
        shown = await client.get(signed.headers["location"])
        odd = await client.post(f"{path}/burn", data=form)
    assert "Moorshire Children's Autism Team" in words(shown)
    assert odd.status_code == 422


async def test_information_governance_finds_who_looked_at_a_child_without_naming_one_in_an_address(
    world: World,
) -> None:
    details = world.child()
    child = await world.refer(child=details)
    async with signed_in(world, "clinician") as client:
        await client.get(f"/children/{child.child_id}")
    await of_family(world, "family", child.child_id)
    async with signed_in(world, "family") as client:
        await client.get(f"/family/{child.child_id}")
    async with signed_in(world, "privacy") as client:
        opened = await client.get("/access-log")
        number = details.nhs_number.value if details.nhs_number else ""
        empty = await client.post("/access-log/search", data=hidden(opened.text))
        found = await client.post("/access-log/search", data={**hidden(opened.text), "number": number})
        shown = await client.post("/access-log/child", data=hidden(found.text))
        odd = await client.post("/access-log/child", data={**hidden(found.text), "child": "x"})
    assert empty.status_code == odd.status_code == 422
    assert "Amira0 Stone0" in words(found)
    assert "Parent or carer Own child" in words(opened)
    assert "Child record" in words(shown)
    assert "Assessing clinician" in words(shown)


async def test_a_held_message_is_sent_again_or_closed_with_a_reason(world: World) -> None:
    child = await world.refer()
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "UPDATE outbox SET state = 'held', last_error = 'no carer has a way to be reached. Tell them.' WHERE child_id = $1",
            child.child_id,
        )
    async with signed_in(world, "lead") as client:
        opened = await client.get("/held")
        message = re.findall(r'action="/held/([0-9a-f-]+)/close"', opened.text)[0]
        unsaid = await client.post(f"/held/{message}/close", data=hidden(opened.text))
        closed = await client.post(
            f"/held/{message}/close", data={**hidden(opened.text), f"why-{message}": "Told by telephone"}
        )
        gone = await client.post(f"/held/{uuid4()}/send", data=hidden(opened.text))
    assert "No carer has a way to be reached. Tell them. Held since" in words(opened)
    assert unsaid.status_code == 422
    assert closed.status_code == 303
    assert gone.status_code in (404, 409)
    assert (await row(world, "SELECT state FROM outbox WHERE child_id = $1", child.child_id))["state"] == "dropped"  # fmt: skip


async def test_a_held_message_to_a_partners_system_says_for_whom_it_is_and_why(world: World) -> None:
    async with sending(world) as out:
        await out.partner("provider", None, "Trust system", mode="stub")
        await out.world.refer()
        async with world.area.database.transaction(WRITER) as tx:
            await tx.execute(
                "UPDATE outbox SET state = CASE topic WHEN 'partner_message' THEN 'held' ELSE 'sent' END,"
                " last_error = 'The receiver refused it. (400, REC_BAD_REQUEST)'"
            )
        async with signed_in(world, "lead") as client:
            opened = await client.get("/held")
            [message] = re.findall(r'action="/held/([0-9a-f-]+)/send"', opened.text)
            await client.post(f"/held/{message}/send", data=hidden(opened.text))
        assert "Message to Trust system: the child has come to another stage" in words(opened)
        assert "The receiver refused it. (400, REC_BAD_REQUEST)" in words(opened)
        await out.send()
        assert await out.states() == ["sent"]


@pytest.mark.parametrize(
    ("who", "path", "sent"),
    [
        ("commissioner", f"/breaches/{10**23}", None),
        ("commissioner", f"/thresholds/{10**23}", None),
        ("commissioner", f"/thresholds/{10**23}/sign", {}),
        ("lead", f"/held/jobs/{10**23}/run", {}),
        (
            "lead",
            "/breaches/acknowledge",
            {"crossing": f"{10**23}", "reason": "capacity", "action": "extra_clinic"},
        ),
    ],
)
async def test_a_number_that_no_row_can_have_is_not_found(
    world: World, who: str, path: str, sent: dict[str, str] | None
) -> None:
    async with signed_in(world, who) as client:
        if sent is None:
            answer = await client.get(path)
        else:
            answer = await client.post(path, data={**hidden((await client.get("/breaches")).text), **sent})
    assert answer.status_code == 404
    assert "There is no such line" in words(answer)


async def test_words_that_an_address_invents_are_not_shown(world: World) -> None:
    async with signed_in(world, "lead") as client:
        answer = await client.get("/breaches?done=²&alone=0")
    assert answer.status_code == 200
    assert "acknowledged" not in words(answer)


@pytest.mark.parametrize("path", ["/help", "/accessibility", "/privacy", "/cookies"])
async def test_anybody_may_read_the_pages_about_the_service(world: World, path: str) -> None:
    async with signed_in(world, "family") as client:
        client.cookies.clear()
        answer = await client.get(path)
    assert answer.status_code == 200
    assert "<h1" in answer.text

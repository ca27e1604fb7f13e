"""A school refers a child over several pages: nothing typed is lost, nothing is sent twice, nothing is revealed."""

import re
from collections.abc import Mapping
from datetime import date

import httpx
import pytest

from pathway.store.scopes import WRITER
from tests.actions.reading import row
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import World, nhs_number

CHILD = {
    "first_name": "Maya", "family_name": "Okafor", "birth_date-day": "15", "birth_date-month": "3",
    "birth_date-year": "2019", "number_known": "no",
}  # fmt: skip
HOME = {
    "address_1": "4 Mill Lane", "town": "Moorton", "postcode": "ex1 1aa", "hidden": "no", "language": "en",
    "interpreter": "no", "looked_after": "no",
}  # fmt: skip
CARER = {
    "name": "Ada Okafor", "relationship": "mother", "responsibility": "yes", "told": "yes", "channel": "email",
    "email": "ada@example.com", "language": "en", "needs": "no_calls",
}  # fmt: skip
AGREEMENT = {"source": "school", "family_agrees": "yes", "tell_school": "yes", "gather": "yes"}
PAGES: dict[str, Mapping[str, str]] = {
    "child": CHILD, "home": HOME, "carer": CARER, "other-carer": {}, "agreement": AGREEMENT,
    "needs-1": {"impact": "a_lot"}, "needs-2": {}, "words": {"concerns": "Finds the hall too loud."},
}  # fmt: skip


async def begin(client: httpx.AsyncClient, pathway: str = "autism") -> str:
    """Start a referral and give its address."""
    answer = await send(client, "/refer", {"pathway": pathway})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def fill(client: httpx.AsyncClient, draft: str, **changes: Mapping[str, str]) -> httpx.Response:
    """Answer every page; the answer of the last one."""
    answer = None
    for key, given in {**PAGES, **{k.replace("_", "-"): v for k, v in changes.items()}}.items():
        answer = await send(client, f"{draft}/pages/{key}", given)
        assert answer.status_code == 303, re.findall(r"error-message.*", answer.text)
    assert answer is not None
    return answer


async def sent(client: httpx.AsyncClient, draft: str) -> str:
    """Confirm and send; the confirmation page."""
    answer = await send(client, f"{draft}/check")
    assert answer.status_code == 303, answer.text
    return (await client.get(answer.headers["location"])).text


async def test_the_first_page_says_that_it_is_not_a_safeguarding_referral_and_what_to_do(
    world: World,
) -> None:
    async with signed_in(world, "senco") as client:
        text = (await client.get("/refer")).text
    assert "This is not a safeguarding referral" in text
    assert text.index("ring 999") < text.index("Start the referral")


async def test_a_school_answers_every_page_checks_and_sends(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        assert (await fill(client, draft)).headers["location"] == f"{draft}/check"
        check = (await client.get(f"{draft}/check")).text
        assert "15 March 2019" in check
        assert "No telephone calls" in check
        assert "Not provided" in check
        assert "EX1 1AA" in check
        assert "does not agree" not in check
        page = await sent(client, draft)
        pupils = await client.get("/pupils")
    assert re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", page)
    assert "We aim to decide within 10 working days." in page
    assert "Maya Okafor" in pupils.text


async def test_who_refers_against_the_family_s_word_reads_what_that_means_and_the_team_is_told(
    world: World,
) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await fill(client, draft, agreement={**AGREEMENT, "family_agrees": "no"})
        check = words(await client.get(f"{draft}/check"))
        await sent(client, draft)
    assert "Talk with them before you send this." in check
    assert "ring children’s social care" in check
    child = (await row(world, "SELECT child_id FROM episode"))["child_id"]
    async with signed_in(world, "triage") as client:
        record = words(await client.get(f"/children/{child}"))
    assert "the family does not agree to it. Speak with them before anything else is done." in record


async def test_each_page_leads_to_the_next_one_that_is_not_complete(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        known = await send(client, f"{draft}/pages/child", {**CHILD, "number_known": "yes"})
        assert known.headers["location"] == f"{draft}/pages/nhs-number"
        unknown = await send(client, f"{draft}/pages/child", CHILD)
        assert unknown.headers["location"] == f"{draft}/pages/home"


async def test_wrong_answers_are_named_beside_their_field_and_kept_as_typed(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        script = "<script>alert(1)</script>"
        given = {**CHILD, "first_name": script, "birth_date-year": "2031", "family_name": "x" * 101}
        answer = await send(client, f"{draft}/pages/child", given)
        again = await client.get(f"{draft}/pages/child")
    assert answer.status_code == 422
    assert "<title>\n    Error: " in answer.text or "Error: The child" in answer.text
    for page in (answer.text, again.text):
        assert script not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "The date of birth must be today or in the past" in page
        assert "must be 100 characters or less" in page
        assert "x" * 101 in page


async def test_an_nhs_number_with_a_wrong_check_digit_is_refused_without_giving_the_right_one(
    world: World,
) -> None:
    number = nhs_number(7).value
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await send(client, f"{draft}/pages/child", {**CHILD, "number_known": "yes"})
        answer = await send(client, f"{draft}/pages/nhs-number", {"nhs_number": wrong})
    assert answer.status_code == 422
    assert "mistyped or out of order" in answer.text
    assert wrong in answer.text
    assert number not in answer.text


@pytest.mark.parametrize(
    ("page", "given", "words"),
    [
        ("home", {**HOME, "postcode": "nowhere"}, "not a full UK postcode"),
        ("home", {**HOME, "postcode": ""}, "Enter the postcode of this address"),
        ("home", {**HOME, "hidden": "yes"}, "Enter a safe contact"),
        ("carer", {**CARER, "email": "ada at home"}, "in the form name@example.com"),
        ("carer", {**CARER, "channel": "text"}, "Enter the telephone number to use"),
        ("carer", {**CARER, "phone": "12"}, "not a full telephone number"),
        ("other-carer", {"relationship": "father"}, "Enter the full name"),
        (
            "agreement",
            {"source": "school"},
            "Select the answer to “Does the person with parental responsibility",
        ),
        (
            "agreement",
            {
                **AGREEMENT,
                "original_start-day": "1",
                "original_start-month": "1",
                "original_start-year": "2001",
            },
            "on or after 15 March 2019, the child&#39;s date of birth",
        ),
    ],
)
async def test_each_fault_is_a_sentence_that_says_what_to_do(
    world: World, page: str, given: dict[str, str], words: str
) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await send(client, f"{draft}/pages/child", CHILD)
        answer = await send(client, f"{draft}/pages/{page}", given)
    assert answer.status_code == 422
    assert words in answer.text


async def test_a_person_stops_half_way_and_goes_on_another_day(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        answer = await send(client, f"{draft}/pages/child", {"first_name": "Maya", "then": "later"})
        assert answer.headers["location"] == draft
    async with signed_in(world, "senco") as client:
        start = (await client.get("/refer")).text
        assert f'href="{draft}"' in start
        assert "Maya" in start
        assert 'value="Maya"' in (await client.get(f"{draft}/pages/child")).text
        assert "Incomplete" in (await client.get(draft)).text


async def test_a_referral_that_is_not_complete_cannot_be_sent(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        opened = hidden((await client.get(draft)).text)
        answer = await client.post(f"{draft}/check", data={**opened, "version": "1"})
        assert answer.headers["location"] == draft
        assert (await client.get("/pupils")).text.count("Maya") == 0


async def test_sending_twice_and_going_back_send_one_referral(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await fill(client, draft)
        opened = hidden((await client.get(f"{draft}/check")).text)
        first = await client.post(f"{draft}/check", data=opened)
        second = await client.post(f"{draft}/check", data=opened)
        assert first.headers["location"] == second.headers["location"] == f"{draft}/sent"
        for address in (draft, f"{draft}/check", f"{draft}/pages/child", f"{draft}/discard"):
            assert (await client.get(address)).headers["location"] == f"{draft}/sent"
        pupils = (await client.get("/pupils")).text
    assert pupils.count("Maya Okafor") == 1


async def test_answers_changed_in_another_window_are_not_sent_unread(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await fill(client, draft)
        opened = hidden((await client.get(f"{draft}/check")).text)
        await send(client, f"{draft}/pages/words", {"concerns": "Something else."})
        answer = await client.post(f"{draft}/check", data=opened)
    assert answer.status_code == 409
    assert "changed in another window" in answer.text


async def test_a_child_who_has_an_open_referral_is_not_referred_again_and_nothing_is_revealed(
    world: World,
) -> None:
    child = world.child(birth_date=date(2019, 3, 15))
    await world.refer("gp", child=child, carers=())
    assert child.nhs_number is not None
    async with signed_in(world, "other_senco") as client:
        draft = await begin(client)
        names = {"first_name": child.first_name, "family_name": child.family_name, "number_known": "yes"}
        await send(client, f"{draft}/pages/child", {**CHILD, **names})
        await send(client, f"{draft}/pages/nhs-number", {"nhs_number": child.nhs_number.value})
        for key, given in {**PAGES, "child": {**CHILD, **names}}.items():
            await send(client, f"{draft}/pages/{key}", given)
        answer = await send(client, f"{draft}/check")
        assert answer.status_code == 409
        assert "already open" in answer.text
        for hint in ("Market Street", "Castle", "Received", "received", "Triage started"):
            assert hint not in answer.text
        assert (await client.get(f"{draft}/pages/child")).status_code == 200


async def test_a_child_who_may_be_known_is_said_to_be_checked_and_no_more(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await fill(client, draft)
        await sent(client, draft)
    async with signed_in(world, "other_senco") as client:
        draft = await begin(client)
        await fill(client, draft)
        page = await sent(client, draft)
    assert "a person checks whether we already know this child" in page
    assert "Castle" not in page


async def test_another_school_does_not_see_a_draft(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await send(client, f"{draft}/pages/child", CHILD)
    async with signed_in(world, "other_senco") as client:
        for address in (draft, f"{draft}/pages/child", f"{draft}/check", f"{draft}/discard"):
            assert (await client.get(address)).status_code == 404
        assert "Maya" not in (await client.get("/refer")).text


async def test_a_draft_is_thrown_away_when_asked(world: World) -> None:
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await send(client, f"{draft}/pages/child", CHILD)
        await send(client, f"{draft}/discard")
        assert (await client.get(draft)).status_code == 404


async def test_what_was_typed_lies_encrypted_until_it_is_sent_and_is_gone_after(world: World) -> None:
    query = "SELECT secret FROM referral_draft WHERE id = $1::uuid"
    async with signed_in(world, "senco") as client:
        draft = await begin(client)
        await fill(client, draft)
        async with world.area.database.transaction(WRITER) as tx:
            secret = await tx.fetchval(query, draft.rsplit("/", 1)[1])
        assert b"Okafor" not in secret
        await sent(client, draft)
        async with world.area.database.transaction(WRITER) as tx:
            assert await tx.fetchval(query, draft.rsplit("/", 1)[1]) is None


async def test_a_gp_names_the_school_and_a_pathway_with_other_questions_asks_those(world: World) -> None:
    async with signed_in(world, "gp") as client:
        draft = await begin(client, "joint_autism_adhd")
        assert "Castle Primary School" in (await client.get(f"{draft}/pages/home")).text
        assert (await client.get(f"{draft}/pages/needs-1")).status_code == 404
        assert "original_start" in (await client.get(f"{draft}/pages/agreement")).text


async def test_a_family_or_a_commissioner_cannot_open_the_form(world: World) -> None:
    for who in ("family", "commissioner"):
        async with signed_in(world, who) as client:
            assert (await client.get("/refer")).status_code == 403

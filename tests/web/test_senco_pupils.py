"""A school sees where its own children are, answers what is asked of it, and learns nothing that is not for it."""

from datetime import date
from uuid import uuid4

import pytest

from pathway.reading import pupils as reading
from pathway.store.scopes import WRITER
from tests.web.signing_in import hidden, send, signed_in
from tests.world import World

TODAY = {"happened_on-day": "24", "happened_on-month": "11", "happened_on-year": "2026"}


async def waiting(world: World, **answers: str) -> str:
    """A child of the school who has been accepted; the address of their page."""
    referred = await world.refer(tell_school="yes", **answers)
    await world.step("triage", referred.episode_id, "triage_started", date(2026, 3, 9))
    await world.step(
        "triage", referred.episode_id, "referral_accepted", date(2026, 3, 12), priority="routine"
    )
    return f"/pupils/{referred.episode_id}"


async def asked_for_more(world: World) -> str:
    """A child about whom the team asked the school for more."""
    referred = await world.refer(tell_school="yes")
    await world.step(
        "triage", referred.episode_id, "information_requested", date(2026, 3, 9),
        what="school_information", needed_by="2026-04-02",
    )  # fmt: skip
    return f"/pupils/{referred.episode_id}"


@pytest.mark.parametrize(("who", "title"), [("senco", "My pupils"), ("gp", "Children we referred")])
async def test_the_list_is_called_as_its_readers_would_call_it(world: World, who: str, title: str) -> None:
    """A surgery has no pupils: the navigation, the title, the heading and the link back say whose children they are."""
    async with signed_in(world, who) as client:
        text = (await client.get("/pupils")).text
    assert f"<title>{title} –" in " ".join(text.split())
    assert f'<h1 class="nhsuk-heading-l">{title}</h1>' in text
    assert text.count(title) == 3


async def test_the_list_shows_where_each_child_is_and_what_is_asked(world: World) -> None:
    address = await waiting(world)
    async with signed_in(world, "senco") as client:
        text = (await client.get("/pupils")).text
    assert f'href="{address}"' in text
    assert "Accepted, waiting for assessment" in text
    assert "3 March 2026" in text
    assert "Send what the school sees and does" in text
    assert "By 9 April 2026" in text
    assert "Overdue" in text


async def test_a_child_s_page_says_since_when_how_long_and_who_acts(world: World) -> None:
    address = await waiting(world)
    async with signed_in(world, "senco") as client:
        text = (await client.get(address)).text
    for words in ("3 March 2026", "38 weeks", "12 March 2026", "Assessment team"):
        assert words in text


async def test_a_request_for_information_is_answered_in_place(world: World) -> None:
    address = await asked_for_more(world)
    async with signed_in(world, "senco") as client:
        opened = (await client.get(address)).text
        assert "What is missing: Information from school" in opened
        assert "Needed by: 2 April 2026" in opened
        answer = await client.post(
            f"{address}/steps/information_received",
            data={**hidden(opened), **TODAY, "details": "Two reports, by post."},
        )
        assert answer.status_code == 303, answer.text
        after = (await client.get(answer.headers["location"])).text
    assert "Recorded: Information received" in after
    assert "Being reviewed" in after
    assert "What is missing" not in after


async def test_sending_the_answer_twice_records_it_once(world: World) -> None:
    address = await asked_for_more(world)
    async with signed_in(world, "senco") as client:
        data = {**hidden((await client.get(address)).text), **TODAY, "details": "Two reports."}
        for _ in range(2):
            answer = await client.post(f"{address}/steps/information_received", data=data)
            assert answer.status_code == 303, answer.text
    async with world.area.database.transaction(WRITER) as tx:
        count = await tx.fetchval("SELECT count(*) FROM event WHERE kind = 'information_received'")
    assert count == 1


@pytest.mark.parametrize(
    ("year", "words"),
    [
        ("2031", "The date it happened must be today or in the past"),
        ("2017", "on or after 1 May 2018"),
        ("26", "a year with 4"),
    ],
)
async def test_a_wrong_day_is_named_and_what_was_typed_is_kept(world: World, year: str, words: str) -> None:
    address = await asked_for_more(world)
    async with signed_in(world, "senco") as client:
        given = {**TODAY, "happened_on-year": year, "details": "<script>x</script> sent"}
        answer = await send(client, f"{address}/steps/information_received", given)
    assert answer.status_code == 422
    assert words in answer.text
    assert "&lt;script&gt;x&lt;/script&gt; sent" in answer.text
    assert "<script>x" not in answer.text


async def test_a_day_on_which_it_could_not_be_is_refused_without_saying_where_the_child_was(
    world: World,
) -> None:
    address = await asked_for_more(world)
    async with signed_in(world, "senco") as client:
        given = {**TODAY, "happened_on-day": "1", "happened_on-month": "3"}
        answer = await send(client, f"{address}/steps/information_received", given)
    assert answer.status_code == 422
    assert "cannot be recorded for that day" in answer.text
    assert "What can be recorded" not in answer.text


async def test_closed_children_have_a_list_of_their_own(world: World) -> None:
    referred = await world.refer(tell_school="yes")
    await world.step("coordinator", referred.episode_id, "entered_in_error", date(2026, 3, 4))
    async with signed_in(world, "senco") as client:
        assert str(referred.episode_id) not in (await client.get("/pupils")).text
        assert str(referred.episode_id) in (await client.get("/pupils?closed=yes")).text
        page = (await client.get(f"/pupils/{referred.episode_id}")).text
    assert "Tell the team" not in page


async def test_a_long_list_is_read_page_by_page_and_its_addresses_name_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    referred = [await world.refer(received_on=date(2026, 3, day)) for day in (3, 4, 5)]
    async with signed_in(world, "senco") as client:
        first = await client.get("/pupils")
        place = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
        second = await client.get(place)
    assert [str(r.episode_id) in first.text for r in referred] == [False, True, True]
    assert [str(r.episode_id) in second.text for r in referred] == [True, False, False]


async def test_another_school_s_child_and_a_child_who_is_not_there_look_alike(world: World) -> None:
    address = await waiting(world)
    async with signed_in(world, "other_senco") as client:
        theirs = await client.get(address)
        nobody = await client.get(f"/pupils/{uuid4()}")
        assert (await client.get("/pupils")).text.count("/pupils/") == 0
    assert theirs.status_code == nobody.status_code == 404
    assert theirs.text.replace(address, "") == nobody.text


async def test_every_reading_is_logged_with_the_children_who_were_read(world: World) -> None:
    address = await waiting(world)
    async with signed_in(world, "senco") as client:
        await client.get("/pupils")
        await client.get(address)
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT action, cardinality(children) AS n FROM access_log WHERE account_id = $1 ORDER BY id",
            world.actors["senco"].account_id,
        )
    assert [(row["action"], row["n"]) for row in rows][-2:] == [("pupils", 1), ("pupil", 1)]

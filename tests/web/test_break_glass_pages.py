"""The pages of an emergency: a number that is posted, an answer that reveals nothing, a reason, and its review."""

from datetime import timedelta

import httpx

from tests.actions.opening_records import REASON, number_of, of_today, opened
from tests.actions.reading import rows
from tests.web.signing_in import hidden, signed_in, words
from tests.world import World, nhs_number

FORM = {"why": "emergency", "reason": REASON, "endangers": "no"}


async def looked_for(client: httpx.AsyncClient, number: str) -> httpx.Response:
    opened = await client.get("/break-glass")
    return await client.post("/break-glass/search", data={**hidden(opened.text), "number": number})


async def test_a_record_of_another_team_is_opened_with_a_reason(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    async with signed_in(world, "other_clinician") as client:
        assert "/break-glass" in (await client.get("/worklist")).text
        found = await looked_for(client, number_of(child).value)
        assert found.status_code == 200
        assert number_of(child).value not in str(found.url)
        for secret in (
            child.first_name,
            child.family_name,
            "Moorshire Children",
            "Castle Primary",
            str(referred.child_id),
        ):
            assert secret not in found.text
        sent = {**hidden(found.text), "number": number_of(child).value, **FORM}
        answer = await client.post("/break-glass/open", data=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/children/{referred.child_id}")
        assert child.first_name in words(await client.get(answer.headers["location"]))


async def test_no_record_and_a_number_that_is_none_are_said_and_open_nothing(world: World) -> None:
    async with signed_in(world, "other_clinician") as client:
        none = await looked_for(client, nhs_number(700).value)
        assert "There is no record with this NHS number that you may open" in words(none)
        assert (await looked_for(client, "123")).status_code == 422
        token = hidden((await client.get("/break-glass")).text)
        sent = {**token, "number": nhs_number(700).value, **FORM}
        assert "no record" in words(await client.post("/break-glass/open", data=sent))
    assert await rows(world, "SELECT 1 FROM break_glass") == []


async def test_a_record_that_is_open_already_is_led_to(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    async with signed_in(world, "clinician") as client:
        assert (
            f'href="/children/{referred.child_id}"' in (await looked_for(client, number_of(child).value)).text
        )


async def test_a_form_without_a_reason_is_shown_again(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    async with signed_in(world, "other_clinician") as client:
        token = hidden((await client.get("/break-glass")).text)
        for wrong in ({"reason": ""}, {"reason": "urgent"}, {"why": ""}, {"endangers": ""}):
            sent = {**token, "number": number_of(child).value, **FORM, **wrong}
            answer = await client.post("/break-glass/open", data=sent)
            assert answer.status_code == 422, wrong
            assert "There is a problem" in words(answer)
    assert await rows(world, "SELECT 1 FROM break_glass") == []


async def test_information_governance_reviews_it_and_decides_on_telling(world: World) -> None:
    world = of_today(world)
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child, endangers=True)
    path = f"/openings/{made.id}"
    async with signed_in(world, "privacy") as client:
        assert path in (await client.get("/openings")).text
        page = words(await client.get(path))
        assert REASON in page
        assert child.family_name in page
        token = hidden((await client.get(path)).text)
        note = {"finding": "justified", "note": "The ward confirmed it."}
        assert (await client.post(f"{path}/review", data={**token, **note})).status_code == 303
        token = hidden((await client.get(path)).text)
        day = world.area.today + timedelta(days=20)
        late = {
            "when": "later",
            "until-day": str(day.day),
            "until-month": str(day.month),
            "until-year": str(day.year),
        }
        assert (await client.post(f"{path}/telling", data={**token, **late})).status_code == 422
        late["reason"] = "The police ask for time."
        answer = await client.post(f"{path}/telling", data={**token, **late})
        assert answer.status_code == 303
        said = words(await client.get(path))
        assert "The police ask for time." in said
        assert "It was right to open the record" in said
        assert "Justified" in words(await client.get("/openings"))


async def test_a_delay_without_a_day_and_a_review_without_words_are_shown_again(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    made = await opened(world, child)
    path = f"/openings/{made.id}"
    async with signed_in(world, "privacy") as client:
        token = hidden((await client.get(path)).text)
        for where, given, said in (
            ("telling", {"when": "later", "reason": REASON}, "Enter the first day"),
            ("telling", {"when": "now", "reason": "so"}, "Say why"),
            ("review", {"finding": "justified", "note": "fine"}, "Say why"),
        ):
            answer = await client.post(f"{path}/{where}", data={**token, **given})
            assert answer.status_code == 422, where
            assert said in words(answer)
        assert (await client.get(f"/openings/{made.child_id}")).status_code == 404


async def test_a_page_of_an_opened_record_is_sent_only_with_its_own_token(world: World) -> None:
    child = world.child()
    await world.refer(child=child)
    async with signed_in(world, "other_clinician") as client:
        answer = await client.post("/break-glass/open", data={"number": number_of(child).value, **FORM})
    assert answer.status_code == 403

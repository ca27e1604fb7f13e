"""Whatever is sent, the answer is a sentence: never a failure inside, and never what was sent."""

import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathway.actions.refer import Referred
from tests.api.calling import Calls, referral_body
from tests.world import World

DEEP = 100_000
LARGE_BODY = 300_000
ACCEPTED = {"step": "referral_accepted", "happened_on": "2026-04-01", "answers": {"priority": "routine"}}

MALFORMED = {
    "nothing": b"",
    "half": b'{"pathway": ',
    "not a number": b'{"received_on": NaN}',
    "infinite": b'{"received_on": Infinity}',
    "not UTF-8": b'{"pathway": "\xff\xfe"}',
    "half a character": rb'{"pathway": "\ud800"}',
    "a list": b"[]",
    "a word": b'"autism"',
    "null": b"null",
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"child":' * (DEEP // 4) + b"1" + b"}" * (DEEP // 4),
    "deep inside": b'{"answers": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a number beyond all": b'{"school_id": 1e999}',
    "many digits": b'{"school_id": ' + b"9" * 10_000 + b"}",
    "large": b'{"pathway": "' + b"x" * LARGE_BODY + b'"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize(
    "path", ["/referrals", "/episodes/6a0b2c3e-1111-4222-8333-444455556666/steps", "/thresholds"]
)
async def test_a_body_that_is_no_document_is_refused_in_a_sentence(
    api: Calls, path: str, body: bytes
) -> None:
    answer = await api.post("lead" if path == "/thresholds" else "triage", path, body, 1)

    assert answer.status_code in (400, 413, 422)
    assert (answer.status_code == 413) == (len(body) == len(MALFORMED["large"]))
    assert len(answer.text) < 1000


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("coordinator_assigned", {"account": "9" * 30}),
        ("hold_requested", {"until": "9999-12-31"}),
        ("assessment_booked", {"appointment_on": "9999-12-31", "setting": "clinic"}),
        ("information_requested", {"what": "school_information", "needed_by": "9999-12-31"}),
        ("information_requested", {"what": "school_information", "needed_by": "0001-01-01"}),
        ("referral_added_to", {"referrer": "9" * 30}),
        ("right_to_choose_chosen", {"provider": "9" * 30, "chosen": "9" * 30}),
    ],
)
async def test_no_answer_to_a_step_breaks_anything(
    api: Calls, world: World, step: str, answers: dict[str, str]
) -> None:
    referred = await world.refer()
    body = {"step": step, "happened_on": "2026-04-01", "answers": answers}
    answer = await api.post("triage", f"/episodes/{referred.episode_id}/steps", body, 1)
    assert answer.status_code in (201, 403, 409, 422), answer.text
    assert (await api.get("triage", f"/episodes/{referred.episode_id}")).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1900-02-28", "9999-12-31"])
async def test_no_day_breaks_anything(api: Calls, world: World, day: str) -> None:
    child = {"first_name": "Amira", "family_name": "Stone", "birth_date": "0001-01-01"}
    made = await api.post("senco", "/referrals", referral_body(world, 1, child=child, received_on=day))
    drafted = {
        "pathway": "autism",
        "clock": "community_wait",
        "limit": "1 month",
        "source": "A",
        "effective_from": day,
    }
    kept = await api.post("lead", "/thresholds", drafted)
    born = await api.post("senco", "/referrals", referral_body(world, 2, child={**child, "birth_date": day}))

    assert made.status_code in (201, 422), made.text
    assert kept.status_code in (201, 422), kept.text
    assert born.status_code in (201, 422), born.text
    if kept.status_code == 201:
        assert (await api.post("lead", f"/thresholds/{kept.json()['id']}/dry-run")).status_code in (200, 422)


@pytest.mark.parametrize(
    "limit", ["999999999 weeks", "99999 months", "9999999999999999999999 days", "-1 days"]
)
async def test_no_limit_breaks_anything(api: Calls, limit: str) -> None:
    body = {
        "pathway": "autism",
        "clock": "community_wait",
        "limit": limit,
        "source": "A",
        "effective_from": "2027-04-01",
    }
    answer = await api.post("lead", "/thresholds", body)
    assert answer.status_code in (201, 422), answer.text


@pytest.mark.parametrize(
    "after", ["x", "é" * 9, "W10", "W251bGwsIG51bGxd", "WyIyMDI2LTAxLTAxIiwgIjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OSJd", "W1tb" * 5000]
)  # fmt: skip
@pytest.mark.parametrize(("who", "path"), [("triage", "/worklist"), ("senco", "/pupils"), ("lead", "/breaches"), ("commissioner", "/breaches")])  # fmt: skip
async def test_no_place_in_a_list_breaks_anything(api: Calls, who: str, path: str, after: str) -> None:
    answer = await api.get(who, path, after=after)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nope", 404),
        ("POST", "/nope", 404),
        ("GET", "/", 404),
        ("GET", "/episodes/nobody", 404),
        ("GET", "/breaches/first", 404),
        ("GET", "/breaches/-1", 404),
        ("DELETE", "/thresholds", 405),
        ("GET", "/referrals", 405),
    ],
)
async def test_an_address_that_is_not_there_says_so_and_opens_nothing(
    api: Calls, method: str, path: str, status: int
) -> None:
    for who in (None, "lead"):
        answer = await api.client.request(method, f"/api{path}", headers=await api.signed(who))
        expected = 401 if who is None and path == "/breaches/-1" else status
        assert answer.status_code == expected, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_cookie_opens_nothing_here(api: Calls) -> None:
    """A browser sends its cookie with whatever another website makes it send; a token it does not."""
    from pathway.store.accounts import begin_session

    cookie = await begin_session(api.world.area.database, "lead")
    answer = await api.client.get("/api/breaches", headers={"Cookie": f"session={cookie}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_right_token_is_never_held_up_by_others_guesses(api: Calls) -> None:
    right = await api.signed("lead")
    guesses = [
        await api.client.get("/api/pathways", headers={"Authorization": f"Bearer guess{n}"})
        for n in range(12)
    ]

    assert {guess.status_code for guess in guesses[:10]} == {401}
    assert guesses[-1].status_code == 429
    assert (await api.client.get("/api/pathways", headers=right)).status_code == 200


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.text(max_size=60),
    more=st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=9), max_size=3),
)
async def test_no_words_in_a_referral_break_anything(
    api: Calls, world: World, words: str, more: dict[str, object]
) -> None:
    child = {"first_name": words, "family_name": words, "birth_date": "2018-05-01", "postcode": words}
    body = {
        **referral_body(world, 1),
        **more,
        "child": child,
        "answers": {"source": words, "family_agrees": words},
    }
    answer = await api.post("senco", "/referrals", json.dumps(body).encode())
    assert answer.status_code in (400, 422)


async def test_a_repeat_that_arrives_at_the_same_moment_is_recorded_once(committed_world: World) -> None:
    import asyncio

    from tests.api.calling import calling

    referred: Referred = await committed_world.refer()
    path, key = f"/episodes/{referred.episode_id}/steps", str(uuid4())
    async with calling(committed_world) as api:
        await api.signed("triage")
        answers = await asyncio.gather(*(api.post("triage", path, ACCEPTED, 1, key=key) for _ in range(6)))
        version = (await api.get("triage", f"/episodes/{referred.episode_id}")).json()["version"]

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert version == 2

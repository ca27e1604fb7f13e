"""Another system refers a child: once, completely, and it is told nothing of anybody else."""

from uuid import uuid4

import pytest

from tests.api.calling import Calls, referral_body
from tests.world import World, nhs_number


async def test_a_referral_opens_an_episode_that_the_referrer_can_then_read(api: Calls, world: World) -> None:
    made = await api.post("senco", "/referrals", referral_body(world, 1))

    assert made.status_code == 201, made.text
    assert set(made.json()) == {"episode", "reference", "being_checked"}
    assert made.headers["location"] == f"/api/episodes/{made.json()['episode']}"
    read = await api.get("senco", f"/episodes/{made.json()['episode']}")
    assert read.status_code == 200
    assert read.headers["etag"] == 'W/"1"'


async def test_the_same_referral_sent_again_is_recorded_once_and_answered_alike(
    api: Calls, world: World
) -> None:
    key = str(uuid4())
    first = await api.post("senco", "/referrals", referral_body(world, 1), key=key)
    again = await api.post("senco", "/referrals", referral_body(world, 1), key=key)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    page = await api.get("senco", "/pupils")
    assert len(page.json()["rows"]) == 1


async def test_another_referral_under_the_same_key_is_refused(api: Calls, world: World) -> None:
    key = str(uuid4())
    await api.post("senco", "/referrals", referral_body(world, 1), key=key)
    other = await api.post("senco", "/referrals", referral_body(world, 2), key=key)

    assert other.status_code == 409
    assert other.json()["type"] == "/problems/duplicate-request"


async def test_a_child_who_is_waiting_already_is_refused_without_a_word_on_who_referred_them(
    api: Calls, world: World
) -> None:
    child = {
        "first_name": "Amira",
        "family_name": "Stone",
        "birth_date": "2018-05-01",
        "nhs_number": nhs_number(3).value,
    }
    first = await api.post("senco", "/referrals", referral_body(world, 1, child=child))
    second = await api.post("other_senco", "/referrals", referral_body(world, 1, child=child, school_id=None))

    assert (first.status_code, second.status_code) == (201, 409)
    problem = second.json()
    assert problem["type"] == "/problems/already-referred"
    assert set(problem) == {"type", "title", "status", "detail"}
    for secret in (first.json()["episode"], first.json()["reference"], "Castle Primary", "2026"):
        assert secret not in second.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"child": {"first_name": "A", "family_name": "B", "birth_date": "2018-05-01", "nhs_number": "9990000000"}}, "child.nhs_number"),
        ({"child": {"first_name": "A", "family_name": "B", "birth_date": "2018-05-01", "postcode": "nowhere"}}, "child.postcode"),
        ({"child": {"first_name": "A", "family_name": "B", "birth_date": "2018-05-01", "restricted": True}}, "safe_contact"),
        ({"received_on": "2027-01-01"}, "happened_on"),
        ({"received_on": "2017-01-01"}, "happened_on"),
        ({"answers": {"source": "school"}}, "family_agrees"),
        ({"answers": {"source": "moon", "family_agrees": "yes"}}, "source"),
        ({"answers": {"source": "school", "family_agrees": "yes", "colour": "red"}}, "colour"),
        ({"school_id": 999_999}, "school"),
        ({"carers": [{"name": "N", "relationship": "mother", "parental_responsibility": True, "may_be_told": True, "phone": "12"}]}, "carers[0].phone"),
    ],
)  # fmt: skip
async def test_what_cannot_be_right_is_refused_with_the_field_and_without_what_was_typed(
    api: Calls, world: World, changes: dict[str, object], field: str
) -> None:
    answer = await api.post("senco", "/referrals", referral_body(world, 1, **changes))

    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field
    assert "9990000000" not in answer.text
    assert "nowhere" not in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"received_on": "yesterday"},
        {"received_on": 1772496000},
        {"received_on": "2026-03-03T00:00:00"},
        {"received_on": "1772496000"},
        {"school_id": "5"},
        {"school_id": True},
        {"carers": [{"name": "N", "relationship": "mother", "parental_responsibility": "yes", "may_be_told": 1}]},
        {"child": {"first_name": " ", "family_name": "B", "birth_date": "2018-05-01"}},
        {"child": {"first_name": "A\x00", "family_name": "B", "birth_date": "2018-05-01"}},
        {"carers": [{"name": "N", "relationship": "mother", "parental_responsibility": True, "may_be_told": True, "email": "a@b.c\r\nBcc: all"}]},
        {"answers": {"source": "school", "family_agrees": "yes\x00"}},
    ],
)  # fmt: skip
async def test_a_body_of_another_shape_is_refused_and_the_part_is_named(
    api: Calls, world: World, changes: dict[str, object]
) -> None:
    answer = await api.post("senco", "/referrals", referral_body(world, 1, **changes))

    assert answer.status_code == 422, answer.text
    named = next(iter(changes))
    assert named in answer.json()["detail"]


async def test_nobody_refers_in_the_name_of_another_school(api: Calls, world: World) -> None:
    body = referral_body(world, 1, referrer_id=world.org["other_school"])
    assert (await api.post("senco", "/referrals", body)).status_code == 403


async def test_a_referral_without_a_request_id_is_refused_in_a_sentence(api: Calls, world: World) -> None:
    for key in (None, "42"):
        answer = await api.post("senco", "/referrals", referral_body(world, 1), key=key)
        assert answer.status_code == 400
        assert "Idempotency-Key" in answer.json()["detail"]

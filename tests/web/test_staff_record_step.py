"""Recording a step on the screen: nothing typed is lost, nothing is saved twice, nothing of a colleague's is overwritten."""

import re
from datetime import date, timedelta

import pytest

from pathway import definitions
from pathway.domain.roles import Role
from tests.actions.reading import kinds
from tests.web.signing_in import hidden, send, signed_in, words
from tests.world import TODAY, World, least

SENT = {"_go": "preview"}
REQUIRED = {
    field.key: least(field.type.value, field.options[0].key if field.options else "")
    for field in definitions.load("autism").steps["assessment_started"].fields
    if field.required
}


def on(day: date) -> dict[str, str]:
    return {"happened_on-day": str(day.day), "happened_on-month": str(day.month), "happened_on-year": str(day.year)}  # fmt: skip


async def test_a_step_is_previewed_and_then_recorded_once_however_often_it_is_sent(world: World) -> None:
    child = await world.refer()
    path = f"/episodes/{child.episode_id}/steps/triage_started"
    async with signed_in(world, "triage") as client:
        preview = await send(client, path, {**SENT, **on(TODAY)})
        assert preview.status_code == 200
        assert "Nothing has been saved yet" in words(preview)
        assert "The stage becomes “Being reviewed”. It was “Referral received”." in words(preview)
        assert "The family is sent" in words(preview)
        assert await kinds(world, child.episode_id) == ["referral_received"]
        confirm = {**hidden(preview.text), "_go": "confirm"}
        first = await client.post(path, data=confirm)
        again = await client.post(path, data=confirm)
    assert first.status_code == again.status_code == 303
    assert (
        first.headers["location"]
        == again.headers["location"]
        == f"/children/{child.child_id}?saved=triage_started"
    )
    assert await kinds(world, child.episode_id) == ["referral_received", "triage_started"]


async def test_the_preview_prints_the_sum_of_each_clock_it_stops(world: World) -> None:
    child = await world.refer(received_on=TODAY - timedelta(days=200))
    await world.step("triage", child.episode_id, "triage_started", TODAY - timedelta(days=190))
    async with signed_in(world, "triage") as client:
        path = f"/episodes/{child.episode_id}/steps/referral_accepted"
        preview = await send(client, path, {**SENT, **on(TODAY), "priority": "routine"})
    said = words(preview)
    assert "Clocks that stop" in said
    assert "Referral received to triage decision" in said
    assert "That is 200 days." in said
    assert "Clocks that start" in said
    assert "What comes next" in said


async def test_after_saving_the_record_says_what_was_saved_and_nothing_from_the_address(world: World) -> None:
    child = await world.refer()
    await world.step("triage", child.episode_id, "triage_started", TODAY)
    async with signed_in(world, "triage") as client:
        shown = await client.get(f"/children/{child.child_id}?saved=triage_started")
        planted = await client.get(f"/children/{child.child_id}?saved=You+owe+us+money")
    assert "Triage started: saved." in words(shown)
    assert "owe us" not in planted.text


async def test_a_wrong_date_brings_the_form_back_with_everything_that_was_typed(world: World) -> None:
    child = await world.refer()
    async with signed_in(world, "triage") as client:
        path = f"/episodes/{child.episode_id}/steps/triage_started"
        answer = await send(
            client, path, {**SENT, "happened_on-day": "31", "happened_on-month": "2", "happened_on-year": "2026"}
        )  # fmt: skip
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "The date it happened must be a real date" in words(answer)
    assert 'value="31"' in answer.text


async def test_a_step_that_does_not_fit_its_day_is_refused_beside_the_date(world: World) -> None:
    child = await world.refer(received_on=date(2026, 3, 3))
    async with signed_in(world, "clinician") as client:
        path = f"/episodes/{child.episode_id}/steps/assessment_started"
        opened = await client.get(path)
        answer = await client.post(
            path, data={**hidden(opened.text), **SENT, **on(TODAY), **REQUIRED}
        )  # fmt: skip
    assert answer.status_code == 422
    assert "happened_on-day" in answer.text
    assert "What can be recorded then" in words(answer)
    assert await kinds(world, child.episode_id) == ["referral_received"]


async def test_someone_else_was_quicker_is_told_with_what_they_changed_and_keeps_what_was_typed(
    world: World,
) -> None:
    child = await world.refer(received_on=TODAY - timedelta(days=20))
    path = f"/episodes/{child.episode_id}/steps/watchful_waiting_agreed"
    typed = {**SENT, **on(TODAY), "why": "family_prefers", "review_on-day": "1", "review_on-month": "2", "review_on-year": "2027"}  # fmt: skip
    async with signed_in(world, "triage") as client:
        opened = await client.get(path)
        await world.step("triage", child.episode_id, "triage_started", TODAY - timedelta(days=3))
        late = await client.post(path, data={**hidden(opened.text), **typed})
        assert late.status_code == 412
        assert "Someone else has changed this record" in words(late)
        assert "Triage clinician: Triage started, 21 November 2026" in words(late)
        assert "Amira" in late.text
        back = await client.post(path, data={**hidden(late.text), "_go": "change"})
        assert 'value="2027"' in back.text
        assert 'value="family_prefers" checked' in " ".join(back.text.split())
        preview = await client.post(path, data={**hidden(back.text), **typed})
        saved = await client.post(path, data={**hidden(preview.text), "_go": "confirm"})
    assert saved.status_code == 303
    assert "watchful_waiting_agreed" in await kinds(world, child.episode_id)


async def test_the_same_request_with_other_answers_is_refused_and_can_be_sent_again(world: World) -> None:
    child = await world.refer(received_on=TODAY - timedelta(days=20))
    path = f"/episodes/{child.episode_id}/steps/triage_started"
    async with signed_in(world, "triage") as client:
        opened = hidden((await client.get(path)).text)
        await client.post(path, data={**opened, **on(TODAY), "_go": "confirm"})
        other = await client.post(
            path, data={**opened, **on(TODAY - timedelta(days=1)), "_version": "2", "_go": "confirm"}
        )
    assert other.status_code == 422
    assert hidden(other.text)["_request"] != opened["_request"]


async def test_where_a_step_is_a_decision_every_way_to_decide_is_offered_beside_it(world: World) -> None:
    child = await world.refer()
    await world.step("triage", child.episode_id, "triage_started", date(2026, 3, 4))
    async with signed_in(world, "triage") as client:
        record = (await client.get(f"/children/{child.child_id}")).text
    offered = re.search(r'<div class="app-next__steps">(.*?)</div>', record, re.DOTALL)
    assert offered is not None
    steps = re.findall(rf'href="/episodes/{child.episode_id}/steps/(\w+)"', offered[1])
    assert steps == [
        "referral_accepted",
        "information_requested",
        "watchful_waiting_agreed",
        "closing_notified",
    ]
    assert all(record.count(f'/steps/{step}"') == 1 for step in steps)


@pytest.mark.parametrize("who", ["other_clinician", "other_lead"])
async def test_a_child_of_another_team_is_not_found(world: World, who: str) -> None:
    child = await world.refer()
    async with signed_in(world, who) as client:
        for path in (f"/children/{child.child_id}", f"/episodes/{child.episode_id}/steps/triage_started"):
            assert (await client.get(path)).status_code == 404


async def test_a_step_of_another_role_is_refused_with_who_may_take_it(world: World) -> None:
    child = await world.refer()
    async with signed_in(world, "clinician") as client:
        answer = await client.get(f"/episodes/{child.episode_id}/steps/triage_started")
    assert answer.status_code == 403
    assert "is recorded by: " in words(answer)


async def test_a_form_without_the_sessions_token_changes_nothing(world: World) -> None:
    child = await world.refer()
    async with signed_in(world, "triage") as client:
        path = f"/episodes/{child.episode_id}/steps/triage_started"
        answer = await client.post(path, data={**on(TODAY), "_go": "confirm"})
    assert answer.status_code == 403
    assert await kinds(world, child.episode_id) == ["referral_received"]


async def test_every_step_of_every_pathway_makes_a_form(world: World) -> None:
    """No field may take the names that the form needs for itself."""
    for key in world.area.pathways.keys:
        for step in world.area.pathways.newest(key).steps.values():
            names = {field.key for field in step.fields}
            assert not names & {"happened_on", "csrf", "_go", "_version", "_request"}, step.key
            assert step.by <= set(Role)

"""Reading and changing an episode over the API: each reader by their role, no change lost, nothing overwritten."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from pathway.actions.refer import Referred
from pathway.domain.explain import sentences
from pathway.reading.child_record import child_record
from pathway.store.scopes import WORKER
from tests.api.calling import Calls
from tests.rules.test_rule_10_council import assessed_again, decide_again
from tests.rules.test_rule_10_no_outcome_on_pages import OUTCOMES, assessed, decide
from tests.world import World, least

ACCEPTED = {"step": "referral_accepted", "happened_on": "2026-04-01", "answers": {"priority": "routine"}}


@pytest.fixture
async def referred(world: World) -> Referred:
    return await world.refer()


def path(referred: Referred, more: str = "") -> str:
    return f"/episodes/{referred.episode_id}{more}"


async def test_the_team_reads_stage_next_step_holder_clocks_tasks_and_the_steps_it_can_record(
    api: Calls, referred: Referred
) -> None:
    answer = await api.get("triage", path(referred))

    episode = answer.json()
    assert answer.headers["etag"] == 'W/"1"'
    assert episode["stage"]["key"] == "received"
    assert episode["next_step"]["role"] == "triage"
    assert episode["next_step"]["planned_for"] >= "2026-11-24"
    assert episode["holder"]["part"] == "provider"
    assert "referral_accepted" in {step["key"] for step in episode["steps"]}
    assert episode["days_waited"] == (date(2026, 11, 24) - date(2026, 3, 3)).days


async def test_a_clock_carries_the_same_sum_as_the_page(api: Calls, world: World, referred: Referred) -> None:
    episode = (await api.get("triage", path(referred))).json()
    record = await child_record(world.area, world.actors["triage"], referred.child_id)

    shown = {clock["clock"]: clock for clock in episode["clocks"]}
    assert {clock.clock for clock in record.episodes[0].clocks} == set(shown)
    for clock in record.episodes[0].clocks:
        same = shown[clock.clock]
        assert (same["days"], same["days_over"], same["due_on"], same["grade"], same["source"]) == (
            clock.days, clock.days_over, clock.due_on.isoformat(), clock.grade, clock.source,
        )  # fmt: skip
        assert same["sentences"] == list(sentences(clock))


async def test_a_senco_reads_the_stage_for_schools_and_no_clock_or_date(
    api: Calls, referred: Referred
) -> None:
    episode = (await api.get("senco", path(referred))).json()

    assert episode["stage"]["key"] == "received"
    assert episode["clocks"] == []
    assert episode["next_step"]["planned_for"] is None
    assert "referral_accepted" not in {step["key"] for step in episode["steps"]}


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_a_decision_changes_no_answer_to_anybody_outside_the_team_before_the_feedback(
    api: Calls, world: World, outcome: str
) -> None:
    """docs/rules.md 10: what they read before the team has decided they read after it, to the letter but the version."""
    referred = await assessed(world)
    before = [await outside(api, who, referred) for who in ("senco", "gp")]
    await decide(world, referred.episode_id, outcome)

    assert [await outside(api, who, referred) for who in ("senco", "gp")] == before


async def outside(api: Calls, who: str, referred: Referred) -> list[str]:
    """All that they can read of the child, and what they are told when they try what is not theirs."""
    episode = await api.get(who, path(referred))
    pupils = [(await api.get(who, "/pupils", closed=closed)).text for closed in ("true", "false")]
    body = {**ACCEPTED, "happened_on": "2026-11-01"}
    version = episode.json()["version"]
    refused = [(await api.post(who, path(referred, "/steps"), body, v)).text for v in (version, version + 1)]
    return [episode.headers["etag"], episode.text, *pupils, *refused]


async def test_a_school_is_not_refused_for_what_it_may_not_know(api: Calls, world: World) -> None:
    referred = await assessed(world)
    seen = (await api.get("senco", path(referred))).headers["etag"]
    await decide(world, referred.episode_id, "autism")
    key = str(uuid4())
    told = {"step": "consent_given", "happened_on": "2026-11-01", "answers": _consent(world)}
    first = await api.post("senco", path(referred, "/steps"), told, seen, key=key)
    again = await api.post("senco", path(referred, "/steps"), told, seen, key=key)
    late = await api.post("senco", path(referred, "/steps"), told, seen)

    assert (first.status_code, again.status_code, late.status_code) == (201, 201, 412), first.text
    assert first.json()["event"] == again.json()["event"]
    assert late.json()["changes"] == []


def _consent(world: World) -> dict[str, str]:
    step = world.area.pathways.newest("autism").steps["consent_given"]
    return {
        f.key: least(f.type.value, f.options[0].key if f.options else "") for f in step.fields if f.required
    }


@pytest.mark.parametrize("who", ["other_senco", "other_clinician", "other_lead"])
async def test_a_child_of_others_looks_like_no_child_at_all(api: Calls, referred: Referred, who: str) -> None:
    theirs = await api.get(who, path(referred))
    nobodys = await api.get(who, f"/episodes/{uuid4()}")

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


@pytest.mark.parametrize("who", ["commissioner", "privacy", "family"])
async def test_who_has_nothing_to_record_reads_no_episode_here(
    api: Calls, referred: Referred, who: str
) -> None:
    assert (await api.get(who, path(referred))).status_code == 403


async def test_reading_is_logged_with_the_door(api: Calls, world: World, referred: Referred) -> None:
    await api.get("triage", path(referred))
    await api.get("senco", path(referred))

    async with world.area.database.transaction(WORKER) as tx:
        rows = await tx.fetch(
            "SELECT role, door FROM access_log WHERE children @> ARRAY[$1::uuid]", referred.child_id
        )
    assert {("triage", "api"), ("senco", "api")} <= {(row["role"], row["door"]) for row in rows}


async def test_the_timeline_has_no_free_text_until_it_is_asked_for(
    api: Calls, world: World, referred: Referred
) -> None:
    asked = {"what": "school_information", "needed_by": "2026-04-10"}
    await world.step("triage", referred.episode_id, "information_requested", date(2026, 3, 10), **asked)
    told = {"details": "He was calm in class."}
    await world.step("senco", referred.episode_id, "information_received", date(2026, 3, 20), **told)
    plain = await api.get("triage", path(referred, "/events"))
    whole = await api.get("triage", path(referred, "/events"), texts="true")

    kinds = [event["kind"] for event in plain.json()["events"]]
    assert kinds == ["information_received", "information_requested", "referral_received"]
    assert "calm" not in plain.text
    assert whole.json()["events"][0]["texts"] == told


async def test_a_school_reads_no_timeline(api: Calls, referred: Referred) -> None:
    assert (await api.get("senco", path(referred, "/events"))).status_code == 403


async def test_a_step_is_recorded_once_under_the_version_that_was_seen(
    api: Calls, referred: Referred
) -> None:
    key, body = str(uuid4()), ACCEPTED
    first = await api.post("triage", path(referred, "/steps"), body, 1, key=key)
    again = await api.post("triage", path(referred, "/steps"), body, 1, key=key)

    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert first.headers["etag"] == 'W/"2"'
    assert set(first.json()) == {"episode", "event", "version"}


async def test_a_change_on_an_old_version_is_refused_and_says_who_changed_what(
    api: Calls, referred: Referred
) -> None:
    body = ACCEPTED
    await api.post("triage", path(referred, "/steps"), body, 1)
    late = await api.post("triage", path(referred, "/steps"), body, 1)

    assert late.status_code == 412
    assert late.json()["version"] == 2
    assert late.json()["changes"] == ["Triage clinician: Referral accepted, 1 April 2026"]


async def test_a_change_without_a_version_is_refused(api: Calls, referred: Referred) -> None:
    body = ACCEPTED
    missing = await api.post("triage", path(referred, "/steps"), body)
    unreadable = await api.post("triage", path(referred, "/steps"), body, "*")

    assert (missing.status_code, unreadable.status_code) == (428, 400)
    assert "If-Match" in missing.json()["detail"]


async def test_a_step_that_cannot_be_taken_says_which_can(api: Calls, referred: Referred) -> None:
    body = {"step": "triage_started", "happened_on": "2026-04-01"}
    await api.post("triage", path(referred, "/steps"), body, 1)
    answer = await api.post("triage", path(referred, "/steps"), body, 2)

    assert answer.status_code == 409, answer.text
    assert "referral_accepted" in answer.json()["allowed"]
    unknown = await api.post(
        "triage", path(referred, "/steps"), {"step": "nothing", "happened_on": "2026-04-01"}, 2
    )
    assert unknown.status_code == 409
    assert "referral_accepted" in unknown.json()["allowed"]


async def test_a_fact_is_given_its_right_day_and_then_struck_out(api: Calls, referred: Referred) -> None:
    made = await api.post("triage", path(referred, "/steps"), ACCEPTED, 1)
    fact = made.json()["event"]
    moved = await api.post(
        "triage", path(referred, "/corrections"),
        {"event": fact, "kind": "re_dated", "happened_on": "2026-04-02", "reason": "The letter says so."}, 2,
    )  # fmt: skip
    struck = await api.post(
        "triage", path(referred, "/corrections"),
        {"event": fact, "kind": "struck_out", "reason": "Another child."}, 3,
    )  # fmt: skip

    assert (moved.status_code, struck.status_code) == (201, 201), (moved.text, struck.text)
    events = (await api.get("triage", path(referred, "/events"), texts="true")).json()["events"]
    corrected = next(event for event in events if event["id"] == fact)
    assert corrected["correction"]["kind"] == "struck_out"
    assert corrected["correction"]["reason"] == "Another child."
    assert (await api.get("triage", path(referred))).json()["stage"]["key"] == "received"


@pytest.mark.parametrize(
    "body", [{"kind": "re_dated", "reason": "Wrong."}, {"kind": "struck_out", "reason": "Wrong.", "happened_on": "2026-04-02"}]
)  # fmt: skip
async def test_a_correction_that_is_neither_one_nor_the_other_is_refused(
    api: Calls, referred: Referred, body: dict[str, str]
) -> None:
    answer = await api.post("triage", path(referred, "/corrections"), {"event": str(uuid4()), **body}, 1)
    assert answer.status_code == 422
    assert answer.json()["field"] == "happened_on"


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_a_decision_changes_no_answer_to_the_council_before_the_feedback(
    api: Calls, world: World, outcome: str
) -> None:
    """docs/rules.md 10, also where an earlier report was shared with the council and the team decides once more."""
    _, episode = await assessed_again(world)
    before = await to_the_council(api, episode)
    await decide_again(world, episode, outcome)

    assert await to_the_council(api, episode) == before


async def to_the_council(api: Calls, episode: UUID) -> list[str]:
    read = await api.get("officer", f"/episodes/{episode}")
    lists = [
        await api.get("officer", path) for path in (f"/episodes/{episode}/events", "/worklist", "/breaches")
    ]
    body = {**ACCEPTED, "happened_on": "2026-11-01"}
    version = read.json()["version"]
    tried = [await api.post("officer", f"/episodes/{episode}/steps", body, v) for v in (version, version + 1)]
    assert read.status_code == 200
    return [read.headers["etag"], *(answer.text for answer in (read, *lists, *tried))]

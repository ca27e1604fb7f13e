"""Agreeing a limit over the API: proposed, tried out, signed by one of each kind; a locked one is never loosened."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.calling import Calls
from tests.world import TODAY, World

DRAFT: dict[str, Any] = {
    "pathway": "autism", "clock": "community_wait", "limit": "10 weeks", "source": "Board, paper 5",
    "effective_from": (TODAY + timedelta(60)).isoformat(),
}  # fmt: skip


async def test_a_limit_is_agreed_once_one_of_each_kind_has_signed(api: Calls, world: World) -> None:
    made = await api.post("commissioner", "/thresholds", DRAFT)
    number, needs = made.json()["id"], made.json()["needs"]
    signers = {"icb": "commissioner", "council": "officer", "provider": "lead"}
    answers = [await api.post(signers[kind], f"/thresholds/{number}/signatures") for kind in needs]

    assert [answer.status_code for answer in answers] == [201] * len(needs)
    assert [answer.json()["agreed"] for answer in answers] == [False] * (len(needs) - 1) + [True]
    version = (await api.get("senco", "/thresholds")).json()["rows"][0]
    assert (version["id"], version["limit"], version["agreed_at"] is not None) == (number, "10 weeks", True)
    assert {signature["kind"] for signature in version["signatures"]} == set(needs)


async def test_signing_twice_is_refused(api: Calls) -> None:
    number = (await api.post("commissioner", "/thresholds", DRAFT)).json()["id"]
    await api.post("commissioner", f"/thresholds/{number}/signatures")
    again = await api.post("commissioner", f"/thresholds/{number}/signatures")
    assert again.status_code == 409


async def test_a_national_limit_is_not_loosened(api: Calls) -> None:
    """docs/rules.md 1."""
    answer = await api.post(
        "commissioner", "/thresholds", {**DRAFT, "clock": "nice_start", "limit": "2 years"}
    )
    assert answer.status_code == 422
    assert answer.json()["type"] in ("/problems/locked-limit", "/problems/invalid-input")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limit": "a while"}, "limit"),
        ({"limit": "0 days"}, "limit"),
        ({"effective_from": TODAY.isoformat()}, "effective_from"),
        ({"due_soon": "20 weeks"}, "due_soon"),
    ],
)
async def test_a_draft_that_cannot_be_is_refused_with_its_field(
    api: Calls, changes: dict[str, str], field: str
) -> None:
    answer = await api.post("commissioner", "/thresholds", {**DRAFT, **changes})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_dry_run_names_children_to_those_who_answer_for_them_and_hides_small_counts_from_the_others(
    api: Calls, world: World
) -> None:
    referred = [await world.refer(received_on=TODAY - timedelta(weeks=12)) for _ in range(3)]
    number = (await api.post("commissioner", "/thresholds", DRAFT)).json()["id"]
    lead = (await api.post("lead", f"/thresholds/{number}/dry-run")).json()["now"]
    commissioner = await api.post("commissioner", f"/thresholds/{number}/dry-run")

    assert lead["breached"] == 3
    assert set(lead["breached_episodes"]) == {str(one.episode_id) for one in referred}
    assert commissioner.json()["now"]["breached"] is None
    assert commissioner.json()["now"]["breached_episodes"] == []
    for one in referred:
        assert str(one.episode_id) not in commissioner.text


async def test_a_definition_says_every_limit_with_its_source(api: Calls, world: World) -> None:
    told = (await api.get("gp", "/pathways/autism")).json()
    definition = world.area.pathways.newest("autism")

    assert {c["key"]: (c["limit"], c["status"], c["source"]) for c in told["clocks"]} == {
        key: (str(clock.limit), clock.status.value, clock.source) for key, clock in definition.clocks.items()
    }
    assert [s["key"] for s in told["stages"]] == list(definition.stages)
    assert {s["key"]: [f["key"] for f in s["fields"]] for s in told["steps"]} == {
        key: [field.key for field in step.fields] for key, step in definition.steps.items()
    }

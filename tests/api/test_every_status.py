"""Every operation answers with every status that it documents, and with no other."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import cache
from uuid import UUID, uuid4

import pytest

from pathway.actions.refer import Referred
from pathway.api.openapi import operations
from pathway.app import create_app, routes
from pathway.domain.roles import PERMISSIONS, Permission, Role
from pathway.store.engine import Database
from tests.api.calling import Calls, Operation, calling, referral_body
from tests.web.signing_in import SETTINGS, app_over
from tests.world import ACCOUNTS, TODAY, World

ONE_PER_ROLE = {role: login for login, (role, _) in reversed(ACCOUNTS.items())}
NOBODYS = str(UUID(int=7))
EPISODE = "/api/episodes/{episode_id}"
ACCEPTED = {"step": "referral_accepted", "happened_on": "2026-04-01", "answers": {"priority": "routine"}}
MOVED = {"kind": "re_dated", "happened_on": "2026-03-04", "reason": "The letter says so."}
DRAFT = {
    "pathway": "autism", "clock": "community_wait", "limit": "10 weeks", "source": "Board, paper 5",
    "effective_from": (TODAY + timedelta(60)).isoformat(),
}  # fmt: skip

Way = Callable[[Calls, Referred], Awaitable[object]]


async def _first_fact(api: Calls, referred: Referred) -> str:
    events = (await api.get("triage", f"/episodes/{referred.episode_id}/events")).json()["events"]
    return str(events[-1]["id"])


async def refer_well_and_badly(api: Calls, referred: Referred) -> None:
    body, key = referral_body(api.world, 77), str(uuid4())
    await api.post("senco", "/referrals", body, key=key)
    await api.post("senco", "/referrals", referral_body(api.world, 78), key=key)
    await api.post("senco", "/referrals", {**body, "pathway": "nothing"})
    await api.post("senco", "/referrals", {**body, "received_on": "2027-03-03"})


async def read_episodes(api: Calls, referred: Referred) -> None:
    for path in (f"/episodes/{referred.episode_id}", f"/episodes/{NOBODYS}"):
        await api.get("triage", path)
        await api.get("triage", f"{path}/events")
    await api.get("triage", f"/episodes/{referred.episode_id}/events", texts="perhaps")


async def record_steps(api: Calls, referred: Referred) -> None:
    path = f"/episodes/{referred.episode_id}/steps"
    await api.post("triage", f"/episodes/{NOBODYS}/steps", ACCEPTED, 1)
    await api.post("triage", path, ACCEPTED)
    await api.post("triage", path, {**ACCEPTED, "answers": {}}, 1)
    await api.post("triage", path, ACCEPTED, 1)
    await api.post("triage", path, ACCEPTED, 1)
    await api.post("triage", path, {"step": "triage_started", "happened_on": "2026-11-01"}, 2)


async def correct_facts(api: Calls, referred: Referred) -> None:
    path = f"/episodes/{referred.episode_id}/corrections"
    body = {**MOVED, "event": await _first_fact(api, referred)}
    version = (await api.get("triage", f"/episodes/{referred.episode_id}")).json()["version"]
    who = "lead"
    await api.post(who, path, {**body, "event": NOBODYS}, version)
    await api.post(who, path, body)
    await api.post(who, path, {**body, "reason": " "}, version)
    await api.post(who, path, {**body, "kind": "struck_out", "happened_on": None}, version)
    await api.post(who, path, body, version)
    await api.post(who, path, body, version)


async def read_lists(api: Calls, referred: Referred) -> None:
    for who, path in (("triage", "/worklist"), ("senco", "/pupils"), ("lead", "/breaches")):
        await api.get(who, path)
        await api.get(who, path, after="nonsense")
    await api.get("lead", f"/breaches/{(await api.get('lead', '/breaches')).json()['rows'][0]['id']}")
    await api.get("lead", "/breaches/999999999999999999999")


async def agree_limits(api: Calls, referred: Referred) -> None:
    key = str(uuid4())
    made = await api.post("commissioner", "/thresholds", DRAFT, key=key)
    await api.post("commissioner", "/thresholds", {**DRAFT, "limit": "9 weeks"}, key=key)
    await api.post("commissioner", "/thresholds", {**DRAFT, "clock": "nothing"})
    await api.post("commissioner", "/thresholds", {**DRAFT, "limit": "a while"})
    await api.get("senco", "/thresholds")
    for number in (made.json()["id"], 99_999_999_999):
        await api.post("commissioner", f"/thresholds/{number}/dry-run")
        await api.post("commissioner", f"/thresholds/{number}/signatures")
    await api.post("commissioner", f"/thresholds/{made.json()['id']}/signatures")


async def read_what_is_not_personal(api: Calls, referred: Referred) -> None:
    await api.get("senco", "/pathways")
    await api.get("senco", "/pathways/autism")
    await api.get("senco", "/pathways/nothing")
    await api.get("senco", "/organisations", kind="school")
    await api.get("senco", "/organisations", kind="moon")


WAYS: tuple[Way, ...] = (
    refer_well_and_badly, read_episodes, record_steps, correct_facts, read_lists, agree_limits, read_what_is_not_personal,
)  # fmt: skip


async def refused_alike(api: Calls, referred: Referred) -> None:
    """What any route refuses: no token, another role, a body that is no JSON or too large, no request id."""
    for (method, template), operation in operations(api.document).items():
        path = template.removeprefix("/api").format(episode_id=referred.episode_id, number=1, key="autism")
        await api.call(method, None, path)
        if other := _role_without(template, method):
            await api.call(method, other, path)
        right = permitted_login(template, method)
        if "requestBody" in operation:
            await api.post(right, path, b"{", 1)
            await api.post(right, path, b'{"a": "' + b"x" * 300_000 + b'"}', 1)
        elif "400" in operation["responses"]:
            await api.post(right, path, key=None)


async def tried_too_often(api: Calls, referred: Referred) -> None:
    for _ in range(11):
        await api.client.get("/api/pathways", headers={"Authorization": "Bearer guess"})
    for method, template in operations(api.document):
        path = template.format(episode_id=NOBODYS, number=1, key="autism")
        answer = await api.client.request(method, path, headers={"Authorization": "Bearer guess"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "6")
        api.hold_to_document(method, path, answer)


async def test_every_documented_status_happens_and_no_other(world: World) -> None:
    referred = await world.refer()
    app = app_over(world)
    async with calling(world, app) as api:
        for way in (*WAYS, refused_alike, tried_too_often):
            await way(api, referred)
        seen = api.seen | await while_the_database_is_away(world, api)

        documented = {
            (operation, int(status))
            for operation, described in operations(api.document).items()
            for status in described["responses"]
        }
    assert documented - seen == set(), "documented, and never answered"
    assert seen - documented == set(), "answered, and not documented"


async def while_the_database_is_away(world: World, api: Calls) -> set[tuple[Operation, int]]:
    """Nothing listens there: every route says 503, and when to try again."""
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    await away.open(0, 1)
    seen: set[tuple[Operation, int]] = set()
    try:
        app = app_over(world)
        async with calling(world, app) as calls:
            app.state["database"] = away
            for method, template in operations(calls.document):
                path = template.format(episode_id=NOBODYS, number=1, key="autism")
                answer = await calls.client.request(method, path, headers={"Authorization": "Bearer any"})
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), answer.text
                calls.hold_to_document(method, path, answer)
            seen = calls.seen
    finally:
        await away.close()
    return seen


@cache
def permissions() -> dict[Operation, Permission]:
    """The permission of every operation, as its route names it."""
    named: dict[Operation, Permission] = {}
    for path, handler in routes(create_app(SETTINGS, with_worker=False)):
        template = "/".join(p.split(":")[0] + "}" if p.startswith("{") else p for p in path.split("/"))
        for method in getattr(handler, "http_methods", ()):
            if isinstance(need := handler.opt.get("permission"), Permission):
                named[method, template] = need
    return named


def _role_without(template: str, method: str) -> str | None:
    need = permissions()[method, template]
    return next((login for role, login in ONE_PER_ROLE.items() if need not in PERMISSIONS[role]), None)


def permitted_login(template: str, method: str) -> str:
    """An account whose role may use the operation; a triage clinician's or a provider lead's where it may."""
    need = permissions()[method, template]
    order = (Role.TRIAGE, Role.PROVIDER_LEAD, *ONE_PER_ROLE)
    return next(ONE_PER_ROLE[role] for role in order if need in PERMISSIONS[role])


@pytest.mark.parametrize("who", sorted(ACCOUNTS))
async def test_every_role_opens_exactly_the_operations_that_the_table_gives_it(
    world: World, who: str
) -> None:
    role = ACCOUNTS[who][0]
    async with calling(world) as api:
        for method, template in operations(api.document):
            path = template.removeprefix("/api").format(episode_id=NOBODYS, number=999, key="autism")
            answer = await api.call(method, who, path)
            may = permissions()[method, template] in PERMISSIONS[role]
            assert (answer.status_code != 403) == may, (who, method, template, answer.text)


async def test_options_says_which_methods_there_are_and_nothing_else(world: World) -> None:
    async with calling(world) as api:
        for _, template in operations(api.document):
            path = template.format(episode_id=NOBODYS, number=1, key="autism")
            answer = await api.client.options(path)
            assert (answer.status_code, answer.content) == (204, b"")
            methods = {m for m, t in operations(api.document) if t == template}
            assert set(answer.headers["allow"].split(", ")) == methods | {"OPTIONS"}
            wrong = await api.client.patch(path)
            assert wrong.status_code == 405
            assert methods <= set(wrong.headers["allow"].split(", "))


def test_today_is_after_the_day_on_which_the_world_begins() -> None:
    """The draft above takes effect on a day still to come, and the referral above lies in the past."""
    assert date(2026, 3, 3) < TODAY < date.fromisoformat(str(DRAFT["effective_from"]))

"""Many at once, over HTTP and with real commits: one child, one effect, one winner."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from pathway.domain.roles import Role
from pathway.store.scopes import WRITER
from tests.fhir.clients.served import REFERRAL, served_to_clients
from tests.fhir.server.calling import FHIR, NHS, patient
from tests.world import World


@asynccontextmanager
async def calling_over_http(world: World, organisation: str = "provider") -> AsyncIterator[httpx.AsyncClient]:
    """A system of one organisation, with as many connections as it likes."""
    async with served_to_clients(world, organisation, Role.PARTNER) as there:
        headers = {"Authorization": f"Bearer {there.token}", "Content-Type": FHIR}
        async with httpx.AsyncClient(base_url=there.base, headers=headers, timeout=60) as client:
            yield client


async def together(
    client: httpx.AsyncClient, method: str, *asked: tuple[str, Any, dict[str, str]]
) -> list[httpx.Response]:
    return list(
        await asyncio.gather(
            *(client.request(method, path, json=body, headers=headers) for path, body, headers in asked)
        )
    )


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def counted(world: World, table: str) -> int:
    async with world.area.database.transaction(WRITER) as tx:
        found: int = await tx.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_sixteen_conditional_creates_of_one_child_make_one(committed_world: World) -> None:
    async with calling_over_http(committed_world) as client:
        for _ in range(3):
            before = await counted(committed_world, "child")
            new = patient(committed_world)
            number = new["identifier"][0]["value"]
            condition = {"If-None-Exist": f"identifier={NHS}|{number}"}
            answers = await together(client, "POST", *[("Patient", new, condition)] * 16)
            assert statuses(answers) == {201: 1, 200: 15}, [a.text for a in answers if a.status_code > 201]
            assert len({answer.json()["id"] for answer in answers}) == 1
            assert await counted(committed_world, "child") == before + 1
        new = patient(committed_world)
        path = f"Patient?identifier={NHS}|{new['identifier'][0]['value']}"
        answers = await together(client, "PUT", *[(path, new, {})] * 8)
        assert len({answer.json()["id"] for answer in answers}) == 1, [answer.text for answer in answers]
        assert statuses(answers) == {201: 1, 200: 7}


async def test_of_sixteen_creates_with_one_number_one_is_made_and_the_rest_are_refused(
    committed_world: World,
) -> None:
    async with calling_over_http(committed_world) as client:
        new = patient(committed_world)
        answers = await together(client, "POST", *[("Patient", new, {})] * 16)
        assert statuses(answers) == {201: 1, 409: 15}
        assert {a.json()["issue"][0]["code"] for a in answers if a.status_code == 409} == {"duplicate"}
        assert await counted(committed_world, "child") == 1


async def test_of_eight_referrals_of_one_child_one_is_made(committed_world: World) -> None:
    async with calling_over_http(committed_world) as client:
        key = (await client.post("Patient", json=patient(committed_world))).json()["id"]
        sent = {**REFERRAL, "subject": {"reference": f"Patient/{key}"}}
        answers = await together(client, "POST", *[("ServiceRequest", sent, {})] * 8)
        assert statuses(answers) == {201: 1, 409: 7}, [answer.text for answer in answers]
        assert await counted(committed_world, "episode") == 1


async def test_one_request_that_comes_eight_times_at_once_has_one_effect_and_one_answer(
    committed_world: World,
) -> None:
    async with calling_over_http(committed_world) as client:
        new = patient(committed_world)
        number = new["identifier"][0]["value"]
        for more in ({}, {"If-None-Exist": f"identifier={NHS}|{number}"}):
            new = patient(committed_world)
            if more:
                more = {"If-None-Exist": f"identifier={NHS}|{new['identifier'][0]['value']}"}
            ids = {"X-Request-ID": str(uuid4()), "X-Correlation-ID": str(uuid4()), **more}
            answers = await together(client, "POST", *[("Patient", new, ids)] * 8)
            answers += await together(client, "POST", ("Patient", new, ids))
            assert statuses(answers) == {201: 9}
            assert len({(a.content, a.headers["Location"], a.headers["ETag"]) for a in answers}) == 1
            other = {**new, "gender": "male"}
            [refused] = await together(client, "POST", ("Patient", other, ids))
            assert refused.status_code == 409
        made = answers[0].json()
        ids = {"X-Request-ID": str(uuid4()), "X-Correlation-ID": str(uuid4()), "If-Match": 'W/"1"'}
        answers = await together(
            client, "PUT", *[(f"Patient/{made['id']}", {**made, "gender": "male"}, ids)] * 8
        )
        assert statuses(answers) == {200: 8}, [answer.text for answer in answers]
        assert {answer.headers["ETag"] for answer in answers} == {'W/"2"'}


async def test_of_eight_updates_of_one_version_one_is_made(committed_world: World) -> None:
    async with calling_over_http(committed_world) as client:
        made = (await client.post("Patient", json=patient(committed_world))).json()
        path = f"Patient/{made['id']}"
        for method in ("PUT", "PATCH"):
            tag = (await client.get(path)).headers["ETag"]
            asked = []
            for n in range(8):
                name = [{"use": "official", "family": f"Name{n}", "given": ["Ada"]}]
                patch = [{"op": "replace", "path": "/name", "value": name}]
                asked.append((path, {**made, "name": name} if method == "PUT" else patch, {"If-Match": tag}))
            answers = await together(client, method, *asked)
            assert statuses(answers) == {200: 1, 412: 7}, [answer.text for answer in answers]
            [winner] = [answer.json() for answer in answers if answer.status_code == 200]
            assert (await client.get(path)).json() == winner
        # Without a version, patches of other elements follow one another, and none is lost.
        patches = [
            [{"op": "replace", "path": "/gender", "value": "male"}],
            [{"op": "replace", "path": "/birthDate", "value": "2018-07-07"}],
        ]
        answers = await together(client, "PATCH", *((path, patch, {}) for patch in patches))
        assert statuses(answers) == {200: 2}, [answer.text for answer in answers]
        now = (await client.get(path)).json()
        assert (now["gender"], now["birthDate"]) == ("male", "2018-07-07")


async def test_of_eight_changes_of_one_version_of_a_referral_one_is_made(committed_world: World) -> None:
    referred = await committed_world.refer()
    async with calling_over_http(committed_world) as client:
        path = f"ServiceRequest/{referred.episode_id}"
        there = await client.get(path)
        sent = {**there.json(), "note": [{"text": "The school has written a report."}]}
        asked = [(path, sent, {"If-Match": there.headers["ETag"]})] * 8
        answers = await together(client, "PUT", *asked)
        assert statuses(answers) == {200: 1, 412: 7}, [answer.text for answer in answers]
        assert await counted(committed_world, "event") == 2

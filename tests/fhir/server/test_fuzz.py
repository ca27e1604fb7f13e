"""Resources and Bundles that were whole and then broken, sent to every address that takes one: 0 answers of 500, no growth, no hang."""

import asyncio
import copy
import gc
import os
import sys
from collections import Counter
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from pathway.domain.roles import Role
from pathway_fhir.inbound.table import CREATES, UPDATES
from tests.fhir.clients.served import REFERRAL
from tests.fhir.made import Maker, broken
from tests.fhir.server.calling import Calls, calling, patient
from tests.fhir.server.searched import populated
from tests.world import World

Json = dict[str, Any]
COUNT = int(os.environ.get("PATHWAY_FUZZ", "1000"))
"""How many are sent in all; `make bench-fhir` sends ten thousand."""
LONGEST = 20.0
"""Seconds after which an answer counts as a hang, on a busy machine."""


async def whole(them: Calls, world: World, children: list[str]) -> list[Json]:
    """Resources as this server itself prints them, and as it takes them: what is broken in them is met by the actions."""
    found: list[Json] = [patient(world), {**REFERRAL, "subject": {"reference": f"Patient/{children[1]}"}}]
    for name in sorted(CREATES):
        for child in children[:2]:
            body = (
                await them.get(name, **({"_id": child} if name == "Patient" else {"patient": child}))
            ).json()
            found += [entry["resource"] for entry in body.get("entry", ())][:4]
    for one in [one for one in found if one["resourceType"] == "Task"]:
        found.append({**one, "status": "completed", "executionPeriod": {"end": "2026-11-20"}})
    return found


def entry(random: Random, resource: Json) -> Json:
    name, key = resource.get("resourceType", "Patient"), resource.get("id", "x")
    method = random.choice(["POST", "PUT", "GET", "PATCH", "DELETE"])
    url = random.choice(
        [f"{name}", f"{name}/{key}", f"{name}?_id={key}", f"{name}/{key}/_history/1", "Patient?family=x"]
    )
    more = {"ifNoneExist": f"_id={key}"} if random.random() < 0.2 else {"ifMatch": 'W/"1"'}
    made: Json = {"fullUrl": f"urn:uuid:{uuid4()}", "request": {"method": method, "url": url, **more}}
    return made if method in ("GET", "DELETE") else {**made, "resource": resource}


def patch(random: Random) -> list[Json]:
    paths = [
        "/name",
        "/name/0",
        "/name/-",
        "/name/0/given/3",
        "/birthDate",
        "",
        "/",
        "/identifier/0/value",
        "/~2",
        "/note",
    ]
    values: list[Any] = ["x", 5, None, [], {}, [{"family": "A"}], "2018-01-01", True]
    return [
        {"op": random.choice(["add", "remove", "replace", "move", "copy", "test", "x"]), "path": random.choice(paths),
         "from": random.choice(paths), "value": random.choice(values)}
        for _ in range(random.randint(0, 4))
    ]  # fmt: skip


def faulty(random: Random, seeds: list[Json], number: int) -> Json:
    if random.random() < 0.3:
        name = random.choice(sorted(CREATES))
        return broken(Maker(number, 1).resource(name), random)
    sent = copy.deepcopy(random.choice(seeds))
    for _ in range(random.randint(0, 2)):
        sent = broken(sent, random)
    return sent


async def send(them: Calls, random: Random, seeds: list[Json], number: int) -> int:
    """One request of some kind. The caller has asserted that it is not answered 500; neither may an entry be."""
    sent = faulty(random, seeds, number)
    name = (
        str(random.choice(seeds)["resourceType"])
        if random.random() < 0.1
        else str(sent.get("resourceType", "Patient"))
    )
    name = name if name.isalnum() and name.isascii() else "Patient"
    match random.randrange(6):
        case 0 | 1:
            answer = await them.post(name, sent)
        case 2:
            updated = random.choice([one for one in seeds if one["resourceType"] in UPDATES and "id" in one])
            path = f"{updated['resourceType']}/{updated['id']}"
            body = broken(updated, random)
            answer = await them.put(path, body, **({"If_Match": 'W/"1"'} if random.random() < 0.3 else {}))
        case 3:
            updated = random.choice([one for one in seeds if one["resourceType"] in UPDATES and "id" in one])
            answer = await them.call("PATCH", f"{updated['resourceType']}/{updated['id']}", patch(random))
        case 4:
            kind = random.choice(["batch", "transaction"])
            entries = [entry(random, faulty(random, seeds, number + n)) for n in range(random.randint(1, 4))]
            bundle: Json = {"resourceType": "Bundle", "type": kind, "entry": entries}
            answer = await them.post("", broken(bundle, random) if random.random() < 0.5 else bundle)
        case _:
            answer = await them.post(random.choice([f"{name}/$validate", "$process-message"]), sent, X_Request_ID=str(uuid4()),
                                     X_Correlation_ID=str(uuid4()))  # fmt: skip
    if answer.status_code == 200 and answer.json().get("type") == "batch-response":
        for one in answer.json().get("entry", ()):
            assert one["response"]["status"] != "500", (sent, one)
    return answer.status_code


async def many(
    world: World, count: int, seed: int, organisation: str = "provider", role: Role = Role.PARTNER
) -> Counter[int]:
    children = await populated(world)
    random, statuses = Random(seed), Counter[int]()
    async with calling(world, organisation, role) as them:
        seeds = await whole(them, world, children)
        for number in range(count):
            async with asyncio.timeout(LONGEST):
                statuses[await send(them, random, seeds, seed + number)] += 1
            if number == count // 10:
                gc.collect()
                before = sys.getallocatedblocks()
        gc.collect()
        grown = sys.getallocatedblocks() - before
    assert grown < 40_000, grown
    return statuses


@pytest.mark.parametrize(("seed", "role"), [(5, Role.PARTNER), (7, Role.PROVIDER_SYSTEM)])
async def test_what_is_broken_is_answered(world: World, seed: int, role: Role) -> None:
    statuses = await many(world, COUNT // 2, seed, role=role)
    assert statuses[400] > COUNT / 20, statuses
    assert statuses[422] > COUNT / 20, statuses
    assert statuses[200] + statuses[201] > COUNT / 50, statuses

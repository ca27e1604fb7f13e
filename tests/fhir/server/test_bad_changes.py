"""Changes of a version that has moved on, and patches that do not fit: refused, and nothing is written."""

from collections.abc import Mapping
from typing import Any

from tests.fhir.server.calling import calling
from tests.fhir.server.refusals import PLANTED, child, outcome, rows
from tests.world import World


async def test_versions_that_are_stale_or_unreadable(world: World) -> None:
    async with calling(world) as them:
        made = (await them.post("Patient", child(world))).json()
        key = made["id"]
        assert (
            await them.put(f"Patient/{key}", {**made, "gender": "male"}, If_Match='W/"1"')
        ).status_code == 200
        before = await rows(world)
        stale = {**made, "gender": "other"}
        outcome(await them.put(f"Patient/{key}", stale, If_Match='W/"1"'), 412, "conflict")
        patch = [{"op": "replace", "path": "/gender", "value": "other"}]
        outcome(await them.call("PATCH", f"Patient/{key}", patch, If_Match='W/"1"'), 412, "conflict")
        outcome(await them.put(f"Patient/{key}", stale, If_Match=PLANTED), 400, "value")
        outcome(await them.put(f"Patient/{key}", stale, X_Request_ID=PLANTED), 400, "value")
        entry = {"request": {"method": "PUT", "url": f"Patient/{key}", "ifMatch": 'W/"1"'}, "resource": stale}
        answer = await them.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
        outcome(answer, 412, "conflict")
        assert await rows(world) == before
        assert (await them.get(f"Patient/{key}")).json()["gender"] == "male"


PATCHES: Mapping[str, tuple[Any, int]] = {
    "no list": ({"op": "add"}, 400),
    "not an operation": ([5], 422),
    "no path": ([{"op": "add"}], 422),
    "a path that is none": ([{"op": "add", "path": 5, "value": 1}], 422),
    "beyond a list": ([{"op": "add", "path": "/name/77", "value": {}}], 422),
    "an index that is none": ([{"op": "replace", "path": "/name/x", "value": {}}], 422),
    "what is not there": ([{"op": "remove", "path": "/Quetzalcoatl"}], 422),
    "the whole of it": ([{"op": "replace", "path": "", "value": [1]}], 422),
    "another id": ([{"op": "replace", "path": "/id", "value": "x"}], 422),
    "a test that does not hold": ([{"op": "test", "path": "/gender", "value": PLANTED}], 412),
    "into itself": ([{"op": "move", "from": "/name", "path": "/name/0/x"}], 422),
    "twice as large again and again": ([{"op": "copy", "from": "", "path": f"/x{n}"} for n in range(40)], 413),
    "too many": ([{"op": "test", "path": "/gender", "value": "female"}] * 101, 413),
}  # fmt: skip


async def test_patches_that_do_not_fit(world: World) -> None:
    async with calling(world) as them:
        key = (await them.post("Patient", child(world))).json()["id"]
        before = await rows(world)
        for name, (body, status) in PATCHES.items():
            answer = await them.call(
                "PATCH", f"Patient/{key}", body, Content_Type="application/json-patch+json"
            )
            assert answer.status_code == status, (name, answer.text)
            assert answer.json()["resourceType"] == "OperationOutcome"
            assert PLANTED not in answer.text
        assert await rows(world) == before

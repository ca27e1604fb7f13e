"""What every refusal must be: an OperationOutcome that repeats nothing, with nothing written."""

from typing import Any

import httpx

from pathway.store.scopes import WORKER, WRITER
from tests.fhir.server.calling import FHIR, NHS, patient
from tests.world import World, nhs_number

PLANTED = "Quetzalcoatl"
NUMBER = nhs_number(4711).value
OTHER_NUMBER = nhs_number(4712).value
READS_ARE_NOTED = {"access_log"}


async def rows(world: World) -> dict[str, int]:
    """How many rows every table has, but for the log of what was read."""
    found: dict[str, int] = {}
    for scope in (WRITER, WORKER):
        async with world.area.database.transaction(scope) as tx:
            names = await tx.fetch(
                "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND"
                " relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
            )
            for name in {row["name"] for row in names} - READS_ARE_NOTED:
                found[name] = await tx.fetchval(f"SELECT count(*) FROM {name}")
    assert {"child", "episode", "event", "received", "request", "outbox"} <= found.keys()
    return found


def outcome(answer: httpx.Response, status: int, code: str) -> str:
    """The words of the outcome, once its form is right."""
    assert answer.status_code == status, (answer.status_code, answer.text[:600])
    assert answer.headers["content-type"].startswith(FHIR)
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome", body
    found = [issue["code"] for issue in body["issue"] if issue["severity"] in ("error", "fatal")]
    assert code in found, body
    for planted in (PLANTED, NUMBER, OTHER_NUMBER):
        assert planted.lower() not in answer.text.lower()
    return " ".join(issue.get("diagnostics", "") + str(issue.get("details", "")) for issue in body["issue"])


def child(world: World, **changes: Any) -> dict[str, Any]:
    return patient(
        world,
        identifier=[{"system": NHS, "value": NUMBER}],
        name=[{"use": "official", "family": PLANTED, "given": [PLANTED]}],
        **changes,
    )

"""The worker traces new children, reads signals, and does nothing for a service that is switched off."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from mesh_client import MeshClient

from pathway.actions.area import Area
from pathway.domain.errors import SettingsRefused
from pathway.settings import load
from pathway.store.jobs import PROXY_ROLES, TRACE
from pathway.store.scopes import WRITER
from pathway.worker.national import national_work
from pathway.worker.queue import TryLater
from pathway.worker.run import run_worker
from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.national.mns import WORKFLOW
from tests.fhir.national import mesh
from tests.fhir.national.test_mns import signal
from tests.world import World


@pytest.fixture
def mesh_address(tmp_path: Path) -> Iterator[str]:
    with mesh.sandbox(tmp_path / "mesh") as address:
        yield address


async def one(area: Area, query: str, *given: object) -> Any:
    async with area.database.transaction(WRITER) as tx:
        return await tx.fetchval(query, *given)


async def robin(world: World) -> UUID:
    """A child without a number whom the stub's national record has."""
    child = world.child(
        first_name="Robin", family_name="Fernleigh", birth_date=date(2017, 3, 4), nhs_number=None
    )
    return (await world.refer(child=child)).child_id


async def test_a_new_child_is_traced_by_the_worker(committed_world: World, tmp_path: Path) -> None:
    child = await robin(committed_world)
    await run_worker(committed_world.area, load(mode="demo", data=tmp_path, pds_mode="stub"), once=True)
    assert await one(committed_world.area, "SELECT number_status FROM child WHERE id = $1", child) == "06"
    assert (
        await one(committed_world.area, "SELECT kind FROM doubt WHERE child_id = $1", child) == "number_found"
    )
    assert await one(committed_world.area, "SELECT count(*) FROM pgqueuer") == 0


async def test_nothing_is_asked_while_it_is_off(committed_world: World, tmp_path: Path) -> None:
    child = await robin(committed_world)
    await run_worker(committed_world.area, load(mode="demo", data=tmp_path), once=True)
    assert await one(committed_world.area, "SELECT count(*) FROM child_trace") == 0
    work = national_work(committed_world.area, load())
    assert work.rounds() == ()
    for job in (TRACE, PROXY_ROLES):
        await work.handlers()[job](str(child))
    assert await one(committed_world.area, "SELECT count(*) FROM child_trace") == 0
    await work.close()


async def test_a_signal_in_the_mailbox_leads_to_a_new_trace(
    committed_world: World, tmp_path: Path, mesh_address: str
) -> None:
    """From the sender's mailbox through MESH to the decision: nothing between them is played but the two NHS services."""
    world = committed_world
    child = world.child(
        first_name="Jude", family_name="Ashcombe", birth_date=date(2018, 1, 15), nhs_number=None
    )
    referred = await world.refer(child=child)
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute("UPDATE child SET nhs_number = '9998800056' WHERE id = $1", referred.child_id)
        await tx.execute("INSERT INTO child_trace (child_id, answered_at, wanted) VALUES ($1, $2, false)",
                         referred.child_id, world.area.now())  # fmt: skip
    with MeshClient(
        mesh_address, mesh.THEIRS, mesh.PASSWORD, mesh.SHARED_KEY.encode(), max_retries=0
    ) as client:
        body = json.dumps(signal("nhs-number-change-2", "9998800056")).encode()
        client.send_message(mesh.OURS, body, workflow_id=WORKFLOW)
    settings = mesh.settings_for(mesh_address, tmp_path).model_copy(
        update={"pds_mode": "stub", "data": tmp_path}
    )

    await run_worker(world.area, settings, once=True)

    assert (
        await one(world.area, "SELECT kind FROM doubt WHERE child_id = $1", referred.child_id) == "superseded"
    )
    held = await one(world.area, "SELECT nhs_number FROM child WHERE id = $1", referred.child_id)
    assert held == "9998800056", "a person decides"


async def test_a_service_that_cannot_answer_now_is_asked_later(committed_world: World) -> None:
    child = await robin(committed_world)
    work = national_work(committed_world.area, load(pds_mode="stub"))

    def busy(_: Call) -> Answer:
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "throttled"}]}
        return Answer(429, {"retry-after": "11"}, json.dumps(outcome).encode())

    work.national.stubs = {"pds": busy}
    with pytest.raises(TryLater) as later:
        await work.handlers()[TRACE](str(child))
    assert later.value.delay.total_seconds() == 11
    work.national.stubs = {
        "pds": lambda _: Answer(
            400, {}, b'{"resourceType": "OperationOutcome", "issue": [{"code": "value"}]}'
        )
    }
    await work.handlers()[TRACE](str(child))
    assert await one(committed_world.area, "SELECT outcome FROM child_trace") == "not answered"
    assert await one(committed_world.area, "SELECT number_status FROM child") == "03"


def test_a_live_service_is_asked_in_somebodys_name(committed_world: World) -> None:
    with pytest.raises(SettingsRefused, match="PATHWAY_EXCHANGE_ODS_CODE"):
        national_work(committed_world.area, load(pds_mode="live"))
    with pytest.raises(SettingsRefused, match="has no sandbox"):
        national_work(committed_world.area, load(ods_mode="sandbox"))

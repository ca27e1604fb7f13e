"""Two public JavaScript clients, unmodified, against the running server: every step that they take succeeds."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.fhir.clients.served import Served, served_to_clients
from tests.fhir.from_npm import installed
from tests.world import World, nhs_number

JS = Path(__file__).parent / "js"


@pytest.fixture(scope="session")
async def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clients as npm installs them."""
    return await installed(JS, tmp_path_factory.mktemp("clients"), "the JavaScript FHIR clients")


@pytest.mark.parametrize("client", ["kit", "medplum"])
async def test_every_step_of_the_client_succeeds(committed_world: World, clients: Path, client: str) -> None:
    async with served_to_clients(committed_world) as served:
        steps = await _run(clients, client, served)
    failed = [step for step in steps if not step["ok"]]
    assert not failed, "\n".join(json.dumps(step) for step in failed)
    assert len(steps) >= 15


async def _run(folder: Path, client: str, served: Served) -> list[dict[str, object]]:
    given = {
        "BASE": served.base, "TOKEN": served.token, "REFERRAL": json.dumps(served.referral),
        "NUMBERS": ",".join(nhs_number(5000 + n).value for n in range(8)),
    }  # fmt: skip
    run = await asyncio.create_subprocess_exec(
        "node", f"{client}.mjs", cwd=folder, env={**os.environ, **given},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, said = await asyncio.wait_for(run.communicate(), 120)
    assert run.returncode == 0, said.decode()
    return [json.loads(line) for line in out.decode().splitlines()]

"""Two public JavaScript clients, unmodified, against the running server: every step that they take succeeds."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.fhir.clients.served import Served, served_to_clients
from tests.world import World, nhs_number

JS = Path(__file__).parent / "js"


@pytest.fixture(scope="session")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clients as npm installs them from the lock file; skipped with one line where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node is not on this machine: install it to run the JavaScript FHIR clients.")
    folder = tmp_path_factory.mktemp("clients")
    for file in JS.iterdir():
        shutil.copy(file, folder)
    run = await asyncio.create_subprocess_exec(
        npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await run.communicate()
    if run.returncode != 0:
        pytest.skip(f"npm could not install the JavaScript FHIR clients: {said.decode()[-200:]}")
    return folder


@pytest.mark.parametrize("client", ["kit", "medplum"])
async def test_every_step_of_the_client_succeeds(
    committed_world: World, installed: Path, client: str
) -> None:
    async with served_to_clients(committed_world) as served:
        steps = await _run(installed, client, served)
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

"""Two public FHIR servers beside ours, on the same PostgreSQL and in the same run: CPU of the server for one request.

They are fetched from PyPI and npm into a temporary folder, and left out with a line that says so where that cannot be. They do
less than ours for each request: no token, no row-level security, no log of who read what, no check of a version or a code.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from bench.exchange import CONNECTIONS, Ask, cost, new_patient
from bench.figures import Figure

PEERS = Path(__file__).parent / "peers"
PATIENTS = 120
_TABLE = "CREATE TABLE IF NOT EXISTS peer_patient (id text PRIMARY KEY, family text, doc text NOT NULL)"
_WAIT = 120


@dataclass(frozen=True)
class Peer:
    """One of the others: how it is fetched and started, and where it answers."""

    name: str
    port: int
    base: str
    install: tuple[tuple[str, ...], ...]
    start: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()


def peers(folder: Path) -> tuple[Peer, ...]:
    """Both, as they are run in this folder."""
    python, npm, node = (
        str(folder / "py/bin/python"),
        shutil.which("npm") or "npm",
        shutil.which("node") or "node",
    )
    return (
        Peer(
            "fhirstarter 4.2.0", 8771, "/Patient",
            ((sys.executable, "-m", "venv", "py"),
             (python, "-m", "pip", "install", "--quiet", "fhirstarter==4.2.0", "uvicorn[standard]", "asyncpg")),
            (python, "-m", "uvicorn", "fhirstarter_app:app", "--port", "8771", "--no-access-log", "--log-level", "error"),
            (("FHIR_SEQUENCE", "R4B"),),
        ),
        Peer(
            "node-fhir-server-core 2.2.5", 8772, "/4_0_1/Patient",
            ((npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
              "@asymmetrik/node-fhir-server-core@2.2.5", "pg@8"),),
            (node, "node_app.js"),
            (("NODE_ENV", "production"),),
        ),
    )  # fmt: skip


async def figures(owner_dsn: str, folder: Path, ours: Sequence[Figure]) -> list[Figure]:
    """What each costs, and how many times as much as ours."""
    found: list[Figure] = []
    own = {figure.words.removeprefix("FHIR "): figure.value for figure in ours}
    await _fill(owner_dsn)
    for peer in peers(folder):
        if not await _installed(peer, folder):
            print(f"{peer.name} could not be fetched, so it is left out.", file=sys.stderr)
            continue
        async with _started(peer, folder, owner_dsn) as (process, client):
            for name, ask in _asks(peer, await _ids(owner_dsn)):
                value = await cost(client, process.pid, ask)
                found.append(Figure(f"{peer.name}: {name}", value, "ms CPU"))
                found.append(Figure(f"{peer.name}: {name}, times ours", value / own[name], "x"))
    return found


def _asks(peer: Peer, ids: list[str]) -> list[tuple[str, Ask]]:
    return [
        ("read", lambda n: ("GET", f"{peer.base}/{ids[n % len(ids)]}", b"")),
        ("search of 10 children", lambda n: ("GET", peer.base, b"")),
        ("create", lambda n: ("POST", peer.base, new_patient())),
    ]


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_TABLE)
        for n in range(PATIENTS):
            body = new_patient().decode().replace("{", f'{{"id": "p{n}",', 1)
            await connection.execute("INSERT INTO peer_patient VALUES ($1, 'x', $2)", f"p{n}", body)
    finally:
        await connection.close()


async def _ids(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT id FROM peer_patient WHERE id LIKE 'p%'")
        return [row["id"] for row in rows]
    finally:
        await connection.close()


async def _installed(peer: Peer, folder: Path) -> bool:
    for file in PEERS.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    for command in peer.install:
        try:
            run = await asyncio.create_subprocess_exec(
                *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError:
            return False
        if await run.wait() != 0:
            return False
    return True


@asynccontextmanager
async def _started(
    peer: Peer, folder: Path, dsn: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    given = os.environ | dict(peer.variables) | {"PEER_DSN": dsn, "PEER_PORT": str(peer.port)}
    process = await asyncio.create_subprocess_exec(
        *peer.start,
        cwd=folder,
        env=given,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{peer.port}"
    limits = httpx.Limits(max_connections=CONNECTIONS)
    headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
    try:
        async with httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=30) as client:
            for _ in range(_WAIT * 5):
                try:
                    await client.get(f"{peer.base}/p0")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
            yield process, client
    finally:
        process.terminate()
        await process.wait()

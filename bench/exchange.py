"""CPU of the serving process for one FHIR request, with token, row-level security and access log.

Only the server's own time is counted (PostgreSQL and the caller are other processes), so the figures hold on a busy machine.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx

from bench.figures import Figure
from pathway.domain.roles import Role
from pathway.store.accounts import digest
from pathway.store.scopes import WRITER
from tests.fhir.access.partner_system import register
from tests.world import World

PORT = 8767
CHILDREN = 120
CONNECTIONS = 8
REQUESTS = 1600
NHS = "https://fhir.nhs.uk/Id/nhs-number"
Ask = Callable[[int], tuple[str, str, bytes]]


async def figures(world: World, app_dsn: str, folder: Path) -> list[Figure]:
    """Start `pathway serve`, call it as a provider's system, and divide its CPU time by the requests."""
    referred = [await world.refer() for _ in range(CHILDREN)]
    token = await _token(world)
    async with (
        _served(app_dsn, folder) as process,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{PORT}/fhir/R4",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"},
            limits=httpx.Limits(max_connections=CONNECTIONS),
            timeout=30,
        ) as client,
    ):
        asks = _asks([str(one.child_id) for one in referred])
        for _, _, ask in asks:  # what is imported at the first request of its kind is nobody's cost
            await _send(client, ask, 4 * CONNECTIONS)
        return [
            Figure(name, await cost(client, process.pid, ask), "ms CPU", at_most=bound)
            for name, bound, ask in asks
        ]


def _asks(children: list[str]) -> list[tuple[str, float, Ask]]:
    def child(n: int) -> str:
        return children[n % len(children)]

    return [
        ("FHIR read", 1.0, lambda n: ("GET", f"/Patient/{child(n)}", b"")),
        ("FHIR search of 10", 1.5, lambda n: ("GET", "/EpisodeOfCare?_count=10", b"")),
        ("FHIR search by patient", 1.5, lambda n: ("GET", f"/EpisodeOfCare?patient={child(n)}", b"")),
        ("FHIR search of 10 children", 1.5, lambda n: ("GET", "/Patient?_count=10", b"")),
        ("FHIR create", 2.0, lambda n: ("POST", "/Patient", new_patient())),
    ]


_NUMBERS = count(700_000)


def new_patient() -> bytes:
    """A child who is not there yet. Names and days of birth are as different as in a county: who is alike is compared one by one."""
    n = next(_NUMBERS)
    number = nhs_number_fast(n)
    born = date(2009, 1, 1) + timedelta(days=n * 7 % 5_000)
    return json.dumps(
        {
            "resourceType": "Patient",
            "identifier": [{"system": NHS, "value": number}],
            "name": [{"use": "official", "family": f"{_name(n)}{_name(n // 17)}", "given": [_name(n // 3)]}],
            "birthDate": born.isoformat(),
        }
    ).encode()


def _name(n: int) -> str:
    """The nth of some ten thousand names of four syllables."""
    syllables = ("ba", "do", "fe", "gu", "hi", "ka", "lo", "me", "nu", "ri")
    return "".join(syllables[n * step // 7 % 10] for step in (1, 3, 11, 37)).title()


_SEEN: list[str] = []


def nhs_number_fast(n: int) -> str:
    """The nth number with a valid check digit from further on in the 999 range."""
    if not _SEEN:
        nine = 999_500_000
        while len(_SEEN) < 20_000:
            nine += 1
            total = sum(int(d) * w for d, w in zip(str(nine), range(10, 1, -1), strict=True))
            check = (11 - total % 11) % 11
            if check != 10:
                _SEEN.append(f"{nine}{check}")
    return _SEEN[n - 700_000]


async def _token(world: World) -> str:
    """A token for a system of the provider, as the token endpoint would have given it, but for longer."""
    system = await register(
        world, name="bench", client_id="bench", role=Role.PARTNER, organisation_id=world.org["provider"],
        scopes=("system/*.cruds",),
    )  # fmt: skip
    partner = await system.registered()
    token = str(uuid4())
    async with world.area.database.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO partner_token (token_sha256, partner_id, scopes, until)"
            " VALUES ($1, $2, $3, clock_timestamp() + interval '1 hour')",
            digest(token), partner.id, ["system/*.cruds"],
        )  # fmt: skip
    return token


class _served:
    """`pathway serve` on this database, ready."""

    def __init__(self, app_dsn: str, folder: Path) -> None:
        self.environment = os.environ | {
            "PATHWAY_DATABASE_URL": app_dsn,
            "PATHWAY_DATA": str(folder),
            "PATHWAY_BASE_URL": f"http://127.0.0.1:{PORT}",
            "PATHWAY_PORT": str(PORT),
        }

    async def __aenter__(self) -> asyncio.subprocess.Process:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from pathway.cli import main; main()", "serve", env=self.environment,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with httpx.AsyncClient() as client:
            for _ in range(150):
                try:
                    await client.get(f"http://127.0.0.1:{PORT}/health/ready")
                    return self.process
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
        raise RuntimeError("The server did not start.")

    async def __aexit__(self, *_: object) -> None:
        self.process.terminate()
        await self.process.wait()


async def cost(client: httpx.AsyncClient, pid: int, ask: Ask) -> float:
    """Milliseconds of the server's CPU for one request, after a warm-up."""
    await _send(client, ask, 80)
    before = _cpu(pid)
    await _send(client, ask, REQUESTS)
    return (_cpu(pid) - before) * 1000 / REQUESTS


async def _send(client: httpx.AsyncClient, ask: Ask, requests: int) -> None:
    places = iter(range(requests))

    async def one_after_the_other() -> None:
        for n in places:
            method, path, body = ask(n)
            answer = await client.request(method, path, content=body)
            if answer.status_code >= 400:
                raise RuntimeError(
                    f"{method} {path.partition('?')[0]}: {answer.status_code} {answer.text[:300]}"
                )

    await asyncio.gather(*(one_after_the_other() for _ in range(CONNECTIONS)))


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""Measure, and print each figure with its bound: `python -m bench`, or some of it by name.

    python -m bench                       everything; the million episodes take some minutes
    python -m bench steps folding         only these
    python -m bench breach_page --large county      without the million

Each ratio is of two things measured in this run, on this machine, on the same server.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from bench import breach_page, counties, exchange, fhir_peers, folding, memory, messages, rebuilding, steps
from bench.figures import Figure
from pathway.domain.london import london_date
from pathway.store import embedded
from pathway.store.embedded import Addresses
from pathway.store.migrate import migrate
from tests.databases import new_database, opened
from tests.world import make_world


async def of_steps(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    async with new_database(server, "bench_steps") as addresses:
        await migrate(addresses.owner_dsn, addresses.app_dsn)
        async with opened(addresses, max_size=8) as database:
            return await steps.figures(await make_world(database, folder), addresses.app_dsn)


async def of_folding(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    async with new_database(server, "bench_folding") as addresses:
        await migrate(addresses.owner_dsn, addresses.app_dsn)
        async with opened(addresses, max_size=2) as database:
            return await folding.figures(await make_world(database, folder))


async def of_breach_page(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    today = london_date(datetime.now(UTC))
    timings = []
    for size in ("small_area", options.large):
        async with counties.county(server, folder, size, today) as database:
            timings.append(await breach_page.timing(database, today))
    return breach_page.figures(*timings)


async def of_exchange(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    async with new_database(server, "bench_exchange") as addresses:
        await migrate(addresses.owner_dsn, addresses.app_dsn)
        async with opened(addresses, max_size=4) as database:
            return await exchange.figures(await make_world(database, folder), addresses.app_dsn, folder)


async def of_peers(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    """Ours and two others in one run. They share nothing but the server: theirs is a database of its own."""
    ours = await of_exchange(server, folder, options)
    async with new_database(server, "bench_peers") as addresses:
        return [*ours, *await fhir_peers.figures(addresses.owner_dsn, folder, ours)]


async def of_messages(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    async with new_database(server, "bench_messages") as addresses:
        await migrate(addresses.owner_dsn, addresses.app_dsn)
        async with opened(addresses, max_size=4) as database:
            return await messages.figures(await make_world(database, folder))


async def of_rebuilding(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    today = london_date(datetime.now(UTC))
    async with counties.county(server, folder, "county", today) as database:
        return [*await rebuilding.figures(database), *await memory.figures(database.dsn, folder)]


PEERS = "peers"
"""Only by name: it fetches other servers from package registries."""
MEASURES: dict[str, Callable[[Addresses, Path, argparse.Namespace], Awaitable[list[Figure]]]] = {
    "steps": of_steps,
    "folding": of_folding,
    "rebuilding": of_rebuilding,
    "breach_page": of_breach_page,
    "exchange": of_exchange,
    "messages": of_messages,
    PEERS: of_peers,
}


def main() -> int:
    """Run what was asked for; 1 if a bound was not reached."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("what", nargs="*", choices=[*MEASURES, []], help="all of them unless named")
    parser.add_argument(
        "--large", choices=["county", "stress"], default="stress", help="the larger breach page"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pathway-bench-") as folder:
        server = embedded.ensure_running(Path(folder))
        try:
            found = uvloop.run(measured(server, Path(folder), options))
        finally:
            embedded.stop(Path(folder))
    return 0 if all(figure.holds for figure in found) else 1


async def measured(server: Addresses, folder: Path, options: argparse.Namespace) -> list[Figure]:
    """Each measure in turn, printed as it is done."""
    found: list[Figure] = []
    for name in options.what or [name for name in MEASURES if name != PEERS]:
        for figure in await MEASURES[name](server, folder, options):
            print(figure.line(), flush=True)
            found.append(figure)
        await asyncio.sleep(0)
    return found


if __name__ == "__main__":
    sys.exit(main())

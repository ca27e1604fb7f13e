"""The memory of one serving process with the county loaded, after it has shown its pages."""

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx

from bench.figures import Figure

PORT = 8765
PAGES = ("/worklist", "/breaches", "/thresholds", "/figures", "/held")
VISITS = 20


async def figures(app_dsn: str, folder: Path) -> list[Figure]:
    """Start `pathway serve` on this database, sign in as the lead, go round the pages, and read its resident memory."""
    environment = os.environ | {
        "PATHWAY_DATABASE_URL": app_dsn,
        "PATHWAY_DATA": str(folder),
        "PATHWAY_BASE_URL": f"http://127.0.0.1:{PORT}",
        "PATHWAY_PORT": str(PORT),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from pathway.cli import main; main()", "serve", env=environment,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _visit()
        status = await asyncio.to_thread(Path(f"/proc/{process.pid}/status").read_text)
    finally:
        process.terminate()
        await process.wait()
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    if resident is None:
        raise RuntimeError("This system does not say how much memory a process has.")
    return [Figure("memory of one serving process", int(resident[1]) / 1024, "MB", at_most=200.0)]


async def _visit() -> None:
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{PORT}", follow_redirects=True, timeout=60
    ) as client:
        for _ in range(100):
            try:
                await client.get("/health/ready")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.2)
        (await client.post("/sign-in", data={"login": "lead"})).raise_for_status()
        for _ in range(VISITS):
            for page in PAGES:
                (await client.get(page)).raise_for_status()

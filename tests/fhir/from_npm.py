"""Programs of others from npm, installed from a lock file beside the tests that run them."""

import asyncio
import shutil
from pathlib import Path

import pytest


async def installed(source: Path, folder: Path, what: str) -> Path:
    """Copy `source` to `folder` and install what its lock file names; the test is skipped with one line where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip(f"Node is not on this machine: install it to run {what}.")
    await asyncio.to_thread(shutil.copytree, source, folder, dirs_exist_ok=True)
    run = await asyncio.create_subprocess_exec(
        npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await run.communicate()
    if run.returncode != 0:
        pytest.skip(f"npm could not install {what}: {said.decode()[-200:]}")
    return folder

"""NHS England's own MESH sandbox (PyPI mesh-sandbox) on this machine, for one test run: a process of its own on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from pathway.settings import Settings, load

OURS, THEIRS = "X26ABC1", "X26ABC2"
PASSWORD, SHARED_KEY = "password", "TestKey"


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """Its address. The mailboxes are empty, and lie in this folder."""
    port = _free_port()
    environment = {
        **os.environ,
        "SHARED_KEY": SHARED_KEY,
        "STORE_MODE": "file",
        "AUTH_MODE": "full",
        "MAILBOXES_DATA_DIR": str(folder),
    }
    folder.mkdir(exist_ok=True)
    for mailbox in (OURS, THEIRS):
        (folder / mailbox / "in").mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "mesh_sandbox.api:app", "--host", "127.0.0.1", "--port", str(port),
         "--log-level", "error"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def settings_for(address: str, folder: Path, mailbox: str = OURS) -> Settings:
    """An installation whose signals come to a mailbox of this sandbox."""
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "shared").write_text(SHARED_KEY + "\n")
    return load(
        mns_mode="sandbox", mesh_url=address, mesh_mailbox=mailbox,
        mesh_password_file=folder / "password", mesh_shared_key_file=folder / "shared",
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(f"{address}/health", timeout=2).status_code < 500:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("The MESH sandbox did not start.")

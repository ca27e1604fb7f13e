"""The doctor finds what is wrong, says what to do, and calls nothing ill that is well."""

import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pathway.settings import Settings
from pathway.store import doctor
from pathway.store.doctor import Finding, check
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.housekeeping import beat
from pathway.store.keys import AreaKey, area_key, give_key
from pathway.store.migrate import texts
from pathway.store.people import insert_child
from pathway.store.scopes import WORKER, WRITER
from tests.databases import new_database, run_as_owner
from tests.world import World


@pytest.fixture
def settings(committed_addresses: Addresses, tmp_path: Path) -> Settings:
    return Settings(database_url=committed_addresses.app_dsn, data=tmp_path / "data")


async def findings(settings: Settings, health: str | None = None) -> dict[str, Finding]:
    return {found.what: found for found in await check(settings, health)}


async def lives(database: Database) -> None:
    async with database.transaction(WORKER) as tx:
        await beat(tx, f"{socket.gethostname()}:1")


async def test_a_healthy_installation_has_nothing_to_mend(committed: Database, settings: Settings) -> None:
    await lives(committed)
    found = await check(settings)
    assert [f.sentence for f in found if not f.fine] == []
    assert len(found) == 11


async def test_a_database_that_does_not_answer_is_the_finding(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://app:secret@127.0.0.1:1/pathway", data=tmp_path)
    found = await findings(settings)
    assert not found["database"].fine
    assert "secret" not in found["database"].sentence


async def test_a_schema_that_is_behind_is_found(postgres: Addresses, tmp_path: Path) -> None:
    async with new_database(postgres, "behind") as addresses:
        found = await check(Settings(database_url=addresses.app_dsn, data=tmp_path))
    assert any("pathway migrate" in f.sentence for f in found if not f.fine)


async def test_a_database_that_another_text_of_the_migrations_made_is_found(
    committed: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await findings(settings))["schema"].fine
    monkeypatch.setattr("pathway.store.doctor.texts", lambda: dict.fromkeys(texts(), "another"))
    found = (await findings(settings))["schema"]
    assert not found.fine
    assert "said something else when it ran here" in found.sentence


async def test_a_table_without_forced_policies_is_found(
    committed: Database, committed_addresses: Addresses, settings: Settings
) -> None:
    await run_as_owner(committed_addresses, "ALTER TABLE child NO FORCE ROW LEVEL SECURITY")
    found = await findings(settings)
    assert not found["row-level security"].fine
    assert "child" in found["row-level security"].sentence


async def test_another_wrapping_key_than_the_data_were_written_with_is_found(
    committed_world: World, settings: Settings
) -> None:
    child = committed_world.child()
    async with committed_world.area.database.transaction(WRITER) as tx:
        from uuid import UUID

        await insert_child(tx, UUID(int=7), child)
        await give_key(tx, AreaKey(bytes(32)), UUID(int=7))
    found = await findings(settings)
    assert not found["wrapping key"].fine
    assert area_key(settings)


async def test_a_worker_that_is_silent_or_never_ran_is_found(
    committed: Database, committed_addresses: Addresses, settings: Settings
) -> None:
    assert "ever" in (await findings(settings))["worker"].sentence
    await lives(committed)
    assert (await findings(settings, "worker"))["worker"].fine
    await run_as_owner(committed_addresses, "UPDATE heartbeat SET at = now() - interval '10 minutes'")
    found = await findings(settings, "worker")
    assert not found["worker"].fine
    assert "Silent" in found["worker"].sentence


async def test_the_worker_of_another_machine_does_not_speak_for_this_one(
    committed: Database, settings: Settings
) -> None:
    async with committed.transaction(WORKER) as tx:
        await beat(tx, "elsewhere:1")
    assert not (await findings(settings, "worker"))["worker"].fine


async def test_a_key_that_others_can_read_is_found(committed: Database, settings: Settings) -> None:
    settings.key("wrapping_key")
    file = settings.key_file("wrapping_key")
    file.chmod(0o644)
    assert (await findings(settings))["keys"].fine  # its folder keeps others out
    file.parent.chmod(0o755)
    found = await findings(settings)
    assert "chmod 600" in found["keys"].sentence
    assert not found["keys"].fine


async def test_a_message_that_could_not_be_sent_is_found(
    committed_world: World, committed_addresses: Addresses, settings: Settings
) -> None:
    await committed_world.refer()
    assert (await findings(settings))["held jobs"].fine
    await run_as_owner(committed_addresses, "UPDATE outbox SET state = 'held', attempts = 9")
    assert "1 messages" in (await findings(settings))["held jobs"].sentence


async def test_a_full_disk_is_found(
    committed: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 1 << 62)
    assert not (await findings(settings))["disk"].fine


@pytest.fixture
def web_server() -> Iterator[tuple[int, list[int]]]:
    """A web server that gives one status to whoever asks."""
    status = [200]

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status[0])
            self.end_headers()
            self.wfile.write(b"ready" if status[0] == 200 else b"not ready: the schema is old")

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, status
        server.shutdown()
        thread.join()


async def test_the_web_server_is_healthy_when_it_says_that_it_is_ready(
    web_server: tuple[int, list[int]], tmp_path: Path
) -> None:
    port, status = web_server
    settings = Settings(port=port, data=tmp_path)
    assert (await check(settings, "app"))[0].fine
    status[0] = 503
    found = (await check(settings, "app"))[0]
    assert not found.fine
    assert "schema is old" in found.sentence


async def test_a_web_server_that_does_not_answer_is_not_healthy(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert not (await check(Settings(port=port, data=tmp_path), "app"))[0].fine

"""The embedded server starts once, is shared, survives a crash, and lets nobody in without a password."""

import asyncio
import multiprocessing
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from pathway.domain.errors import DatabaseUnavailable
from pathway.store import embedded, postgres_binaries
from pathway.store.embedded import Addresses
from pathway.store.engine import Database, Scope
from pathway.store.migrate import migrate
from pathway.store.roles import DbRole
from tests.databases import opened

pytestmark = pytest.mark.slow


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder of its own, with a path too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="pathway-test-") as folder:
        data = Path(folder) / ("a-long-name" * 10)
        yield data
        embedded.stop(data)


async def answer(dsn: str, query: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval(query))
    finally:
        await connection.close()


async def test_the_two_logins_have_the_rights_they_need_and_no_more(data: Path) -> None:
    addresses = embedded.ensure_running(data)
    rights = "SELECT rolsuper || ' ' || rolbypassrls || ' ' || rolcreaterole || ' ' || rolinherit FROM pg_roles WHERE rolname = current_user"
    assert await answer(addresses.app_dsn, rights) == "false false false false"
    assert await answer(addresses.owner_dsn, rights) == "false false true true"
    assert (
        await answer(
            addresses.owner_dsn,
            "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = 'pathway'",
        )
        == "True"
    )


@pytest.mark.parametrize("login", ["pathway_app", "pathway_owner", "postgres"])
async def test_nobody_gets_in_without_the_password(data: Path, login: str) -> None:
    addresses = embedded.ensure_running(data)
    password = urlsplit(addresses.app_dsn).password or ""
    wrong = addresses.app_dsn.replace("pathway_app:", f"{login}:").replace(password, "p" + "x" * 43)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_and_socket_are_for_our_eyes_only(data: Path) -> None:
    addresses = embedded.ensure_running(data)
    for login in ("postgres", "pathway_owner", "pathway_app"):
        assert mode(data / "passwords" / login) == 0o600
    socket = Path(parse_qs(urlsplit(addresses.app_dsn).query)["host"][0])
    assert mode(socket) == 0o700
    assert len(str(socket / embedded.SOCKET_FILE)) < embedded.SOCKET_PATH_LIMIT


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_version_num", r"18\d{4}"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("jit", "off"),
        ("listen_addresses", ""),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
    ],
)
async def test_the_server_is_safe_and_silent(postgres: Addresses, setting: str, value: str) -> None:
    if "PATHWAY_TEST_DATABASE_URL" in os.environ:
        pytest.skip("a server of its own has settings of its own")
    assert re.fullmatch(value, await answer(postgres.app_dsn, f"SELECT current_setting('{setting}')"))


async def test_what_is_typed_about_a_child_does_not_reach_the_servers_log(data: Path) -> None:
    addresses = embedded.ensure_running(data)
    connection = await asyncpg.connect(addresses.owner_dsn)
    await connection.execute("CREATE TABLE child (name text PRIMARY KEY)")
    await connection.execute("INSERT INTO child VALUES ($1)", "Amira")
    with pytest.raises(asyncpg.UniqueViolationError) as told:
        await connection.execute("INSERT INTO child VALUES ($1)", "Amira")
    assert "Amira" in str(told.value.detail)
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO child VALUES ('Amira')")
    await connection.close()
    log = (data / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Amira" not in log


async def test_after_a_crash_it_is_running_again_with_everything_that_was_committed(data: Path) -> None:
    addresses = embedded.ensure_running(data)
    await answer(addresses.owner_dsn, "CREATE TABLE kept AS SELECT 42 AS number")
    for _ in range(3):
        postgres_binaries.kill_server(data / "postgres")
        assert embedded.ensure_running(data) == addresses
        assert await answer(addresses.owner_dsn, "SELECT number FROM kept") == "42"


async def test_while_it_is_kept_running_a_crash_is_a_pause_for_the_application(data: Path) -> None:
    scope = Scope(DbRole.r_worker)
    addresses = embedded.ensure_running(data)
    await migrate(addresses.owner_dsn, addresses.app_dsn)
    keeper = asyncio.create_task(embedded.keep_running(data, every=0.1))
    async with opened(addresses) as database:
        postgres_binaries.kill_server(data / "postgres")
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction(scope) as tx:
                await tx.fetchval("SELECT pg_sleep(5)")
        seconds = 0.0
        while not await answers(database, scope):
            assert seconds < 15, "the server did not come back"
            seconds += await asyncio.sleep(0.1, result=0.1)
    keeper.cancel()
    await asyncio.wait([keeper])


async def answers(database: Database, scope: Scope) -> bool:
    try:
        async with database.transaction(scope) as tx:
            return bool(await tx.fetchval("SELECT true"))
    except DatabaseUnavailable:
        return False


def test_a_dead_server_that_nobody_has_buried_does_not_keep_the_next_from_starting(data: Path) -> None:
    """As in a container without an init: the process is a zombie, and PostgreSQL takes it for alive."""
    embedded.ensure_running(data)
    embedded.stop(data)
    zombie = os.fork()
    if zombie == 0:
        os._exit(0)
    os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
    try:
        (data / "postgres" / "postmaster.pid").write_text(
            f"{zombie}\n{data / 'postgres'}\n1\n5432\n/nowhere\n\n0 0\nready\n"
        )
        addresses = embedded.ensure_running(data)
        assert postgres_binaries.psql(addresses.app_dsn, "SELECT 1") == "1\n"
    finally:
        os.waitpid(zombie, 0)


def _start_and_leave(data: Path) -> tuple[Addresses, int | None]:
    """What one process of several does: start, look which server it got, and leave."""
    addresses = embedded.ensure_running(data)
    return addresses, postgres_binaries.server_pid(data / "postgres")


def test_four_processes_that_start_at_once_get_one_server(data: Path) -> None:
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as processes:
        seen = set(processes.map(_start_and_leave, [data] * 4))
        assert len(seen) == 1
        (_, pid) = seen.pop()
        assert postgres_binaries.server_pid(data / "postgres") == pid is not None


def test_the_server_stops_when_its_last_user_leaves_and_not_before(data: Path) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        other.submit(_start_and_leave, data).result()
        pid = _start_and_leave(data)[1]
        embedded.release(data)
        assert postgres_binaries.server_pid(data / "postgres") == pid is not None
    # The other process has ended now. It was the last, whether or not it had the time to stop the server.
    embedded.ensure_running(data)
    embedded.release(data)
    assert postgres_binaries.server_pid(data / "postgres") is None


def test_a_half_made_cluster_is_made_again(data: Path) -> None:
    (data / "postgres.new" / "base").mkdir(parents=True)
    embedded.ensure_running(data)
    assert not (data / "postgres.new").exists()


def test_a_socket_folder_of_somebody_else_is_not_used(data: Path, tmp_path: Path) -> None:
    data.mkdir(parents=True)
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o777)
    theirs.chmod(0o777)
    (data / "socket").write_text(str(theirs))
    assert str(theirs) not in embedded.ensure_running(data).app_dsn


def test_a_cluster_of_another_version_is_left_alone(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseUnavailable, match="made by PostgreSQL 16"):
        embedded.ensure_running(data)

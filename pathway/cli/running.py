"""Running the service: serve, worker, migrate, doctor."""

import asyncio
import logging
import signal
import sys
from copy import deepcopy
from typing import Any

import click

from pathway.settings import Settings, load


def quiet_logging(settings: Settings) -> None:
    """One line for each message; libraries only when something is wrong. No personal data reaches a log."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in ("httpx", "asyncio", "pgqueuer"):
        logging.getLogger(name).setLevel(logging.WARNING)


@click.command()
@click.option("--host", help="Address to listen on; the setting PATHWAY_HOST otherwise.")
@click.option("--port", type=int, help="Port to listen on; the setting PATHWAY_PORT otherwise.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages and the API.

    Example: pathway serve --host 0.0.0.0 --port 8000
    """
    settings = load(**{k: v for k, v in {"host": host, "port": port}.items() if v is not None})
    quiet_logging(settings)
    run_server(settings)


class WithoutQuery(logging.Filter):
    """Takes the query out of the lines of the access log: what was searched for may be somebody's number or name."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(a.partition("?")[0] if isinstance(a, str) else a for a in record.args)
        return True


def log_config() -> dict[str, Any]:
    """Uvicorn's own, with that filter: by name, for each worker process sets its logging up itself."""
    from uvicorn.config import LOGGING_CONFIG

    config = deepcopy(LOGGING_CONFIG)
    config["filters"] = {"without_query": {"()": f"{__name__}.{WithoutQuery.__name__}"}}
    config["handlers"]["access"]["filters"] = ["without_query"]
    return config


def run_server(settings: Settings) -> None:
    """Serve until told to stop. Several processes share the port; the demonstration is one, with its worker inside."""
    import uvicorn

    from pathway.app import create_app

    options = {
        "host": settings.host,
        "port": settings.port,
        "log_level": settings.log_level,
        "timeout_graceful_shutdown": 3,
        "access_log": settings.log_level == "debug",
        "log_config": log_config(),
        "server_header": False,
        "forwarded_allow_ips": settings.trusted_proxies,
    }
    if settings.mode == "demo" or settings.workers == 1:
        uvicorn.run(create_app(settings), **options)  # type: ignore[arg-type]
    else:
        uvicorn.run("pathway.serving:application", factory=True, workers=settings.workers, **options)  # type: ignore[arg-type]


@click.command()
def worker() -> None:
    """Run the worker: sends what waits, notices breaches, numbers and seals the facts.

    Example: pathway worker
    """
    settings = load()
    quiet_logging(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    from pathway.cli.asking import opened
    from pathway.worker.run import work

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with opened(settings) as (_, area):
        await work(area, settings, stop)


@click.command()
def migrate() -> None:
    """Bring the database up to this version. Running it again changes nothing.

    Example: pathway migrate
    """
    from pathway.store.addresses import migration_addresses
    from pathway.store.migrate import migrate as bring_up

    addresses = migration_addresses(load())
    done = asyncio.run(bring_up(addresses.owner_dsn, addresses.app_dsn))
    click.echo(f"{len(done)} migrations ran: {', '.join(done)}." if done else "The database is up to date.")


@click.command()
@click.option(
    "--health",
    type=click.Choice(["app", "worker"]),
    help="Only whether this part is healthy; for containers.",
)
def doctor(health: str | None) -> None:
    """Look for what is wrong with this installation, and say what to do about it.

    Example: pathway doctor
    """
    from pathway.store.doctor import check

    findings = asyncio.run(check(load(), health))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.fine else 'FIX '} {finding.what}: {finding.sentence}")
    if not all(finding.fine for finding in findings):
        sys.exit(1)


COMMANDS = (serve, worker, migrate, doctor)

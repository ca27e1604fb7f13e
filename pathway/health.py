"""Whether the service lives and is ready, for whoever runs it; and its figures in Prometheus form. No personal data."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get

from pathway.domain.errors import PathwayError
from pathway.domain.roles import Permission
from pathway.store import partner_messages
from pathway.store.engine import Database
from pathway.store.figures import health_figures
from pathway.store.migrate import refuse_stale_schema
from pathway.store.partner_messages import Figures
from pathway.store.scopes import WORKER

_WORDS: dict[str, str] = {
    "pathway_open_episodes": "Open episodes.",
    "pathway_breached_clocks": "Running clocks past their limit.",
    "pathway_outbox_waiting": "Messages that wait to be sent.",
    "pathway_outbox_held": "Messages held for a person to look at.",
    "pathway_episodes_without_next_step": "Open episodes without a next step; must be 0.",
    "pathway_worker_silence_seconds": "Seconds since the worker last said that it lives.",
}
_PARTNER_WORDS: dict[str, tuple[str, str]] = {
    "pathway_partner_waiting": ("Messages that wait for a partner's system.", "waiting"),
    "pathway_partner_oldest_seconds": ("Age of the oldest of them.", "oldest"),
    "pathway_partner_tries": ("Most tries of one that waits.", "tries"),
    "pathway_partner_failures": ("Failures of a destination in a row.", "failures"),
    "pathway_partner_breaker": ("Circuit breaker: 0 closed, 1 open, 2 half open.", "breaker"),
}


@get("/health/live", opt={"permission": Permission.PUBLIC}, include_in_schema=False, media_type="text/plain")
async def live() -> str:
    """The process answers."""
    return "live\n"


@get("/health/ready", opt={"permission": Permission.PUBLIC}, include_in_schema=False)
async def ready(request: Request[Any, Any, Any]) -> Response[str]:
    """The database answers and is of this version; 503 with the reason otherwise."""
    database: Database = request.app.state["database"]
    try:
        async with database.transaction(WORKER, read_only=True) as tx:
            await refuse_stale_schema(tx.connection)
    except PathwayError as error:
        return Response(f"not ready: {error.title}\n", status_code=503, media_type="text/plain")
    return Response("ready\n", media_type="text/plain")


@get("/metrics", opt={"permission": Permission.PUBLIC}, include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[str]:
    """Counts only, each with its sentence."""
    database: Database = request.app.state["database"]
    async with database.transaction(WORKER, read_only=True) as tx:
        figures = await health_figures(tx, request.app.state["area"].today)
        partners = await partner_messages.figures(tx, request.app.state["area"].now())
    lines = [
        f"# HELP {name} {_WORDS[name]}\n# TYPE {name} gauge\n{name} {value}"
        for name, value in figures.items()
    ]
    lines += [line for name in _PARTNER_WORDS for line in _by_destination(name, partners)]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _by_destination(name: str, partners: Sequence[Figures]) -> list[str]:
    words, field = _PARTNER_WORDS[name]
    if not partners:
        return []
    values = [f'{name}{{destination="{one.destination}"}} {getattr(one, field)}' for one in partners]
    return [f"# HELP {name} {words}", f"# TYPE {name} gauge", *values]


handlers = [live, ready, metrics]

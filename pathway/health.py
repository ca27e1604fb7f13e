"""Whether the service lives and is ready, for whoever runs it; and its figures in Prometheus form. No personal data."""

from typing import Any

from litestar import Request, Response, get

from pathway.domain.errors import PathwayError
from pathway.domain.roles import Permission
from pathway.store.engine import Database
from pathway.store.figures import health_figures
from pathway.store.migrate import refuse_stale_schema
from pathway.store.scopes import WORKER

_WORDS: dict[str, str] = {
    "pathway_open_episodes": "Open episodes.",
    "pathway_breached_clocks": "Running clocks past their limit.",
    "pathway_outbox_waiting": "Messages that wait to be sent.",
    "pathway_outbox_held": "Messages held for a person to look at.",
    "pathway_episodes_without_next_step": "Open episodes without a next step; must be 0.",
    "pathway_worker_silence_seconds": "Seconds since the worker last said that it lives.",
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
    lines = [
        f"# HELP {name} {_WORDS[name]}\n# TYPE {name} gauge\n{name} {value}"
        for name, value in figures.items()
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


handlers = [live, ready, metrics]

"""The web application: the only place where the doors, the database and the worker are joined.

`create_app(settings)` opens the database when the server starts and closes it when it stops. In a demonstration the worker
runs in the same process; elsewhere it is a process of its own (`pathway worker`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.response import Response

from pathway.actions.area import Area
from pathway.actions.open_area import open_area
from pathway.api import problems
from pathway.api.openapi import openapi_config
from pathway.api.routes import handlers as api_handlers
from pathway.domain.errors import PathwayError
from pathway.domain.roles import Actor
from pathway.domain.tried import Try
from pathway.health import handlers as health_handlers
from pathway.settings import Settings
from pathway.store.addresses import application_dsn
from pathway.store.engine import Database
from pathway.store.migrate import refuse_stale_schema
from pathway.store.safety import refuse_unsafe_login
from pathway.store.scopes import WORKER
from pathway.web import errors as web_errors
from pathway.web.headers import content_security_policy, name_methods, security_headers
from pathway.web.identity import API, FHIR, Cookie, Identity, current_actor, permitted
from pathway.web.routes import handlers as web_handlers
from pathway.web.static_files import static_files, static_route
from pathway.web.templating import page_environment, script_hash, template_config
from pathway.worker.run import work
from pathway_fhir.access.access import Access
from pathway_fhir.access.routes import handlers as fhir_access_handlers
from pathway_fhir.bars.headers import echo_ids
from pathway_fhir.bars.routes import handlers as bars_handlers
from pathway_fhir.outcome import Refused
from pathway_fhir.server.answers import outcome_for
from pathway_fhir.server.rehearsing import tried
from pathway_fhir.server.routes import BASE as FHIR_BASE
from pathway_fhir.server.routes import router as fhir_router

_log = logging.getLogger(__name__)


def create_app(settings: Settings, *, with_worker: bool | None = None, area: Area | None = None) -> Litestar:
    """The application. `area` is given by tests that bring their own database, which they also close."""
    in_process = settings.mode == "demo" if with_worker is None else with_worker
    return Litestar(
        [
            *web_handlers,
            *api_handlers,
            *fhir_access_handlers,
            fhir_router(*bars_handlers),
            *health_handlers,
            static_route(static_files()),
        ],
        guards=[permitted],
        middleware=[DefineMiddleware(Identity, exclude="^/(static|health|metrics)")],
        dependencies={
            "area": Provide(_area, sync_to_thread=False),
            "actor": Provide(_actor, sync_to_thread=False),
            "try_as_partner": Provide(_try_as_partner(settings), sync_to_thread=False),
        },
        exception_handlers=_exception_handlers(),
        before_send=[
            security_headers(content_security_policy(script_hash(page_environment()))),
            name_methods,
            echo_ids,
        ],
        template_config=template_config(),
        openapi_config=openapi_config(),
        include_in_schema=False,
        logging_config=None,
        lifespan=[_lifespan(settings, in_process, area)],
        state=State(
            {"demo": settings.mode == "demo", "cookie": Cookie(settings.base_url.startswith("https://"))}
        ),
        request_max_body_size=12 * 1024 * 1024,
    )


def _area(state: State) -> Area:
    area: Area = state["area"]
    return area


def _try_as_partner(settings: Settings) -> Callable[[State], Try]:
    """How a page tries a message: pages and the FHIR door know nothing of each other."""

    def given(state: State) -> Try:
        return partial(tried, _area(state), f"{settings.base_url}{FHIR_BASE}")

    return given


def _actor(request: Request[Any, Any, Any]) -> Actor:
    return current_actor(request)


def _lifespan(settings: Settings, with_worker: bool, given: Area | None) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        if given is not None:
            async with _ready(app, given, settings), _working(given, settings, with_worker):
                yield
            return
        database = Database(
            await asyncio.to_thread(application_dsn, settings), statement_timeout=settings.statement_timeout
        )
        await database.open(settings.pool_min, settings.pool_max)
        try:
            async with database.transaction(WORKER) as tx:
                await refuse_unsafe_login(tx.connection)
                await refuse_stale_schema(tx.connection)
            area = await open_area(settings, database)
            async with _ready(app, area, settings), _working(area, settings, with_worker):
                yield
        finally:
            await database.close()

    return lifespan


@asynccontextmanager
async def _ready(app: Litestar, area: Area, settings: Settings) -> AsyncIterator[None]:
    """What routes work with, in the application's state."""
    access = Access.over(area.database, settings.base_url)
    app.state["database"], app.state["area"], app.state["fhir"] = area.database, area, access
    try:
        yield
    finally:
        await access.close()


@asynccontextmanager
async def _working(area: Area, settings: Settings, with_worker: bool) -> AsyncIterator[None]:
    """The worker beside the server, stopped gently with it."""
    if not with_worker:
        yield
        return
    stop = asyncio.Event()
    task = asyncio.create_task(work(area, settings, stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await task


def _exception_handlers() -> dict[
    int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]
]:
    """One tree of errors, printed once for each door."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if request.url.path.startswith(API):
            return problems.problem_for(error)
        if request.url.path.startswith(FHIR):
            return outcome_for(error, request)
        return web_errors.page_for(request, error)

    return {PathwayError: answer, Refused: answer, HTTPException: answer, Exception: answer}


def routes(app: Litestar) -> list[tuple[str, BaseRouteHandler]]:
    """Every route and its handler, for the test that each names a permission."""
    return [(r.path, h) for r in app.routes for h in getattr(r, "route_handlers", [])]

"""The FHIR door: /fhir/R4, with and without a slash behind it.

One route for each interaction; the type in the path is looked up in the table of what is offered. Each asks the token's scope
before anything is read, and each reading and writing asks again whether the child is theirs.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.middleware import DefineMiddleware
from litestar.params import FromPath

from pathway.actions.area import Area
from pathway.domain.roles import Permission
from pathway_fhir.access.identity import PartnerIdentity, caller, require_scope
from pathway_fhir.access.scopes import Interaction
from pathway_fhir.guard.reading import read as read_body
from pathway_fhir.outcome import IssueType, Refused, operation_outcome
from pathway_fhir.server import reading, writing
from pathway_fhir.server.answers import answer, encoded, outcome_for
from pathway_fhir.server.asked import Asked, read_search
from pathway_fhir.server.capability import capability_statement
from pathway_fhir.server.offered import Exchange, Json, Offered
from pathway_fhir.server.openapi import openapi_document
from pathway_fhir.server.operations import validated
from pathway_fhir.server.preferences import check_accept, check_content, form_of, preferences
from pathway_fhir.server.registry import types_of
from pathway_fhir.server.searching import parameters_of, search

BASE: Final = "/fhir/R4"
LARGEST_BODY: Final = 5 * 1024 * 1024
_EXCHANGE: Final = {"permission": Permission.EXCHANGE}
Http = Request[Any, Any, Any]


def exchange(request: Http) -> Exchange:
    """What every interaction is given. The links of the answer are at the address that the client itself used.

    The area and the caller are looked up here: Litestar gives each dependency of a dependency a task of its own.
    """
    signed_in = caller(request)
    check_accept(request)
    area: Area = request.app.state["area"]
    return Exchange(area, signed_in, f"{str(request.base_url).rstrip('/')}{BASE}")


def _offered(exchange: Exchange, name: str, interaction: Interaction) -> Offered:
    types = types_of(exchange.area)
    if name not in types:
        there = ", ".join(sorted(types))
        raise Refused.because(
            404, IssueType.NOT_SUPPORTED, f"This type is not offered here. There are: {there}."
        )
    require_scope(exchange.caller, name, interaction)
    return types[name]


def _search(request: Http, offered: Offered, form: Sequence[tuple[str, str]] = ()) -> Asked:
    pairs = [*_pairs(request), *form]
    return read_search(pairs, parameters_of(offered), lenient=preferences(request).lenient)


def _pairs(request: Http) -> list[tuple[str, str]]:
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


@get("/metadata", opt={"permission": Permission.PUBLIC}, sync_to_thread=False)
def metadata(request: Http, area: NamedDependency[Area]) -> Response[bytes]:
    """What this server offers, made from its own tables."""
    check_accept(request)
    base = f"{str(request.base_url).rstrip('/')}{BASE}"
    return answer(capability_statement(types_of(area).values(), base))


@get("/openapi.json", opt={"permission": Permission.PUBLIC}, sync_to_thread=False)
def openapi(request: Http, area: NamedDependency[Area]) -> Response[bytes]:
    """The same for generators of clients and of tests (OpenAPI 3.1)."""
    base = f"{str(request.base_url).rstrip('/')}{BASE}"
    return Response(encoded(openapi_document(types_of(area).values(), base)), media_type="application/json")


@get("/{name:str}", opt=_EXCHANGE)
async def search_type(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str]
) -> Response[bytes]:
    offered = _offered(exchange, name, "s")
    return answer(await search(exchange, offered, _search(request, offered), types_of(exchange.area)))


@post("/{name:str}/_search", opt=_EXCHANGE, status_code=200)
async def search_by_post(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str]
) -> Response[bytes]:
    """The same by POST, so that no address holds an identifier."""
    offered = _offered(exchange, name, "s")
    asked = _search(request, offered, form_of(request, await request.body()))
    return answer(await search(exchange, offered, asked, types_of(exchange.area)))


@get("/{name:str}/{key:str}", opt=_EXCHANGE)
async def read_one(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str], key: FromPath[str]
) -> Response[bytes]:
    resource = await reading.read(exchange, _offered(exchange, name, "r"), key)
    found = answer(resource)
    if found.headers.get("ETag") and request.headers.get("if-none-match") == found.headers["ETag"]:
        return answer(None, 304, {"ETag": found.headers["ETag"]})
    return found


@get("/{name:str}/{key:str}/_history", opt=_EXCHANGE)
async def history(
    exchange: NamedDependency[Exchange], name: FromPath[str], key: FromPath[str]
) -> Response[bytes]:
    return answer(await reading.history_of(exchange, _offered(exchange, name, "r"), key))


# The router knows no way back from a part that is written out, so what else stands behind an id is one route.
@get("/{name:str}/{key:str}/{what:str}", opt=_EXCHANGE)
async def read_behind(
    request: Http,
    exchange: NamedDependency[Exchange],
    name: FromPath[str],
    key: FromPath[str],
    what: FromPath[str],
) -> Response[bytes]:
    """Everything about a child, or what belongs to a child of one type."""
    if name != "Patient":
        raise Refused.because(404, IssueType.NOT_SUPPORTED, "Only a Patient has a compartment here.")
    if what == "$everything":
        _offered(exchange, name, "r")
        return answer(await reading.everything(exchange, types_of(exchange.area), key))
    offered = _offered(exchange, what, "s")
    pairs = [*_pairs(request), ("patient", key)]
    asked = read_search(pairs, parameters_of(offered), lenient=preferences(request).lenient)
    return answer(await search(exchange, offered, asked, types_of(exchange.area)))


@get("/{name:str}/{key:str}/_history/{version:str}", opt=_EXCHANGE)
async def read_version(
    exchange: NamedDependency[Exchange], name: FromPath[str], key: FromPath[str], version: FromPath[str]
) -> Response[bytes]:
    return answer(await reading.version(exchange, _offered(exchange, name, "r"), key, version))


@post("/{name:str}", opt=_EXCHANGE)
async def create(request: Http, exchange: NamedDependency[Exchange], name: FromPath[str]) -> Response[bytes]:
    offered = _offered(exchange, name, "c")
    return await writing.create(request, exchange, offered, await _body(request))


@put("/{name:str}/{key:str}", opt=_EXCHANGE)
async def update(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str], key: FromPath[str]
) -> Response[bytes]:
    offered = _offered(exchange, name, "u")
    return await writing.update(request, exchange, offered, key, await _body(request))


@put("/{name:str}", opt=_EXCHANGE)
async def update_by_search(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str]
) -> Response[bytes]:
    """Update the one that a search finds, or create it."""
    offered = _offered(exchange, name, "u")
    return await writing.update_found(request, exchange, offered, await _body(request))


@patch("/{name:str}/{key:str}", opt=_EXCHANGE)
async def change(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str], key: FromPath[str]
) -> Response[bytes]:
    offered = _offered(exchange, name, "u")
    check_content(request)
    return await writing.change(request, exchange, offered, key, await request.body())


@delete("/{name:str}/{key:str}", opt=_EXCHANGE, status_code=405)
async def remove(
    exchange: NamedDependency[Exchange], name: FromPath[str], key: FromPath[str]
) -> Response[bytes]:
    """Nothing is ever deleted: a fact that was wrong is struck out, and stays with its correction."""
    offered = _offered(exchange, name, "d")
    raise Refused.because(
        405,
        IssueType.NOT_SUPPORTED,
        f"Nothing is deleted here. Send the {offered.name} again with status entered-in-error, or ask the team to correct it.",
    )


@post("/{name:str}/$validate", opt=_EXCHANGE, status_code=200)
async def validate(
    request: Http, exchange: NamedDependency[Exchange], name: FromPath[str]
) -> Response[bytes]:
    """Say what would be wrong with a resource; nothing is written."""
    _offered(exchange, name, "r")
    return answer(operation_outcome(await validated(exchange, name, await _body(request))))


@post(["/", ""], opt=_EXCHANGE, status_code=200)
async def several(request: Http, exchange: NamedDependency[Exchange]) -> Response[bytes]:
    """A batch or a transaction."""
    return await writing.several(request, exchange, await _body(request))


async def _body(request: Http) -> Json:
    check_content(request)
    return read_body(await request.body())


def _refused(request: Http, error: Exception) -> Response[bytes]:
    return outcome_for(error, request)


def router(*more: Any) -> Router:
    """All FHIR routes behind the partners' identity; `more` are those of other modules (BaRS messages)."""
    return Router(
        BASE,
        route_handlers=[
            metadata, openapi, search_by_post, search_type, read_one, history, read_behind, read_version, create,
            update, update_by_search, change, remove, validate, several, *more,
        ],
        middleware=[DefineMiddleware(PartnerIdentity)],
        dependencies={
            "caller": Provide(caller, sync_to_thread=False),
            "exchange": Provide(exchange, sync_to_thread=False),
        },
        exception_handlers={Refused: _refused},
        request_max_body_size=LARGEST_BODY,
    )  # fmt: skip

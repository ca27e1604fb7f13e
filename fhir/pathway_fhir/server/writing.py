"""Creating and changing over HTTP: the request's ids, its conditions, the one transaction, and the answer that was asked for."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Request, Response

from pathway.actions.perform import Asking
from pathway.actions.receive import Receipt, receive
from pathway.store.engine import Tx
from pathway_fhir.access.identity import require_scope
from pathway_fhir.guard.check import admit
from pathway_fhir.inbound.people import registered
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.inbound.table import CREATES, UPDATES
from pathway_fhir.outcome import Issue, IssueType, Refused, operation_outcome
from pathway_fhir.server import conditional
from pathway_fhir.server.answers import MEDIA_TYPE, encoded
from pathway_fhir.server.bundles import UNSHOWN, etag
from pathway_fhir.server.offered import Exchange, Json, Offered
from pathway_fhir.server.patching import patched
from pathway_fhir.server.preferences import preferences
from pathway_fhir.server.registry import types_of
from pathway_fhir.server.transactions import several as several_entries

Http = Request[Any, Any, Any]
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def create(request: Http, exchange: Exchange, offered: Offered, sent: Json) -> Response[bytes]:
    """201 with what was made; 200 with what was there, where If-None-Exist finds it."""
    condition = request.headers.get("if-none-exist") or request.scope["query_string"].decode("latin-1")
    _refuse_unless(offered.name in CREATES, offered, "created")

    # All inside the one transaction, so that a repeat is given the first answer and not what a second search finds.
    async def work(asking: Asking) -> tuple[Written, list[Issue]]:
        there = await conditional.found_by(exchange, offered, condition) if condition else None
        if there is not None:
            return found_there(offered, there), []
        return await _created(exchange, offered, sent, asking, condition)

    return await _carried_out(request, exchange, f"create {offered.name}", work)


async def _created(
    exchange: Exchange, offered: Offered, sent: Json, asking: Asking, condition: str
) -> tuple[Written, list[Issue]]:
    warnings = await checked(exchange, offered, sent)
    one = Sent(exchange, sent, asking)
    if condition and offered.name == "Patient":
        return await registered(one), warnings
    return await CREATES[offered.name](one), warnings


async def update(
    request: Http, exchange: Exchange, offered: Offered, key: str, sent: Json
) -> Response[bytes]:
    """200 with the resource as it now stands. An id that this server did not give is refused: it gives them itself."""
    if sent.get("id") not in (None, key):
        raise Refused.because(
            400, IssueType.INVALID, "The id in the resource is not the one in the address.", "id"
        )
    _refuse_unless(offered.name in UPDATES, offered, "changed")
    version = conditional.version_of(request.headers.get("if-match"))

    async def work(asking: Asking) -> tuple[Written, list[Issue]]:
        return await _updated(exchange, offered, key, sent, asking, version)

    return await _carried_out(request, exchange, f"update {offered.name}/{key}", work)


async def _updated(
    exchange: Exchange, offered: Offered, key: str, sent: Json, asking: Asking, version: int | None
) -> tuple[Written, list[Issue]]:
    warnings = await checked(exchange, offered, sent)
    if version is not None:
        conditional.check_version(await conditional.hold(exchange, offered, key), version)
    return await UPDATES[offered.name](Sent(exchange, sent, asking), key), warnings


async def update_found(request: Http, exchange: Exchange, offered: Offered, sent: Json) -> Response[bytes]:
    """Update the one that a search finds; create it where there is none and the token may."""
    condition = request.scope["query_string"].decode("latin-1")
    if not condition:
        raise Refused.because(
            400, IssueType.REQUIRED, "Say which one: PUT to its address, or with a search behind the type."
        )
    _refuse_unless(offered.name in UPDATES, offered, "changed")
    version = conditional.version_of(request.headers.get("if-match"))

    async def work(asking: Asking) -> tuple[Written, list[Issue]]:
        there = await conditional.found_by(exchange, offered, condition)
        if there is None:
            require_scope(exchange.caller, offered.name, "c")
            return await _created(exchange, offered, sent, asking, condition)
        key = str(there["id"])
        return await _updated(exchange, offered, key, {**sent, "id": key}, asking, version)

    return await _carried_out(request, exchange, f"update {offered.name} by a search", work)


async def change(
    request: Http, exchange: Exchange, offered: Offered, key: str, body: bytes
) -> Response[bytes]:
    """A JSON Patch (or a merge) of the resource as it stands."""
    _refuse_unless(offered.name in UPDATES, offered, "changed")
    version = conditional.version_of(request.headers.get("if-match"))
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()

    async def work(asking: Asking) -> tuple[Written, list[Issue]]:
        there = await conditional.hold(exchange, offered, key)
        conditional.check_version(there, version)
        return await _updated(exchange, offered, key, patched(there, body, kind), asking, None)

    return await _carried_out(request, exchange, f"change {offered.name}/{key}", work)


async def several(request: Http, exchange: Exchange, sent: Json) -> Response[bytes]:
    """A batch: each entry by itself. A transaction: all or nothing."""
    if sent.get("resourceType") != "Bundle" or sent.get("type") not in ("batch", "transaction"):
        raise Refused.because(
            400,
            IssueType.INVALID,
            "Send a Bundle of type batch or transaction to this address.",
            "Bundle.type",
        )
    request_id, correlation = ids_of(request)
    asking = Asking(exchange.actor, request_id)
    found = await several_entries(exchange, sent, asking, correlation, await request.body())
    return Response(found, status_code=200, media_type=MEDIA_TYPE)


# --- What each of them does -------------------------------------------------------------------------------------------


def found_there(offered: Offered, there: Json) -> Written:
    """What a condition found: nothing was written."""
    child = UUID(there["id"]) if offered.name == "Patient" else None
    return Written(offered.name, str(there["id"]), child, made=False)


async def checked(exchange: Exchange, offered: Offered, sent: Json) -> list[Issue]:
    """The guard's warnings. Raises Refused where the resource cannot be used or is of another type."""
    if sent.get("resourceType") != offered.name:
        raise Refused.because(
            400, IssueType.INVALID, f"Send a {offered.name} to this address.", "resourceType"
        )
    return await admit(sent, strict=exchange.caller.strict)


def ids_of(request: Http) -> tuple[UUID, UUID]:
    """The ids of the request and of the conversation: the sender's where they are given, else our own."""
    found = []
    for name in ("x-request-id", "x-correlation-id"):
        sent = request.headers.get(name, "").strip()
        if sent and not _UUID.fullmatch(sent):
            raise Refused.because(400, IssueType.VALUE, f"{name.title()} is a UUID of your own making.")
        found.append(UUID(sent) if sent else uuid4())
    return found[0], found[1]


async def _carried_out(
    request: Http,
    exchange: Exchange,
    kind: str,
    work: Callable[[Asking], Awaitable[tuple[Written, list[Issue]]]],
) -> Response[bytes]:
    request_id, correlation = ids_of(request)
    asking = Asking(exchange.actor, request_id)

    async def once(tx: Tx) -> Receipt:
        written, warnings = await work(asking)
        found = await types_of(exchange.area)[written.resource_type].read(exchange, written.logical_id)
        shown = found or operation_outcome([UNSHOWN])
        body = _chosen(request, shown, warnings)
        pointer = f"{written.resource_type}/{written.logical_id} {etag(found) if found else ''}".encode()
        return Receipt(201 if written.made else 200, body + b"\n" + pointer, written.child_id)

    receipt = await receive(exchange.area, asking, correlation, kind, await request.body(), once)
    body, _, pointer = receipt.answer.rpartition(b"\n")
    return Response(
        body, status_code=receipt.status, media_type=MEDIA_TYPE, headers=_headers(exchange, pointer)
    )


def _chosen(request: Http, resource: Json, warnings: list[Issue]) -> bytes:
    """What the client wants back of its change (HL7 FHIR R4, 3.1.0.1.3, Prefer)."""
    wanted = preferences(request).returns
    if wanted == "minimal":
        return b""
    return encoded(operation_outcome(warnings) if wanted == "OperationOutcome" else resource)


def _headers(exchange: Exchange, pointer: bytes) -> dict[str, str]:
    place, _, tag = pointer.decode().partition(" ")
    version = tag.removeprefix('W/"').rstrip('"')
    location = f"{exchange.base}/{place}" + (f"/_history/{version}" if version else "")
    return {"Location": location} | ({"ETag": tag} if tag else {})


def _refuse_unless(taken: bool, offered: Offered, what: str) -> None:
    if not taken:
        there = ", ".join(sorted(CREATES if what == "created" else UPDATES))
        raise Refused.because(
            405, IssueType.NOT_SUPPORTED, f"A {offered.name} is not {what} over FHIR. These are: {there}."
        )

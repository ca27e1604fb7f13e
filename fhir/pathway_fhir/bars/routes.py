"""`POST /fhir/R4/$process-message`: one message, acted on once, answered with a message or with what is wrong with it.

What is checked without the database is checked before the transaction begins, and its refusal is kept like any other, so
that the same message again is given the same answer. Nothing is kept of a refusal that another try may not meet: who may
send, a database that cannot be reached, too many at once.

Source: NHS England, BaRS implementation guide, Core; times: 90% within 2.1 seconds, all within 5 (REC_TIMEOUT).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post
from litestar.di import NamedDependency

from pathway.actions.receive_message import Answered, Delivery, Known, receive_message
from pathway.domain.errors import AlreadyReferred, PathwayError
from pathway.domain.roles import Permission
from pathway.store.engine import Tx
from pathway_fhir.access.identity import require_scope
from pathway_fhir.bars import errors
from pathway_fhir.bars.acting import Doing, act
from pathway_fhir.bars.addressing import addressed_to
from pathway_fhir.bars.answering import answer_to
from pathway_fhir.bars.definitions import breaches
from pathway_fhir.bars.headers import Envelope, envelope_of
from pathway_fhir.bars.message import Message, read_message
from pathway_fhir.bars.workflow import Row, kind_of, row_of
from pathway_fhir.guard.check import admit
from pathway_fhir.guard.reading import read as read_body
from pathway_fhir.outcome import Issue, IssueType, Refused, operation_outcome, refuses
from pathway_fhir.server import reading
from pathway_fhir.server.answers import MEDIA_TYPE, encoded, judged
from pathway_fhir.server.offered import Exchange
from pathway_fhir.server.preferences import check_content
from pathway_fhir.server.registry import types_of
from pathway_fhir.server.values import reference_key

Http = Request[Any, Any, Any]
KIND: Final = "$process-message"
_WITHIN: Final = 4.5
"""Seconds after which a sender is told that it took too long; the proxy would say so after five."""
_AGAIN_AFTER: Final = "2"
_KEPT: Final = frozenset({400, 404, 409, 412, 413, 415, 422, 428})
"""Failures that the same message will meet again, and that are given again."""
_KNOWN: Final[dict[Known, Callable[[], Refused]]] = {
    Known.DONE_BEFORE: errors.already,
    Known.OTHER_BYTES: errors.other_bytes,
    Known.UNDER_WAY: errors.under_way,
}


@dataclass(frozen=True, slots=True)
class _Checked:
    """A message that may be acted on: what it asks for, and what its sender is told of its form."""

    message: Message
    row: Row
    pathway: str
    warnings: tuple[Issue, ...]


@post(f"/{KIND}", opt={"permission": Permission.EXCHANGE}, status_code=200)
async def process_message(request: Http, exchange: NamedDependency[Exchange]) -> Response[bytes]:
    """Take a BaRS message."""
    check_content(request)
    envelope = envelope_of(request, strict=exchange.caller.strict)
    if not exchange.caller.scopes.allows("ServiceRequest", "u"):
        require_scope(exchange.caller, "ServiceRequest", "c")
    try:
        async with asyncio.timeout(_WITHIN):
            return await _answered(exchange, envelope, await request.body())
    except TimeoutError:
        text = "This took too long and nothing was kept. Send the same message again, with the same ids."
        raise Refused.because(408, IssueType.TIMEOUT, text) from None


async def _answered(exchange: Exchange, envelope: Envelope, body: bytes) -> Response[bytes]:
    checked = await _checked(exchange, envelope, body)
    delivery = Delivery(
        exchange.actor, envelope.request_id, envelope.correlation_id, KIND, body,
        checked.message.id if isinstance(checked, _Checked) else "", envelope.open_facts, envelope.sealed,
    )  # fmt: skip

    async def work(tx: Tx, received_id: UUID) -> Answered:
        if isinstance(checked, Refused):
            raise checked
        doing = Doing(tx, exchange, checked.message, delivery, received_id, checked.pathway, checked.row.act)
        try:
            return await _acted_on(doing, checked, envelope)
        except AlreadyReferred as fault:
            # Caught here: what protects the child was kept in this transaction, and must not be undone with the refusal.
            return _failure(fault)

    found = await receive_message(exchange.area, delivery, work, _judge)
    if found.answered is None:
        raise _KNOWN[found.known]()
    return Response(found.answered.answer, status_code=found.answered.status, media_type=MEDIA_TYPE)


async def _checked(exchange: Exchange, envelope: Envelope, body: bytes) -> _Checked | Refused:
    """The message as far as it can be judged without acting on it, or why it cannot be acted on."""
    strict = exchange.caller.strict
    try:
        bundle = read_body(body)
        warnings = await admit(bundle, strict=strict)
        message = read_message(bundle, strict=strict)
        pathway = await addressed_to(exchange, envelope.target, message.destinations)
        row = row_of(message)
        types = ["MessageHeader", *(str(one.get("resourceType")) for one in message.beside.values())]
        found = breaches(kind_of(message, row, strict=strict), types, strict=strict)
        if refuses(found):
            raise Refused(400, found)
    except Refused as fault:
        return fault
    return _Checked(message, row, pathway, (*warnings, *message.warnings, *found))


async def _acted_on(doing: Doing, checked: _Checked, envelope: Envelope) -> Answered:
    done = await act(doing)
    exchange = doing.exchange
    request = await reading.read(exchange, types_of(exchange.area)["ServiceRequest"], done.written.logical_id)
    child = done.written.child_id or reference_key(str(request["subject"]["reference"]), "Patient")
    told = [*checked.warnings, *done.told]
    made = answer_to(exchange, checked.message, envelope.target, doing.received_id, request, told)
    return Answered(200, encoded(made), child)


def _judge(fault: Exception) -> Answered | None:
    if isinstance(fault, Refused | PathwayError) and judged(fault)[0] in _KEPT:
        return _failure(fault)
    return None


def _failure(fault: Exception) -> Answered:
    status, issues = errors.as_bars(*judged(fault)[:2])
    return Answered(status, encoded(operation_outcome(issues)), failed=True)


handlers = (process_message,)

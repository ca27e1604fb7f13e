"""Trying a message for somebody who looks after the exchange: all that it would do is done and undone, and nothing is written.

It goes the way that the partner's own message goes (guard, scopes, the same actions), inside a transaction that always ends
undone. Who tried it on a child that we know is logged as a reading of that child, after it.
"""

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.receive_message import Delivery
from pathway.domain.errors import NotFound, PathwayError
from pathway.domain.roles import Actor, Door
from pathway.domain.tried import Said, Tried
from pathway.store import access_log, partners
from pathway.store.people import hold_child
from pathway.store.scopes import WRITER, writing
from pathway_fhir.access import scopes
from pathway_fhir.access.caller import Caller
from pathway_fhir.access.identity import require_scope
from pathway_fhir.bars.acting import Doing, act
from pathway_fhir.bars.addressing import addressed_to
from pathway_fhir.bars.definitions import breaches
from pathway_fhir.bars.message import read_message
from pathway_fhir.bars.routes import KIND
from pathway_fhir.bars.workflow import kind_of, row_of
from pathway_fhir.guard.check import admit
from pathway_fhir.guard.reading import read as read_body
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.inbound.table import CREATES, UPDATES
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity, refuses
from pathway_fhir.server.answers import judged
from pathway_fhir.server.offered import Exchange, Json
from pathway_fhir.server.registry import types_of
from pathway_fhir.server.transactions import several

_NOT_SENT: Final = "Nothing of this type is sent over FHIR. These are: {}."
Found = tuple[int, Sequence[Issue], UUID | None]


async def tried(area: Area, base: str, actor: Actor, client_id: str, body: bytes) -> Tried:
    """What this partner's system would be answered. Raises NotFound where there is no such system."""
    exchange = await _as_partner(area, base, client_id)
    try:
        async with area.database.rehearsal(WRITER):
            status, issues, child = await _carried_out(exchange, read_body(body), body)
    except (Refused, PathwayError) as fault:
        (status, issues, _), child = judged(fault), None
    if child is not None:
        await _log(area, actor, child)
    return Tried(status, tuple(_said(issue) for issue in issues))


async def _as_partner(area: Area, base: str, client_id: str) -> Exchange:
    partner = await partners.by_client(area.database, client_id)
    if partner is None:
        raise NotFound("There is no partner’s system of that name any more. Open the page again.")
    actor = Actor(partner.account_id, partner.role, partner.organisation_id, Door.FHIR)
    allowed = scopes.parse(" ".join(partner.scopes))
    return Exchange(area, Caller(partner.id, actor, allowed, partner.strict, partner.name), base)


async def _carried_out(exchange: Exchange, sent: Json, body: bytes) -> Found:
    if sent.get("resourceType") != "Bundle":
        return await _one(exchange, sent)
    warnings = await admit(sent, strict=exchange.caller.strict)
    match sent.get("type"):
        case "batch" | "transaction":
            answer = await several(exchange, sent, Asking(exchange.actor, uuid4()), uuid4(), body)
            status, issues = _of_entries(json.loads(answer))
            return status, [*issues, *warnings], None
        case "message":
            if not exchange.caller.scopes.allows("ServiceRequest", "u"):
                require_scope(exchange.caller, "ServiceRequest", "c")
            told, child = await _message(exchange, sent, body)
            return 200, [*told, *warnings], child
    text = "A Bundle that is sent here is a batch, a transaction or a message."
    raise Refused.because(400, IssueType.INVALID, text, "Bundle.type")


async def _one(exchange: Exchange, sent: Json) -> Found:
    """The resource as it would be created; or updated, where it has an id and its type is changed over FHIR."""
    name, key = str(sent.get("resourceType", "")), sent.get("id")
    changes = bool(key) and name in UPDATES
    if name not in types_of(exchange.area) or name not in (UPDATES if changes else CREATES):
        raise Refused.because(405, IssueType.NOT_SUPPORTED, _NOT_SENT.format(", ".join(sorted(CREATES))))
    require_scope(exchange.caller, name, "u" if changes else "c")
    warnings = await admit(sent, strict=exchange.caller.strict)
    one = Sent(exchange, sent, Asking(exchange.actor, uuid4()))
    written: Written = await (UPDATES[name](one, str(key)) if changes else CREATES[name](one))
    return (201 if written.made else 200), [*warnings, *written.told], written.child_id


def _of_entries(answer: Json) -> tuple[int, list[Issue]]:
    """The worst status of the entries, and a sentence for each."""
    responses = [entry.get("response", {}) for entry in answer.get("entry", ())]
    statuses = [int(str(response.get("status", "200"))[:3]) for response in responses]
    issues = []
    for n, (status, response) in enumerate(zip(statuses, responses, strict=True)):
        where = (f"Bundle.entry[{n}]",)
        for issue in response.get("outcome", {}).get("issue", ()):
            issues.append(
                Issue(
                    Severity(issue["severity"]), IssueType(issue["code"]), issue.get("diagnostics", ""), where
                )
            )
        if status < 400:
            issues.append(
                Issue(
                    Severity.INFORMATION, IssueType.INFORMATIONAL, f"This would be answered {status}.", where
                )
            )
    return max(statuses, default=200), issues


async def _message(exchange: Exchange, sent: Json, body: bytes) -> tuple[list[Issue], UUID | None]:
    """A BaRS message, as it would be acted on; its headers are those of the post, and no part of what is tried."""
    strict = exchange.caller.strict
    message = read_message(sent, strict=strict)
    pathway = await addressed_to(exchange, None, message.destinations)
    row = row_of(message)
    types = ["MessageHeader", *(str(one.get("resourceType")) for one in message.beside.values())]
    found = breaches(kind_of(message, row, strict=strict), types, strict=strict)
    if refuses(found):
        raise Refused(400, found)
    delivery = Delivery(exchange.actor, uuid4(), uuid4(), KIND, body, message.id)
    async with exchange.area.database.transaction(writing(exchange.actor)) as tx:
        done = await act(Doing(tx, exchange, message, delivery, uuid4(), pathway, row.act))
    return [*found, *message.warnings, *done.told], done.written.child_id


def _said(issue: Issue) -> Said:
    return Said(issue.severity.refuses, issue.text, ", ".join(issue.expression))


async def _log(area: Area, actor: Actor, child: UUID) -> None:
    """Where the child is ours, and not only one whom the rehearsal made."""
    async with area.database.transaction(WRITER) as tx:
        if await hold_child(tx, child):
            await access_log.log(tx, actor, "tried a partner's message", {child}, purpose="operations")

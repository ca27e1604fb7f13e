"""A Bundle of type batch or transaction: each entry is the same interaction as by itself.

In a transaction everything is written or nothing, entries may point at each other by `urn:uuid:`, and a referral takes in the
permission and the form that came with it: they are part of it and not recorded twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

from pathway.actions.perform import Asking
from pathway.actions.receive import Receipt, receive
from pathway.domain.ids import event_id
from pathway.store.engine import Tx
from pathway_fhir.access.identity import require_scope
from pathway_fhir.guard.check import admit
from pathway_fhir.inbound.people import registered
from pathway_fhir.inbound.sent import Sent, Written
from pathway_fhir.inbound.table import CREATES, UPDATES
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity, operation_outcome
from pathway_fhir.server import conditional, reading
from pathway_fhir.server.answers import encoded, judged
from pathway_fhir.server.asked import read_search
from pathway_fhir.server.bundles import bundle, etag, unshown
from pathway_fhir.server.offered import Exchange, Json, Offered
from pathway_fhir.server.registry import types_of
from pathway_fhir.server.searching import parameters_of, search

_ORDER: Final = ("DELETE", "POST", "PUT", "PATCH", "GET", "HEAD")
_FIRST: Final = ("Patient", "RelatedPerson", "ServiceRequest")
_TAKEN_IN: Final = frozenset({"Consent", "QuestionnaireResponse"})
"""What a referral in the same transaction takes in."""
_SCOPES: Final[Mapping[str, Any]] = {
    "GET": "r",
    "HEAD": "r",
    "POST": "c",
    "PUT": "u",
    "PATCH": "u",
    "DELETE": "d",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: its place, what is asked, and the resource, with what it points at already known by its id here."""

    n: int
    method: str
    url: str
    full_url: str
    resource: Json
    if_match: str
    if_none_exist: str

    @property
    def resource_type(self) -> str:
        return self.url.partition("?")[0].split("/")[0]


async def several(exchange: Exchange, sent: Json, asking: Asking, correlation: UUID, body: bytes) -> bytes:
    """The answer to a batch or transaction, as it is sent back."""
    entries = _entries(sent.get("entry", []))
    if sent["type"] == "transaction":
        receipt = await receive(
            exchange.area,
            asking,
            correlation,
            "transaction",
            body,
            lambda tx: _together(tx, exchange, entries, asking),
        )
        return receipt.answer
    answers = [await _alone(exchange, entry, asking, correlation) for entry in entries]
    return encoded(bundle("batch-response", answers))


def _entries(sent: object) -> list[_Entry]:
    if not isinstance(sent, list):
        raise Refused.because(400, IssueType.STRUCTURE, "The entries are a list.", "Bundle.entry")
    return [_entry(n, one) for n, one in enumerate(sent)]


def _entry(n: int, sent: Any) -> _Entry:
    request = sent.get("request") or {} if isinstance(sent, dict) else None
    if not isinstance(request, dict) or not isinstance(sent.get("resource", {}), dict):
        text = "An entry is an object, with its request and its resource as objects in it."
        raise Refused.because(400, IssueType.STRUCTURE, text, f"Bundle.entry[{n}]")
    method, url = str(request.get("method", "")), str(request.get("url", "")).lstrip("/")
    if method not in _ORDER or not url:
        raise Refused.because(
            400,
            IssueType.REQUIRED,
            "Say what is asked: a method and an address.",
            f"Bundle.entry[{n}].request",
        )
    return _Entry(
        n, method, url, str(sent.get("fullUrl", "")), sent.get("resource") or {},
        str(request.get("ifMatch", "")), str(request.get("ifNoneExist", "")),
    )  # fmt: skip


async def _alone(exchange: Exchange, entry: _Entry, asking: Asking, correlation: UUID) -> Json:
    """One entry of a batch. A fault is its own answer, and the others go on."""
    own = Asking(asking.actor, uuid5(asking.request_id, f"entry:{entry.n}"))

    async def once(tx: Tx) -> Receipt:
        answer, written = await _carried_out(exchange, entry, own, {})
        return Receipt(200, encoded(answer), written.child_id if written else None)

    try:
        if entry.method in ("GET", "HEAD"):
            return (await _carried_out(exchange, entry, own, {}))[0]
        receipt = await receive(exchange.area, own, correlation, entry.url, encoded(entry.resource), once)
    except Exception as fault:  # noqa: BLE001 — said in the entry's own answer, as for a request of its own
        status, issues, _ = judged(fault)
        return {"response": {"status": str(status), "outcome": operation_outcome(issues)}}
    return _decoded(receipt.answer)


def _decoded(answer: bytes) -> Json:
    found: Json = json.loads(answer)
    return found


async def _together(tx: Tx, exchange: Exchange, entries: Sequence[_Entry], asking: Asking) -> Receipt:
    answers: dict[int, Json] = {}
    ids: dict[str, str] = {}
    refers = any(_is_referral(entry) for entry in entries)
    beside = {
        e.full_url: e.resource
        for e in entries
        if refers and e.resource_type in _TAKEN_IN and e.method == "POST"
    }
    child, referred = None, None
    for entry in sorted(entries, key=_rank):
        own = Asking(asking.actor, uuid5(asking.request_id, f"entry:{entry.n}"))
        linked = _linked(entry, ids)
        if refers and entry.full_url in beside and referred is not None and _is_part(linked):
            answers[entry.n] = _taken_in(exchange, linked, referred, own)
            continue
        try:
            answers[entry.n], written = await _carried_out(
                exchange, linked, own, beside if _is_referral(entry) else {}
            )
        except Refused as fault:
            raise Refused(fault.status, [_placed(issue, entry.n) for issue in fault.issues]) from fault
        if written is not None:
            child = written.child_id or child
            ids[entry.full_url] = f"{written.resource_type}/{written.logical_id}"
            referred = (written, own) if _is_referral(entry) else referred
    made = bundle("transaction-response", [answers[n] for n in sorted(answers)])
    return Receipt(200, encoded(made), child)


def _is_referral(entry: _Entry) -> bool:
    return entry.method == "POST" and entry.resource_type == "ServiceRequest"


def _is_part(entry: _Entry) -> bool:
    return entry.resource_type in _TAKEN_IN


def _rank(entry: _Entry) -> tuple[int, int, int]:
    kind = _FIRST.index(entry.resource_type) if entry.resource_type in _FIRST else len(_FIRST)
    return _ORDER.index(entry.method), kind, entry.n


def _placed(issue: Issue, n: int) -> Issue:
    """The issue with its place in the Bundle."""
    where = tuple(f"Bundle.entry[{n}].resource.{e.partition('.')[2]}".rstrip(".") for e in issue.expression)
    return Issue(issue.severity, issue.code, issue.text, where or (f"Bundle.entry[{n}]",), issue.coding)


def _linked(entry: _Entry, ids: Mapping[str, str]) -> _Entry:
    """The entry with what it points at in the Bundle under the ids that were given to it."""
    return replace(entry, resource=_replaced(entry.resource, ids), url=ids.get(entry.url, entry.url))


def _replaced(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: ids.get(one, one) if name == "reference" and isinstance(one, str) else _replaced(one, ids)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_replaced(one, ids) for one in value]
    return value


def _taken_in(exchange: Exchange, entry: _Entry, referred: tuple[Written, Asking], own: Asking) -> Json:
    """The answer for what the referral took in: the form is read as the referral's own, the permission is part of it."""
    written, asking = referred
    place = f"ServiceRequest/{written.logical_id}"
    if entry.resource_type == "QuestionnaireResponse":
        place = f"QuestionnaireResponse/{event_id(asking.request_id, 0)}"
    said = Issue(
        Severity.INFORMATION, IssueType.INFORMATIONAL, "This was taken into the referral that came with it."
    )
    return {
        "response": {
            "status": "201",
            "location": f"{exchange.base}/{place}",
            "outcome": operation_outcome([said]),
        }
    }


# --- One entry --------------------------------------------------------------------------------------------------------


async def _carried_out(
    exchange: Exchange, entry: _Entry, asking: Asking, beside: Mapping[str, Json]
) -> tuple[Json, Written | None]:
    types = types_of(exchange.area)
    offered = types.get(entry.resource_type)
    if offered is None:
        raise Refused.because(404, IssueType.NOT_SUPPORTED, "This type is not offered here.", "request.url")
    if entry.method in ("GET", "HEAD"):
        return await _looked_up(exchange, entry, offered, types), None
    require_scope(exchange.caller, offered.name, _SCOPES[entry.method])
    written = await _written(exchange, entry, offered, asking, beside)
    resource = await types[written.resource_type].read(exchange, written.logical_id)
    place = f"{exchange.base}/{written.resource_type}/{written.logical_id}"
    if resource is None:
        return unshown(place, made=written.made), written
    version = resource.get("meta", {}).get("versionId")
    response = {
        "status": "201" if written.made else "200",
        "location": f"{place}/_history/{version}" if version else place,
        "etag": etag(resource),
        "lastModified": resource.get("meta", {}).get("lastUpdated"),
    }
    answer = {"fullUrl": place, "resource": resource, "response": {k: v for k, v in response.items() if v}}
    return answer, written


async def _looked_up(
    exchange: Exchange, entry: _Entry, offered: Offered, types: Mapping[str, Offered]
) -> Json:
    path, _, query = entry.url.partition("?")
    parts = path.split("/")
    require_scope(exchange.caller, offered.name, "s" if len(parts) == 1 else "r")
    if len(parts) == 1:
        asked = read_search(parse_qsl(query, keep_blank_values=True), parameters_of(offered), lenient=False)
        found = await search(exchange, offered, asked, types)
    elif len(parts) == 4 and parts[2] == "_history":
        found = await reading.version(exchange, offered, parts[1], parts[3])
    elif parts[2:] == ["_history"]:
        found = await reading.history_of(exchange, offered, parts[1])
    elif len(parts) == 2:
        found = await reading.read(exchange, offered, parts[1])
    else:
        text = "In a Bundle this server answers reads, versions, histories and searches. Ask for the rest by itself."
        raise Refused.because(404, IssueType.NOT_SUPPORTED, text, "request.url")
    return {"resource": found, "response": {"status": "200"} | ({"etag": etag(found)} if etag(found) else {})}


async def _written(
    exchange: Exchange, entry: _Entry, offered: Offered, asking: Asking, beside: Mapping[str, Json]
) -> Written:
    table: Mapping[str, Any] = CREATES if entry.method == "POST" else UPDATES
    if entry.method in ("DELETE", "PATCH") or offered.name not in table:
        raise Refused.because(
            405, IssueType.NOT_SUPPORTED, f"A {offered.name} cannot be written in this way.", "request"
        )
    if entry.resource.get("resourceType") != offered.name:
        raise Refused.because(
            400, IssueType.INVALID, f"Send a {offered.name} with this address.", "resourceType"
        )
    await admit(entry.resource, strict=exchange.caller.strict)
    sent = Sent(exchange, entry.resource, asking, beside)
    if entry.method == "POST":
        return await _made(sent, offered, entry.if_none_exist)
    key = entry.url.partition("?")[0].partition("/")[2]
    if not key:
        there = await conditional.found_by(exchange, offered, entry.url)
        if there is None:
            require_scope(exchange.caller, offered.name, "c")
            return await _made(sent, offered, entry.url)
        key = str(there["id"])
    version = conditional.version_of(entry.if_match)
    if version is not None:
        conditional.check_version(await conditional.hold(exchange, offered, key), version)
    return await UPDATES[offered.name](sent, key)


async def _made(sent: Sent, offered: Offered, condition: str) -> Written:
    if condition:
        there = await conditional.found_by(sent.exchange, offered, condition)
        if there is not None:
            child = UUID(there["id"]) if offered.name == "Patient" else None
            return Written(offered.name, str(there["id"]), child, made=False)
        if offered.name == "Patient":
            return await registered(sent)
    return await CREATES[offered.name](sent)

"""The headers of a BaRS request: who sends what to whom, and the two ids by which a message is known.

Each `NHSD-` header is a FHIR resource or an identifier in base64. The practitioner is a person, so that header is kept only
with the message, under the child's key; what is kept in the open names organisations and software. `use-context` is for
the proxy between sender and receiver: a receiver ignores it.

Source: NHS England, BaRS API specification 1.0.0 (headers); implementation guide, Core, "Transactional integrity".
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message as AsgiMessage
from litestar.types import Scope

from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.mapping.received import numbered, one, several, words
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity
from pathway_fhir.vocabulary import bars, systems

Http = Request[Any, Any, Any]
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ECHOED: Final = (bars.REQUEST_ID, bars.CORRELATION_ID)
_LONGEST: Final = 8192
_LONGEST_ID: Final = 128
_SHORT: Final = 200


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes, as an identifier of a service or an organisation."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say. `open_facts` may be kept as they are; `sealed` only under a key."""

    request_id: UUID
    correlation_id: UUID
    target: Address | None
    open_facts: Mapping[str, str]
    sealed: Mapping[str, str]


def envelope_of(request: Http, *, strict: bool) -> Envelope:
    """Read the headers. Raises Refused: 400 for what is missing or unreadable, 401 where a strict sender is not named."""
    issues: list[Issue] = []
    ids = [_id(request, name, issues) for name in _ECHOED]
    target = _target(request, issues, strict=strict)
    organisation = _resource(request, bars.ORGANISATION, "Organization", issues)
    software = _resource(request, bars.SOFTWARE, "Device", issues)
    _resource(request, bars.PRACTITIONER, "PractitionerRole", issues)
    if issues or not all(ids):
        raise Refused(400, issues)
    missing = [
        name for name, found in ((bars.ORGANISATION, organisation), (bars.SOFTWARE, software)) if not found
    ]
    if strict and missing:
        text = f"Say who sends this: {' and '.join(missing)} must be there."
        raise Refused.because(401, IssueType.FORBIDDEN, text)
    practitioner = request.headers.get(bars.PRACTITIONER.lower(), "")
    return Envelope(
        UUID(ids[0]),
        UUID(ids[1]),
        target,
        {name: text for name, text in _facts(request, target, organisation, software) if text},
        {bars.PRACTITIONER: practitioner} if practitioner else {},
    )


def _id(request: Http, name: str, issues: list[Issue]) -> str:
    sent = request.headers.get(name.lower(), "").strip()
    if _UUID.fullmatch(sent):
        return sent
    kind, said = (
        (IssueType.VALUE, "is not a UUID") if sent else (IssueType.REQUIRED, "is missing; it is a UUID")
    )
    issues.append(Issue(Severity.ERROR, kind, f"{name} {said}. Send one of your own making."))
    return ""


def _target(request: Http, issues: list[Issue], *, strict: bool) -> Address | None:
    found = _decoded(request, bars.TARGET, issues)
    if found is None:
        if strict and not request.headers.get(bars.TARGET.lower()):
            text = f"{bars.TARGET} is missing. Send the identifier of the service that the message is for."
            issues.append(Issue(Severity.ERROR, IssueType.REQUIRED, text))
        return None
    system, value = words(found.get("system")), words(found.get("value"))
    if not (system and value):
        text = f"{bars.TARGET} is an identifier with a system and a value. Send both."
        issues.append(Issue(Severity.ERROR, IssueType.VALUE, text))
        return None
    return Address(system, value)


def _resource(request: Http, name: str, resource_type: str, issues: list[Issue]) -> Json:
    """The resource in a header; empty where there is none. Other types are taken as long as they are resources."""
    found = _decoded(request, name, issues)
    if found is not None and not words(found.get("resourceType")):
        text = f"{name} holds no resource. Send a {resource_type} in base64."
        issues.append(Issue(Severity.ERROR, IssueType.VALUE, text))
    return found or {}


def _decoded(request: Http, name: str, issues: list[Issue]) -> Json | None:
    sent = request.headers.get(name.lower(), "").strip()
    if not sent:
        return None
    try:
        if len(sent) > _LONGEST:
            raise ValueError
        found = json.loads(base64.b64decode(sent + "=" * (-len(sent) % 4), validate=True))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if not isinstance(found, dict):
        text = f"{name} cannot be read. Send JSON in base64, at most {_LONGEST:,} characters."
        issues.append(Issue(Severity.ERROR, IssueType.VALUE, text))
        return None
    return found


def _facts(
    request: Http, target: Address | None, organisation: Json, software: Json
) -> list[tuple[str, str]]:
    """What may be read by whoever runs the service: no person, and nothing about one."""
    ods = numbered(organisation.get("identifier"), *systems.ODS_CODE_AS_SENT, systems.ODS_SITE)
    names = [words(n.get("name")) for _, n in several(software.get("deviceName"))]
    versions = [words(v.get("value")) for _, v in several(software.get("version"))]
    found = [
        ("target", f"{target.system}|{target.value}" if target else ""),
        ("organisation", ods[0][1] if ods else ""),
        ("software", next(iter(names), "") or words(one(software.get("type")).get("text"))),
        ("software_version", next(iter(versions), "")),
        ("accept", request.headers.get("accept", "")),
        ("content_type", request.headers.get("content-type", "")),
    ]
    return [(name, _plain(text)) for name, text in found]


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:_SHORT]


# --- What every answer sends back -------------------------------------------------------------------------------------


async def echo_ids(message: AsgiMessage, scope: Scope) -> None:
    """Send both ids back on every answer of the FHIR door, errors too: one without them counts as never answered."""
    if message["type"] != "http.response.start" or not scope.get("path", "").startswith("/fhir/"):
        return
    sent = {name.lower(): value for name, value in scope.get("headers", ())}
    out = MutableScopeHeaders.from_message(message)
    for name in _ECHOED:
        value = sent.get(name.lower().encode(), b"").decode("latin-1").strip()
        if value and len(value) <= _LONGEST_ID and value.isascii() and value.isprintable():
            out[name] = value


def is_bars(request: Http) -> bool:
    """Whether a request is one of BaRS: a message, or anything that says for which service it is."""
    path = request.scope.get("path", "").rstrip("/")
    return path.endswith("/$process-message") or bars.TARGET.lower() in request.headers

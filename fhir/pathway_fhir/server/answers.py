"""HTTP answers in FHIR's JSON, and the one place where an error becomes an OperationOutcome."""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from pathway.domain.errors import (
    AlreadyReferred,
    Conflict,
    DatabaseUnavailable,
    DuplicateRequest,
    ImpossibleHistory,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PathwayError,
    StaleVersion,
    StepNotAllowed,
    TooLarge,
    TooManyTries,
    UnreadableRequest,
    VersionMissing,
    place_of,
)
from pathway_fhir.bars.errors import as_bars
from pathway_fhir.bars.headers import is_bars
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity, operation_outcome
from pathway_fhir.server.bundles import etag
from pathway_fhir.server.offered import Json

MEDIA_TYPE: Final = "application/fhir+json"
_log = logging.getLogger(__name__)
_AGAIN_AFTER: Final = 2
_AGAIN: Final = frozenset({425, 503})

_CODES: Final[tuple[tuple[type[PathwayError], IssueType], ...]] = (
    (NotSignedIn, IssueType.LOGIN),
    (NotAllowed, IssueType.FORBIDDEN),
    (NotFound, IssueType.NOT_FOUND),
    (AlreadyReferred, IssueType.DUPLICATE),
    (DuplicateRequest, IssueType.DUPLICATE),
    (StaleVersion, IssueType.CONFLICT),
    (VersionMissing, IssueType.REQUIRED),
    (StepNotAllowed, IssueType.BUSINESS_RULE),
    (ImpossibleHistory, IssueType.BUSINESS_RULE),
    (Conflict, IssueType.CONFLICT),
    (InvalidInput, IssueType.VALUE),
    (UnreadableRequest, IssueType.INVALID),
    (TooLarge, IssueType.TOO_LONG),
    (TooManyTries, IssueType.THROTTLED),
    (DatabaseUnavailable, IssueType.TRANSIENT),
)
_HTTP: Final[Mapping[int, tuple[IssueType, str]]] = {
    400: (IssueType.INVALID, "The request cannot be read. Send one FHIR resource in JSON, in UTF-8."),
    404: (IssueType.NOT_FOUND, "There is no such address. /fhir/R4/metadata lists what there is."),
    405: (IssueType.NOT_SUPPORTED, "This address does not take that method. /fhir/R4/metadata lists what there is."),
    413: (IssueType.TOO_LONG, "This is larger than a message may be (5 MB). Send it in parts."),
}  # fmt: skip


def answer(
    resource: Json | None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """A resource, with its version as ETag and the time of its last change."""
    sent = dict(headers or {})
    if resource is not None and resource.get("resourceType") != "Bundle":
        _add_version(resource, sent)
    body = b"" if resource is None else encoded(resource)
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=sent)


def encoded(resource: Json) -> bytes:
    """FHIR JSON; a decimal keeps its zeros."""
    return msgspec.json.encode(resource, enc_hook=_hook)


def _hook(value: Any) -> Any:
    if isinstance(value, Decimal):
        return msgspec.Raw(str(value).encode())
    raise TypeError(f"{type(value).__name__} is no part of JSON")


def _add_version(resource: Json, headers: dict[str, str]) -> None:
    tag = etag(resource)
    changed = resource.get("meta", {}).get("lastUpdated")
    if tag:
        headers["ETag"] = tag
    if changed:
        headers["Last-Modified"] = format_datetime(datetime.fromisoformat(changed), usegmt=True)


def outcome_for(error: Exception, request: Request[Any, Any, Any] | None = None) -> Response[bytes]:
    """The OperationOutcome of an error, in the words of BaRS where the request was one of BaRS; what was not foreseen says only
    a reference.
    """
    status, issues, headers = judged(error)
    if request is not None and is_bars(request):
        status, issues = as_bars(status, issues)
    if status in _AGAIN:
        headers = {"Retry-After": str(_AGAIN_AFTER), **headers}
    return Response(
        json.dumps(operation_outcome(issues)).encode(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def judged(error: Exception) -> tuple[int, tuple[Issue, ...], dict[str, str]]:
    """The status, what is said, and the headers: the same for a request and for an entry of a Bundle."""
    if isinstance(error, Refused):
        return error.status, error.issues, {}
    if isinstance(error, PathwayError):
        return _status(error), _issues(error), _headers(error)
    if isinstance(error, HTTPException):
        code, text = _HTTP.get(error.status_code, (IssueType.PROCESSING, error.detail))
        return error.status_code, (Issue(Severity.ERROR, code, text),), dict(error.headers or {})
    reference = uuid.uuid4().hex[:8].upper()
    _log.error("unforeseen %s, reference %s at %s", type(error).__name__, reference, place_of(error))
    said = f"Something went wrong and nothing was saved. Give the reference {reference} to whoever runs the service."
    return 500, (Issue(Severity.FATAL, IssueType.EXCEPTION, said),), {}


def _status(error: PathwayError) -> int:
    """A version that has moved on fails the condition If-Match (RFC 9110, 13.1.1)."""
    return 412 if isinstance(error, StaleVersion) else error.status


def _issues(error: PathwayError) -> tuple[Issue, ...]:
    code = next((code for kind, code in _CODES if isinstance(error, kind)), IssueType.PROCESSING)
    first = Issue(Severity.ERROR, code, error.message)
    match error:
        case StepNotAllowed(allowed=allowed) if allowed:
            there = f"The steps that are possible now: {', '.join(allowed)}."
            return first, Issue(Severity.INFORMATION, IssueType.INFORMATIONAL, there)
        case StaleVersion(changes=changes) if changes:
            return first, *(Issue(Severity.INFORMATION, IssueType.INFORMATIONAL, c) for c in changes)
    return (first,)


def _headers(error: PathwayError) -> dict[str, str]:
    match error:
        case NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case TooManyTries():
            return {"Retry-After": str(error.wait)}
        case DatabaseUnavailable():
            return {"Retry-After": str(_AGAIN_AFTER)}
    return {}

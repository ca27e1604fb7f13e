"""Errors as RFC 9457 problem+json: the title, the sentence, and where it helps the field, the version, or the steps there are."""

import json
import logging
import uuid
from typing import Final

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from pathway.domain.errors import (
    DatabaseUnavailable,
    InvalidInput,
    NotFound,
    NotSignedIn,
    PathwayError,
    StaleVersion,
    StepNotAllowed,
    TooLarge,
    TooManyTries,
    UnreadableRequest,
    place_of,
)

MEDIA_TYPE: Final = "application/problem+json"
TRY_AGAIN_AFTER: Final = 2
"""Seconds that a caller waits while the database is away; a restart of it takes about as long."""
_log = logging.getLogger(__name__)

Words = tuple[str, str, str]
_HTTP: Final[dict[int, Words]] = {
    400: (
        UnreadableRequest.code,
        UnreadableRequest.title,
        "The body must be one JSON document in UTF-8, as the OpenAPI document says. Nothing was saved.",
    ),
    404: (
        NotFound.code,
        NotFound.title,
        "There is no such address. /api/openapi.json lists those there are.",
    ),
    405: (
        "method-not-allowed",
        "This address does not take that method",
        "The header Allow says which methods it takes.",
    ),
    413: (TooLarge.code, TooLarge.title, "Send less at once. Nothing was saved."),
}


def problem_for(error: Exception) -> Response[bytes]:
    """The problem document for an error; what was not foreseen says only a reference."""
    if isinstance(error, PathwayError):
        return _answer(
            error.status, (error.code, error.title, error.message), _more(error), headers_for(error)
        )
    if isinstance(error, ValidationException):
        return _answer(422, (InvalidInput.code, InvalidInput.title, _named(error)), {}, {})
    # A body that is nested beyond reading, or not UTF-8: the decoder raises these two as they are.
    if isinstance(error, RecursionError | UnicodeDecodeError):
        return _answer(400, _HTTP[400], {}, {})
    if isinstance(error, HTTPException):
        words = _HTTP.get(error.status_code, ("http", "The request cannot be answered", error.detail))
        return _answer(error.status_code, words, {}, dict(error.headers or {}))
    reference = uuid.uuid4().hex[:8].upper()
    _log.error("unforeseen %s, reference %s at %s", type(error).__name__, reference, place_of(error))
    said = f"Something went wrong and nothing was saved. Give the reference {reference} to whoever runs the service."
    return _answer(500, ("unforeseen", PathwayError.title, said), {}, {})


def headers_for(error: PathwayError) -> dict[str, str]:
    """What a program needs besides the words: when to try again (RFC 9110, 10.2.3), how to sign in (11.6.1)."""
    match error:
        case DatabaseUnavailable():
            return {"Retry-After": str(TRY_AGAIN_AFTER)}
        case TooManyTries():
            return {"Retry-After": str(error.wait)}
        case NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _more(error: PathwayError) -> dict[str, object]:
    match error:
        case StaleVersion():
            return {"version": error.version, "changes": list(error.changes)}
        case StepNotAllowed():
            return {"allowed": list(error.allowed)}
        case InvalidInput(field=str(name)):
            return {"field": name}
    return {}


def _named(error: ValidationException) -> str:
    """Which parts of the body are at fault, never what they held."""
    extra = error.extra if isinstance(error.extra, list) else []
    parts = ", ".join(str(item.get("key", "body")) for item in extra if isinstance(item, dict)) or "the body"
    return f"These parts of the request cannot be read: {parts}. The OpenAPI document says what each must be."


def _answer(status: int, words: Words, more: dict[str, object], headers: dict[str, str]) -> Response[bytes]:
    code, title, detail = words
    body = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, **more}
    return Response(json.dumps(body).encode(), status_code=status, media_type=MEDIA_TYPE, headers=headers)

"""Errors as RFC 9457 problem+json: the title, the sentence, and where it helps the field, the version, or the steps there are."""

import json
import logging
import uuid
from typing import Final

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from pathway.domain.errors import InvalidInput, PathwayError, StaleVersion, StepNotAllowed, place_of

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger(__name__)


def problem_for(error: Exception) -> Response[bytes]:
    """The problem document for an error; what was not foreseen says only a reference."""
    if isinstance(error, PathwayError):
        return _answer(error.status, error.code, error.title, error.message, _more(error))
    if isinstance(error, ValidationException):
        return _answer(422, "invalid-input", InvalidInput.title, _named(error), {})
    if isinstance(error, HTTPException):
        return _answer(error.status_code, "http", "The request cannot be answered", error.detail, {})
    reference = uuid.uuid4().hex[:8].upper()
    _log.error("unforeseen %s, reference %s at %s", type(error).__name__, reference, place_of(error))
    words = f"Something went wrong and nothing was saved. Give the reference {reference} to whoever runs the service."
    return _answer(500, "unforeseen", PathwayError.title, words, {})


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


def _answer(status: int, code: str, title: str, detail: str, more: dict[str, object]) -> Response[bytes]:
    body = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, **more}
    return Response(json.dumps(body).encode(), status_code=status, media_type=MEDIA_TYPE)

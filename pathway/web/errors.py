"""Errors as pages: what happened, and what to do next. The words are the error's own; nothing technical is shown."""

import logging
import uuid
from typing import Final

from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response, Template

from pathway.domain.errors import NotSignedIn, PathwayError, place_of
from pathway.web.page import WebRequest, page

_log = logging.getLogger(__name__)

_HTTP_WORDS: Final[dict[int, tuple[str, str]]] = {
    400: (
        "This page address cannot be read",
        "Go back and follow the link again, or start from the first page.",
    ),
    404: (
        "Page not found",
        "Check the address. If you came here by a link, the page may have moved: start from the first page.",
    ),
    405: ("This page cannot be used in that way", "Go back, open the page again and repeat what you did."),
    413: ("This is too large to send", "Send less at once: files up to 10 MB."),
    429: ("Too many tries", "Wait a minute, and then try again."),
}


def page_for(request: WebRequest, error: Exception) -> Response[str] | Template | Redirect:
    """The page for an error. Not signed in leads to the sign-in page; what was not foreseen is logged under a reference."""
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return Redirect("/sign-in")
    if isinstance(error, PathwayError):
        return _drawn(request, error.status, error.title, error.message)
    if isinstance(error, HTTPException):
        title, words = _HTTP_WORDS.get(error.status_code, ("Something went wrong", "Go back and try again."))
        return _drawn(request, error.status_code, title, words)
    reference = uuid.uuid4().hex[:8].upper()
    # The kind of error and the place, never its text: that may hold what somebody typed.
    _log.error("unforeseen %s, reference %s at %s", type(error).__name__, reference, place_of(error))
    words = "Nothing you typed was saved. Try again; if it happens again, give the reference below to whoever runs the service."
    return _drawn(request, 500, "Something went wrong", words, reference)


def _drawn(request: WebRequest, status: int, title: str, message: str, reference: str = "") -> Template:
    return page(request, "error.html", status, error_title=title, error_message=message, reference=reference)

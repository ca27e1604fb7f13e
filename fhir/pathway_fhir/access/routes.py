"""The two routes that are open to everybody: where to get a token, and getting one.

Both answer in OAuth's own JSON, not in FHIR's (RFC 6749 section 5.2; SMART App Launch 2.2.0).
"""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException

from pathway.actions.area import Area
from pathway.domain.errors import DatabaseUnavailable, PathwayError, TooManyTries, place_of
from pathway.domain.roles import Permission
from pathway.store.rate_limit import count_false_token
from pathway_fhir.access.access import Access
from pathway_fhir.access.identity import client_of
from pathway_fhir.access.smart import CONFIGURATION, TOKEN, configuration, token_url
from pathway_fhir.access.tokens import TokenRefused, form_of, give_token

_log = logging.getLogger(__name__)
_FORM: Final = "application/x-www-form-urlencoded"
_LARGEST: Final = 32 * 1024
_NOT_KEPT: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_AGAIN_AFTER: Final = 2


def _answer(
    status: int, body: Mapping[str, object], headers: Mapping[str, str] = _NOT_KEPT
) -> Response[bytes]:
    return Response(
        json.dumps(body).encode(), status_code=status, media_type="application/json", headers=dict(headers)
    )


def _refusal(
    status: int, error: str, sentence: str, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    return _answer(status, {"error": error, "error_description": sentence}, {**_NOT_KEPT, **(headers or {})})


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    match error:
        case TokenRefused():
            return _refusal(error.status, error.error, error.sentence)
        case TooManyTries():
            return _refusal(error.status, "invalid_client", error.message, {"Retry-After": str(error.wait)})
        case DatabaseUnavailable():
            return _refusal(503, "temporarily_unavailable", error.message, {"Retry-After": str(_AGAIN_AFTER)})
        case HTTPException(status_code=413):
            return _refusal(413, "invalid_request", f"The body is larger than {_LARGEST // 1024} kB.")
        case HTTPException():
            return _refusal(error.status_code, "invalid_request", "The request cannot be read.")
    _log.error("unforeseen %s at %s", type(error).__name__, place_of(error))
    return _refusal(
        500, "server_error", "Something went wrong here. Try again, then tell whoever runs the service."
    )


@post(
    TOKEN,
    status_code=200,
    opt={"permission": Permission.PUBLIC},
    request_max_body_size=_LARGEST,
    # Each by name: what the application answers for the first two would come before a general handler of this route.
    exception_handlers={PathwayError: _refused, HTTPException: _refused, Exception: _refused},
)
async def token(request: Request[Any, Any, Any], area: NamedDependency[Area]) -> Response[bytes]:
    """A token for a signed assertion (SMART Backend Services)."""
    access: Access = request.app.state["fhir"]
    try:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise TokenRefused("invalid_request", f"The body must be {_FORM}.")
        form = form_of(await request.body())
        granted = await give_token(area, access.key_sets, token_url(access.base_url), form)
    except TokenRefused as error:
        _log.info("no token was given: %s", error.error)
        if error.error == "invalid_client":
            await count_false_token(area.database, client_of(request))
        raise
    return _answer(
        200,
        {
            "access_token": granted.token,
            "token_type": "bearer",
            "expires_in": granted.seconds,
            "scope": str(granted.scopes),
        },
    )


@get(CONFIGURATION, opt={"permission": Permission.PUBLIC}, sync_to_thread=False)
def smart_configuration(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Where tokens are given and how (SMART configuration)."""
    access: Access = request.app.state["fhir"]
    return _answer(200, configuration(access.base_url), {"Cache-Control": "max-age=3600"})


handlers = (token, smart_configuration)

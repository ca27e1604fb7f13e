"""Who is asking: a browser by its session cookie, a program by its bearer token; and whether the route is theirs.

Deny by default: a route that names no permission is refused. Whether this child is theirs is for the action to say.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from pathway.domain.errors import NotAllowed, NotSignedIn
from pathway.domain.roles import Actor, Permission
from pathway.store.accounts import session_of, token_holder
from pathway.store.engine import Database
from pathway.store.rate_limit import count_false_token

Connection = ASGIConnection[Any, Any, Any, Any]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API: Final = "/api/"
FHIR: Final = "/fhir/"
"""The FHIR door looks at its callers itself: its tokens are other ones."""
_BEARER_ONLY: Final = (API, FHIR)
"""Only a bearer token speaks here: a browser's cookie would let another website send changes."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """The session cookie: over https bound to the host (`__Host-`); plain in a demonstration on one's own machine."""

    secure: bool

    @property
    def name(self) -> str:
        return "__Host-session" if self.secure else "session"


class Identity(AbstractAuthenticationMiddleware):
    """Puts the actor (or nobody) on the request; the token that forms must carry is its `auth`."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        if connection.scope["path"].startswith(FHIR):
            return AuthenticationResult(user=None, auth="")
        database: Database = connection.app.state["database"]
        bearer = _bearer(connection)
        if bearer:
            actor = await token_holder(database, bearer)
            if actor is None:
                await count_false_token(database, connection.client.host if connection.client else "unknown")
            return AuthenticationResult(user=actor, auth="")
        if connection.url.path.startswith(API):
            return AuthenticationResult(user=None, auth="")
        token = connection.cookies.get(connection.app.state["cookie"].name)
        signed_in = await session_of(database, token) if token else None
        if signed_in is None:
            return AuthenticationResult(user=None, auth="")
        return AuthenticationResult(user=signed_in.actor, auth=signed_in.csrf)


def _bearer(connection: Connection) -> str:
    """The bearer token, which no website can make a browser send; a password that a proxy asked for is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def permitted(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of every route: its permission is named, the actor's role holds it, the change comes from our own page."""
    if isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}:
        return  # Litestar's own: it says which methods there are, and nothing else
    need = handler.opt.get("permission")
    if need is None:
        raise NotAllowed(
            "This page has no permission named, so it is closed to everyone. Tell the service's operator."
        )
    if connection.scope.get("method") not in _SAFE and not _bearer(connection):
        _refuse_other_sites(connection)
    if need is Permission.PUBLIC:
        return
    actor = connection.scope.get("user")
    if not isinstance(actor, Actor):
        raise NotSignedIn(_sign_in_words(connection))
    if not actor.may(need):
        raise NotAllowed(_role_words(connection))


def _sign_in_words(connection: Connection) -> str:
    if not connection.url.path.startswith(_BEARER_ONLY):
        return "Your session has ended or you have not signed in. Sign in, and you can go on."
    if "authorization" in connection.headers:
        return (
            "This token is not known: it may have been replaced, or its time is up. Get or ask for a new one."
        )
    if connection.url.path.startswith(FHIR):
        return (
            "Send the token of a registered system, as Authorization: Bearer and the token. "
            "/fhir/R4/.well-known/smart-configuration says where to get one."
        )
    return "Send the token of an account, as Authorization: Bearer and the token. Whoever runs the service makes one."


def _role_words(connection: Connection) -> str:
    if connection.url.path.startswith(_BEARER_ONLY):
        return "The role of this token's account does not include this. Use an account whose role does."
    return "Your role does not include this page. Go back, or sign in with another role."


def _refuse_other_sites(connection: Connection) -> None:
    """A form that changes something must come from a page of ours (Sec-Fetch-Site, else Origin)."""
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        same = origin is None or urlsplit(origin).netloc == connection.headers.get("host")
    if not same:
        raise NotAllowed(
            "This form was sent from another website, so nothing was changed. Open the page here and send it again."
        )


def current_actor(connection: Connection) -> Actor:
    """The actor of a request that the guard let through."""
    actor = connection.scope.get("user")
    if not isinstance(actor, Actor):
        raise NotSignedIn("Sign in first.")
    return actor

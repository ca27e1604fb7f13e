"""Who is asking: a browser by its session cookie, a program by its bearer token; and whether the route is theirs.

Deny by default: a route that names no permission is refused. Whether this child is theirs is for the action to say.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from pathway.domain.errors import NotAllowed, NotSignedIn, TooManyTries
from pathway.domain.roles import Actor, Permission
from pathway.store.accounts import session_of, token_holder
from pathway.store.engine import Database
from pathway.store.rate_limit import allowed

Connection = ASGIConnection[Any, Any, Any, Any]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API: Final = "/api/"
"""Only a bearer token speaks here: a browser's cookie would let another website send changes."""
_ONE_FALSE_TOKEN_PER: Final = timedelta(seconds=6)
_FALSE_TOKENS_AT_ONCE: Final = 10


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
        database: Database = connection.app.state["database"]
        bearer = _bearer(connection)
        if bearer:
            actor = await token_holder(database, bearer)
            if actor is None:
                await _count_false_token(connection, database)
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


async def _count_false_token(connection: Connection, database: Database) -> None:
    """Slow down whoever tries tokens. One that is right is never held up: many systems may share an address."""
    client = connection.client.host if connection.client else "unknown"
    if not await allowed(database, f"token {client}", _ONE_FALSE_TOKEN_PER, _FALSE_TOKENS_AT_ONCE):
        wait = int(_ONE_FALSE_TOKEN_PER.total_seconds())
        raise TooManyTries(
            f"Too many tokens that are not known came from your address. Wait {wait} seconds, and send the right one.",
            wait,
        )


def permitted(connection: Connection, handler: BaseRouteHandler) -> None:
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
    if not connection.url.path.startswith(API):
        return "Your session has ended or you have not signed in. Sign in, and you can go on."
    if "authorization" in connection.headers:
        return "This token is not known: it may have been replaced. Ask whoever runs the service for the present one."
    return "Send the token of an account, as Authorization: Bearer and the token. Whoever runs the service makes one."


def _role_words(connection: Connection) -> str:
    if connection.url.path.startswith(API):
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

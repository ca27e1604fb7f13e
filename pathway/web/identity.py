"""Who is asking: a browser by its session cookie, a program by its bearer token; and whether the route is theirs.

Deny by default: a route that names no permission is refused. Whether this child is theirs is for the action to say.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from pathway.domain.errors import NotAllowed, NotSignedIn
from pathway.domain.roles import Actor, Permission
from pathway.store.accounts import session_of, token_holder
from pathway.store.engine import Database

Connection = ASGIConnection[Any, Any, Any, Any]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


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
        bearer = connection.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            return AuthenticationResult(user=await token_holder(database, bearer[7:].strip()), auth="")
        token = connection.cookies.get(connection.app.state["cookie"].name)
        signed_in = await session_of(database, token) if token else None
        if signed_in is None:
            return AuthenticationResult(user=None, auth="")
        return AuthenticationResult(user=signed_in.actor, auth=signed_in.csrf)


def permitted(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of every route: its permission is named, the actor's role holds it, the change comes from our own page."""
    need = handler.opt.get("permission")
    if need is None:
        raise NotAllowed(
            "This page has no permission named, so it is closed to everyone. Tell the service's operator."
        )
    if connection.scope.get("method") not in _SAFE and "authorization" not in connection.headers:
        _refuse_other_sites(connection)
    if need is Permission.PUBLIC:
        return
    actor = connection.scope.get("user")
    if not isinstance(actor, Actor):
        raise NotSignedIn("Your session has ended or you have not signed in. Sign in, and you can go on.")
    if not actor.may(need):
        raise NotAllowed("Your role does not include this page. Go back, or sign in with another role.")


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

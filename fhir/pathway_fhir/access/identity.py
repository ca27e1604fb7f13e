"""The bearer token of a FHIR request: who calls, put on the request; and whether the scopes allow what is asked.

`PartnerIdentity` is the middleware of every FHIR route, `caller` a dependency that gives the `Caller`, `require_scope` what a
route asks before it reads or writes a kind of resource. Whether this child is theirs is for the reading or the action to say.
"""

from typing import Any, Final

from litestar.connection import ASGIConnection, Request
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from pathway.domain.errors import NotSignedIn
from pathway.store.rate_limit import count_false_token
from pathway_fhir.access.access import Access
from pathway_fhir.access.caller import Caller
from pathway_fhir.access.scopes import Interaction
from pathway_fhir.outcome import IssueType, Refused

Connection = ASGIConnection[Any, Any, Any, Any]
_WORDS: Final[dict[Interaction, str]] = {
    "c": "create", "r": "read", "u": "update", "d": "delete", "s": "search for",
}  # fmt: skip


class PartnerIdentity(AbstractAuthenticationMiddleware):
    """Puts the actor (or nobody) on the request as its user, and the Caller as its `auth`."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        bearer = bearer_of(connection)
        if not bearer:
            return AuthenticationResult(user=None, auth=None)
        access: Access = connection.app.state["fhir"]
        found = await access.callers.caller_of(bearer)
        if found is None:
            await count_false_token(access.callers.database, client_of(connection))
            return AuthenticationResult(user=None, auth=None)
        return AuthenticationResult(user=found.actor, auth=found)


def bearer_of(connection: Connection) -> str:
    """The bearer token; a password that a proxy asked for is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def client_of(connection: Connection) -> str:
    """The address that a request came from, as far as it is known."""
    return connection.client.host if connection.client else "unknown"


def caller(request: Request[Any, Any, Any]) -> Caller:
    """The caller of a request, as a dependency: `dependencies={"caller": Provide(caller, sync_to_thread=False)}`."""
    found = request.scope.get("auth")
    if not isinstance(found, Caller):
        raise NotSignedIn(
            "Send the token of a registered system, as Authorization: Bearer and the token. "
            "/fhir/R4/.well-known/smart-configuration says where to get one."
        )
    return found


def require_scope(caller: Caller, resource_type: str, interaction: Interaction) -> None:
    """Refuse with 403 what the caller's scopes do not allow, naming the scope that would. Raises Refused."""
    if not caller.scopes.allows(resource_type, interaction):
        raise Refused.because(
            403,
            IssueType.FORBIDDEN,
            f"This token may not {_WORDS[interaction]} {resource_type}. Ask for a token with the scope "
            f"system/{resource_type}.{interaction}, if it is registered for your system.",
        )

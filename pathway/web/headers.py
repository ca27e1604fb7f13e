"""Security headers on every answer, and `no-store` on everything that does not ask to be kept.

A Litestar middleware would miss the answers made before a route is found (404 and 405), so this is a `before_send`
hook: `Litestar(..., before_send=[security_headers(content_security_policy(script_hash))])`.
"""

from collections.abc import Awaitable, Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope

SendHook = Callable[[Message, Scope], Awaitable[None]]

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
# Two years: only sent over TLS, where it has a meaning (RFC 6797 section 7.2).
_HSTS = "max-age=63072000; includeSubDomains"


def content_security_policy(script_hash: str) -> str:
    """Everything from our own origin; one inline script, by its hash; no inline style, frame, or other host."""
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{script_hash}'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


async def name_methods(message: Message, scope: Scope) -> None:
    """Say every method of an address in the answer to OPTIONS: Litestar's own names the one that was registered first."""
    if message["type"] != "http.response.start" or scope.get("method") != "OPTIONS":
        return
    present = MutableScopeHeaders.from_message(message)
    template = scope.get("path_template")
    methods = {
        str(method)
        for route in scope["litestar_app"].routes
        if isinstance(route, HTTPRoute) and template in (route.path, route.path_format)
        for method in route.methods
    }
    if "allow" in present and methods:
        present["Allow"] = ", ".join(sorted(methods))


def security_headers(policy: str) -> SendHook:
    """The hook. A header that the route set itself is left as it is, so a file may be cached and a page never is."""
    named = {"Content-Security-Policy": policy, **_FIXED, "Cache-Control": "no-store"}
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
    hsts = (b"strict-transport-security", _HSTS.encode("latin-1"))

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        # On the bytes themselves: of every answer's time this was a tenth.
        sent = list(message["headers"])
        present = {name.lower() for name, _ in sent}
        sent += [header for header in headers if header[0] not in present]
        if scope.get("scheme") == "https":
            sent = [*(header for header in sent if header[0].lower() != hsts[0]), hsts]
        message["headers"] = sent

    return add_headers

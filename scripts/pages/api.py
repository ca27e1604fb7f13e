"""docs/reference/api.md: every route of the JSON API with its permission and the statuses it answers with."""

from typing import Any

from litestar import Litestar

from pathway.api.openapi import complete, operations
from pathway.app import create_app, routes
from pathway.domain.roles import Permission
from pathway.settings import Settings
from scripts.pages.markdown import code, table

ABOUT = """
The document for programs is `/api/openapi.json` (OpenAPI 3.1), with every field, header and example. How to call it, step by
step: [use the API](../how-to/use-the-api.md).

Every request carries `Authorization: Bearer` and the token of an account. A route asks for one permission
([who holds which](permissions.md)); what the answer holds is what that account's role may know of each child.
Errors are problem documents (RFC 9457); [their codes](errors.md).
"""


def page() -> str:
    app = create_app(Settings(mode="demo"), with_worker=False)
    permissions = _permissions(app)
    found = operations(complete(app.openapi_schema.to_schema()))
    rows = [
        (
            code(f"{method} {path}"),
            _first_line(operation),
            code(permissions[method, path]),
            _statuses(operation),
        )
        for (method, path), operation in found.items()
    ]
    statuses = table(("Status", "When"), _meanings(list(found.values())))
    return "\n\n".join(
        (
            ABOUT.strip(),
            table(("Route", "What it does", "Permission", "Answers with"), rows),
            "## When which status is answered",
            statuses,
        )
    )


def _permissions(app: Litestar) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for path, handler in routes(app):
        pieces = [piece.split(":")[0] + "}" if piece.startswith("{") else piece for piece in path.split("/")]
        need = handler.opt.get("permission")
        if isinstance(need, Permission):
            found |= {
                (method, "/".join(pieces)): need.value for method in getattr(handler, "http_methods", ())
            }
    return found


def _first_line(operation: dict[str, Any]) -> str:
    return str(operation["description"]).partition("\n\n")[0]


def _statuses(operation: dict[str, Any]) -> str:
    return ", ".join(sorted(operation["responses"]))


def _meanings(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each refusal's titles, over all routes, in the words of the errors themselves."""
    titles: dict[str, dict[str, None]] = {}
    for operation in found:
        for status, response in operation["responses"].items():
            examples = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
            said = titles.setdefault(status, {})
            said.update({example["summary"]: None for example in examples.values()})
    return [(status, "; ".join(said) or "It was done") for status, said in sorted(titles.items())]

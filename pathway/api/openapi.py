"""The OpenAPI 3.1 document at /api/openapi.json: Litestar's own, made complete where it cannot know.

It cannot know that a header is needed which we refuse in words of our own, that an unknown name in a body is refused, nor
which headers an answer carries.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from litestar import Request, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from pathway.api.problems import MEDIA_TYPE
from pathway.api.schemas import Body
from pathway.domain.roles import Permission

PATH: Final = "/api/openapi.json"
_NEEDED: Final = frozenset({"Idempotency-Key", "If-Match"})
_ABOUT: Final = """
For the systems of a council and its NHS partners. Send the token of an account as `Authorization: Bearer …`
(`pathway token ACCOUNT` makes one). Every answer is what that account's role may know, and every reading is logged.

A change carries an `Idempotency-Key`: send the same again if you lost the answer, and it is recorded once. A change of an
episode carries `If-Match` with the ETag that you saw. Errors are problem documents (RFC 9457), in words for people.
"""


class Document(JsonRenderPlugin):
    """The document as JSON, completed."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, complete(openapi_schema))


def openapi_config() -> OpenAPIConfig:
    """OpenAPI 3.1; only the JSON API stands in it, pages and health do not.

    Litestar answers 404 itself for what lies under the document's own address, and nowhere else.
    """
    everybody = {"permission": Permission.PUBLIC}
    return OpenAPIConfig(
        title="Autism pathway",
        version="1",
        description=_ABOUT.strip(),
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="An account's token.")
            }
        ),
        security=[{"token": []}],
        use_handler_docstrings=True,
        openapi_router=Router(PATH, route_handlers=[], include_in_schema=False, opt=everybody),
        render_plugins=[Document(path="/")],
    )


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what Litestar cannot know. Doing it again changes nothing."""
    schemas = document.get("components", {}).get("schemas", {})
    for model in _bodies(Body):
        if model.__name__ in schemas:
            schemas[model.__name__] |= _of_body(model)
    for operation in operations(document).values():
        for parameter in operation.get("parameters", []):
            if parameter["name"] in _NEEDED:
                parameter["required"] = True
        responses = operation["responses"]
        for status in [s for s, response in responses.items() if _not_ours(s, response)]:
            del responses[status]
        for status, response in responses.items():
            response.setdefault("headers", {}).update(_headers(status, operation))
    return document


def operations(document: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of a document, by its method and path."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


def _bodies(of: type[Body]) -> Iterator[type[Body]]:
    for model in of.__subclasses__():
        yield model
        yield from _bodies(model)


def _of_body(model: type[Body]) -> dict[str, Any]:
    """No other names than those listed, and the model's own example where it has one."""
    more = model.model_config.get("json_schema_extra")
    example = {"examples": [more["example"]]} if isinstance(more, dict) else {}
    return {"additionalProperties": False, **example}


def _not_ours(status: str, response: Mapping[str, Any]) -> bool:
    """Litestar adds a 400 of its own to whatever has parameters; ours is a problem document."""
    return int(status) >= 400 and MEDIA_TYPE not in response.get("content", {})


_TEXT: Final = {"schema": {"type": "string"}}


def _headers(status: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    changes_episode = any(p["name"] == "If-Match" for p in operation.get("parameters", []))
    operation_id, found = operation["operationId"], dict[str, Any]()
    if status in ("200", "201") and (changes_episode or operation_id == "showEpisode"):
        found["ETag"] = {"description": "The version of the episode, to send back as If-Match.", **_TEXT}
    if status == "201" and (changes_episode or operation_id == "makeReferral"):
        found["Location"] = {"description": "Where the episode can be read.", **_TEXT}
    if status in ("429", "503"):
        found["Retry-After"] = {"description": "Seconds until another try.", "schema": {"type": "integer"}}
    if status == "401":
        found["WWW-Authenticate"] = {"description": "How to sign in.", **_TEXT}
    return found

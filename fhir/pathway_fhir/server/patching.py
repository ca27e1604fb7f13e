"""A patch of a resource: JSON Patch (RFC 6902), or the merge of a few elements that some clients send (RFC 7396)."""

from typing import Any

import jsonpatch

from pathway_fhir.guard.reading import read
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.offered import Json

_KEPT = ("resourceType", "id")


def patched(resource: Json, body: bytes, kind: str) -> Json:
    """The resource as the patch makes it; its type and id stay. Raises Refused: 400 unreadable, 422 where it does not fit."""
    sent = read(b'{"patch":' + body + b"}").get("patch")  # the guard reads objects, and a patch is a list
    if isinstance(sent, dict) and kind != "application/json-patch+json":
        found = _merged(resource, sent)
    elif isinstance(sent, list):
        found = _applied(resource, sent)
    else:
        raise Refused.because(400, IssueType.STRUCTURE, "Send a JSON Patch: a list of operations.")
    if any(found.get(name) != resource.get(name) for name in _KEPT):
        raise Refused.because(
            422, IssueType.BUSINESS_RULE, "A patch cannot change the type or the id of a resource."
        )
    return found


def _applied(resource: Json, operations: list[Any]) -> Json:
    try:
        found: Json = jsonpatch.JsonPatch(operations).apply(resource)
    except jsonpatch.JsonPatchTestFailed as fault:
        raise Refused.because(
            412, IssueType.CONFLICT, "A test of the patch does not hold: nothing was changed."
        ) from fault
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError, KeyError) as fault:
        raise Refused.because(
            422,
            IssueType.INVALID,
            "The patch does not fit the resource as it stands. Read it again, and make it anew.",
        ) from fault
    return found


def _merged(resource: Any, change: Json) -> Json:
    found = dict(resource) if isinstance(resource, dict) else {}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value) if isinstance(value, dict) else value
    return found

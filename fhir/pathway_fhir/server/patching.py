"""A patch of a resource: JSON Patch (RFC 6902), or the merge of a few elements that some clients send (RFC 7396)."""

from typing import Any

import jsonpatch

from pathway_fhir.guard.models import is_large
from pathway_fhir.guard.reading import read
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.offered import Json

_KEPT = ("resourceType", "id")
_UNFIT = (TypeError, KeyError, ValueError, IndexError, AttributeError)
"""What the library raises besides its own for operations that are not shaped as RFC 6902 says."""
MOST_OPERATIONS = 100


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
    if len(operations) > MOST_OPERATIONS:
        text = f"A patch may have {MOST_OPERATIONS} operations. Send the whole resource instead."
        raise Refused.because(413, IssueType.TOO_LONG, text)
    found = resource
    try:
        # One by one: each may copy what is there, so that a short patch doubles the resource again and again.
        for operation in operations:
            found = jsonpatch.JsonPatch([operation]).apply(found)
            if is_large(found):
                text = "The patch makes the resource larger than it may be. Send the whole resource instead."
                raise Refused.because(413, IssueType.TOO_LONG, text)
    except jsonpatch.JsonPatchTestFailed as fault:
        raise Refused.because(
            412, IssueType.CONFLICT, "A test of the patch does not hold: nothing was changed."
        ) from fault
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, *_UNFIT) as fault:
        raise Refused.because(
            422,
            IssueType.INVALID,
            "The patch does not fit the resource as it stands. Read it again, and make it anew.",
        ) from fault
    if not isinstance(found, dict):
        raise Refused.because(422, IssueType.INVALID, "The patch leaves no resource. Send one that does.")
    return found


def _merged(resource: Any, change: Json) -> Json:
    found = dict(resource) if isinstance(resource, dict) else {}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value) if isinstance(value, dict) else value
    return found

"""fhir.resources behind our own walk: a second reader, whose errors are turned into sentences without values.

Its classes are imported one by one when first needed, since all of them together take seconds and 93 MiB. A large
Bundle is read entry by entry in a thread, so that other requests are answered in between.
"""

import asyncio
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from pathway_fhir.guard.tables import tables
from pathway_fhir.outcome import Issue, IssueType, Severity

Json = dict[str, Any]

# From this many values on, checking takes longer than other requests should wait (some 5 ms).
NODES_INLINE = 1_000
# From this many entries on, a Bundle is read entry by entry: one reading of it all would not let others in between.
ENTRIES_TOGETHER = 8

_WRONG = (IssueType.VALUE, "A value has not the form that FHIR R4 gives it. Check it.")
_SAYINGS = {
    "missing": (IssueType.REQUIRED, "A required element is missing. Add it."),
    "model_field_validation.missing": (IssueType.REQUIRED, "A required element is missing. Add it."),
    "extra_forbidden": (
        IssueType.STRUCTURE,
        "An element is not part of this resource in FHIR R4. Take it out.",
    ),
    "list_type": (IssueType.STRUCTURE, "An element is a list, in square brackets. Send one."),
    "model_type": (IssueType.STRUCTURE, "An element is an object, in curly brackets. Send one."),
}


def prepare(resources: Iterable[str]) -> None:
    """Read the tables and import these models now, so that the first request need not wait (half a second for all of the mapping)."""
    for name in sorted(tables().resources.intersection(resources)):
        _model(name)


async def validate(resource: Json) -> list[Issue]:
    """What fhir.resources finds; a large Bundle in a thread. Never raises for what was sent."""
    if is_large(resource):
        return await asyncio.to_thread(faults_in, resource)
    return faults_in(resource)


def is_large(resource: Json) -> bool:
    """Whether checking it takes longer than other requests should wait. Stops counting once it is."""
    waiting: list[Any] = [resource]
    seen = 0
    while waiting and seen <= NODES_INLINE:
        node = waiting.pop()
        inside = node.values() if isinstance(node, dict) else node
        seen += len(inside)
        waiting.extend(one for one in inside if isinstance(one, dict | list))
    return seen > NODES_INLINE


def faults_in(resource: Json) -> list[Issue]:
    """What fhir.resources finds, here and now: for a caller that is in a thread already."""
    entries = resource.get("entry")
    if isinstance(entries, list) and len(entries) > ENTRIES_TOGETHER:
        return _each_entry(resource, entries)
    return list(_faults(resource, ""))


def _each_entry(bundle: Json, entries: list[Any]) -> list[Issue]:
    """The Bundle without its resources, then each of them: one fault does not hide the next."""
    frame = {**bundle, "entry": [_without_resource(entry) for entry in entries]}
    found = list(_faults(frame, ""))
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and isinstance(resource := entry.get("resource"), dict):
            found.extend(_faults(resource, f"Bundle.entry[{number}].resource"))
    return found


def _without_resource(entry: Any) -> Any:
    if not isinstance(entry, dict) or "resource" not in entry:
        return entry
    rest = {key: value for key, value in entry.items() if key != "resource"}
    return rest or {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000000"}


def _faults(resource: Json, path: str) -> Iterator[Issue]:
    name = resource.get("resourceType")
    known = tables().r4_resources if path else tables().resources
    if not isinstance(name, str) or name not in known:
        return  # The walk has said so already.
    try:
        _model(name).model_validate(resource)
    except ValidationError as error:
        yield from _explained(error, path or name)
    except KeyError:
        text = "A resource inside this one is of a kind that is not taken here. The CapabilityStatement lists them."
        yield Issue(Severity.ERROR, IssueType.NOT_SUPPORTED, text, (path or name,))
    except RecursionError:
        text = "Elements are too deep inside each other. Send them side by side."
        yield Issue(Severity.ERROR, IssueType.TOO_COSTLY, text, (path or name,))
    except (AttributeError, TypeError, ValueError, ArithmeticError):
        yield Issue(Severity.ERROR, *_WRONG, expression=(path or name,))


def _explained(error: ValidationError, path: str) -> Iterator[Issue]:
    try:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
    except UnicodeError:  # pydantic quotes what was sent, and cannot quote half a character
        yield Issue(Severity.ERROR, *_WRONG, expression=(path,))
        return
    for fault in faults:
        code, text = _SAYINGS.get(fault["type"], _WRONG)
        yield Issue(Severity.ERROR, code, text, (_expression(path, fault["loc"]),))


@cache
def _model(name: str) -> Any:
    return get_fhir_model_class(name)


def _expression(path: str, steps: tuple[int | str, ...]) -> str:
    """FHIRPath from pydantic's steps. A step that is no element of FHIR is what somebody sent, and is left out."""
    known = tables().element_names
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step in known:
            path += f".{step}"
    return path

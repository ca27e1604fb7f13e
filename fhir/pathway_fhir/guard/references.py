"""Where references point: at a kind of resource that the element allows, and never into nothing inside the resource.

Whether the resource exists is not asked here: that takes a database, and the answer would differ by who asks.
Source: HL7 FHIR R4, References between Resources; invariants dom-2 to dom-5 and ref-1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pathway_fhir.guard.report import Report
from pathway_fhir.outcome import IssueType

Json = dict[str, Any]

_LITERAL = re.compile(
    r"(?:https?://[^\s?#]+/)?([A-Z][A-Za-z]{1,63})/[A-Za-z0-9\-.|]{1,128}(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]{1,63})\?")

_LONGEST = 2_048


@dataclass(slots=True)
class Place:
    """One resource as references see it: what it contains, what of that is used, and what a Bundle around it holds."""

    contained: Mapping[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    in_bundle: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, node: Json, outer: "Place") -> "Place":
        in_bundle = _full_urls(node.get("entry")) if node.get("resourceType") == "Bundle" else outer.in_bundle
        return cls(contained=_contained(node.get("contained")), in_bundle=in_bundle)


def _contained(resources: Any) -> dict[str, str]:
    found = {}
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, dict) and isinstance(name := resource.get("id"), str):
            found[name] = str(resource.get("resourceType"))
    return found


def _full_urls(entries: Any) -> dict[str, str]:
    found = {}
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(url := entry.get("fullUrl"), str):
            found[url] = str(resource.get("resourceType"))
    return found


def check(value: Json, targets: frozenset[str] | None, path: str, place: Place, report: Report) -> None:
    """One Reference: it points at one of `targets` (any, where None), and `#id` at something contained."""
    reference, kind = value.get("reference"), value.get("type")
    if not isinstance(reference, str):
        pointed = kind if isinstance(kind, str) else None
    elif reference.startswith("#"):
        pointed = _inside(reference[1:], path, place, report)
    else:
        pointed = place.in_bundle.get(reference) or _named(reference)
        if pointed is None and isinstance(kind, str):
            pointed = kind
    if targets and pointed and pointed.rsplit("/", 1)[-1] not in targets:
        text = "A reference points at a kind of resource that may not stand here. Point at one that may."
        report.profile(IssueType.STRUCTURE, text, path)


def _inside(name: str, path: str, place: Place, report: Report) -> str | None:
    """`#` alone is the resource around; any other must be contained."""
    if name:
        place.used.add(name)
        if name not in place.contained:
            text = "A reference points at a contained resource that is not there. Contain it or mend the reference."
            report.profile(IssueType.INVARIANT, text, path)
    return place.contained.get(name)


def _named(reference: str) -> str | None:
    if len(reference) > _LONGEST:
        return None
    found = _LITERAL.fullmatch(reference) or _CONDITIONAL.match(reference)
    return found[1] if found else None


def check_resource(node: Json, path: str, place: Place, report: Report, *, contained: bool) -> None:
    """The resource as a whole, once its references have been seen."""
    if "implicitRules" in node:
        text = "The resource asks to be read by rules of its own, which are not known here. Send it without them."
        report.error(IssueType.NOT_SUPPORTED, text, f"{path}.implicitRules")
    if contained:
        _check_contained(node, path, report)
        return
    if place.contained and not place.contained.keys() <= place.used | _local(node):
        text = "A contained resource is used by nothing. Refer to it or leave it out."
        report.profile(IssueType.INVARIANT, text, f"{path}.contained")


def _check_contained(node: Json, path: str, report: Report) -> None:
    if "contained" in node:
        text = "A contained resource contains another. Put them side by side."
        report.profile(IssueType.INVARIANT, text, path)
    meta = node.get("meta")
    if isinstance(meta, dict) and meta.keys() & {"versionId", "lastUpdated", "security"}:
        text = "A contained resource has a version, a time or a security label of its own. Leave them out."
        report.profile(IssueType.INVARIANT, text, f"{path}.meta")


def _local(node: Json) -> set[str]:
    """Every contained resource that may be used otherwise than by a Reference (dom-3).

    A canonical address can be `#id` too, and one that itself refers to `#` describes the resource around it.
    """
    found: set[str] = set()
    waiting: list[Any] = list(node.values())
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and one.startswith("#"):
            found.add(one[1:])
        elif isinstance(one, dict | list):
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return {*found, *_contained(node.get("contained"))} if "" in found else found

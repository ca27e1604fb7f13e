"""Bundles that answer: of a search, of a history, of a batch or transaction."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from pathway_fhir.guard.tables import tables
from pathway_fhir.outcome import Issue, IssueType, Severity, operation_outcome
from pathway_fhir.server.asked import Asked
from pathway_fhir.server.offered import Json

_SUMMARY: Final = frozenset({"resourceType", "id", "meta", "identifier", "status", "active", "name", "birthDate", "gender",
                             "subject", "patient", "code", "type", "period", "category", "intent", "priority", "authoredOn",
                             "for", "focus", "owner", "businessStatus", "date", "class", "recorded", "start", "end"})  # fmt: skip
"""The elements that nearly every R4 type marks as its summary and that we fill."""
_SUBSETTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}


UNSHOWN: Final = Issue(
    Severity.INFORMATION,
    IssueType.SUPPRESSED,
    "It is recorded. Your system may not read it back: carers, for one, are shown to the team and the council alone.",
)


def unshown(place: str, *, made: bool) -> Json:
    """The answer for an entry that is recorded, and that its sender may not read."""
    outcome = operation_outcome([UNSHOWN])
    return {"response": {"status": "201" if made else "200", "location": place, "outcome": outcome}}


def searchset(
    base: str,
    resource_type: str,
    asked: Asked,
    resources: Sequence[Json],
    along: Sequence[Json],
    total: int | None,
    following: str,
) -> Json:
    """The answer to a search; each resource once, what goes along marked as such."""
    links = [{"relation": "self", "url": f"{base}/{resource_type}?{urlencode(asked.pairs)}".rstrip("?")}]
    if following:
        links.append({"relation": "next", "url": f"{base}/{resource_type}?{following}"})
    known = {(r["resourceType"], r["id"]) for r in resources}
    entries = [_entry(base, shortened(r, asked), "match") for r in resources]
    for one in along:
        if (one["resourceType"], one["id"]) not in known:
            known.add((one["resourceType"], one["id"]))
            entries.append(_entry(base, one, "include"))
    if asked.warnings:
        entries.append({"resource": operation_outcome(asked.warnings), "search": {"mode": "outcome"}})
    return bundle("searchset", entries, links, total)


def history(base: str, path: str, versions: Sequence[Json]) -> Json:
    """The versions of one resource, newest first."""
    entries = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "request": {
                "method": "PUT" if n < len(versions) - 1 else "POST",
                "url": f"{one['resourceType']}/{one['id']}",
            },
            "response": _present({"status": "200", "etag": etag(one), "lastModified": _changed(one)}),
        }
        for n, one in enumerate(versions)
    ]
    return bundle("history", entries, [{"relation": "self", "url": f"{base}/{path}"}], len(versions))


def _changed(resource: Json) -> str:
    changed: str = resource.get("meta", {}).get("lastUpdated", "")
    return changed


def _present(of: Mapping[str, str]) -> Json:
    return {name: value for name, value in of.items() if value}


def bundle(
    kind: str, entries: Sequence[Mapping[str, Any]], links: Sequence[Json] = (), total: int | None = None
) -> Json:
    made: Json = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        made["total"] = total
    if links:
        made["link"] = list(links)
    if entries:
        made["entry"] = list(entries)
    return made


def etag(resource: Json) -> str:
    """The weak ETag of a version; nothing for a resource that has none."""
    version = resource.get("meta", {}).get("versionId")
    return f'W/"{version}"' if version else ""


def shortened(resource: Json, asked: Asked) -> Json:
    """Only the elements that were asked for, and those that a resource cannot be without; marked as not the whole."""
    if asked.elements:
        wanted = _needed(resource["resourceType"]).union(asked.elements)
    elif asked.summary == "true":
        wanted = _needed(resource["resourceType"]) | _SUMMARY
    elif asked.summary == "text":
        wanted = _needed(resource["resourceType"]) | {"text"}
    else:
        return resource
    kept = {name: value for name, value in resource.items() if name in wanted}
    meta = dict(kept.get("meta", {}))
    meta["tag"] = [*meta.get("tag", ()), _SUBSETTED]
    return {**kept, "meta": meta}


_NEEDED_OF_PUBLISHED: Final = frozenset(
    {"resourceType", "id", "meta", "url", "name", "status", "date", "kind", "abstract", "type", "content", "period", "measure",
     "eventCoding", "eventUri", "base"}
)  # fmt: skip
"""The same of the types that only we write (CodeSystem, Measure …), for which the guard has no table."""


@cache
def _needed(resource_type: str) -> frozenset[str]:
    """What a resource of a type cannot be without, and what can turn its meaning round (HL7 FHIR R4, 3.1.1.5.9)."""
    kind = tables().kinds.get(resource_type)
    if kind is None:
        return _NEEDED_OF_PUBLISHED
    chosen = [name for name, of in kind.choices.items() if of in kind.needed_choices]
    return frozenset(
        {"resourceType", "id", "meta", "implicitRules", "modifierExtension", *kind.needed, *chosen}
    )


def _entry(base: str, resource: Json, mode: str) -> Json:
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
        "search": {"mode": mode},
    }

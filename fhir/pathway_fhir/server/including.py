"""What goes along with the answer of a search: what it points at (`_include`), what points at it (`_revinclude`).

Only what a type names can be asked for; a star is refused, for it would bring what nobody expects. Everything brought along is
read as by itself: under the caller's role, within the caller's scopes, and logged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pathway.store.exchange_search import AllOf, Page
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.asked import LARGEST_PAGE, Given
from pathway_fhir.server.conditions import condition_of
from pathway_fhir.server.offered import Exchange, Json, Offered, OfOneChild, Searched
from pathway_fhir.server.values import reference_key

_ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "patient": ("patient", "subject", "for", "participant", "target"),
    "subject": ("subject", "for", "participant", "patient"),
    "organization": ("managingOrganization",),
    "requester": ("requester",),
    "performer": ("performer",),
    "focus": ("focus",),
    "owner": ("owner",),
    "recipient": ("recipient",),
}
"""The elements that each search parameter which `_include` may follow looks at."""
MOST_ALONG: Final = 2_000


async def included(
    exchange: Exchange,
    offered: Offered,
    resources: Sequence[Json],
    asked: Sequence[str],
    types: Mapping[str, Offered],
) -> list[Json]:
    """The resources that those of a page point at, each once."""
    wanted: dict[str, None] = {}
    for include in asked:
        source, _, named = include.partition(":")
        name, _, kind = named.partition(":")
        if source != offered.name or name not in offered.includes or kind not in ("", offered.includes[name]):
            there = ", ".join(f"{offered.name}:{one}" for one in sorted(offered.includes)) or "none"
            raise Refused.because(400, IssueType.NOT_SUPPORTED, f"_include takes here: {there}.")
        target = offered.includes[name]
        pointed = [ref for r in resources for e in _ELEMENTS[name] for ref in references_in(r.get(e))]
        wanted |= {ref: None for ref in pointed if ref.startswith(f"{target}/")}
    found = []
    for reference in wanted:
        target, _, logical_id = reference.partition("/")
        if target in types and exchange.caller.scopes.allows(target, "r"):
            resource = await types[target].read(exchange, logical_id)
            if resource is not None:
                found.append(resource)
    return found


async def reversed_included(
    exchange: Exchange,
    offered: Offered,
    resources: Sequence[Json],
    asked: Sequence[str],
    types: Mapping[str, Offered],
) -> list[Json]:
    """The resources that point at those of a page."""
    found: list[Json] = []
    known = {f"{source}:{name}": (source, name) for source, name in offered.reverse}
    for include in asked:
        if include not in known:
            there = ", ".join(sorted(known)) or "none"
            raise Refused.because(400, IssueType.NOT_SUPPORTED, f"_revinclude takes here: {there}.")
        source, name = known[include]
        if resources and exchange.caller.scopes.allows(source, "s"):
            references = tuple(f"{offered.name}/{one['id']}" for one in resources)
            found += await pointing_at(exchange, types[source], Given(name, "", references))
    return found


async def pointing_at(exchange: Exchange, source: Offered, given: Given) -> Sequence[Json]:
    """What of a type points at the resources that are given, in its usual order."""
    found_by = source.found_by
    if isinstance(found_by, Searched):
        condition = condition_of(given, found_by.parameters[given.name])
        return await _every_page(exchange, found_by, AllOf((condition,)))
    if isinstance(found_by, OfOneChild):
        children = [key for value in given.values if (key := reference_key(value, "Patient")) is not None]
        return await found_by.of_children(exchange, children)
    return []


async def _every_page(exchange: Exchange, found_by: Searched, asked: AllOf) -> list[Json]:
    """All of them, page by page: what goes along has no link to a next page, so none may be left out unsaid."""
    resources: list[Json] = []
    page = Page(found_by.sorts[found_by.usual_sort], LARGEST_PAGE)
    while True:
        found = await found_by.search(exchange, asked, page, False)
        resources += found.page
        if found.after is None:
            return resources
        if len(resources) >= MOST_ALONG:
            text = f"More than {MOST_ALONG:,} resources would come along. Ask for fewer at once, with _count."
            raise Refused.because(400, IssueType.TOO_COSTLY, text)
        page = replace(page, after=found.after)


def references_in(value: object) -> list[str]:
    """Every literal reference in a resource, wherever it stands."""
    if isinstance(value, Mapping):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [ref for one in value.values() for ref in references_in(one)]
    if isinstance(value, list):
        return [ref for one in value for ref in references_in(one)]
    return []

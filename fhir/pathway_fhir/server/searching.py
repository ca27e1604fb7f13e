"""Answering a search: which condition it asks for, the page that holds, what goes with it, and the links.

An answer never counts what it did not need to: `total` is there when it was asked for (HL7 FHIR R4, 3.1.1.1.3).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from pathway.reading.told.children import search_children
from pathway.reading.told.episodes import read_episode
from pathway.reading.told.found import Found
from pathway.store.exchange_search import AllOf, Criterion, Page, Test
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server import cursors
from pathway_fhir.server.asked import LARGEST_PAGE, Asked, Given
from pathway_fhir.server.bundles import searchset
from pathway_fhir.server.conditions import condition_of
from pathway_fhir.server.including import included, references_in, reversed_included
from pathway_fhir.server.matching import Looked, check_values, first_moment, matches
from pathway_fhir.server.offered import CHILD, Exchange, Few, Json, Offered, OfOneChild, Searched
from pathway_fhir.server.values import reference_key, token
from pathway_fhir.vocabulary import systems

_CHANGED: Final = ("meta.lastUpdated",)
_WHOSE: Final = "Say which child: add patient=Patient/… or, by POST, patient:identifier=…|…."


def parameters_of(offered: Offered) -> dict[str, frozenset[str]]:
    """Each parameter of a type with the modifiers it takes."""
    return {name: one.modifiers for name, one in offered.found_by.parameters.items()}


async def search(exchange: Exchange, offered: Offered, asked: Asked, types: Mapping[str, Offered]) -> Json:
    """The searchset Bundle. Raises Refused where a value, a sort or an include is none of the type's."""
    found = await _found(exchange, offered, asked)
    resources = [] if asked.only_count else list(found.page)
    more = await included(exchange, offered, resources, asked.includes, types)
    more += await reversed_included(exchange, offered, resources, asked.reverse_includes, types)
    return searchset(
        exchange.base, offered.name, asked, resources, more, found.total, _next(offered, asked, found)
    )


async def _found(exchange: Exchange, offered: Offered, asked: Asked) -> Found[Json]:
    match offered.found_by:
        case Searched():
            return await _by_database(exchange, offered, offered.found_by, asked)
        case OfOneChild():
            children = await _children(exchange, offered, asked)
            resources = await offered.found_by.of_children(exchange, children)
            rest = [g for g in asked.given if g.name not in CHILD or g.modifier == "missing"]
            return _page_of(offered.name, resources, offered.found_by.parameters, rest, asked)
        case Few():
            resources = await offered.found_by.all(exchange)
            return _page_of(offered.name, resources, offered.found_by.parameters, asked.given, asked)


async def _by_database(exchange: Exchange, offered: Offered, found_by: Searched, asked: Asked) -> Found[Json]:
    conditions = tuple(condition_of(one, found_by.parameters[one.name]) for one in asked.given)
    sort = asked.sort or found_by.usual_sort
    if sort not in found_by.sorts:
        there = ", ".join(sorted(found_by.sorts))
        raise Refused.because(400, IssueType.NOT_SUPPORTED, f"{offered.name} can be sorted by: {there}.")
    after = cursors.read(asked.cursor, _question_of(asked, offered.name))
    page = Page(found_by.sorts[sort], max(asked.count, 1), asked.descending, after)
    wants_total = asked.only_count or asked.total != "none"
    return await found_by.search(exchange, AllOf(conditions), page, wants_total)


async def _children(exchange: Exchange, offered: Offered, asked: Asked) -> list[UUID]:
    """The children that the search names; a search of what belongs to a child needs one, or the id of what is sought."""
    named = [one for one in asked.given if one.name in CHILD and one.modifier != "missing"]
    if not named:
        keys = await _child_of_id(exchange, offered, asked.given)
        if keys is not None:
            return keys
        raise Refused.because(400, IssueType.TOO_COSTLY, _WHOSE)
    found = [await _children_of(exchange, one) for one in named]
    return sorted(set.intersection(*found))


async def _children_of(exchange: Exchange, given: Given) -> set[UUID]:
    if given.modifier != "identifier":
        keys = {reference_key(value, "Patient") for value in given.values}
        return {key for key in keys if key is not None}
    numbers = [t.code for t in map(token, given.values) if t.system in (None, systems.NHS_NUMBER)]
    asked = AllOf((Criterion("nhs_number", Test.IS, numbers),))
    children = await search_children(exchange.area, exchange.actor, asked, Page("id", LARGEST_PAGE))
    return {child.id for child in children.page}


async def _child_of_id(exchange: Exchange, offered: Offered, given: Sequence[Given]) -> list[UUID] | None:
    """The child of what a search by `_id` names; None where it names nothing by id."""
    wanted = [value for one in given if one.name == "_id" for value in one.values]
    if not wanted:
        return None
    found = [await offered.read(exchange, value) for value in wanted[:LARGEST_PAGE]]
    children = [await _patient_in(exchange, resource) for resource in found if resource]
    return sorted({child for child in children if child is not None})


async def _patient_in(exchange: Exchange, resource: Json) -> UUID | None:
    """The child that a resource points at, wherever it stands; a Provenance points only at the episode."""
    episode = None
    for value in references_in(resource):
        if value.startswith("Patient/") and (key := reference_key(value, "Patient")):
            return key
        if value.startswith("EpisodeOfCare/"):
            episode = reference_key(value, "EpisodeOfCare") or episode
    told = await read_episode(exchange.area, exchange.actor, episode) if episode else None
    return told.child_id if told else None


def _page_of(
    name: str,
    resources: Sequence[Json],
    parameters: Mapping[str, Looked],
    given: Sequence[Given],
    asked: Asked,
) -> Found[Json]:
    """The page of resources that are at hand, by their last change, unless another order was asked for."""
    for one in given:
        check_values(one, parameters[one.name])
    kept = [r for r in resources if all(matches(r, one, parameters[one.name]) for one in given)]
    place = _sorted_by(asked.sort, parameters)
    ordered = sorted(kept, key=place, reverse=asked.descending)
    after = cursors.read(asked.cursor, _question_of(asked, name))
    if after is not None:
        last = (str(after[0]), after[1])
        ordered = [r for r in ordered if (place(r) < last if asked.descending else place(r) > last)]
    page = ordered[: max(asked.count, 1)]
    beyond = place(page[-1]) if page and len(ordered) > len(page) else None
    return Found(page, beyond, len(kept) if asked.only_count or asked.total != "none" else None)


def _sorted_by(sort: str, parameters: Mapping[str, Looked]) -> Callable[[Json], tuple[str, str]]:
    """The place of a resource in the order that was asked for: by its id, its last change, or one of its dates."""
    dates = {name: one.paths for name, one in parameters.items() if one.kind == "date"}
    paths = {"": _CHANGED, "_id": (), "_lastUpdated": _CHANGED, **dates}.get(sort)
    if paths is None:
        there = ", ".join(sorted({"_id", "_lastUpdated", *dates}))
        raise Refused.because(400, IssueType.NOT_SUPPORTED, f"This can be sorted by: {there}.")
    return lambda resource: (first_moment(resource, paths), str(resource["id"]))


def _next(offered: Offered, asked: Asked, found: Found[Json]) -> str:
    """The address of the next page, or nothing on the last."""
    if found.after is None or asked.only_count:
        return ""
    cursor = cursors.written(found.after, _question_of(asked, offered.name))
    return urlencode([*asked.pairs, ("_cursor", cursor)])


def _question_of(asked: Asked, name: str) -> str:
    return name + urlencode(sorted(asked.pairs))

"""Every search parameter that is declared, with every modifier and prefix, finds what the resources say and nothing else."""

import json

from pathway_fhir.server.offered import Offered, OfOneChild
from pathway_fhir.server.registry import types_of
from tests.fhir.server.calling import Calls, calling
from tests.fhir.server.searched import OF_ALL, PATHS, Asked, populated, searches
from tests.world import World

PAGE = 200


async def found(them: Calls, name: str, *asked: tuple[str, str]) -> list[dict[str, object]]:
    answer = await them.call("GET", name, params=[*asked, ("_count", str(PAGE))])
    assert answer.status_code == 200, (name, asked, answer.text[:500])
    body = answer.json()
    assert not [link for link in body["link"] if link["relation"] == "next"]
    return [entry["resource"] for entry in body.get("entry", ())]


def differs(name: str, asked: Asked, ids: set[object]) -> str:
    missed, more = asked.ids - ids, ids - asked.ids
    return f"{name}?{asked.name}={asked.value}: misses {len(missed)}, finds {len(more)} too many of {len(asked.ids)}"


async def wrong(them: Calls, offered: Offered, child: str | None) -> list[str]:
    """The searches of one type (of one child) that find other resources than they should."""
    within = [("patient", child)] if child else []
    resources = await found(them, offered.name, *within)
    told = []
    for name, parameter in offered.found_by.parameters.items():
        path = {**OF_ALL, **PATHS[offered.name]}[name]
        if not path or (name == "patient" and child):
            continue
        for asked in searches(parameter.kind, parameter.modifiers, name, path, resources):
            ids = {one["id"] for one in await found(them, offered.name, *within, (asked.name, asked.value))}
            if ids != asked.ids:
                told.append(differs(offered.name, asked, ids))
    return told


async def test_each_parameter_finds_what_it_says(world: World) -> None:
    children = await populated(world)
    types = types_of(world.area)
    assert {name: {p for p in t.found_by.parameters if p not in OF_ALL} for name, t in types.items()} == {
        name: set(paths) for name, paths in PATHS.items()
    }
    told = []
    async with calling(world) as them:
        for offered in types.values():
            of_child = isinstance(offered.found_by, OfOneChild)
            if offered.name == "AuditEvent":  # each search is one more
                continue
            for child in children if of_child else [None]:
                told += await wrong(them, offered, child)
    assert not told, "\n".join(told)


async def test_there_is_something_to_find_of_every_type(world: World) -> None:
    """Or the test above would prove nothing."""
    children = await populated(world)
    empty = set()
    async with calling(world) as them:
        for name, offered in types_of(world.area).items():
            of_child = isinstance(offered.found_by, OfOneChild)
            there = [
                await found(them, name, *([("patient", c)] if c else []))
                for c in (children if of_child else [""])
            ]
            if not any(there):
                empty.add(name)
    assert empty <= {"CarePlan", "MeasureReport", "Measure"}, json.dumps(sorted(empty))

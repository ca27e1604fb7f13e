"""Every resource that the demonstration's county can produce is what it claims to be, by our guard and by fhir.resources."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from pathway.definitions import load_all
from pathway_fhir.conformance.extensions import OWN, OwnExtension
from pathway_fhir.guard.tables import tables
from pathway_fhir.guard.walk import walk
from pathway_fhir.vocabulary import systems
from pathway_fhir.vocabulary.code_systems import code_systems
from tests.fhir.county.produced import VIEWS, County, Json

Produced = dict[str, dict[str, list[Json]]]
EACH_VIEW = pytest.mark.parametrize("view", VIEWS)


@EACH_VIEW
async def test_our_guard_has_nothing_to_say(produced: Produced, view: str) -> None:
    said: Counter[tuple[str, str, str]] = Counter()
    read = 0
    for name, resources in produced[view].items():
        if name not in tables().resources:
            continue
        for resource in resources:
            read += 1
            said.update(
                (name, i.expression[0] if i.expression else "", i.text) for i in walk(resource, strict=True)
            )
    assert not said, said.most_common(20)
    assert read > 2000


@EACH_VIEW
async def test_another_library_reads_every_one(produced: Produced, view: str) -> None:
    for name, resources in produced[view].items():
        model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
        for resource in resources:
            model.model_validate(resource)


async def test_the_providers_system_is_given_some_of_every_type(county: County, produced: Produced) -> None:
    missing = {name for name, found in produced["the provider's system"].items() if not found}
    assert missing <= {"AuditEvent", "Communication"}, missing


def _extensions(value: Any, owner: str) -> Iterator[tuple[str, Json]]:
    """Each extension with the resource type in which it stands."""
    if isinstance(value, dict):
        for extension in value.get("extension", ()):
            yield owner, extension
        for one in value.values():
            yield from _extensions(one, owner)
    elif isinstance(value, list):
        for one in value:
            yield from _extensions(one, owner)


def _codings(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if str(value.get("system", "")).startswith(f"{systems.OURS}/CodeSystem/") and "code" in value:
            yield value
        for one in value.values():
            yield from _codings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _codings(one)


@EACH_VIEW
async def test_every_extension_of_ours_keeps_to_its_definition(produced: Produced, view: str) -> None:
    known = {own.url: own for own in OWN}
    wrong: Counter[str] = Counter()
    for name, resources in produced[view].items():
        for place, extension in _extensions(resources, name):
            if not extension["url"].startswith(systems.OURS):
                continue
            own = known.get(extension["url"])
            wrong.update(_faults(own, place, extension) if own else [f"{extension['url']} is not defined"])
    assert not wrong, wrong.most_common(20)


def _faults(own: OwnExtension, place: str, extension: Json) -> Iterator[str]:
    if place not in own.places:
        yield f"{own.name} stands in {place}"
    values = [key.removeprefix("value") for key in extension if key.startswith("value")]
    if own.types and [v.lower() for v in values] not in [[t.lower()] for t in own.types]:
        yield f"{own.name} holds {values}"
    counted = Counter(part["url"] for part in extension.get("extension", ()))
    parts = {part.name: part for part in own.parts}
    for name in counted.keys() - parts.keys():
        yield f"{own.name} has an unknown part {name}"
    for part in own.parts:
        if counted[part.name] < part.least or (part.most == "1" and counted[part.name] > 1):
            yield f"{own.name} has {counted[part.name]} {part.name}"


@EACH_VIEW
async def test_every_code_of_ours_is_published(produced: Produced, view: str) -> None:
    made = code_systems(load_all().values())
    published = {(one["url"], concept["code"]) for one in made for concept in one.get("concept", ())}
    open_lists = {one["url"] for one in made if one["content"] == "not-present"}
    used = {(c["system"], c["code"]) for found in produced[view].values() for c in _codings(found)}
    unknown = {
        (system, code)
        for system, code in used - published
        if system not in open_lists and not system.rpartition("/")[2].startswith(("mhsds-", "csds-"))
    }
    assert not unknown, sorted(unknown)[:20]


@EACH_VIEW
async def test_nobody_reads_that_an_identity_was_replaced(
    county: County, produced: Produced, view: str
) -> None:
    """docs/rules.md 12: sealing leaves no link; the county has a child of whom it is recorded."""
    assert await county.count("event WHERE kind = 'sealed'") == 1
    told = {c["code"] for c in _codings(produced[view]) if c["system"] == systems.STEP}
    assert "referral_received" in told
    assert "sealed" not in told

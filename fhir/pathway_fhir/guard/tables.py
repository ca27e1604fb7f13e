"""What FHIR R4 and UK Core say of each element, loaded once from `pathway_fhir/data` into what the walk looks up.

The tables are made by `scripts/make_bindings.py` (HL7, CC0) and `scripts/make_ukcore.py` (HL7 UK, Apache 2.0). A child
element costs the walk one dictionary look-up; nothing is decided by the name of a resource in code.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pathway_fhir.guard.codes import Codes, codes_named
from pathway_fhir.guard.primitives import PRIMITIVES, Primitive

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type: the kind of its values, how many, the codes it must be from, where it may point."""

    name: str
    kind: str
    many: bool = False
    needed: bool = False
    primitive: Primitive | None = None
    codes: Codes | None = None
    targets: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource, a data type, or an element with elements of its own (`Patient.contact`)."""

    path: str
    elements: Mapping[str, Element]
    needed: tuple[str, ...]
    choices: Mapping[str, str] = field(default_factory=dict)
    needed_choices: tuple[str, ...] = ()
    is_resource: bool = False


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """What one extension, or one part of it, may hold. `needed` is of a part inside its extension."""

    url: str
    values: frozenset[str] = frozenset()
    once: bool = False
    needed: bool = False
    codes: Codes | None = None
    targets: frozenset[str] | None = None
    parts: "Mapping[str, ExtensionRule]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slice:
    """Identifiers of one system: at most one, and what it must have."""

    system: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What UK Core asks of a resource beyond FHIR R4, by the path of the element."""

    url: str
    slices: Mapping[str, Mapping[str, Slice]]
    extensions_once: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Tables:
    kinds: Mapping[str, Kind]
    resources: frozenset[str]
    mapped: frozenset[str]
    r4_resources: frozenset[str]
    extensions: Mapping[str, ExtensionRule]
    profiles: Mapping[str, Profile]
    element_names: frozenset[str]


_EXTENSION = Element("extension", "Extension", many=True)
_MODIFIER = Element("modifierExtension", "Extension", many=True)
_IN_ELEMENT = (Element("id", "string", primitive=PRIMITIVES["string"]), _EXTENSION)
_IN_RESOURCE = (
    Element("resourceType", "code", primitive=PRIMITIVES["code"]),
    Element("id", "id", primitive=PRIMITIVES["id"]),
    Element("meta", "Meta"),
    Element("implicitRules", "uri", primitive=PRIMITIVES["uri"]),
    Element("language", "code", primitive=PRIMITIVES["code"]),
)
_IN_DOMAIN_RESOURCE = (
    *_IN_RESOURCE,
    Element("text", "Narrative"),
    Element("contained", "Resource", many=True),
    _EXTENSION,
    _MODIFIER,
)
_IN_EVERY = {"": _IN_ELEMENT, "b": (*_IN_ELEMENT, _MODIFIER), "r": _IN_RESOURCE, "d": _IN_DOMAIN_RESOURCE}


def _load(name: str) -> Json:
    return dict(json.loads(files("pathway_fhir").joinpath("data", name).read_text(encoding="utf-8")))


@cache
def tables() -> Tables:
    """All tables. Read on the first call, which takes some milliseconds; the door calls it when it starts."""
    r4, uk = _load("r4.json"), _load("ukcore.json")
    lists: dict[str, dict[str, list[str]]] = {**r4["codes"], **uk["codes"]}
    required = {path: name for row in uk["profiles"].values() for path, name in row.get("codes", {}).items()}
    kinds = {path: _kind(path, rows, lists, required) for path, rows in r4["types"].items()}
    extensions = {**r4["extensions"], **uk["extensions"]}
    return Tables(
        kinds=kinds,
        resources=frozenset(r4["resources"]),
        mapped=frozenset(r4["mapped"]),
        r4_resources=frozenset(code for codes in lists["resource-types"].values() for code in codes),
        extensions={url: _extension(url, row, lists) for url, row in extensions.items()},
        profiles={name: _profile(row) for name, row in uk["profiles"].items()},
        element_names=frozenset(name for kind in kinds.values() for name in kind.elements),
    )


def _kind(path: str, rows: Json, lists: Mapping[str, Any], required: Mapping[str, str]) -> Kind:
    what = rows.get("?is", "")
    elements = {element.name: element for element in _IN_EVERY[what]}
    choices: dict[str, str] = {}
    for name, row in rows.items():
        if name.endswith("[x]"):
            for element in _each_choice(name[:-3], row, lists):
                elements[element.name] = element
                choices[element.name] = name[:-3]
        elif name != "?is":
            elements[name] = _element(name, row, lists, required.get(f"{path}.{name}"))
    return Kind(
        path=path,
        elements=elements,
        needed=tuple(name for name, element in elements.items() if element.needed),
        choices=choices,
        needed_choices=tuple(name[:-3] for name, row in rows.items() if name.endswith("[x]") and row[1]),
        is_resource=what in ("r", "d"),
    )


def _element(name: str, row: list[Any], lists: Mapping[str, Any], required: str | None = None) -> Element:
    kind, least, most, codes, targets = [*row, None, None][:5]
    return Element(
        name=name,
        kind=kind,
        many=most == "*",
        needed=least > 0,
        primitive=PRIMITIVES.get(kind),
        codes=codes_named(required or codes, lists),
        targets=frozenset(targets) if targets else None,
    )


def _each_choice(name: str, row: list[Any], lists: Mapping[str, Any]) -> Iterator[Element]:
    """`value[x]` as `valueString`, `valueReference` and so on; only a reference has targets, only codes have lists."""
    for kind in row[0]:
        codes = row[3] if len(row) > 3 and kind in ("code", "Coding", "CodeableConcept") else None
        targets = row[4] if len(row) > 4 and kind == "Reference" else None
        yield _element(name + kind[:1].upper() + kind[1:], [kind, 0, row[2], codes, targets], lists)


def _extension(url: str, row: Json, lists: Mapping[str, Any]) -> ExtensionRule:
    return ExtensionRule(
        url=url,
        values=frozenset(row.get("value", ())),
        once=row.get("max") == 1,
        needed=row.get("min", 0) > 0,
        codes=codes_named(row.get("codes"), lists),
        targets=frozenset(row["targets"]) if "targets" in row else None,
        parts={name: _extension(name, part, lists) for name, part in row.get("parts", {}).items()},
    )


def _profile(row: Json) -> Profile:
    return Profile(
        url=row["url"],
        slices={
            path: {system: Slice(system, tuple(rule["needs"])) for system, rule in by_system.items()}
            for path, by_system in row.get("slices", {}).items()
        },
        extensions_once={path: frozenset(urls) for path, urls in row.get("extensions", {}).items()},
    )

"""Resources made from the guard's own tables, with every element that a type has, and ways to break them.

What is made is valid as far as the tables go, so a second reader (fhir.resources) can be asked whether it agrees; and
what is broken was whole before, so the fault is somewhere inside and not only at the top.
"""

import copy
from random import Random
from typing import Any

from pathway_fhir.guard.tables import Element, tables

Json = dict[str, Any]

SAMPLES: Json = {
    "string": "Some words",
    "markdown": "Some *words*",
    "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Some words</p></div>',
    "uri": "https://example.org/a",
    "url": "https://example.org/a",
    "canonical": "https://example.org/a",
    "oid": "urn:oid:1.2.3",
    "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "id": "a-1",
    "code": "code",
    "base64Binary": "QUJD",
    "date": "2026-03-31",
    "dateTime": "2026-03-31T10:30:00+01:00",
    "instant": "2026-03-31T10:30:00.123Z",
    "time": "14:30:00",
    "boolean": True,
    "integer": 3,
    "unsignedInt": 3,
    "positiveInt": 3,
    "decimal": 1.5,
}
# Where a code must be from an open list, or fhir.resources looks at what the code says.
CODES = {"mimetypes": "text/plain", "all-languages": "en"}

LEFT_OUT = ("resourceType", "id", "implicitRules", "contained", "extension", "modifierExtension")


class Maker:
    """Makes resources; the same seed makes the same ones."""

    def __init__(self, seed: int, depth: int = 4) -> None:
        self._random = Random(seed)
        self._depth = depth

    def resource(self, name: str) -> Json:
        """One resource with each of its elements, and one type of each choice."""
        return {"resourceType": name, **self._object(name, self._depth)}

    def _object(self, path: str, depth: int) -> Json:
        kind = tables().kinds[path]
        made: Json = {}
        chosen: dict[str, list[str]] = {}
        for key, group in kind.choices.items():
            chosen.setdefault(group, []).append(key)
        if depth <= 0:
            simple = {
                group: [k for k in keys if kind.elements[k].primitive] for group, keys in chosen.items()
            }
            chosen = {group: simple[group] or keys for group, keys in chosen.items()}
        kept = {self._random.choice(names) for names in chosen.values()}
        for name, element in kind.elements.items():
            deep = depth <= 0 and not element.needed and element.primitive is None
            if name in LEFT_OUT or deep:
                continue
            if name not in kind.choices or name in kept:
                value = self._value(element, depth - 1)
                if value is not None:
                    made[name] = [value] if element.many else value
        return made

    def _value(self, element: Element, depth: int) -> Any:
        if element.kind == "Resource":
            return {"resourceType": "Flag", **self._object("Flag", 0)} if depth > -2 else None
        if element.primitive:
            if element.codes:
                listed = sorted(element.codes.any_system)
                return self._random.choice(listed) if listed else CODES[element.codes.name]
            return SAMPLES[element.kind]
        if depth < -3:
            return None
        made = self._object(element.kind, depth)
        if element.codes and element.codes.by_system:
            system, codes = self._random.choice(sorted(element.codes.by_system.items()))
            coding = {"system": system, "code": self._random.choice(sorted(codes))}
            made = coding if element.kind == "Coding" else {**made, "coding": [coding]}
        elif element.codes:
            made = {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}
        if element.kind == "Reference":
            made = {"reference": f"{min(element.targets or {'Patient'})}/1"}
        return made or None


JUNK: list[Any] = [
    None, True, False, 0, -1, 10**30, 1.5, float("inf"), float("nan"), "", " ", "x", "x" * 70, "\x00", "\ud800",
    "9434765919", "2026-13-45", "2026-02-30", "9999-99-99T99:99:99Z", "#", "#a", "Patient/", "/", "http://", "urn:uuid:",
    [], {}, [None], [[]], [{}], {"": ""}, {"a": None}, {"extension": []}, {"extension": {}}, {"url": 1}, {"reference": 1},
    {"resourceType": "Unheard"}, {"resourceType": []}, {"resourceType": "Patient"}, {"coding": "x"}, {"coding": [1]},
    "<div", "<div xmlns='http://www.w3.org/1999/xhtml'><script>1</script></div>", "&nbsp;", "<!DOCTYPE a>",
]  # fmt: skip
KEYS = [
    "",
    "_",
    "_status",
    "extension",
    "modifierExtension",
    "contained",
    "resourceType",
    "value",
    "valueString",
]
KEYS += [
    "valueReference",
    "_valueCode",
    "fhir_comments",
    "Amira",
    "__class__",
    "model_config",
    "reference",
    "entry",
]


def broken(resource: Json, random: Random) -> Json:
    """A copy with one to three faults anywhere inside."""
    changed = copy.deepcopy(resource)
    for _ in range(random.randint(1, 3)):
        _break(random.choice(_places(changed)), random)
    return changed


def _places(node: Any) -> list[Any]:
    found = [node] if isinstance(node, dict | list) and node else []
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        found += _places(one)
    return found or [{}]


def _break(place: Any, random: Random) -> None:
    junk = copy.deepcopy(random.choice(JUNK))
    keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
    if not keys:
        return
    key = random.choice(keys)
    match random.randrange(6):
        case 0:
            del place[key]
        case 1:
            place[key] = junk
        case 2:
            place[key] = [place[key], junk]
        case 3:
            place[key] = {"extension": [{"url": "https://example.org/a", "valueString": junk}]}
        case 4 if isinstance(place, dict):
            place[random.choice(KEYS)] = junk
        case 5 if isinstance(place, dict):
            place[random.choice(KEYS)] = place.pop(key)
        case _:
            place[key] = _nested(junk, random.randint(2, 40))


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = {"extension": [{"url": "a", "extension": [value]}]} if depth % 2 else [value]
    return value

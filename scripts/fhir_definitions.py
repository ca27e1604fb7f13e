"""Read HL7 StructureDefinitions into the short rows that the FHIR guard's tables hold.

Used by `make_bindings.py` (HL7's own definitions) and `make_ukcore.py` (UK Core's). A row is
`[type, min, max, codes, targets]` with what is empty left off the end: the name of a FHIR type (or of each, for a
choice), how many at least, 1 or "*" at most, the name of a required list of codes, and the resource types that a
reference may point at.
"""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ANY_TARGET = "Resource"
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
FHIRPATH_TYPE = "http://hl7.org/fhirpath/System."
MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"


def read(file: Path) -> Json:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def write_compact(file: Path, table: Json) -> None:
    """One line for each key of the first two levels: small, and still readable in a comparison of versions."""
    lines = []
    for name, value in table.items():
        if isinstance(value, dict) and len(value) > 3:
            inner = ",\n".join(f"  {json.dumps(key)}: {_short(row)}" for key, row in value.items())
            lines.append(f" {json.dumps(name)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {json.dumps(name)}: {_short(value)}")
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _short(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def last_part(address: str) -> str:
    """`http://hl7.org/fhir/ValueSet/task-status|4.0.1` as `task-status`."""
    return address.split("|")[0].rsplit("/", 1)[-1]


def type_name(kind: Json) -> str:
    """The FHIR type of an element: ids and the like are written in FHIRPath's own types, with the real one beside."""
    said = {extension["url"]: extension for extension in kind.get("extension", [])}
    if FHIR_TYPE in said:
        return str(said[FHIR_TYPE]["valueUrl"])
    code = str(kind["code"])
    return code.removeprefix(FHIRPATH_TYPE).lower() if code.startswith(FHIRPATH_TYPE) else code


def targets(kinds: list[Json]) -> list[str] | None:
    """The resource types that the reference may point at, or None where it may be any."""
    named = {
        last_part(profile).removeprefix("UKCore-")
        for kind in kinds
        if kind["code"] in ("Reference", "canonical")
        for profile in kind.get("targetProfile", ())
    }
    return sorted(named) if named and ANY_TARGET not in named else None


def required_codes(element: Json) -> str | None:
    """The name of the list that the code must be from, where the definition leaves no choice."""
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and "valueSet" in binding:
        return last_part(binding["valueSet"])
    for extension in binding.get("extension", ()):
        if extension["url"] == MAX_VALUE_SET:
            return last_part(extension["valueCanonical"])
    return None


def row(kind: str | list[str], element: Json, pointing: list[str] | None) -> list[Any]:
    most = 1 if element["max"] == "1" else "*"
    full: list[Any] = [kind, element["min"], most, required_codes(element), pointing]
    while full[-1] is None:
        full.pop()
    return full


def json_row(element: Json, path: str) -> list[Any]:
    """The row of one element. A choice (`value[x]`) has the names of its types where another has one."""
    if "contentReference" in element:
        return row(element["contentReference"].split("#")[-1], element, None)
    kinds = element["type"]
    if path.endswith("[x]"):
        return row([type_name(kind) for kind in kinds], element, targets(kinds))
    name = type_name(kinds[0])
    return row(path if name in ("BackboneElement", "Element") else name, element, targets(kinds))


def extension_row(definition: Json) -> Json | None:
    """What an extension may hold: `value` (its types), `parts` (the extensions inside it), `codes`, `targets`, `max`."""
    found: dict[str, Json] = {}
    # How many there must be is read where it is said: generated snapshots give the number of the whole to each part.
    said = {element["id"]: element.get("min", 0) for element in definition["differential"]["element"]}
    for element in definition["snapshot"]["element"]:
        _note(found, {**element, "min": said.get(element.get("id", ""), 0)})
    whole = found.get("", {})
    if not whole.get("value") and not any(found):
        return None
    parts = {url: part for name, part in found.items() if name and (url := part.pop("url", name))}
    return {**whole, **({"parts": parts} if parts else {})}


def _note(found: dict[str, Json], element: Json) -> None:
    """Add what one element of the snapshot says about the extension, or about one part of it."""
    path, name = element["path"], element.get("id", "").partition("Extension.extension:")[2].split(".")[0]
    part = found.setdefault(name, {})
    if path in ("Extension", "Extension.extension") and (path == "Extension" or element.get("sliceName")):
        part.update({"max": 1} if element["max"] == "1" else {})
        part.update({"min": element["min"]} if element["min"] and name else {})
    elif path == "Extension.extension.url" and "fixedUri" in element:
        part["url"] = element["fixedUri"]
    elif path.rsplit(".", 1)[-1].startswith("value") and path.count(".") <= 2 and element["max"] != "0":
        kinds = element.get("type", [])
        if kinds and len(kinds) < 20:
            part["value"] = sorted({type_name(kind) for kind in kinds})
        pointing, codes = targets(kinds), required_codes(element)
        part.update({"targets": pointing} if pointing else {})
        part.update({"codes": codes} if codes else {})

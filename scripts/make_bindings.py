"""Make the guard's table of FHIR R4: each element's type, number, required codes and reference targets.

The result is committed (`fhir/pathway_fhir/data/r4.json`), so nobody needs this script but to take another version. It
reads HL7's own definitions and value set expansions (CC0) from the npm package `hl7.fhir.r4.examples`:

    python -m scripts.make_bindings             fetch the package with npm, write the table
    python -m scripts.make_bindings FOLDER      the same from a package that is already unpacked

Why not from `fhir.resources`: its lists of codes are cut short for Task, Observation and Encounter.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from scripts.fhir_definitions import Json, extension_row, json_row, read, write_compact

PACKAGE = "hl7.fhir.r4.examples@4.0.1"
INTEGRITY = "sha512-DXBdIZOeQaSKIgCU7w6HOC7sw/6BzylmipLkBW4f//pT+Bc94x+8LImwTdvaNThPJoOzpBzvxAzNqjeu3X/zLw=="
TABLE = Path(__file__).resolve().parent.parent / "fhir" / "pathway_fhir" / "data" / "r4.json"

# What the mapping of the pathway to FHIR uses, then what else UK Core describes and partners send in Bundles.
MAPPED = [
    "Appointment",
    "AuditEvent",
    "Bundle",
    "CapabilityStatement",
    "CarePlan",
    "CareTeam",
    "Communication",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Endpoint",
    "EpisodeOfCare",
    "Flag",
    "HealthcareService",
    "List",
    "Location",
    "Measure",
    "MeasureReport",
    "MessageDefinition",
    "MessageHeader",
    "Observation",
    "OperationOutcome",
    "Organization",
    "Parameters",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "Schedule",
    "ServiceRequest",
    "Slot",
    "Subscription",
    "Task",
]
CARRIED = [
    "AllergyIntolerance",
    "Binary",
    "Composition",
    "Coverage",
    "Device",
    "FamilyMemberHistory",
    "Group",
    "Immunization",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Procedure",
    "RequestGroup",
    "Specimen",
]

IN_ALL = ["Extension", "Meta", "Narrative"]

# Present in every element or every resource, so known to the code and not repeated in the table.
IN_EVERY = {"id", "extension", "modifierExtension", "meta", "implicitRules", "language", "text", "contained"}
# Lists that are not listed: media types, units and languages are checked by their form, where at all.
OPEN_LISTS = {"mimetypes", "all-languages", "all-time-units", "all-distance-units", "ucum-units", "bcp13.txt"}


def types_from(folder: Path) -> tuple[dict[str, Json], list[str]]:
    """Every type that the resources need, by path, and the names of the resources."""
    waiting, done, rows = [*MAPPED, *CARRIED, *IN_ALL], set[str](), dict[str, Json]()
    while waiting:
        name = waiting.pop()
        file = folder / f"StructureDefinition-{name}.json"
        if name in done or name[0].islower() or name in ("Element", "Resource") or not file.exists():
            continue
        done.add(name)
        definition = read(file)
        for path, elements in _types_of(definition).items():
            rows[path] = elements
            kinds = [row[0] for key, row in elements.items() if key != "?is"]
            waiting.extend(name for kind in kinds for name in (kind if isinstance(kind, list) else [kind]))
    return dict(sorted(rows.items())), sorted(MAPPED + CARRIED)


def _types_of(definition: Json) -> dict[str, Json]:
    """The rows of one definition: its own, and those of each element that has elements of its own."""
    found: dict[str, Json] = {}
    for element in definition["snapshot"]["element"][1:]:
        parent, _, name = element["path"].rpartition(".")
        elements = found.setdefault(parent, {})
        if name in IN_EVERY and _in_every(name, element, definition):
            _note_what_it_is(elements, name)
            continue
        elements[name] = json_row(element, element["path"])
    return found


def _in_every(name: str, element: Json, definition: Json) -> bool:
    """Whether it is the one that all have: an address has a text too, and a person a language, of their own."""
    if name == "text":
        return bool(
            element["type"][0]["code"] == "Narrative" and "." not in element["path"].partition(".")[2]
        )
    return name != "language" or (definition["kind"] == "resource" and element["path"].count(".") == 1)


def _note_what_it_is(elements: Json, name: str) -> None:
    """`?is`: r a resource, d one with text and contained resources, b an element with modifiers, none a plain one."""
    if name == "meta":
        elements["?is"] = "r"
    elif name == "contained":
        elements["?is"] = "d"
    elif name == "modifierExtension" and elements.get("?is") != "d":
        elements["?is"] = "b"


def codes_from(folder: Path, wanted: set[str]) -> dict[str, dict[str, list[str]]]:
    """The codes of each list, by the system that they are from."""
    found = {}
    for entry in read(folder / "Bundle-valueset-expansions.json")["entry"]:
        listed = entry["resource"]
        if listed.get("id") in wanted and "expansion" in listed:
            codes: dict[str, list[str]] = {}
            _collect(listed["expansion"].get("contains", []), codes)
            found[listed["id"]] = {system: sorted(set(values)) for system, values in sorted(codes.items())}
    return dict(sorted(found.items()))


def _collect(contained: list[Json], codes: dict[str, list[str]]) -> None:
    for entry in contained:
        if "code" in entry and not entry.get("abstract"):
            codes.setdefault(entry["system"], []).append(entry["code"])
        _collect(entry.get("contains", []), codes)


def extensions_from(folder: Path, known: set[str]) -> dict[str, Json]:
    """HL7's own extensions for the types that are read here."""
    found = {}
    for file in sorted(folder.glob("StructureDefinition-*.json")):
        definition = read(file)
        if definition.get("type") != "Extension" or definition.get("derivation") != "constraint":
            continue
        places = {context["expression"].split(".")[0] for context in definition.get("context", [])}
        row = extension_row(definition) if places & (known | {"Element"}) else None
        if row:
            found[definition["url"]] = row
    return found


def wanted_codes(*tables: Any) -> set[str]:
    """The names of the lists that these rows ask for."""
    rows = [
        row for elements in tables[0].values() for key, row in elements.items() if not key.startswith("?")
    ]
    named = {row[3] for row in rows if len(row) > 3 and row[3]}
    extensions = [part for whole in tables[1].values() for part in (whole, *whole.get("parts", {}).values())]
    return (named | {part["codes"] for part in extensions if "codes" in part}) - OPEN_LISTS


def make(folder: Path) -> Json:
    types, resources = types_from(folder)
    extensions = extensions_from(folder, {path.split(".")[0] for path in types})
    return {
        "title": "FHIR R4 (4.0.1): elements, required codes, reference targets and HL7's own extensions",
        "source": f"npm package {PACKAGE}: StructureDefinitions and value set expansions of HL7 FHIR R4, shortened",
        "licence": "CC0-1.0",
        "made_by": "scripts/make_bindings.py",
        "resources": resources,
        "mapped": sorted(MAPPED),
        "codes": codes_from(folder, wanted_codes(types, extensions)),
        "types": types,
        "extensions": extensions,
    }


def fetch(scratch: Path) -> Path:
    """The package, unpacked: npm knows the registry, this script names none. Other bytes than the pinned are refused."""
    pack = ["npm", "pack", "--silent", "--pack-destination", str(scratch), PACKAGE]
    subprocess.run(pack, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    tarball = next(scratch.glob("*.tgz"))
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != INTEGRITY:
        raise SystemExit(
            f"{PACKAGE} has the integrity {found}, and {INTEGRITY} was expected. Fetch it again."
        )
    with tarfile.open(tarball) as archive:
        archive.extractall(scratch, filter="data")
    return scratch / "package"


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        write_compact(TABLE, make(Path(arguments[0]) if arguments else fetch(Path(scratch))))


if __name__ == "__main__":
    main(sys.argv[1:])

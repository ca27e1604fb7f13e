"""Make the guard's table of UK Core: its extensions, and what its profiles ask beyond FHIR R4.

The result is committed (`fhir/pathway_fhir/data/ukcore.json`). It is derived from the StructureDefinitions of UK Core,
as JSON with snapshots (HL7 UK, Apache License 2.0), which this script reads from a folder:

    python -m scripts.make_ukcore FOLDER

Only what can be broken is kept: how many, which types, which codes, which parts. Descriptions and guidance are not.
"""

import sys
from pathlib import Path
from typing import Any

from scripts.fhir_definitions import Json, extension_row, last_part, read, required_codes, write_compact

TABLE = Path(__file__).resolve().parent.parent / "fhir" / "pathway_fhir" / "data" / "ukcore.json"

_UK = "https://fhir.hl7.org.uk/CodeSystem/UKCore-"
_VERIFICATION = [f"{number:02}" for number in range(1, 9)]
_NULL = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
# The lists that UK Core requires and our types use. PDS still sends the numbers under the name of the older system, so
# both are read; the older system's own codes are words.
CODES = {
    "UKCore-NHSNumberVerificationStatus": {
        f"{_UK}NHSNumberVerificationStatusEngland": _VERIFICATION,
        f"{_UK}NHSNumberVerificationStatusWales": ["nn", *_VERIFICATION],
        f"{_UK}NHSNumberVerificationStatus": [
            *_VERIFICATION,
            "number-not-present-and-trace-not-required",
            "number-present-and-traced-using-welsh-nhs-ar",
            "number-present-and-verified",
            "number-present-but-not-traced",
            "trace-attempted",
            "trace-in-progress",
            "trace-needs-to-be-resolved",
            "trace-postponed",
            "trace-required",
        ],
        _NULL: ["NI"],
    },
    "UKCore-BirthSex": {
        "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender": ["F", "M", "UN"],
        _NULL: ["UNK"],
    },
}

# PDS and BaRS are built against older versions of UK Core, in which these parts held a Coding: both are read.
_DEFINED = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
OLDER = {f"{_DEFINED}AddressKey": ("type", "Coding"), f"{_DEFINED}OtherContactSystem": ("", "Coding")}


def profile_row(definition: Json) -> Json:
    """What the profile asks: slices by a fixed system, how often an extension may be there, and required codes."""
    said = {element["id"]: element for element in definition["differential"]["element"]}
    return {
        "url": definition["url"],
        "version": definition["version"],
        **_unless_empty("slices", _slices(said)),
        **_unless_empty("extensions", _extensions(said)),
        **_unless_empty("codes", {e["path"]: name for e in said.values() if (name := required_codes(e))}),
    }


def _unless_empty(name: str, found: Json) -> Json:
    return {name: found} if found else {}


def _slices(said: dict[str, Json]) -> Json:
    """For each identifier with a system of its own: how many there may be, and what it must have."""
    found: Json = {}
    for name, element in said.items():
        if not name.endswith(".system") or "fixedUri" not in element or ":" not in name.rsplit(".", 1)[0]:
            continue
        whole = name.removesuffix(".system")
        needs = [
            id_[len(whole) + 1 :] for id_, e in said.items() if id_.startswith(whole + ".") and e.get("min")
        ]
        most = {"max": 1} if said.get(whole, {}).get("max") == "1" else {}
        if most:
            row = {"name": whole.rpartition(":")[2], **most, "needs": sorted(set(needs) - {"system"})}
            found.setdefault(whole.rpartition(":")[0], {})[element["fixedUri"]] = row
    return found


def _extensions(said: dict[str, Json]) -> Json:
    """How many of one extension an element may have, where the profile says other than the extension itself."""
    found: Json = {}
    for element in said.values():
        profile = next((kind["profile"][0] for kind in element.get("type", ()) if kind.get("profile")), None)
        if profile and element.get("max") == "1" and element["path"].endswith(".extension"):
            found.setdefault(element["path"].removesuffix(".extension"), {})[profile] = 1
    return found


def make(folder: Path) -> Json:
    definitions = [read(file) for file in sorted(folder.glob("StructureDefinition-*.json"))]
    extensions: dict[str, Any] = {}
    profiles: dict[str, Json] = {}
    for definition in definitions:
        if definition["type"] == "Extension":
            url = _fixed_url(definition)
            extensions[url] = _with_older(url, extension_row(definition))
        elif last_part(definition["url"]) == f"UKCore-{definition['type']}":
            profiles[definition["type"]] = profile_row(definition)
    return {
        "title": "UK Core: extensions, and what its profiles ask beyond FHIR R4",
        "source": "github.com/NHSDigital/FHIR-R4-UKCORE-STAGING-MAIN, commit 3d2827e3 (2025-06-20), shortened",
        "licence": "Apache-2.0. Copyright 2021+ HL7 UK. FHIR is a registered trade mark of HL7.",
        "made_by": "scripts/make_ukcore.py",
        "codes": CODES,
        "profiles": profiles,
        "extensions": dict(sorted(extensions.items())),
    }


def _with_older(url: str, row: Json | None) -> Json | None:
    """The row, with the type that an older version of it had."""
    if row and url in OLDER:
        part, kind = OLDER[url]
        held = row["parts"][part] if part else row
        held["value"] = sorted({*held["value"], kind})
    return row


def _fixed_url(definition: Json) -> str:
    """The address that is sent, which for extensions taken from later versions of FHIR is not the definition's own."""
    said = {element["id"]: element for element in definition["snapshot"]["element"]}
    return str(said["Extension.url"]["fixedUri"])


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    write_compact(TABLE, make(Path(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])

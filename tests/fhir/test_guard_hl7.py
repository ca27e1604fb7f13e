"""HL7's own R4 examples (CC0), which nobody could call wrong but HL7: fetched once with npm, where there is npm."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pathway_fhir.guard import Limits, check, read
from pathway_fhir.guard.invariants import RULES
from pathway_fhir.guard.tables import tables
from pathway_fhir.outcome import IssueType, Refused, refuses
from scripts import make_bindings

# Too large for anybody's server: all of FHIR's own definitions and value sets.
LARGE = Limits().size
# Each is at odds with the text of FHIR R4, at the place named.
AT_ODDS = {
    "Consent-consent-example-pkb.json": "Consent.text.div",  # loads an image from elsewhere
    "Observation-clinical-gender.json": "Observation.performer[0]",  # an Encounter performs
    "Questionnaire-qs1.json": "Questionnaire.item[0].item[0].linkId",  # items without their id
    "Questionnaire-zika-virus-exposure-assessment.json": "Questionnaire.text.div",  # a narrative of no words
}
# Definitions of FHIR itself, whose narrative loads images from its own site.
IMAGES_FROM_ELSEWHERE = {"Bundle-types.json"}
# A breach that others publish too is only told, unless a sender is held to everything.
REFUSED_ALWAYS = {"Consent-consent-example-pkb.json", "Questionnaire-qs1.json"}


@pytest.fixture(scope="session")
def package(request: pytest.FixtureRequest) -> Path:
    """The unpacked npm package, kept in pytest's cache folder."""
    if shutil.which("npm") is None:
        pytest.skip("no npm to fetch HL7's R4 examples with")
    folder = Path(request.config.cache.mkdir("hl7.fhir.r4.examples"))
    if not (folder / "whole").exists():
        try:
            make_bindings.fetch(folder)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip("npm could not fetch HL7's R4 examples")
        (folder / "whole").touch()
    return folder / "package"


def files_of(package: Path, kind: str) -> list[Path]:
    return sorted(package.glob(f"{kind}-*.json"))


def examples(package: Path, kinds: frozenset[str]) -> list[Path]:
    found = [file for kind in sorted(kinds) for file in files_of(package, kind)]
    assert len(found) > 250
    return [file for file in found if file.stat().st_size < LARGE]


async def test_hl7s_examples_of_the_mapped_types_are_taken(package: Path) -> None:
    strictly, always = {}, set()
    for file in examples(package, tables().mapped - {"Bundle"}):
        resource = read(file.read_bytes())
        issues = await check(resource, strict=True)
        if refuses(issues):
            strictly[file.name] = [place for issue in issues for place in issue.expression]
        if refuses(await check(resource, strict=False)):
            always.add(file.name)
    assert strictly.keys() == AT_ODDS.keys()
    assert {name: place for name, place in AT_ODDS.items() if place not in strictly[name]} == {}
    assert always == REFUSED_ALWAYS


@pytest.mark.slow
async def test_hl7s_bundles_are_taken_up_to_the_limit_of_entries(package: Path) -> None:
    too_many = set()
    for file in files_of(package, "Bundle"):
        try:
            resource = read(file.read_bytes())
        except Refused as refused:
            too_many.add(refused.status)
            continue
        issues = await check(resource, strict=False)
        faults = {issue.code for issue in issues if issue.severity.refuses}
        assert faults == ({IssueType.SECURITY} if file.name in IMAGES_FROM_ELSEWHERE else set()), file.name
    assert too_many == {413}


# HL7's invariants that are not in our table of them, and why.
HELD_ELSEWHERE = {"ele-1", "dom-2", "dom-3", "dom-4", "dom-5", "ref-1", "txt-1", "txt-2"}
NEVER_APPLY_AS_WRITTEN = {"ppc-2", "ppc-3", "ppc-4", "ppc-5"}  # system = 'something'
NEEDS_THE_OTHER_RESOURCE = {"ctm-1"}
NEVER_SENT_TO_US = {f"cpb-{number}" for number in (2, 3, 7, 9, 12, 15, 16)}
PARTS_OF_DEFINITIONS = {"drq-1", "drq-2", "trd-1", "trd-2", "trd-3"}
LEFT_OUT = (
    HELD_ELSEWHERE
    | NEVER_APPLY_AS_WRITTEN
    | NEEDS_THE_OTHER_RESOURCE
    | NEVER_SENT_TO_US
    | PARTS_OF_DEFINITIONS
)


def test_every_invariant_of_the_mapped_types_is_held_or_left_out_for_a_reason(package: Path) -> None:
    carried = tables().resources - tables().mapped
    keys = set()
    for name in {path.partition(".")[0] for path in tables().kinds} - carried:
        definition = json.loads((package / f"StructureDefinition-{name}.json").read_text(encoding="utf-8"))
        elements = definition["snapshot"]["element"]
        constraints = [one for element in elements for one in element.get("constraint", ())]
        keys |= {one["key"] for one in constraints if one["severity"] == "error"}
    held = {rule.key for rules in RULES.values() for rule in rules}
    assert keys - held - LEFT_OUT == set()
    assert LEFT_OUT & held == set()


def test_the_table_is_what_the_script_makes_of_the_package(package: Path) -> None:
    committed = json.loads(make_bindings.TABLE.read_text(encoding="utf-8"))
    assert make_bindings.make(package) == committed

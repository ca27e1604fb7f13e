"""HL7's own R4 examples (CC0), which nobody could call wrong but HL7: fetched once with npm, where there is npm."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pathway_fhir.guard import Limits, check, read
from pathway_fhir.guard.tables import tables
from pathway_fhir.outcome import Refused, refuses
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
        assert not refuses(issues), (file.name, issues[:3])
    assert too_many == {413}


def test_the_table_is_what_the_script_makes_of_the_package(package: Path) -> None:
    committed = json.loads(make_bindings.TABLE.read_text(encoding="utf-8"))
    assert make_bindings.make(package) == committed

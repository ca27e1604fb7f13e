"""An outside validator, @medplum/core from npm with UK Core's own profiles, finds nothing wrong with what the county produces."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from pathway_fhir.conformance.extensions import OWN, structure_definition
from tests.fhir.county.produced import Json
from tests.fhir.from_npm import installed
from tests.fhir.outside import EXAMPLES, needs_examples
from tests.lints import ROOT

JS = Path(__file__).parent / "js"
PUBLISHED = ROOT / "fhir" / "profiles" / "examples"
Produced = dict[str, dict[str, list[Json]]]


@pytest.fixture(scope="module")
async def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The validator as npm installs it, and the definitions of our own extensions beside it."""
    folder = await installed(JS, tmp_path_factory.mktemp("validator"), "the outside FHIR validator")
    profiles = folder / "own"
    profiles.mkdir()
    for own in OWN:
        (profiles / f"{own.name}.json").write_text(json.dumps(structure_definition(own)), encoding="utf-8")
    return folder


async def _validated(folder: Path, resources: list[Json]) -> tuple[list[Json], dict[str, int]]:
    """What the validator finds, and how many resources it read, and how many against a profile of UK Core."""
    file = folder / "resources.ndjson"
    file.write_text("".join(f"{json.dumps(one, default=str)}\n" for one in resources), encoding="utf-8")
    given = {"RESOURCES": str(file), "PROFILES": f"{EXAMPLES / 'ukcore' / 'snapshots'}:{folder / 'own'}"}
    run = await asyncio.create_subprocess_exec(
        "node", "validate.mjs", cwd=folder, env={**os.environ, **given},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, said = await asyncio.wait_for(run.communicate(), 300)
    assert run.returncode == 0, said.decode()[-2000:]
    *found, counted = [json.loads(line) for line in out.decode().splitlines()]
    return found, counted


@needs_examples
async def test_nothing_is_wrong_by_uk_core(produced: Produced, validator: Path) -> None:
    """Of both views, and the published examples, for the county's past is silent; what is alike is read once."""
    distinct = {
        json.dumps(one, sort_keys=True, default=str): one
        for by_type in produced.values()
        for found in by_type.values()
        for one in found
    }
    examples = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(PUBLISHED.iterdir())]
    assert "Communication" in {one["resourceType"] for one in examples}
    distinct |= {json.dumps(one, sort_keys=True): one for one in examples}
    found, counted = await _validated(validator, list(distinct.values()))
    assert not found, Counter((one["type"], one["where"], one["text"]) for one in found).most_common(20)
    assert counted["read"] == len(distinct)
    assert counted["profiled"] > 5000


@needs_examples
async def test_the_validator_finds_what_is_wrong(validator: Path) -> None:
    """It is of use only if it can say no: NHS numbers twice, a contact without anything, a flag about nobody."""
    cases = json.loads((EXAMPLES / "own" / "ukcore-broken.json").read_text(encoding="utf-8"))
    by_number = {case["name"][:2]: case["resource"] for case in cases}
    wrong = [by_number[number] for number in ("01", "09", "21")]
    profile = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
    for one in [*wrong, by_number["00"]]:
        one.setdefault("meta", {})["profile"] = [profile + one["resourceType"]]
    found, counted = await _validated(validator, [*wrong, by_number["00"]])
    assert (len(found), counted["profiled"]) == (3, 4), found

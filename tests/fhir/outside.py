"""Example payloads that lie beside the repository and are never part of it: `../shared/examples`.

NHS England's published examples may not be copied into the product. Where the folder is absent, the tests that read it
skip with one line; where it is there, they read it in place.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lints import ROOT

EXAMPLES = ROOT.parent / "shared" / "examples"

needs_examples = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="no ../shared/examples beside the repository"
)


class _Plain(yaml.SafeLoader):
    """YAML whose dates stay text, as they are in JSON."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def files(*patterns: str) -> Iterator[Path]:
    """The example files that match, in a stable order."""
    for pattern in patterns:
        yield from sorted(EXAMPLES.glob(pattern))


def name_of(file: Path) -> str:
    return file.relative_to(EXAMPLES).as_posix()


def body_of(file: Path) -> bytes:
    """What would be sent. An example in YAML is wrapped in its name and a summary (OpenAPI)."""
    if file.suffix != ".yaml":
        return file.read_bytes()
    wrapped = yaml.load(file.read_text(encoding="utf-8"), _Plain)
    return json.dumps(next(iter(wrapped.values()))["value"]).encode()


def read_json(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))

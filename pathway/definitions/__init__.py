"""The pathways that come with the product, each one file that a clinical lead can read and a commissioner can sign.

A file here is a pathway by being here: nothing else names it.
"""

from functools import cache
from importlib.resources import files

from pathway.domain.compiler import compile_definition
from pathway.domain.definition import Definition
from pathway.domain.definition_faults import did_you_mean
from pathway.domain.errors import NotFound

_NOT_A_PATHWAY = frozenset({"calendar"})


def keys() -> tuple[str, ...]:
    """The pathways there are, by name."""
    found = (
        file.name.removesuffix(".toml") for file in files(__name__).iterdir() if file.name.endswith(".toml")
    )
    return tuple(sorted(set(found) - _NOT_A_PATHWAY))


def source(key: str) -> str:
    """The text of a pathway's file, byte for byte as it is digested."""
    if key not in keys():
        raise NotFound(f"There is no pathway of this key. {did_you_mean(key, keys())}")
    return (files(__name__) / f"{key}.toml").read_text(encoding="utf-8")


@cache
def load(key: str) -> Definition:
    """The compiled pathway; a DefinitionError says what is wrong with its file."""
    return compile_definition(source(key), f"{key}.toml")


def load_all() -> dict[str, Definition]:
    """Every pathway, by its key."""
    return {key: load(key) for key in keys()}

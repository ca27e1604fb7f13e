"""Compiles a pathway's definition file, checking it as a compiler would.

The text goes in, a `Definition` comes out; or one DefinitionError with every fault of the file, each with its line, what
is wrong and what to write instead. Pure: reading the file is the caller's part (`pathway.definitions`).
"""

import re
import tomllib
from hashlib import sha256
from typing import Any

from pathway.domain import definition_checks as checks
from pathway.domain import definition_graph as graph
from pathway.domain import definition_limits as limits
from pathway.domain.definition import Definition
from pathway.domain.definition_building import TABLES_OF_OPTIONS, build
from pathway.domain.definition_faults import Faults
from pathway.domain.definition_lines import lines_of
from pathway.domain.definition_sheet import check_references, read_sheet
from pathway.domain.errors import DefinitionError

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def compile_definition(text: str, filename: str) -> Definition:
    """The definition that `text` writes. Raises DefinitionError with all faults that its `faults` lists.

    Form comes first, then what refers to what, then where a child can get to: a later check needs the earlier ones.
    """
    content = _parsed(text, filename)
    faults = Faults(filename, lines_of(text))
    sheet = read_sheet(content, faults)
    check_references(sheet, faults)
    checks.check_options(sheet, TABLES_OF_OPTIONS, faults)
    checks.check_words(sheet, faults)
    faults.raise_if_any()

    definition = build(sheet, sha256(text.encode()).hexdigest())
    for check in (
        checks.check_steps,
        checks.check_stages,
        checks.check_tasks,
        limits.check_limits,
        graph.check_reach,
        graph.check_stops,
        graph.check_masks,
    ):
        check(definition, sheet, faults)
    faults.raise_if_any()
    return definition


def _parsed(text: str, filename: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT_LINE.search(message)
        line = int(at[1]) if at else text.count("\n") + 1
        wrong = f"This is not TOML: {_AT_LINE.sub('', message)}."
        raise DefinitionError(filename, line, wrong, "Correct this line, or the one before it.") from None

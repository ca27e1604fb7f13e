"""What is wrong with a definition file: collected whole, so that an author mends everything in one go."""

import difflib
from collections.abc import Iterable

from pathway.domain.definition_lines import Lines, Place
from pathway.domain.errors import DefinitionError


class Faults:
    """Gathers faults while a file is checked and raises them together, in the order of the file."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.file = file
        self.lines = lines
        self._found: list[DefinitionError] = []

    def add(self, place: Place, wrong: str, instead: str) -> None:
        self._found.append(DefinitionError(self.file, self.lines.of(place), wrong, instead))

    def raise_if_any(self) -> None:
        """Raise one DefinitionError that carries all of them, or return if there are none."""
        found = sorted(self._found, key=lambda fault: fault.line or 0)
        if found:
            first, *also = found
            raise DefinitionError(first.file, first.line, first.wrong, first.instead, tuple(also))


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """The remedy for a key that does not exist: the nearest one, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(written, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean “{near[0]}”?"
    if len(names) > 20 or not names:
        return "Correct the key, or add what it names."
    return f"Write one of: {', '.join(names)}."

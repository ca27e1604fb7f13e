"""Lines of COPY, written again as those of other children: every identifier another one, days and stages as they are.

Pure: text in, text out. The lines of a block are read once, into one template and the cells that differ; each copy then
costs one look-up for each of those cells.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from hashlib import md5
from typing import Final

from pathway.domain.identifiers import NhsNumber

NOTHING: Final = r"\N"


class Cell(Enum):
    """What becomes of a cell that is not simply taken over."""

    ID = auto()
    """Another id: the same one for the same original wherever it stands, so that references hold."""
    PLACE = auto()
    """A number in the order of recording: so many copies further on as this one is."""
    NHS_NUMBER = auto()
    """A number nobody has here, where the original has one."""
    LEFT_OUT = auto()
    """Nothing: it is the original's alone."""
    LINK = auto()
    """The fields of a fact, in which a link names an earlier episode."""


OTHER_CELLS: Final[dict[str, dict[str, Cell]]] = {
    "child": {"id": Cell.ID, "nhs_number": Cell.NHS_NUMBER, "upn": Cell.LEFT_OUT},
    "child_address": {"child_id": Cell.ID},
    "child_key": {"child_id": Cell.ID},
    "episode": {"id": Cell.ID, "child_id": Cell.ID, "last_sequence": Cell.PLACE},
    "event": {
        "id": Cell.ID, "episode_id": Cell.ID, "sequence": Cell.PLACE, "target": Cell.ID,
        "secret": Cell.LEFT_OUT, "fields": Cell.LINK,
    },
    "clock": {
        "episode_id": Cell.ID, "start_event": Cell.ID, "finish_event": Cell.ID, "from_sequence": Cell.PLACE,
        "to_sequence": Cell.PLACE,
    },
    "task": {"episode_id": Cell.ID},
    "crossing": {"episode_id": Cell.ID, "start_event": Cell.ID},
    "ledger": {"position": Cell.PLACE, "sequence": Cell.PLACE},
}  # fmt: skip
"""The tables of which others get rows, in the order that their references ask for."""

_LINKED = re.compile(r'(?<="episode": ")[0-9a-f-]{36}(?=")')


class Block:
    """Some lines of one table, ready to be written again."""

    def __init__(self, table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
        cells = OTHER_CELLS[table]
        self._changed = [(columns.index(column), cell) for column, cell in cells.items()]
        self._changed.sort(key=lambda one: one[0])
        self._originals: list[str] = []
        self._found: dict[Cell, set[str]] = {cell: set() for cell in Cell}
        self._template = "".join([self._templated(line) for line in lines])

    def _templated(self, text: str) -> str:
        cells = text.replace("%", "%%").split("\t")
        for n, cell in self._changed:
            # A cell may be the last of its line; the end of the line stays.
            value = cells[n].removesuffix("\n")
            end = cells[n][len(value) :]
            if value == NOTHING:
                continue
            if cell is Cell.LEFT_OUT:
                cells[n] = NOTHING + end
            elif cell is Cell.LINK:
                cells[n] = _LINKED.sub(self._link, value) + end
            else:
                self._keep(cell, value)
                cells[n] = "%s" + end
        return "\t".join(cells)

    def _link(self, found: re.Match[str]) -> str:
        self._keep(Cell.ID, found[0])
        return "%s"

    def _keep(self, cell: Cell, value: str) -> None:
        self._originals.append(value)
        self._found[cell].add(value)

    def copy(self, n: int, numbers: Iterator[NhsNumber]) -> bytes:
        """The lines as those of the `n`th others, 1 and up."""
        others = {value: md5(f"{value}:{n}".encode(), usedforsecurity=False).hexdigest()
                  for value in self._found[Cell.ID]}  # fmt: skip
        others |= {value: str(int(value) + n) for value in self._found[Cell.PLACE]}
        others |= {value: next(numbers).value for value in self._found[Cell.NHS_NUMBER]}
        return (self._template % tuple(map(others.__getitem__, self._originals))).encode()

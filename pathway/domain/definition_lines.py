"""On which line a definition file says what, so that a fault can be pointed at.

The standard library's TOML reader gives values without their lines. This reads only the outline: headers, the keys under
them, and the inline tables of a list (the fields of a step). Strings and comments are skipped whole.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}\n]|[^"\'#\[\]{}\n]+|.',
    re.DOTALL,
)
_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*\"?([\w-]+)\"?\s*=")


class Place(NamedTuple):
    """A spot in a definition: which block of which table, which key, which member of its list."""

    table: str = ""
    block: int = 0
    key: str = ""
    member: int = -1


@dataclass(slots=True)
class Lines:
    """The line of every place that was written; a place that was not is shown at its block."""

    _at: dict[Place, int] = field(default_factory=dict)

    def of(self, place: Place) -> int | None:
        """The nearest line that exists: the member, its key, its block."""
        wider = (place, place._replace(member=-1), Place(place.table, place.block))
        return next((self._at[p] for p in wider if p in self._at), None)

    def note(self, place: Place, line: int) -> None:
        self._at.setdefault(place, line)


def lines_of(text: str) -> Lines:
    """Read the outline of a definition file."""
    return _Outline(text).read()


class _Outline:
    """Walks the text token by token, knowing how deep in brackets it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines()
        self.line = 1
        self.brackets: list[str] = []
        self.here = Place()
        self.blocks: dict[str, int] = {}
        self.in_subtable = False

    def read(self) -> Lines:
        position, at_start = 0, True
        while position < len(self.text):
            if at_start and not self.brackets:
                position = self._statement(position)
                at_start = False
                continue
            token = _TOKEN.match(self.text, position)
            if token is None:  # the pattern ends in "any one character", so this is the end of the text
                break
            self._token(token[0])
            at_start = token[0] == "\n"
            position = token.end()
        return self.lines

    def _statement(self, position: int) -> int:
        """Note a header or a key where a line begins; return where its value begins."""
        end = self.text.find("\n", position)
        line = self.text[position : end if end >= 0 else None]
        if header := _HEADER.fullmatch(line.partition("#")[0].rstrip()):
            self._header(header[1])
            return position + len(line)
        if (key := _KEY.match(line)) and not self.in_subtable:
            self.here = Place(self.here.table, self.here.block, key[1])
            self.lines.note(self.here, self.line)
        return position + (key.end() if key else len(line) - len(line.lstrip()))

    def _header(self, name: str) -> None:
        table, _, key = name.partition(".")
        self.in_subtable = bool(key)
        if key:
            self.here = Place(table, self.blocks.get(table, 0), key)
        else:
            self.blocks[table] = self.blocks.get(table, -1) + 1
            self.here = Place(table, self.blocks[table])
        self.lines.note(self.here, self.line)

    def _token(self, mark: str) -> None:
        if mark == "{" and self.brackets == ["["]:
            self.here = self.here._replace(member=self.here.member + 1)
            self.lines.note(self.here, self.line)
        if mark in ("[", "{"):
            self.brackets.append(mark)
        elif mark in ("]", "}") and self.brackets:
            self.brackets.pop()
        self.line += mark.count("\n")

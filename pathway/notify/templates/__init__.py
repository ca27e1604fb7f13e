"""The texts of messages as files: one for each key that a pathway's steps name, and the frame that every message has.

Front matter says the version and the languages. `accepted.md` is English; a translation is `accepted.cy.md` beside it, and
is listed in the English file only once a person has checked it. Nothing is translated by a machine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from pathway.domain.errors import DefinitionError

ENGLISH: Final = "en"
FRAME: Final = "frame"
_FILE = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
_CONDITION = re.compile(r"\[([a-z]+)\] ")
_PLACE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs. A paragraph that begins with `[word]` stands only where that word has a value."""

    heading: str
    paragraphs: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The paragraphs with the values in their places; those whose values are missing are left out."""
        found = []
        for paragraph in self.paragraphs:
            condition = _CONDITION.match(paragraph)
            text = paragraph[condition.end() :] if condition else paragraph
            needed = {*_PLACE.findall(text), *([condition[1]] if condition else [])}
            if all(values.get(name) for name in needed):
                found.append(_PLACE.sub(lambda place: values[place[1]], text))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Template:
    """One text in one language, at one version."""

    key: str
    language: str
    version: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]

    def section(self, heading: str) -> Section:
        return next(s for s in self.sections if s.heading == heading)


def keys() -> tuple[str, ...]:
    """The templates there are, without the frame."""
    names = (file.name for file in files(__name__).iterdir() if file.name.endswith(".md"))
    return tuple(sorted({name.split(".")[0] for name in names} - {FRAME}))


def template(key: str, language: str = ENGLISH) -> Template:
    """The text in this language, or in English where nobody has checked a translation of it yet."""
    english = _load(key, ENGLISH)
    return _load(key, language) if language in english.languages else english


@cache
def _load(key: str, language: str) -> Template:
    name = f"{key}.md" if language == ENGLISH else f"{key}.{language}.md"
    file = files(__name__) / name
    if not file.is_file():
        raise DefinitionError(name, None, "There is no such message.", "Write one beside the others.")
    return read_template(key, language, file.read_text(encoding="utf-8"), name)


def read_template(key: str, language: str, text: str, name: str) -> Template:
    """A template from its text; DefinitionError says what is missing."""
    whole = _FILE.fullmatch(text)
    front = dict(line.split(": ", 1) for line in whole["front"].splitlines() if ": " in line) if whole else {}
    if whole is None or not {"version", "languages"} <= front.keys():
        raise DefinitionError(
            name, 1, "The front matter is missing.", "Begin with ---, version: 1, languages: en, ---."
        )
    pieces = _HEADING.split(whole["body"])[1:]
    sections = tuple(
        Section(heading.strip(), tuple(p.strip() for p in body.strip().split("\n\n") if p.strip()))
        for heading, body in zip(pieces[::2], pieces[1::2], strict=True)
    )
    return Template(key, language, front["version"], tuple(front["languages"].split()), sections)

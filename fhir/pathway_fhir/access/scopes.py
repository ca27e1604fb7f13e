"""What a partner's system may do with which kinds of resource: SMART scopes, read, compared and printed.

Only `system/` scopes: nobody signs in here on a person's behalf. Version 2 (`system/Patient.rs`) and version 1
(`system/Patient.read`) are both understood; one with search parameters behind it is refused, for granting it without them
would grant more than was asked.

Source: HL7 SMART App Launch 2.2.0, "Scopes and Launch Context"; version 1 scopes as mapped there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Interaction = Literal["c", "r", "u", "d", "s"]
"""Create, read (with vread and history of one), update, delete, search."""
ALL: Final = "*"
"""Every kind of resource."""
_LETTERS: Final = "cruds"
_VERSION_1: Final = {"read": "rs", "write": "cud", "*": "cruds"}
_SCOPE: Final = re.compile(r"system/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|c?r?u?d?s?)")
_LONGEST: Final = 4000


class UnreadableScope(ValueError):
    """A scope is not one of ours. `which` is its place in the list, counted from 1; what was written is not repeated."""

    def __init__(self, which: int) -> None:
        super().__init__(
            f"Scope {which} of the list cannot be given. Write scopes as system/Patient.rs: system/, a resource type or *, "
            "a full stop, and letters out of cruds in that order; search parameters in scopes are not supported."
        )
        self.which = which


@dataclass(frozen=True, slots=True)
class Scopes:
    """What is allowed, in one form for each meaning: equal if and only if they allow the same.

    `every` holds the letters for all kinds of resource; `more` those kinds that are allowed more, with all their letters.
    """

    every: str = ""
    more: tuple[tuple[str, str], ...] = ()

    def allows(self, resource_type: str, interaction: Interaction) -> bool:
        return interaction in self._letters(resource_type)

    def __and__(self, other: "Scopes") -> "Scopes":
        """What both allow."""
        types = {name for name, _ in (*self.more, *other.more)}
        every = set(self.every) & set(other.every)
        return _normal(every, {t: set(self._letters(t)) & set(other._letters(t)) for t in types})

    def __or__(self, other: "Scopes") -> "Scopes":
        """What either allows."""
        types = {name for name, _ in (*self.more, *other.more)}
        every = set(self.every) | set(other.every)
        return _normal(every, {t: set(self._letters(t)) | set(other._letters(t)) for t in types})

    def __bool__(self) -> bool:
        return bool(self.every or self.more)

    def __str__(self) -> str:
        """As a token answer has them, in version 2: empty where nothing is allowed."""
        return " ".join(self.listed())

    def listed(self) -> list[str]:
        """Each scope by itself, as it is stored."""
        all_kinds = [f"system/{ALL}.{self.every}"] if self.every else []
        return all_kinds + [f"system/{name}.{letters}" for name, letters in self.more]

    def _letters(self, resource_type: str) -> str:
        return dict(self.more).get(resource_type, self.every)


def parse(text: str) -> Scopes:
    """The scopes of a list with spaces between them; raises UnreadableScope."""
    every: set[str] = set()
    more: dict[str, set[str]] = {}
    for which, word in enumerate(text.split() if len(text) <= _LONGEST else [text], 1):
        found = _SCOPE.fullmatch(word) if len(word) <= _LONGEST else None
        if found is None or not found[2]:
            raise UnreadableScope(which)
        letters = set(_VERSION_1.get(found[2], found[2]))
        if found[1] == ALL:
            every |= letters
        else:
            more.setdefault(found[1], set()).update(letters)
    return _normal(every, {name: letters | every for name, letters in more.items()})


def _normal(every: set[str], more: dict[str, set[str]]) -> Scopes:
    """Kinds that are allowed no more than all are, are not named."""
    named = sorted((name, _ordered(letters)) for name, letters in more.items() if letters > every)
    return Scopes(_ordered(every), tuple(named))


def _ordered(letters: Iterable[str]) -> str:
    return "".join(letter for letter in _LETTERS if letter in set(letters))

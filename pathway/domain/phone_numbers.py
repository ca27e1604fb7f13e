"""Telephone numbers, taken in any format and kept as +44…; and Ofcom's ranges that never reach a real person."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from pathway.domain.errors import InvalidPhoneNumber
from pathway.domain.identifiers import without_separators

_FORM = "Enter it as on a telephone, for example 01632 960 001, 07700 900 982 or +44 808 157 0192."
_SIGNS = re.compile(r"[().]|^TEL:")
_CANONICAL = re.compile(r"\+44[1235789][0-9]{8,9}|\+(?!44|0)[0-9]{7,15}")
_MOBILE = re.compile(
    r"\+447(?:[1-57-9][0-9]{8}|624[0-9]{6})"
)  # 070 is personal numbers; 076 pagers, but 07624

# How the national digits are grouped, by their beginning; the first that fits holds.
_GROUPS = (("02", (3, 4, 4)), ("011", (4, 3, 4)), ("01.1", (4, 3, 4)), ("0[389]", (4, 3, 4)), ("0", (5, 6)))

# Ofcom, "Telephone numbers for use in TV and radio drama programmes": a thousand numbers after each beginning.
_DRAMA = (
    *(
        f"{area}4960"
        for area in ("0113", "0114", "0115", "0116", "0117", "0118", "0121", "0131", "0141", "0151", "0161")
    ),
    "01914980",
    "02079460",
    "02890180",
    "02920180",
    "01632960",
    "07700900",
    "08081570",
    "09098790",
    "03069990",
)


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """A telephone number in international form, such as +441632960001."""

    value: str

    def __post_init__(self) -> None:
        if not _CANONICAL.fullmatch(self.value):
            raise InvalidPhoneNumber(f"This is not a full telephone number. {_FORM}", "phone")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a UK number in any usual format, or one from abroad that begins with + or 00."""
        dialled = _SIGNS.sub("", without_separators(text).removeprefix("TEL:"))
        if any(character.isalpha() for character in dialled):
            raise InvalidPhoneNumber(f"A telephone number has no letters. {_FORM}", "phone")
        if dialled.startswith("00"):
            dialled = f"+{dialled[2:]}"
        if dialled.startswith("+440"):  # written +44 (0)1632 …
            dialled = f"+44{dialled[4:]}"
        if dialled.startswith("0"):
            dialled = f"+44{dialled[1:]}"
        return cls(dialled)

    @property
    def formatted(self) -> str:
        """As people in the UK write it; a number from abroad stays in international form."""
        if not self.value.startswith("+44"):
            return self.value
        national = f"0{self.value[3:]}"
        sizes = next(sizes for beginning, sizes in _GROUPS if re.match(beginning, national))
        ends = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
        return " ".join(national[start:end] for start, end in pairwise(ends))

    @property
    def is_mobile(self) -> bool:
        """A UK mobile number, so one that can be sent a text."""
        return _MOBILE.fullmatch(self.value) is not None

    @property
    def is_drama(self) -> bool:
        """In a range that Ofcom keeps for drama, so that no real person's telephone rings."""
        return (
            self.value.startswith("+44") and f"0{self.value[3:]}".startswith(_DRAMA) and len(self.value) == 13
        )

    def __str__(self) -> str:
        return self.formatted

    def __repr__(self) -> str:
        return "PhoneNumber(hidden)"

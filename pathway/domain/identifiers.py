"""Identifiers as value objects: NHS number, UPN, ODS code, URN and postcode.

`parse` takes what a person typed or a system sent and gives the one canonical form, or raises the identifier's own
error, whose sentence names the fault. No sentence repeats the number, and none gives away the right check digit: a
wrong number must be looked up again, never completed. Their `repr` is hidden, since it would reach logs.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

from pathway.domain.errors import (
    InvalidIdentifier,
    InvalidNhsNumber,
    InvalidOdsCode,
    InvalidPostcode,
    InvalidUpn,
    InvalidUrn,
)

_SEPARATORS = re.compile(r"[\s\u00a0\u00ad\u200b-\u200d\u2060\ufeff\-\u2010-\u2015\u2212]+")


def without_separators(text: str) -> str:
    """What was typed, in capitals and without spaces or dashes of any kind."""
    return _SEPARATORS.sub("", text).upper()


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Identifier(ABC):
    """A canonical value; to make one is to have checked it."""

    value: str
    error: ClassVar[type[InvalidIdentifier]] = InvalidIdentifier
    field: ClassVar[str] = "identifier"

    def __post_init__(self) -> None:
        fault = self.fault_in(self.value)
        if fault:
            raise self.error(fault, self.field)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what was typed: spaces, dashes and lower case are accepted."""
        return cls(without_separators(text))

    @classmethod
    @abstractmethod
    def fault_in(cls, value: str) -> str | None:
        """The sentence that says what is wrong with this value, or None."""

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"


_NATIONAL_INSURANCE = re.compile(r"[A-Z]{2}[0-9]{6}[A-D]?")


class NhsNumber(Identifier):
    """Ten digits, the last a modulus 11 check digit (NHS Data Dictionary, NHS NUMBER)."""

    __slots__ = ()
    error = InvalidNhsNumber
    field = "nhs_number"

    @classmethod
    def fault_in(cls, value: str) -> str | None:
        if not value:
            return "Enter the NHS number: 10 digits, for example on a letter from the NHS."
        if _NATIONAL_INSURANCE.fullmatch(value):
            return "This is a National Insurance number. Enter the child’s NHS number, which is 10 digits."
        if any(c.isalpha() for c in value):
            return "An NHS number is 10 digits and has no letters. Check it and enter it again."
        if not (value.isascii() and value.isdigit()):
            return "An NHS number is 10 digits with only spaces or dashes between them. Take out other signs."
        if len(value) != 10:
            length = "short" if len(value) < 10 else "long"
            return f"The NHS number is too {length}: it has {len(value)} digits and must have 10. Check it again."
        if len(set(value)) == 1:
            return "This number only fills the space. If the NHS number is not known, leave it empty."
        if not _agrees_modulus_11(value):
            return "One or more digits of the NHS number are mistyped or out of order. Check it against a letter."
        return None

    @property
    def formatted(self) -> str:
        """As people read it: 3, 3 and 4 digits (NHS service manual)."""
        return f"{self.value[:3]} {self.value[3:6]} {self.value[6:]}"

    @property
    def is_test(self) -> bool:
        """In the range 999 000 0000 to 999 999 9999, which is kept for tests and never given to a person."""
        return self.value.startswith("999")

    def __str__(self) -> str:
        return self.formatted


def _agrees_modulus_11(digits: str) -> bool:
    """The digits weighted 10 down to 1 sum to a multiple of 11.

    The last digit is 11 less the remainder of the others, and 0 where that is 11. Where it would be 10 the number is
    never issued, and no digit satisfies the sum.
    """
    return sum(int(digit) * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0


class Upn(Identifier):
    """Unique pupil number: a check letter and 12 digits, or 11 digits and a letter where it is temporary.

    Source: DfE, Unique pupil numbers (UPNs), policy and practice guidance, section 3; Government Data Standards
    Catalogue, Unique Pupil Number 2.0. The letters leave out I, O and S.
    """

    __slots__ = ()
    error = InvalidUpn
    field = "upn"
    _LETTERS: ClassVar[str] = "ABCDEFGHJKLMNPQRTUVWXYZ"

    @classmethod
    def fault_in(cls, value: str) -> str | None:
        if len(value) != 13:
            return f"A UPN has 13 characters and this has {len(value)}. Check it in the school’s own system."
        if value[0] not in cls._LETTERS or value[-1] not in cls._LETTERS + "0123456789":
            return "A UPN begins with a letter and ends with a digit or letter; it never uses I, O or S as a letter."
        if not (value[1:12].isascii() and value[1:12].isdigit()):
            return (
                "A UPN has only digits between its first and its last character. Check for O and 0, I and 1."
            )
        weighted = sum(cls._worth(character) * place for place, character in enumerate(value[1:], 2))
        if cls._LETTERS[weighted % 23] != value[0]:
            return "The UPN’s first letter does not fit its digits, so one is mistyped. Check it in the school’s system."
        return None

    @classmethod
    def _worth(cls, character: str) -> int:
        return int(character) if character.isdigit() else cls._LETTERS.index(character)

    @property
    def is_temporary(self) -> bool:
        """Given by a school until the pupil's own UPN is found."""
        return self.value[-1].isalpha()


class OdsCode(Identifier):
    """NHS organisation or site code of the Organisation Data Service: up to 9 letters and digits.

    The guide allows from 1; the shortest issued to an organisation that refers or assesses has 3 (a trust, an ICB).
    """

    __slots__ = ()
    error = InvalidOdsCode
    field = "ods_code"

    @classmethod
    def fault_in(cls, value: str) -> str | None:
        if re.fullmatch(r"[A-Z0-9]{3,9}", value):
            return None
        return (
            "An ODS code has 3 to 9 letters and digits, such as RH8 or L83100. Check it and enter it again."
        )


class Urn(Identifier):
    """A school's unique reference number in Get Information about Schools: 6 digits."""

    __slots__ = ()
    error = InvalidUrn
    field = "urn"

    @classmethod
    def fault_in(cls, value: str) -> str | None:
        if re.fullmatch(r"[1-9][0-9]{5}", value):
            return None
        others = {
            7: "the DfE number (local authority and establishment)",
            8: "the UK provider reference number",
        }
        if value.isdigit() and len(value) in others:
            return f"This looks like {others[len(value)]}. Enter the school’s URN, which is 6 digits."
        return (
            "A school’s URN is 6 digits and does not begin with 0. Find it on Get Information about Schools."
        )


class Postcode(Identifier):
    """A United Kingdom postcode, checked for its shape only; whether it exists is not known here."""

    __slots__ = ()
    error = InvalidPostcode
    field = "postcode"
    _SHAPE: ClassVar[re.Pattern[str]] = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?|GIR) [0-9][A-Z]{2}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a postcode written in any case, with or without its space."""
        bare = without_separators(text)
        return cls(f"{bare[:-3]} {bare[-3:]}")

    @classmethod
    def fault_in(cls, value: str) -> str | None:
        if cls._SHAPE.fullmatch(value):
            return None
        return "This is not a full UK postcode, such as EX4 3RU. Check for O and 0, I and 1; leave empty if not known."

    @property
    def outward(self) -> str:
        """The part before the space, which names a district."""
        return self.value.split(" ")[0]

    @property
    def is_pseudo(self) -> bool:
        """One of the ZZ99 codes that say "no fixed abode", "overseas" or "not known" (NHS Postcode Directory)."""
        return self.outward == "ZZ99"

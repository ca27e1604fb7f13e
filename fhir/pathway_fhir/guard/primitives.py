"""The forms of FHIR's simple types: what JSON writes them as, and what may be in them.

Source: HL7 FHIR R4, Data Types, the regular expression of each primitive type. Days that do not exist (30 February) are
left to the models behind this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_DATE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class Primitive:
    """A simple type: the Python types that JSON gives, the form of a text, the least of a number, what to send."""

    name: str
    types: tuple[type, ...]
    instead: str
    form: re.Pattern[str] | None = None
    least: int | None = None

    def accepts(self, value: object) -> bool:
        """Whether this JSON value can be one. True and false are no numbers, though Python says so."""
        if isinstance(value, str):
            fits = self.form is None or self.form.fullmatch(value) is not None
            return str in self.types and value != "" and fits
        if isinstance(value, bool):
            return bool in self.types
        if isinstance(value, int) and self.least is not None:
            return self.least <= value <= _LARGEST
        return isinstance(value, self.types)


def _text(name: str, instead: str, form: str | None = None) -> Primitive:
    return Primitive(name, (str,), instead, re.compile(form) if form else None)


_ALL = (
    _text("string", "a text that is not empty", r"[^\x00-\x08\x0b\x0c\x0e-\x1f]+"),
    _text("markdown", "a text that is not empty", r"[^\x00-\x08\x0b\x0c\x0e-\x1f]+"),
    _text("xhtml", "XHTML in a div"),
    _text("uri", "an address without spaces", r"\S+"),
    _text("url", "an address without spaces", r"\S+"),
    _text("canonical", "an address without spaces", r"\S+"),
    _text("oid", "an object identifier that begins with urn:oid:", r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+"),
    _text("uuid", "a UUID that begins with urn:uuid:", r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"),
    _text("id", "1 to 64 letters, digits, hyphens and full stops", r"[A-Za-z0-9\-.]{1,64}"),
    _text("code", "a code, with no space at either end", r"[^\s]+(\s[^\s]+)*"),
    _text("base64Binary", "base64", r"[\s0-9a-zA-Z+/=]{4,}"),
    _text("date", "a date such as 2026-03-31, 2026-03 or 2026", _DATE),
    _text("dateTime", "a date, or a date and time with a time zone", rf"{_DATE}|{_DAY}T{_CLOCK}{_ZONE}"),
    _text("instant", "a date and time with seconds and a time zone", rf"{_DAY}T{_CLOCK}{_ZONE}"),
    _text("time", "a time such as 14:30:00", _CLOCK),
    Primitive("boolean", (bool,), "true or false, without quotation marks"),
    Primitive("integer", (int,), "a whole number, without quotation marks", least=_SMALLEST),
    Primitive("unsignedInt", (int,), "a whole number from 0, without quotation marks", least=0),
    Primitive("positiveInt", (int,), "a whole number from 1, without quotation marks", least=1),
    Primitive("decimal", (int, float, Decimal), "a number, without quotation marks"),
)
PRIMITIVES: Mapping[str, Primitive] = {primitive.name: primitive for primitive in _ALL}

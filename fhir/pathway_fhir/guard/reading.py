"""From the bytes that arrived to plain JSON, with every limit checked before anything is built from them.

A body can be made to cost far more than it weighs: brackets nested thousands deep, a million empty objects, a number
with a huge exponent. What would cost is counted on the bytes first, in one pass; only then is it parsed. Decimals are
kept as `Decimal`, because FHIR gives meaning to the zeros of 1.10. The bytes themselves are for the caller to keep.

Source: HL7 FHIR R4, JSON representation; RFC 8259; RFC 7493 (no member twice, no lone surrogates).
"""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Never

from pathway_fhir.outcome import IssueType, Refused

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one body may be. `size` in bytes; `depth` in brackets inside each other; `nodes` in values of any kind."""

    size: int = 5 * MEGABYTE
    depth: int = 64
    nodes: int = 200_000
    entries: int = 1_000


DEFAULT_LIMITS = Limits()

# The closing quote may be missing: then the rest is one string, so that no byte is looked at twice.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What a string can hold that no database or XML can: half a character, or a control character.
_UNSAFE_ESCAPE = re.compile(rb"\\u(?:[dD][89a-fA-F]|00[01])")
_UNSAFE = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")
# A number longer than this is no measurement, and turning it into another kind of number could fill the memory.
_NUMBER_DIGITS = 40
_NUMBER_POWER = 400


def read(body: bytes, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The JSON object in `body`. Raises Refused, with 413 where it is too large and 400 where it cannot be read."""
    _small_enough(body, limits)
    text = _as_text(body.removeprefix(_BYTE_ORDER_MARK))
    found = _parsed(text)
    if _UNSAFE_ESCAPE.search(body):
        _without_unsafe_characters(found)
    if not isinstance(found, dict):
        raise _unreadable(
            IssueType.STRUCTURE, "A FHIR resource is a JSON object. Send one, in curly brackets."
        )
    entries = found.get("entry")
    if isinstance(entries, list) and len(entries) > limits.entries:
        raise _too_much(
            f"A Bundle may have {limits.entries:,} entries. Send the rest in another Bundle.", "Bundle.entry"
        )
    return found


def _small_enough(body: bytes, limits: Limits) -> None:
    if len(body) > limits.size:
        size = limits.size / MEGABYTE
        raise _too_much(f"A body may have {size:g} megabytes. Send less, or send documents as references.")
    if b"\x00" in body:
        raise _unreadable(
            IssueType.INVALID, "The body holds a zero byte, so it is not JSON in UTF-8. Send that."
        )
    # A value has at most a name and a text, so four quotation marks: counted first, because it costs least.
    many = body.count(b'"') - body.count(b'\\"') > 4 * limits.nodes
    skeleton = b"" if many else _STRING.sub(b"", body)
    if many or skeleton.count(b",") + skeleton.count(b"{") + skeleton.count(b"[") > limits.nodes:
        raise _too_much(f"A body may have {limits.nodes:,} values. Send the rest in another request.")
    _shallow_enough(skeleton, limits.depth)


def _shallow_enough(skeleton: bytes, most: int) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(skeleton):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > most:
            text = f"Elements may be {most} deep inside each other, and these are deeper. Send them side by side."
            raise _unreadable(IssueType.TOO_COSTLY, text)


def _as_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = "The body is not in UTF-8, which FHIR requires. Send it in UTF-8."
        raise _unreadable(IssueType.INVALID, text) from None


def _parsed(text: str) -> Any:
    if not text.strip():
        raise _unreadable(IssueType.REQUIRED, "The body is empty. Send a FHIR resource in JSON.")
    try:
        return json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        text = f"The body is not JSON: it breaks off at line {error.lineno}, column {error.colno}. Mend it there."
        raise _unreadable(IssueType.INVALID, text) from None
    except RecursionError:
        raise _unreadable(
            IssueType.TOO_COSTLY, "The body is too deep to be read. Send elements side by side."
        ) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        text = "An element is there twice in one object, so it is not clear which is meant. Send each once."
        raise _unreadable(IssueType.INVALID, text)
    return found


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits) if len(digits) <= _NUMBER_DIGITS else None
    if number is None or abs(number.adjusted()) > _NUMBER_POWER:
        raise _unreadable(IssueType.VALUE, "A number is longer than any measurement. Send it shorter.")
    return number


def _integer(digits: str) -> int:
    if len(digits) > _NUMBER_DIGITS:
        raise _unreadable(IssueType.VALUE, "A number is longer than any measurement. Send it shorter.")
    return int(digits)


def _no_constant(_: str) -> Never:
    text = "A number is not a number (NaN or infinity), which JSON does not know. Leave the element out."
    raise _unreadable(IssueType.VALUE, text)


def _without_unsafe_characters(node: Any) -> None:
    """Depth is limited by now, so this may call itself."""
    if isinstance(node, str) and _UNSAFE.search(node):
        text = "A text holds a control character or half a character, which FHIR does not allow. Take it out."
        raise _unreadable(IssueType.VALUE, text)
    if isinstance(node, dict):
        for key, value in node.items():
            _without_unsafe_characters(key)
            _without_unsafe_characters(value)
    elif isinstance(node, list):
        for value in node:
            _without_unsafe_characters(value)


def _unreadable(code: IssueType, text: str) -> Refused:
    return Refused.because(400, code, text)


def _too_much(text: str, *expression: str) -> Refused:
    return Refused.because(413, IssueType.TOO_LONG, text, *expression)

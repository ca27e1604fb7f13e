"""Search parameters answered on resources themselves: of one child, or of the few that there are of a type.

A parameter names the elements that it looks at; what kind of value stands there says how it is compared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pathway.domain.names import normalise_name
from pathway_fhir.outcome import IssueType, Refused
from pathway_fhir.server.asked import Given
from pathway_fhir.server.values import Span, span, token

Json = Mapping[str, Any]
_MODIFIERS: Final = {
    "token": frozenset({"not", "missing"}),
    "string": frozenset({"exact", "contains", "missing"}),
    "date": frozenset({"missing"}),
    "reference": frozenset({"identifier", "missing"}),
    "uri": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A search parameter on a resource: its kind, the elements it looks at (`code`, `restriction.period`), and its words."""

    kind: str
    paths: tuple[str, ...]
    says: str

    @property
    def modifiers(self) -> frozenset[str]:
        return _MODIFIERS[self.kind]


def check_values(given: Given, parameter: Looked) -> None:
    """Refuse (400) a value that cannot be read, also where there is nothing to compare it with."""
    if given.modifier == "missing":
        if given.values[0] not in ("true", "false"):
            raise Refused.because(400, IssueType.VALUE, "“:missing” is true or false.")
    elif parameter.kind == "date":
        for value in given.values:
            span(value, given.name)


def matches(resource: Json, given: Given, parameter: Looked) -> bool:
    """Whether a resource is among what one parameter asks for."""
    found = [value for path in parameter.paths for value in _at(resource, path.split("."))]
    if given.modifier == "missing":
        return (not found) == (given.values[0] == "true")
    test = _TESTS[parameter.kind]
    hit = any(test(value, given.modifier, wanted, given.name) for value in found for wanted in given.values)
    return not hit if given.modifier == "not" else hit


def first_moment(resource: Json, paths: tuple[str, ...]) -> str:
    """What a date parameter sorts by: the first moment that stands there, or nothing."""
    found = [value for path in paths for value in _at(resource, path.split("."))]
    texts = [one if isinstance(one, str) else one.get("start") or one.get("end") or "" for one in found]
    return min(filter(None, texts), default="")


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _token(value: Any, modifier: str, wanted: str, name: str) -> bool:
    asked = token(wanted)
    return any(
        asked.code in (code, "") and (asked.system is None or asked.system == system)
        for system, code in _codes(value)
    )


def _codes(value: Any) -> Iterable[tuple[str, str]]:
    """The codes in a code, a Coding, a CodeableConcept or an Identifier."""
    if isinstance(value, bool):
        return [("", "true" if value else "false")]
    if isinstance(value, str):
        return [("", value)]
    if "coding" in value:
        return [(c.get("system", ""), c.get("code", "")) for c in value["coding"]]
    return [(value.get("system", ""), value.get("code", value.get("value", "")))]


def _string(value: Any, modifier: str, wanted: str, name: str) -> bool:
    texts = (
        [value]
        if isinstance(value, str)
        else [*value.get("given", ()), value.get("family", ""), value.get("text", "")]
    )
    if modifier == "exact":
        return wanted in texts
    plain = normalise_name(wanted)
    found = (normalise_name(text) for text in texts if text)
    return any(plain in text if modifier == "contains" else text.startswith(plain) for text in found)


def _date(value: Any, modifier: str, wanted: str, name: str) -> bool:
    asked = span(wanted, name)
    there = _span_of(value, name)
    return there is not None and _COMPARED[asked.prefix](there, asked)


def _span_of(value: Any, name: str) -> Span | None:
    """What a date, an instant or a Period covers; an open end reaches for ever."""
    if isinstance(value, str):
        return _read(value, name)
    start, end = _read(value.get("start", ""), name), _read(value.get("end", ""), name)
    if start is None and end is None:
        return None
    first = start.start if start else datetime.min.replace(tzinfo=end.start.tzinfo if end else None)
    last = end.end if end else datetime.max.replace(tzinfo=first.tzinfo)
    return Span("eq", first, last)


def _read(text: str, name: str) -> Span | None:
    if not text:
        return None
    try:
        return span(text, name)
    except Refused:
        return None


_COMPARED: Final[Mapping[str, Callable[[Span, Span], bool]]] = {
    "eq": lambda there, asked: asked.start <= there.start and there.end <= asked.end,
    "ne": lambda there, asked: not (asked.start <= there.start and there.end <= asked.end),
    "gt": lambda there, asked: there.end > asked.end,
    "ge": lambda there, asked: there.end > asked.start,
    "lt": lambda there, asked: there.start < asked.start,
    "le": lambda there, asked: there.start < asked.end,
    "sa": lambda there, asked: there.start >= asked.end,
    "eb": lambda there, asked: there.end <= asked.start,
}


def _reference(value: Any, modifier: str, wanted: str, name: str) -> bool:
    if not isinstance(value, Mapping):
        return False
    if modifier == "identifier":
        found = value.get("identifier")
        return found is not None and _token(found, "", wanted, name)
    there = str(value.get("reference", ""))
    if "/" in wanted:
        return there == "/".join(wanted.rstrip("/").split("/")[-2:])
    return there.split("/")[-1] == wanted


def _uri(value: Any, modifier: str, wanted: str, name: str) -> bool:
    return bool(value == wanted)


_TESTS: Final[Mapping[str, Callable[[Any, str, str, str], bool]]] = {
    "token": _token,
    "string": _string,
    "date": _date,
    "reference": _reference,
    "uri": _uri,
}

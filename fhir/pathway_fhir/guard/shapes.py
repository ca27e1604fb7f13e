"""Questions about plain JSON that have an answer for any shape, for the invariants."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One invariant: the type it is about, HL7's key, whether it holds, and what to say where it does not."""

    path: str
    key: str
    holds: Callable[[Json], bool]
    text: str


def has(node: Json, *names: str) -> bool:
    """Whether any of these elements is there, also where it is a simple value with only an extension."""
    return any(name in node or f"_{name}" in node for name in names)


def has_choice(node: Json, name: str) -> bool:
    """Whether `name[x]` is there in any of its types."""
    size = len(name)
    return any(
        key.lstrip("_").startswith(name) and key.lstrip("_")[size : size + 1].isupper() for key in node
    )


def objects(node: Json, name: str) -> list[Json]:
    """The objects in a list, or the one object."""
    value = node.get(name)
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(node: Json, name: str) -> str:
    """A text, or nothing."""
    value = node.get(name)
    return value if isinstance(value, str) else ""


def codes(node: Json, name: str) -> Iterator[tuple[str, str]]:
    """The systems and codes of a CodeableConcept or of several."""
    for concept in objects(node, name):
        for coding in objects(concept, "coding"):
            yield text(coding, "system"), text(coding, "code")


def has_one_of(node: Json, name: str, *wanted: str) -> bool:
    return any(code in wanted for _, code in codes(node, name))


def number(node: Json, name: str) -> Decimal | None:
    value = node.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return found if found.is_finite() else None


def not_negative(node: Json, name: str) -> bool:
    value = number(node, name)
    return value is None or value >= 0


def distinct(values: list[Any]) -> bool:
    """Whether none is there twice. Everything is compared as it is written."""
    written = [repr(value) for value in values]
    return len(set(written)) == len(written)


def in_order(first: object, second: object) -> bool:
    """Whether the first moment is not after the second. Two that cannot be compared are taken to be in order."""
    if not (isinstance(first, str) and isinstance(second, str)):
        return True
    if "T" in first and "T" in second:
        one, other = _moment(first), _moment(second)
        return one is None or other is None or one <= other
    shared = min(len(first.partition("T")[0]), len(second.partition("T")[0]))
    # A day and a moment in it: only the days can be compared, and a zone may move the moment by one.
    return "T" in first + second or first[:shared] <= second[:shared]


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None

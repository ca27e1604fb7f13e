"""Reading a resource that somebody sent: what is wrong is kept, and all of it is said at once.

The guard has already refused what is no FHIR at all; nothing here relies on it, so a wrong shape is read as absent and
never raises. No sentence repeats a value that was sent (`pathway_fhir.outcome`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol, Self, TypeVar

from pathway.domain.errors import InvalidIdentifier
from pathway.domain.london import london_date
from pathway_fhir.mapping.datatypes import Json
from pathway_fhir.outcome import Issue, IssueType, Refused, Severity

UNUSABLE: Final = 422
"""Good FHIR that cannot be used as it is (HL7 FHIR R4, 3.1.0.8.1, rejecting updates)."""


class Checked(Protocol):
    """A value that is checked when it is made: an identifier, a telephone number."""

    @classmethod
    def parse(cls, text: str) -> Self: ...


Kind = TypeVar("Kind", bound=Checked)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_PARTIAL: Final = re.compile(r"[0-9]{4}(-[0-9]{2})?")


@dataclass(slots=True)
class Reading:
    """One resource as it is read: where it stands (`Patient`, or its place in a Bundle) and what is wrong with it."""

    root: str
    issues: list[Issue] = field(default_factory=list)

    def fault(self, code: IssueType, text: str, path: str = "") -> None:
        """Something that keeps the resource from being used; `path` is below the root, as `name[0].family`."""
        self.issues.append(Issue(Severity.ERROR, code, text, (self.at(path),)))

    def warn(self, code: IssueType, text: str, path: str = "") -> None:
        """Something that is said and lets the resource pass."""
        self.issues.append(Issue(Severity.WARNING, code, text, (self.at(path),)))

    def at(self, path: str) -> str:
        return f"{self.root}.{path}" if path else self.root

    def end(self) -> None:
        """Refuse the resource where anything is wrong with it. Raises Refused with every fault."""
        if any(issue.severity.refuses for issue in self.issues):
            raise Refused(UNUSABLE, self.issues)


def begin(resource: Any, resource_type: str, root: str = "") -> Reading:
    """Start reading a resource of the type that is meant. Raises Refused where it is another one."""
    if not isinstance(resource, dict) or resource.get("resourceType") != resource_type:
        raise Refused.because(
            UNUSABLE, IssueType.INVALID, f"Send a {resource_type} here.", root or resource_type
        )
    return Reading(root or resource_type)


# --- Shapes -----------------------------------------------------------------------------------------------------------


def one(value: Any) -> Json:
    """An element, or an empty one."""
    return value if isinstance(value, dict) else {}


def several(value: Any) -> list[tuple[int, Json]]:
    """The elements of a list with their places; whatever is none is left out."""
    found = value if isinstance(value, list) else []
    return [(n, element) for n, element in enumerate(found) if isinstance(element, dict)]


def words(value: Any) -> str:
    """Text without the spaces around it, or nothing."""
    return value.strip() if isinstance(value, str) else ""


def line(reading: Reading, value: Any, path: str, longest: int = 200) -> str:
    """One line of text; a fault where it is longer than is kept, or holds signs that nobody can see."""
    text = words(value)
    if len(text) > longest:
        reading.fault(IssueType.TOO_LONG, f"This may have {longest} characters. Shorten it.", path)
        return ""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        reading.fault(
            IssueType.VALUE, "This holds signs that nobody can see. Send one line of plain text.", path
        )
        return ""
    return text


# --- Codes and extensions ---------------------------------------------------------------------------------------------


def codes(concept: Any, *within: str) -> list[str]:
    """The codes of a CodeableConcept that are of one of these systems, in their order."""
    found = [coding for _, coding in several(one(concept).get("coding"))]
    return [words(c.get("code")) for c in found if c.get("system") in within and words(c.get("code"))]


def code(concept: Any, *within: str) -> str:
    """The first of them, or nothing."""
    return next(iter(codes(concept, *within)), "")


def extensions(element: Any, *urls: str) -> list[Json]:
    """The extensions of an element with one of these addresses."""
    return [found for _, found in several(one(element).get("extension")) if found.get("url") in urls]


def extension(element: Any, *urls: str) -> Json:
    """The first of them, or an empty one."""
    return next(iter(extensions(element, *urls)), {})


# --- Identifiers and references ---------------------------------------------------------------------------------------


def numbered(identifiers: Any, *within: str) -> list[tuple[int, str]]:
    """The values of the identifiers of these systems, each with its place."""
    found = [(n, one) for n, one in several(identifiers) if one.get("system") in within]
    return [(n, words(one.get("value"))) for n, one in found if words(one.get("value"))]


def parsed(reading: Reading, kind: type[Kind], text: str, path: str) -> Kind | None:
    """An identifier in its canonical form; a fault, with the identifier's own sentence, where it is none."""
    try:
        return kind.parse(text)
    except InvalidIdentifier as fault:
        reading.fault(IssueType.VALUE, fault.message, path)
        return None


@dataclass(frozen=True, slots=True, repr=False)
class Pointed:
    """What a Reference points at: a literal reference, or an identifier in its system, or both. Hidden in logs."""

    reference: str = ""
    type: str = ""
    system: str = ""
    value: str = ""

    def __bool__(self) -> bool:
        return bool(self.reference or self.value)

    def __repr__(self) -> str:
        return "Pointed(hidden)"


def pointed(reference: Any) -> Pointed:
    """A Reference as it was sent; its type is taken from the reference where it is not said."""
    element = one(reference)
    literal, number = words(element.get("reference")), one(element.get("identifier"))
    parts = literal.split("/_history/")[0].split("/")
    said = words(element.get("type")) or (parts[-2] if len(parts) > 1 else "")
    return Pointed(literal, said, words(number.get("system")), words(number.get("value")))


# --- Moments ----------------------------------------------------------------------------------------------------------


def whole_day(reading: Reading, value: Any, path: str, *, what: str, required: bool = False) -> date | None:
    """The London day of a date or dateTime. Part of a date is refused: nobody is given a first of January."""
    text = words(value)
    if not text:
        if required:
            reading.fault(IssueType.REQUIRED, f"Say {what}.", path)
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return london_date(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        reading.fault(IssueType.VALUE, f"This is no real date. Say {what}, as 2026-03-31.", path)
        return None
    partial = "This is only part of a date" if _PARTIAL.fullmatch(text) else "This date cannot be read"
    reading.fault(IssueType.VALUE, f"{partial}. Say {what} as a whole day, as 2026-03-31.", path)
    return None


def moment(value: Any) -> datetime | None:
    """An instant, or None where it is none."""
    text = words(value)
    try:
        return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def in_force(element: Mapping[str, Any], on: date) -> bool:
    """Whether an element's period, where it has one, holds this day; part of a date holds all of its days."""
    given, now = one(element.get("period")), on.isoformat()
    start, end = words(given.get("start"))[:10], words(given.get("end"))[:10]
    return (not start or start <= now[: len(start)]) and (not end or end >= now[: len(end)])


# --- People -----------------------------------------------------------------------------------------------------------

_USES: Final[Sequence[str]] = ("official", "usual", "", "temp")


def name_now(names: Any, on: date) -> tuple[int, Json] | None:
    """The name that a person has on this day, by how it is used; never an old or a maiden name, nor a nickname.

    Where every name has ended, the best of them is still what the child is called.
    """
    known = [(n, name) for n, name in several(names) if name.get("use", "") in _USES]
    held = [(n, name) for n, name in known if in_force(name, on)]
    return min(held or known, key=lambda found: _USES.index(found[1].get("use", "")), default=None)


def whole_name(name: Any) -> str:
    """A name as one line: as it was written, or put together from its parts."""
    element = one(name)
    given = element.get("given")
    parts = [*(given if isinstance(given, list) else []), element.get("family")]
    return words(element.get("text")) or " ".join(filter(None, map(words, parts)))


def contact_now(telecoms: Any, system: str, on: date) -> tuple[int, str]:
    """The value of the first contact point of this system that is in use, with its place; (-1, "") where there is none."""
    for n, point in several(telecoms):
        if point.get("system") == system and point.get("use") != "old" and in_force(point, on):
            value = words(point.get("value"))
            if value:
                return n, value
    return -1, ""

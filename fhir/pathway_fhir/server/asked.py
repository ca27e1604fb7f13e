"""A search as it was asked: its parameters, and how the answer is to look.

Unknown parameters are refused, because a search that ignores one answers another question; `Prefer: handling=lenient` leaves
them out and says so (HL7 FHIR R4, 3.1.1.1.2). What a search was asked with is never logged: it may name a child.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pathway_fhir.outcome import Issue, IssueType, Refused, Severity

LARGEST_PAGE: Final = 200
MOST_PARAMETERS: Final = 100
USUAL_PAGE: Final = 50
SUMMARIES: Final = ("true", "false", "count", "text", "data")
TOTALS: Final = ("none", "accurate", "estimate")
CHAINS: Final = {"patient.identifier": "patient:identifier", "subject.identifier": "subject:identifier"}
"""The chains that there are: each asks what the modifier `identifier` asks."""
CONTROLS: Final = frozenset(
    {
        "_count", "_sort", "_include", "_revinclude", "_total", "_summary", "_elements", "_format", "_cursor",
        "_totalMethod", "_pretty",
    }
)  # fmt: skip
"""Parameters that say how the answer looks; `_totalMethod` is another server's word for `_total`, sent by a client of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """One parameter as it was given: its name, its modifier, and the alternatives that commas part."""

    name: str
    modifier: str
    values: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Given({self.name})"


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A search. `pairs` is what the links of the answer repeat; `warnings` is what was left out, and why."""

    given: tuple[Given, ...] = ()
    count: int = USUAL_PAGE
    sort: str = ""
    descending: bool = False
    includes: tuple[str, ...] = ()
    reverse_includes: tuple[str, ...] = ()
    total: str = "none"
    summary: str = "false"
    elements: tuple[str, ...] = ()
    cursor: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    warnings: tuple[Issue, ...] = field(default=())

    @property
    def only_count(self) -> bool:
        return self.summary == "count" or self.count == 0


def read_search(
    pairs: Iterable[tuple[str, str]], known: Mapping[str, frozenset[str]], *, lenient: bool
) -> Asked:
    """The search that these pairs ask for. `known`: each parameter of the type with the modifiers it takes.

    Raises Refused (400) with every fault: an unknown parameter or modifier, an empty value, a control that cannot be read.
    """
    reading = _Search(known, lenient)
    for number, (name, value) in enumerate(pairs):
        if number >= MOST_PARAMETERS:
            text = f"A search may have {MOST_PARAMETERS} parameters. Ask for less at once."
            raise Refused.because(400, IssueType.TOO_COSTLY, text)
        reading.take(name, value)
    return reading.end()


class _Search:
    def __init__(self, known: Mapping[str, frozenset[str]], lenient: bool) -> None:
        self.known, self.lenient = known, lenient
        self.given: list[Given] = []
        self.kept: list[tuple[str, str]] = []
        self.controls: dict[str, list[str]] = {}
        self.faults: list[Issue] = []
        self.warnings: list[Issue] = []

    def take(self, name: str, value: str) -> None:
        if name in CONTROLS:
            self.controls.setdefault(name, []).append(value)
            if name != "_cursor":
                self.kept.append((name, value))
            return
        plain, _, modifier = CHAINS.get(name, name).partition(":")
        if plain in CONTROLS:
            self._unknown(f"modifier of “{plain}”", "There are: none.")
        elif plain not in self.known:
            self._unknown("parameter", f"There are: {', '.join(sorted(self.known))}.")
        elif modifier and modifier not in self.known[plain]:
            there = ", ".join(sorted(self.known[plain])) or "none"
            self._unknown(f"modifier of “{plain}”", f"There are: {there}.")
        elif not _alternatives(value) or "\x00" in value:
            self._unknown(f"value of “{plain}”", "Leave the parameter out, or give it a value.")
        else:
            self.given.append(Given(plain, modifier, tuple(_alternatives(value))))
            self.kept.append((name, value))

    def _unknown(self, what: str, there: str) -> None:
        text = f"A {what} of this search is not known here. {there}"
        found = Issue(Severity.WARNING if self.lenient else Severity.ERROR, IssueType.NOT_SUPPORTED, text)
        said = self.warnings if self.lenient else self.faults
        if found not in said:
            said.append(found)

    def _fault(self, text: str) -> None:
        self.faults.append(Issue(Severity.ERROR, IssueType.VALUE, text))

    def end(self) -> Asked:
        sort, descending = self._sort()
        total = self._one_of("_total", TOTALS, "none")
        if self.controls.get("_totalMethod", [""])[0] == "count":
            total = "accurate"
        asked = Asked(
            given=tuple(self.given),
            count=self._count(),
            sort=sort,
            descending=descending,
            includes=tuple(self.controls.get("_include", ())),
            reverse_includes=tuple(self.controls.get("_revinclude", ())),
            total=total,
            summary=self._one_of("_summary", SUMMARIES, "false"),
            elements=tuple(e.strip() for v in self.controls.get("_elements", ()) for e in v.split(",") if e.strip()),
            cursor=self.controls.get("_cursor", [""])[-1],
            pairs=tuple(self.kept),
            warnings=tuple(self.warnings),
        )  # fmt: skip
        if self.faults:
            raise Refused(400, self.faults)
        return asked

    def _count(self) -> int:
        text = self.controls.get("_count", [str(USUAL_PAGE)])[-1]
        if not text.isdecimal() or len(text) > 9:
            self._fault(f"_count is a whole number from 0 to {LARGEST_PAGE}.")
            return USUAL_PAGE
        if int(text) > LARGEST_PAGE:
            said = f"_count may be at most {LARGEST_PAGE}: follow the link “next” for more."
            if not self.lenient:
                self._fault(said)
            self.warnings.append(Issue(Severity.WARNING, IssueType.TOO_COSTLY, said))
        return min(int(text), LARGEST_PAGE)

    def _sort(self) -> tuple[str, bool]:
        text = self.controls.get("_sort", [""])[-1]
        if "," in text:
            self._fault("_sort takes one name here. Sort by the first, and by the others at your end.")
        return text.removeprefix("-"), text.startswith("-")

    def _one_of(self, name: str, choices: tuple[str, ...], usual: str) -> str:
        value = self.controls.get(name, [usual])[-1]
        if value not in choices:
            self._fault(f"{name} is one of: {', '.join(choices)}.")
            return usual
        return value


def _alternatives(value: str) -> list[str]:
    """The values that commas part; one behind a backslash is part of a value (HL7 FHIR R4, 3.1.1.4.1.1)."""
    found, current, escaped = [], "", False
    for sign in value:
        if escaped:
            current += sign if sign in ",|$\\" else "\\" + sign
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == ",":
            found.append(current)
            current = ""
        else:
            current += sign
    return [one.strip() for one in [*found, current] if one.strip()]

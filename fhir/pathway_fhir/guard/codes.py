"""Lists of codes that leave no choice, and whether what was sent is from them.

Most lists are closed and come from the tables. Three are open: languages, media types and units have more codes than
anybody lists, so the form of the code is checked (BCP 47, RFC 6838).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SNOMED = "http://snomed.info/sct"
# UK Core's own system was required by its older versions, which BaRS is built against; the codes are the same.
LANGUAGES = frozenset(["urn:ietf:bcp:47", "https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage"])


@dataclass(frozen=True, slots=True)
class Codes:
    """A list: the codes of each system, or the form of a code where the list is open."""

    name: str
    by_system: Mapping[str, frozenset[str]]
    any_system: frozenset[str]
    form: re.Pattern[str] | None = None
    form_systems: frozenset[str] = frozenset()

    def has_code(self, code: Any) -> bool:
        """Whether a plain code, which has no system beside it, is from the list."""
        if not isinstance(code, str):
            return False
        return self.form.fullmatch(code) is not None if self.form else code in self.any_system

    def has_coding(self, coding: Any) -> bool:
        """Whether a Coding is: in the right system, and one of its codes."""
        if not isinstance(coding, dict) or not isinstance(system := coding.get("system"), str):
            return False
        if self.form:
            return system in self.form_systems and self.has_code(coding.get("code"))
        code = coding.get("code")
        return isinstance(code, str) and code in self.by_system.get(system, ())

    def has(self, value: Any) -> bool:
        """Whether a code, a Coding, or one Coding of a CodeableConcept is from the list."""
        if not isinstance(value, dict):
            return self.has_code(value)
        if "coding" not in value:
            return self.has_coding(value)
        codings = value["coding"]
        return isinstance(codings, list) and any(map(self.has_coding, codings))


_OPEN = {
    "all-languages": Codes(
        "all-languages", {}, frozenset(), re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"), LANGUAGES
    ),
    # A capability statement may say json and xml for short.
    "mimetypes": Codes(
        "mimetypes",
        {},
        frozenset(),
        re.compile(r"json|xml|ttl|[\w!#$&^.+-]+/[\w!#$&^.+-]+(;[^;]+)*", re.ASCII),
    ),
}


def codes_named(name: str | None, lists: Mapping[str, Mapping[str, list[str]]]) -> Codes | None:
    """The list of this name, or None where it is neither closed nor of a known form."""
    if name is None or name in _OPEN:
        return _OPEN.get(name) if name else None
    by_system = {system: frozenset(codes) for system, codes in lists.get(name, {}).items()}
    return Codes(name, by_system, frozenset().union(*by_system.values())) if by_system else None

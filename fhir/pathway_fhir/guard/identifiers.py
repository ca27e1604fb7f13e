"""National identifiers and clinical codes: NHS numbers, ODS codes, and SNOMED CT's own check digit.

Sources: NHS Data Dictionary (NHS NUMBER); UK Core Patient, Organization and Location (identifier slices); SNOMED
International, Release File Specification, appendix "Check-digit computation" (Verhoeff's dihedral method).
"""

import re
from typing import Any

from pathway.domain.identifiers import NhsNumber, without_separators
from pathway_fhir.guard.codes import SNOMED
from pathway_fhir.guard.report import Report
from pathway_fhir.guard.tables import Profile, Slice
from pathway_fhir.outcome import IssueType

Json = dict[str, Any]

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"

_SNOMED_ID = re.compile(r"[1-9][0-9]{5,17}")


def check_identifier(value: Json, path: str, report: Report) -> None:
    """An Identifier anywhere: an NHS number is one. Where a wrong one is only told, it still can never be matched by:
    the domain has no way to make such a number.
    """
    number = value.get("value")
    if value.get("system") != NHS_NUMBER or not isinstance(number, str):
        return
    if NhsNumber.fault_in(without_separators(number)):
        text = "This is not an NHS number: its digits do not agree with its check digit. Look it up again."
        report.profile(IssueType.VALUE, text, f"{path}.value")
    elif not number.isdigit():
        text = "An NHS number is sent as 10 digits with nothing between them. Take the spaces or dashes out."
        report.profile(IssueType.VALUE, text, f"{path}.value")


def check_profile(node: Json, profile: Profile | None, path: str, report: Report) -> None:
    """The identifiers of one resource against the slices of its UK Core profile."""
    for element, slices in profile.slices.items() if profile else ():
        given = node.get(element.rpartition(".")[2])
        counted: dict[str, list[Any]] = {}
        for number, one in enumerate(given if isinstance(given, list) else ()):
            rule = slices.get(str(one.get("system"))) if isinstance(one, dict) else None
            if rule:
                counted.setdefault(rule.system, []).append(one.get("value"))
                _has_what_it_needs(one, rule, f"{path}.identifier[{number}]", report)
        for system, values in counted.items():
            _at_most_one(system, values, f"{path}.identifier", report)


def _has_what_it_needs(one: Json, rule: Slice, path: str, report: Report) -> None:
    for name in rule.needs:
        if name not in one and f"_{name}" not in one:
            text = (
                "A national identifier has a system and no value. Add the value or leave the identifier out."
            )
            report.profile(IssueType.REQUIRED, text, f"{path}.{name}")


def _at_most_one(system: str, values: list[Any], path: str, report: Report) -> None:
    """Two different NHS numbers are two people (docs/rules.md 18): that is never only a warning."""
    if len(values) < 2:
        return
    if system == NHS_NUMBER and any(value != values[0] for value in values):
        text = "There are two different NHS numbers, and so perhaps two people. Send the one that was traced."
        report.error(IssueType.MULTIPLE_MATCHES, text, path)
    else:
        report.profile(IssueType.STRUCTURE, "A national identifier is there twice. Send it once.", path)


def check_coding(value: Json, path: str, report: Report) -> None:
    """A mistyped SNOMED CT code means something else or nothing. NHS examples hold some, so it is told, not refused."""
    code = value.get("code")
    if value.get("system") != SNOMED or not isinstance(code, str) or not code.isdigit():
        return
    if not (_SNOMED_ID.fullmatch(code) and agrees_verhoeff(code)):
        text = "A SNOMED CT code does not agree with its check digit, so it may be mistyped. Check it."
        report.warning(IssueType.CODE_INVALID, text, f"{path}.code")


_MULTIPLY = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTE = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def agrees_verhoeff(digits: str) -> bool:
    """Whether the last digit is the Verhoeff check digit of the others."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _MULTIPLY[check][_PERMUTE[place % 8][int(digit)]]
    return check == 0

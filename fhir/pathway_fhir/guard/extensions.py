"""Extensions whose definition we hold: the type of their value, its codes, their parts, and how many there may be.

An extension that nobody here knows is let through, as FHIR asks. A modifier extension that nobody knows refuses the
resource, as FHIR also asks: it may turn what is said into its opposite.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pathway_fhir.guard import references
from pathway_fhir.guard.references import Place
from pathway_fhir.guard.report import Report
from pathway_fhir.guard.tables import ExtensionRule, Tables
from pathway_fhir.outcome import IssueType

Json = dict[str, Any]


def check(given: list[Any], path: str, owner: str, known: Tables, place: Place, report: Report) -> None:
    """All extensions of one element. `owner` is where it is by type, such as `Patient.communication`."""
    urls = Counter(url for one in given if isinstance(one, dict) and isinstance(url := one.get("url"), str))
    if path.endswith(".modifierExtension"):
        text = "A modifier extension is not known here, and may change what the rest means. Send it without."
        report.error(IssueType.EXTENSION, text, path)
    profile = known.profiles.get(owner.partition(".")[0])
    once = profile.extensions_once.get(owner, frozenset()) if profile else frozenset()
    for url, count in urls.items():
        rule = known.extensions.get(url)
        if count > 1 and (url in once or (rule and rule.once)):
            _too_many(path, report)
    for number, one in enumerate(given):
        if isinstance(one, dict) and (rule := known.extensions.get(str(one.get("url")))):
            _one(one, rule, f"{path}[{number}]", place, report)


def _one(extension: Json, rule: ExtensionRule, path: str, place: Place, report: Report) -> None:
    value_key = next((key for key in extension if key.startswith("value")), None)
    if value_key is not None and rule.values and _kind_of(value_key) not in rule.values:
        text = "An extension has a value of another type than its definition says. Send that type."
        report.profile(IssueType.EXTENSION, text, path)
    elif value_key is not None and not rule.values:
        text = "An extension has a value where its definition asks for parts. Send the parts."
        report.profile(IssueType.EXTENSION, text, path)
        return
    elif value_key and rule.codes and not rule.codes.has(extension[value_key]):
        text = "None of the codes of an extension is from the list that is required for it. Send one that is."
        report.profile(IssueType.CODE_INVALID, text, f"{path}.value")
    if rule.targets and isinstance(reference := extension.get("valueReference"), dict):
        references.check(reference, rule.targets, f"{path}.value", place, report)
    if rule.parts:
        parts = extension.get("extension")
        _parts(parts if isinstance(parts, list) else [], rule.parts, path, place, report)


def _parts(
    given: list[Any], rules: Mapping[str, ExtensionRule], path: str, place: Place, report: Report
) -> None:
    counted = Counter(str(one.get("url")) for one in given if isinstance(one, dict))
    for url, rule in rules.items():
        if rule.needed and not counted[url]:
            text = "A part that the definition of this extension requires is missing. Add it."
            report.profile(IssueType.EXTENSION, text, path)
        if rule.once and counted[url] > 1:
            _too_many(f"{path}.extension", report)
    for number, one in enumerate(given):
        if isinstance(one, dict) and (known := rules.get(str(one.get("url")))):
            _one(one, known, f"{path}.extension[{number}]", place, report)


def _too_many(path: str, report: Report) -> None:
    report.profile(
        IssueType.EXTENSION, "An extension is there more often than it may be. Send it once.", path
    )


def _kind_of(value_key: str) -> str:
    """`valueString` as `string`, `valueCodeableConcept` as it is: simple types begin small."""
    name = value_key.removeprefix("value")
    small = name[:1].lower() + name[1:]
    return small if small in _SIMPLE else name


_SIMPLE = frozenset(
    [
        "base64Binary",
        "boolean",
        "canonical",
        "code",
        "date",
        "dateTime",
        "decimal",
        "id",
        "instant",
        "integer",
    ]
    + ["markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid"]
)

"""One walk over a resource that compares every element with the tables.

It finds what the models behind it let through: a code that is in no list, a reference to the wrong kind of resource, an
empty list, `"true"` for true, an extension with the wrong value. It takes any JSON at all and never raises for its
shape. What it says names elements and never repeats a value; a name that FHIR does not have is a value too.
"""

from typing import Any

from pathway_fhir.guard import extensions, identifiers, invariants, narrative, references
from pathway_fhir.guard.report import Report
from pathway_fhir.guard.tables import Element, Kind, Tables, tables
from pathway_fhir.outcome import Issue, IssueType

Json = dict[str, Any]

# What FHIR R4 requires and a national service leaves out of everything it sends: the Validated Relationships Service
# names the person of a consent without the role. Not `strict`, it is told and let through.
LEFT_OUT_BY_NHS = frozenset(["Consent.provision.actor.role"])


def walk(resource: Json, *, strict: bool) -> list[Issue]:
    """Everything that is wrong with this resource and the resources inside it, by our own tables."""
    report = Report(strict=strict)
    _Walk(tables(), report).resource(resource, "")
    return report.issues


class _Walk:
    """Walks one body. `_place` is the innermost resource: what `#id` in a reference points into."""

    def __init__(self, known: Tables, report: Report) -> None:
        self._known = known
        self._report = report
        self._place = references.Place()

    def resource(self, node: Json, path: str, contained: bool = False) -> None:
        """A resource, at the top or inside another: it is a world of its own, with its own contained resources."""
        name = node.get("resourceType")
        kind = self._known.kinds.get(name) if isinstance(name, str) else None
        if kind is None or not kind.is_resource:
            self._unknown_resource(name, node, path)
            return
        outer = self._place
        if not contained:
            self._place = references.Place.of(node, outer)
        path = path or kind.path
        self._object(node, kind, path)
        references.check_resource(node, path, self._place, self._report, contained=contained)
        identifiers.check_profile(node, self._known.profiles.get(kind.path), path, self._report)
        self._place = outer

    def _unknown_resource(self, name: object, node: Json, path: str) -> None:
        if name is None:
            text = "It is not said which resource this is. Add resourceType."
            self._report.error(IssueType.REQUIRED, text, path or "resourceType")
        elif path and isinstance(name, str) and name in self._known.r4_resources:
            text = "A resource inside this one is of a kind that is not read here. It is kept as it was sent."
            self._report.warning(IssueType.NOT_SUPPORTED, text, path)
            words = node.get("text")
            if isinstance(words, dict) and isinstance(div := words.get("div"), str):
                narrative.check(div, f"{path}.text.div", self._report)
        else:
            text = "This kind of resource is not taken here. The CapabilityStatement lists those that are."
            self._report.error(IssueType.NOT_SUPPORTED, text, path or "resourceType")

    def _object(self, node: Json, kind: Kind, path: str) -> None:
        if not node:
            self._report.error(IssueType.INVALID, "An element is empty. Fill it or leave it out.", path)
            return
        elements = kind.elements
        for key, value in node.items():
            element = elements.get(key)
            if element is None:
                self._other(key, value, kind, node, path)
            elif value is None:
                self._report.error(IssueType.INVALID, "An element is null. Leave it out.", f"{path}.{key}")
            elif element.many:
                self._list(value, element, kind, f"{path}.{key}", node)
            else:
                self._value(value, element, kind, f"{path}.{key}")
        self._missing(node, kind, path)
        invariants.check(node, kind.path, path, self._report)

    def _other(self, key: str, value: Any, kind: Kind, node: Json, path: str) -> None:
        """A key that is no element: `_birthDate` holds the extensions of `birthDate`; anything else is unknown."""
        element = kind.elements.get(key[1:]) if key.startswith("_") else None
        if element is None or element.primitive is None:
            named = f"{path}.{key}" if key in self._known.element_names else path
            text = (
                "An element is not part of this resource in FHIR R4. Take it out, or send it as an extension."
            )
            self._report.error(IssueType.STRUCTURE, text, named)
            return
        parts = value if element.many and isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, dict):
                self._beside_primitive(part, f"{path}.{element.name}")
            elif part is not None or not element.many:
                self._wrong_shape(f"{path}.{element.name}", "an object with extensions")

    def _beside_primitive(self, part: Json, path: str) -> None:
        if not part or not part.keys() <= {"id", "extension"}:
            text = "What stands beside a simple value may hold an id and extensions only. Take out the rest."
            self._report.error(IssueType.STRUCTURE, text, path)
        if "extension" in part:
            self._extensions(part["extension"], f"{path}.extension", path)

    def _list(self, value: Any, element: Element, kind: Kind, path: str, node: Json) -> None:
        if not isinstance(value, list):
            self._wrong_shape(path, "a list, in square brackets")
        elif not value:
            self._report.error(IssueType.INVALID, "A list is empty. Fill it or leave it out.", path)
        elif element.kind == "Extension":
            self._extensions(value, path, kind.path)
        else:
            for number, one in enumerate(value):
                if one is None and element.primitive and f"_{element.name}" in node:
                    continue  # FHIR's own way to say that this one has only an extension.
                self._value(one, element, kind, f"{path}[{number}]")

    def _value(self, value: Any, element: Element, kind: Kind, path: str) -> None:
        if element.primitive:
            if not element.primitive.accepts(value):
                self._wrong_shape(path, element.primitive.instead)
            elif element.codes and not element.codes.has_code(value):
                self._wrong_code(path)
            elif element.kind == "xhtml":
                narrative.check(value, path, self._report)
            return
        if not isinstance(value, dict):
            self._wrong_shape(path, "an object, in curly brackets")
        elif element.kind == "Resource":
            self.resource(value, path, contained=element.name == "contained")
        elif nested := self._known.kinds.get(element.kind):
            self._object(value, nested, path)
            if element.codes and not element.codes.has(value):
                self._wrong_list(path)
            self._special(value, element, path)

    def _special(self, value: Json, element: Element, path: str) -> None:
        if element.kind == "Reference":
            references.check(value, element.targets, path, self._place, self._report)
        elif element.kind == "Identifier":
            identifiers.check_identifier(value, path, self._report)
        elif element.kind == "Coding":
            identifiers.check_coding(value, path, self._report)

    def _extensions(self, value: Any, path: str, owner: str) -> None:
        """Extensions, each by the rule of its address. `owner` is the path of the element's type, for profiles."""
        if not isinstance(value, list) or not value:
            self._wrong_shape(path, "a list of extensions that is not empty")
            return
        kind = self._known.kinds["Extension"]
        for number, one in enumerate(value):
            if isinstance(one, dict):
                self._object(one, kind, f"{path}[{number}]")
            else:
                self._wrong_shape(f"{path}[{number}]", "an object, in curly brackets")
        extensions.check(value, path, owner, self._known, self._place, self._report)

    def _missing(self, node: Json, kind: Kind, path: str) -> None:
        for name in kind.needed:
            if name not in node and f"_{name}" not in node:
                self._required(f"{path}.{name}", left_out=f"{kind.path}.{name}" in LEFT_OUT_BY_NHS)
        if not kind.choices:
            return
        given = [kind.choices[key] for key in node if key in kind.choices]
        if len(given) != len(set(given)):
            text = "An element is there with two types, and may have one. Keep the one that is meant."
            self._report.error(IssueType.STRUCTURE, text, path)
        for name in kind.needed_choices:
            if name not in given and not any(
                kind.choices.get(key[1:]) == name for key in node if key[0:1] == "_"
            ):
                self._required(f"{path}.{name}")

    def _required(self, path: str, *, left_out: bool = False) -> None:
        told = self._report.profile if left_out else self._report.error
        told(IssueType.REQUIRED, "A required element is missing. Add it.", path)

    def _wrong_shape(self, path: str, instead: str) -> None:
        self._report.error(IssueType.VALUE, f"An element has the wrong form. Send {instead}.", path)

    def _wrong_code(self, path: str) -> None:
        text = "A code is not from the list that FHIR R4 requires here. Send one that is."
        self._report.error(IssueType.CODE_INVALID, text, path)

    def _wrong_list(self, path: str) -> None:
        text = "None of the codes is from the list that is required here. Add one that is, with its system."
        self._report.profile(IssueType.CODE_INVALID, text, path)

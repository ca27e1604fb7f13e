"""FHIR R4's invariants for the types that are used here, as a table: where, HL7's key, what must hold, what to say.

HL7 writes them in FHIRPath; here each is one expression in Python over plain JSON. None raises for any shape: what has
the wrong shape is reported by the walk. Left out on purpose: those that only a server could resolve (ctm-1), those HL7
itself wrote so that they never apply (ppc-2 to ppc-5), advice (dom-6 and the names of definitions), and those of
resources that are only carried. Source: HL7 FHIR R4 (4.0.1), constraints of each StructureDefinition.
"""

from pathway_fhir.guard.invariants_of_resources import OF_RESOURCES
from pathway_fhir.guard.invariants_of_types import OF_TYPES
from pathway_fhir.guard.report import Report
from pathway_fhir.guard.shapes import Json, Rule
from pathway_fhir.outcome import IssueType


def _by_path(rules: tuple[Rule, ...]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        found[rule.path] = (*found.get(rule.path, ()), rule)
    return found


RULES = _by_path((*OF_TYPES, *OF_RESOURCES))


def check(node: Json, kind: str, path: str, report: Report) -> None:
    """The invariants of this element's type."""
    for rule in RULES.get(kind, ()):
        if not rule.holds(node):
            report.profile(IssueType.INVARIANT, f"{rule.text} ({rule.key})", path)

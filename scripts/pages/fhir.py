"""docs/reference/fhir.md: every type that the FHIR server offers, from the tables that the routes themselves are made of."""

from collections.abc import Mapping

from pathway_fhir.conformance.extensions import OWN
from pathway_fhir.server.asked import CONTROLS, LARGEST_PAGE, USUAL_PAGE
from pathway_fhir.server.capability import interactions
from pathway_fhir.server.conditions import Parameter
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Offered, OfOneChild, Searched
from pathway_fhir.server.registry import types_for
from scripts.pages.markdown import code, table
from scripts.profiles.from_code import pathways

ABOUT = """
The server is at `/fhir/R4`, FHIR R4 (4.0.1) in JSON. How to use it, step by step: [connect a partner](../how-to/connect-a-partner.md).
Our own extensions, codes, maps and examples: [fhir/profiles](../../fhir/profiles/README.md).

Every request but those that say so below carries a token. Its scopes (`system/TYPE.` and letters out of `cruds`) are asked for each
type; what a system sees of each type is decided by its organisation and, for each child, by what may be known.
"""
_OPERATIONS = (
    (
        "GET /fhir/R4/metadata",
        "The CapabilityStatement; without a token. `/fhir/R4/.well-known/smart-configuration` as well.",
    ),
    ("GET /fhir/R4/openapi.json", "The same as OpenAPI 3.1, for generators of clients; without a token."),
    ("POST /fhir/R4/token", "A token for a signed assertion (SMART Backend Services)."),
    ("POST /fhir/R4", "A batch (each entry by itself) or a transaction (all or nothing)."),
    ("POST /fhir/R4/$process-message", "A BaRS message; see MessageDefinition."),
    ("POST /fhir/R4/TYPE/$validate", "What would be wrong with a resource. Nothing is written."),
    ("POST /fhir/R4/TYPE/_search", "A search whose parameters stand in the body."),
    ("GET /fhir/R4/Patient/ID/$everything", "All that this system may know of a child."),
    ("GET /fhir/R4/Patient/ID/TYPE", "What belongs to a child, of one type."),
)


def page() -> str:
    types = sorted(types_for(pathways()).values(), key=lambda one: one.name)
    return "\n\n".join(
        (
            ABOUT.strip(),
            "## Addresses beside the types",
            table(("Address", "What it does"), [(code(address), says) for address, says in _OPERATIONS]),
            "## Every search",
            _controls(),
            "## Types",
            table(
                ("Type", "What it is", "Interactions"),
                [
                    (f"[{one.name}](#{one.name.lower()})", one.says, ", ".join(interactions(one)))
                    for one in types
                ],
            ),
            *(_type(one) for one in types),
            "## Extensions of our own",
            table(
                ("Extension", "In", "What it says"),
                [(code(own.name), ", ".join(own.places), own.says) for own in OWN],
            ),
        )
    )


def _controls() -> str:
    known = ", ".join(code(name) for name in sorted(CONTROLS - {"_cursor", "_totalMethod"}))
    return (
        f"Any of {known} goes with every search. A page has {USUAL_PAGE} resources, {LARGEST_PAGE} at most. An unknown parameter, "
        "modifier, sort or include is refused (400), unless `Prefer: handling=lenient`: then it is left out, and the answer says so. "
        "Only `patient.identifier` (or `patient:identifier`) is chained."
    )


def _type(one: Offered) -> str:
    found = one.found_by
    parameters: Mapping[str, Parameter | Looked] = found.parameters
    rows = [
        (code(name), p.kind, ", ".join(code(f":{m}") for m in sorted(p.modifiers) if m != "."), p.says)
        for name, p in sorted(parameters.items())
    ]
    parts = [f"### {one.name}", one.says, table(("Parameter", "Kind", "Modifiers", "What it asks"), rows)]
    if isinstance(found, OfOneChild):
        parts.append("A search needs the child (`patient`, or `patient:identifier` by POST), or `_id`.")
    sorts = sorted(found.sorts) if isinstance(found, Searched) else ["_id", "_lastUpdated", "date"]
    lines = [f"Sorted by: {', '.join(code(name) for name in sorts)}."]
    if one.includes:
        lines.append(f"`_include`: {', '.join(code(f'{one.name}:{name}') for name in sorted(one.includes))}.")
    if one.reverse:
        lines.append(f"`_revinclude`: {', '.join(code(f'{source}:{name}') for source, name in one.reverse)}.")
    return "\n\n".join((*parts, " ".join(lines)))

"""Everything of our own that a partner needs to read us: extensions, code systems, value sets and maps, from the definitions.

The server serves these and `scripts/make_profiles.py` writes them to `fhir/profiles`: both from here, so that they agree.
"""

from collections.abc import Mapping, Sequence

from pathway.domain.definition import Definition
from pathway_fhir.conformance.extensions import OWN, Json, structure_definition
from pathway_fhir.vocabulary.code_systems import code_systems, value_sets
from pathway_fhir.vocabulary.concept_maps import concept_maps


def published(definitions: Sequence[Definition]) -> Mapping[str, list[Json]]:
    """By type, in the order in which they are listed."""
    return {
        "StructureDefinition": [structure_definition(own) for own in OWN],
        "CodeSystem": code_systems(definitions),
        "ValueSet": value_sets(definitions),
        "ConceptMap": concept_maps(definitions),
    }

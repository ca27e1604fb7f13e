"""Every resource type that is offered, by name."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from pathway.actions.area import Area
from pathway.store.pathways import Pathways
from pathway_fhir.server.episodes import episode_types
from pathway_fhir.server.facts import FACT_TYPES
from pathway_fhir.server.few import FEW_TYPES
from pathway_fhir.server.forms import QUESTIONNAIRE_RESPONSE
from pathway_fhir.server.offered import Offered
from pathway_fhir.server.people import PATIENT, RELATED_PERSON
from pathway_fhir.server.terms import TERM_TYPES

_made: WeakKeyDictionary[Pathways, tuple[int, Mapping[str, Offered]]] = WeakKeyDictionary()


def types_of(area: Area) -> Mapping[str, Offered]:
    """The table for the pathways of an area; made again when there is a new version of one."""
    definitions = area.pathways.all()
    known = _made.get(area.pathways)
    if known is None or known[0] != len(definitions):
        types = (PATIENT, RELATED_PERSON, *episode_types(definitions), *FACT_TYPES, QUESTIONNAIRE_RESPONSE, *FEW_TYPES, *TERM_TYPES)
        known = (len(definitions), {one.name: one for one in types})
        _made[area.pathways] = known
    return known[1]

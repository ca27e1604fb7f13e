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
    return types_for(area.pathways)


def types_for(pathways: Pathways) -> Mapping[str, Offered]:
    """The same for pathways without an area, as the reference and the published profiles need it."""
    definitions = pathways.all()
    known = _made.get(pathways)
    if known is None or known[0] != len(definitions):
        people = (PATIENT, RELATED_PERSON, QUESTIONNAIRE_RESPONSE)
        types = (*people, *episode_types(definitions), *FACT_TYPES, *FEW_TYPES, *TERM_TYPES)
        known = (len(definitions), {one.name: one for one in types})
        _made[pathways] = known
    return known[1]

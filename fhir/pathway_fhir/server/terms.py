"""What we publish of our own: CodeSystem, ValueSet, ConceptMap and StructureDefinition, read and searched like any other type.

They are made from the definitions, so a new version of a pathway has its codes at once.
"""

from typing import Final
from weakref import WeakKeyDictionary

from pathway.store.pathways import Pathways
from pathway_fhir.conformance.published import published
from pathway_fhir.server.matching import Looked
from pathway_fhir.server.offered import Exchange, Few, Json, Offered

_PARAMETERS: Final = {
    "_id": Looked("token", ("id",), "The logical id."),
    "url": Looked("uri", ("url",), "The canonical address."),
    "name": Looked("string", ("name",), "The name for programs, or how it begins."),
    "title": Looked("string", ("title",), "The title, or how it begins."),
}
_SAYS: Final = {
    "CodeSystem": "A list of our own codes, complete.",
    "ValueSet": "All codes of one of our lists, for bindings.",
    "ConceptMap": "Our codes beside SNOMED CT, MHSDS and CSDS.",
    "StructureDefinition": "An extension of our own.",
}
_ALSO: Final = {
    "ConceptMap": {
        "source-system": Looked("uri", ("group.source",), "Our code system."),
        "target-system": Looked("uri", ("group.target",), "The national one."),
    }
}
_made: WeakKeyDictionary[Pathways, tuple[int, dict[str, list[Json]]]] = WeakKeyDictionary()


def _all(pathways: Pathways, name: str) -> list[Json]:
    """Made once for the versions that there are: some two hundred resources."""
    versions = len(pathways.all())
    known = _made.get(pathways)
    if known is None or known[0] != versions:
        known = (versions, dict(published([pathways.newest(key) for key in sorted(pathways.keys)])))
        _made[pathways] = known
    return known[1][name]


def _offered(name: str) -> Offered:
    async def found(exchange: Exchange) -> list[Json]:
        return _all(exchange.area.pathways, name)

    async def read(exchange: Exchange, logical_id: str) -> Json | None:
        return next((one for one in await found(exchange) if one["id"] == logical_id), None)

    return Offered(name, _SAYS[name], Few(_PARAMETERS | _ALSO.get(name, {}), found), read)


TERM_TYPES: Final = tuple(_offered(name) for name in _SAYS)

"""Profiles that need no database: what the server says of itself, its messages, extensions, codes and maps."""

from collections.abc import Iterator

from pathway import definitions
from pathway.store.pathways import Pathways
from pathway_fhir.bars import definitions as message_kinds
from pathway_fhir.conformance.published import published
from pathway_fhir.server.capability import capability_statement
from pathway_fhir.server.offered import Json
from pathway_fhir.server.registry import types_for

BASE = "https://pathway.example/fhir/R4"


def pathways() -> Pathways:
    """The pathways that come with the product."""
    found = Pathways()
    for definition in definitions.load_all().values():
        found.remember(definition)
    return found


def resources() -> Iterator[Json]:
    """Every one, in a stable order. The CapabilityStatement is that of a server at `BASE`."""
    known = pathways()
    newest = [known.newest(key) for key in known.keys]
    yield {"id": "autism-pathway", **capability_statement(types_for(known).values(), BASE)}
    for kind in message_kinds.KINDS:
        yield message_kinds.resource(kind, newest)
    for found in published(newest).values():
        yield from found

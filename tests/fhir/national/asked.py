"""A national service on this machine, and what a worker asks it with."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pathway.settings import load
from pathway.store.engine import Database
from pathway_fhir.client.calling import Calling
from pathway_fhir.national.addresses import INTERFACES, OFF, SANDBOX, STUB, Place, place_of
from pathway_fhir.national.asking import National, Stub

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def asking(
    database: Database, stubs: Mapping[str, Stub] | None = None, sandboxes: Mapping[str, str] | None = None
) -> National:
    """All services are off but those that are played here, and those at an address of this machine."""
    stubs, sandboxes = stubs or {}, sandboxes or {}
    places = {
        name: Place(SANDBOX, sandboxes[name])
        if name in sandboxes
        else (place_of(interface, load(**{f"{name}_mode": STUB if name in stubs else OFF})))
        for name, interface in INTERFACES.items()
    }
    return National(database, Calling(), places, stubs, now=lambda: NOW)


SECOND = timedelta(seconds=1)

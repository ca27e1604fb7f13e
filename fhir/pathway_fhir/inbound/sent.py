"""One resource that was sent, with what else came with it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pathway.actions.perform import Asking
from pathway_fhir.outcome import Issue
from pathway_fhir.server.offered import Exchange, Json


@dataclass(frozen=True, slots=True)
class Sent:
    """A resource on its way in. `beside` holds what came with it, by the reference that points there (`#id`, `urn:uuid:…`)."""

    exchange: Exchange
    resource: Json
    asking: Asking
    beside: Mapping[str, Json] = field(default_factory=dict)
    pathway: str = ""
    """The pathway of the address it was sent to, where it does not say one itself."""

    def pointed_at(self, reference: str) -> Json | None:
        """The resource that a reference points at, where it came along."""
        if reference.startswith("#"):
            contained = self.resource.get("contained", ())
            return next((c for c in contained if f"#{c.get('id')}" == reference), None)
        return self.beside.get(reference)

    def all_beside(self, resource_type: str) -> list[Json]:
        """What came along of one type, in it or beside it."""
        found: list[Any] = [*self.resource.get("contained", ()), *self.beside.values()]
        return [one for one in found if one.get("resourceType") == resource_type]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the id under which it is read again, whose it is, whether it is new, and what the sender is told of it."""

    resource_type: str
    logical_id: str
    child_id: UUID | None
    made: bool = True
    told: tuple[Issue, ...] = ()

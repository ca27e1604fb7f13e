"""What a resource type offers: the interactions, the search parameters and how they are answered. One value for each type.

The routes, the CapabilityStatement and the guide are made from these tables, so none can promise what another does not keep.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pathway.actions.area import Area
from pathway.domain.roles import Actor
from pathway.reading.told.found import Found
from pathway.store.exchange_search import AllOf, Page
from pathway_fhir.access.caller import Caller
from pathway_fhir.server.conditions import Parameter
from pathway_fhir.server.matching import Looked

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a partner's system: the area, who calls, and the address under which they reached us."""

    area: Area
    caller: Caller
    base: str

    @property
    def actor(self) -> Actor:
        return self.caller.actor


Read = Callable[[Exchange, str], Awaitable[Json | None]]
Versions = Callable[[Exchange, str], Awaitable[Sequence[Json]]]
Search = Callable[[Exchange, AllOf, Page, bool], Awaitable[Found[Json]]]
OfChildren = Callable[[Exchange, Sequence[UUID]], Awaitable[Sequence[Json]]]
All = Callable[[Exchange], Awaitable[Sequence[Json]]]


@dataclass(frozen=True, slots=True)
class Searched:
    """A type that the database searches: its columns behind the parameters, and what it can be sorted by."""

    parameters: Mapping[str, Parameter]
    sorts: Mapping[str, str]
    usual_sort: str
    search: Search


@dataclass(frozen=True, slots=True)
class OfOneChild:
    """A type whose resources are found by the child that they are about: one parameter must say which."""

    parameters: Mapping[str, Looked]
    of_children: OfChildren


@dataclass(frozen=True, slots=True)
class Few:
    """A type of which there are few, and none about a child."""

    parameters: Mapping[str, Looked]
    all: All


CHILD: Final = frozenset({"patient", "subject", "target-patient"})
"""The parameters by which a resource of one child is found."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One resource type. `includes` names the elements that `_include` may follow, each with its type."""

    name: str
    says: str
    found_by: Searched | OfOneChild | Few
    read: Read
    versions: Versions | None = None
    includes: Mapping[str, str] = field(default_factory=dict)
    reverse: tuple[tuple[str, str], ...] = ()
    """What `_revinclude` may bring: the type and its parameter that points here."""

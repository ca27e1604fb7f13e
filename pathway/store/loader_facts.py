"""What the loader is given: children, their carers, and whole histories of plain facts with the time of each.

Ids come with the facts, so that the same facts can be loaded here and replayed through the actions elsewhere. A history
is checked by folding it; the roles, days and fields of its facts were checked by whoever made them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as day
from datetime import datetime
from uuid import UUID

from pathway.domain.events import Event
from pathway.domain.ids import event_id
from pathway.domain.referral import CarerDetails, ChildDetails
from pathway.domain.roles import Actor


@dataclass(frozen=True, slots=True)
class LoadedCarer:
    """A carer, and the account with which they sign in, where they have one."""

    id: UUID
    details: CarerDetails
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class LoadedChild:
    """A child, since when we know of them, and who cares for them."""

    id: UUID
    details: ChildDetails
    made_at: datetime
    carers: tuple[LoadedCarer, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """One fact, as it was recorded: the `n`th of its request, with its free text not yet encrypted."""

    kind: str
    happened_on: day
    recorded_at: datetime
    actor: Actor
    request_id: UUID
    fields: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    n: int = 0
    target: UUID | None = None

    @property
    def id(self) -> UUID:
        return event_id(self.request_id, self.n)

    def as_event(self, sequence: int) -> Event:
        """The fact as the domain reads it, in its place in the order of recording."""
        actor = self.actor
        return Event(
            self.id, self.kind, self.happened_on, sequence, self.fields, actor.role, actor.organisation_id,
            actor.account_id, actor.door, self.recorded_at, self.target,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """Every fact of one episode in the order of recording; those of one request stand together."""

    episode_id: UUID
    child_id: UUID
    pathway: str
    facts: tuple[RecordedFact, ...]
    silent: bool = False
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is loaded in one transaction."""

    children: tuple[LoadedChild, ...]
    histories: tuple[History, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded."""

    children: int = 0
    carers: int = 0
    episodes: int = 0
    open_episodes: int = 0
    events: int = 0
    clocks: int = 0
    tasks: int = 0
    crossings: int = 0

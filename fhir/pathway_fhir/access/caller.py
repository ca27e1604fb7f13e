"""Which partner's system is calling: its token, looked up, and remembered for half a minute.

Remembering means that a read costs no further round trip, and that a partner who is switched off is refused in every process
within half a minute.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pathway.domain.roles import Actor
from pathway.store.accounts import digest
from pathway.store.engine import Database
from pathway.store.partners import holder_of
from pathway_fhir.access import scopes
from pathway_fhir.access.scopes import Scopes

REMEMBERED: Final = 30.0
"""Seconds for which a token is not looked up again."""
MOST: Final = 2048
_LONGEST_TOKEN: Final = 512


@dataclass(frozen=True, slots=True)
class Caller:
    """A partner's system that calls: as whom it acts, what it may do, and whether its messages are judged strictly."""

    partner_id: int
    actor: Actor
    scopes: Scopes
    strict: bool
    name: str


@dataclass(slots=True)
class Callers:
    """Those who called lately, for one process. `clock` counts seconds; tests turn it themselves."""

    database: Database
    clock: Callable[[], float] = time.monotonic
    _known: dict[bytes, tuple[Caller, float]] = field(default_factory=dict)

    async def caller_of(self, bearer: str) -> Caller | None:
        """The partner's system for which this token speaks, or None: unknown, expired, or switched off."""
        if not 0 < len(bearer) <= _LONGEST_TOKEN:
            return None
        key, now = digest(bearer), self.clock()
        known = self._known.get(key)
        if known is not None and now < known[1]:
            return known[0]
        self._known.pop(key, None)
        holder = await holder_of(self.database, bearer)
        if holder is None:
            return None
        allowed = scopes.parse(" ".join(holder.scopes))
        caller = Caller(holder.partner_id, holder.actor, allowed, holder.strict, holder.name)
        lasts = REMEMBERED if holder.seconds is None else min(REMEMBERED, holder.seconds)
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = (caller, now + lasts)
        return caller

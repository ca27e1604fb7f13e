"""How many children wait, for each provider and pathway, as any partner's system may be told: aggregates, small ones held back.

Read as those who may see nothing but aggregates, so that no mistake here could show a row about a child (docs/rules.md 16).
"""

from datetime import timedelta
from typing import Final

from pathway.actions.area import Area
from pathway.domain.breaches import LONG_WAIT_WEEKS
from pathway.domain.roles import Actor
from pathway.domain.small_numbers import SMALLEST_SHOWN
from pathway.domain.told import WaitsTold
from pathway.reading.told.organisations import organisations
from pathway.store.engine import Scope
from pathway.store.exchange_figures import late_by_provider, long_by_provider, open_by_provider
from pathway.store.roles import DbRole

_ROUNDED_TO: Final = 5


async def waits_told(area: Area, actor: Actor) -> list[WaitsTold]:
    """One for each pathway and provider that has somebody waiting, on the day of asking."""
    today = area.today
    scope = Scope(DbRole.r_commissioner, actor.organisation_id, actor.account_id)
    async with area.database.transaction(scope, read_only=True) as tx:
        bodies = await organisations(area.database, tx, frozenset({actor.organisation_id}))
        counted = await open_by_provider(tx)
        late = await late_by_provider(tx, today)
        long: dict[tuple[str, int], dict[int, int]] = {}
        for pathway in sorted({pathway for pathway, _ in counted}):
            first = next(iter(area.pathways.newest(pathway).clocks))
            for weeks in LONG_WAIT_WEEKS:
                found = await long_by_provider(tx, pathway, first, today - timedelta(weeks=weeks))
                long[pathway, weeks] = found
    told = []
    for (pathway, provider), n in sorted(counted.items()):
        definition = area.pathways.newest(pathway)
        told.append(
            WaitsTold(
                pathway,
                definition.title,
                bodies[provider],
                today,
                shown(n),
                tuple(
                    (f"over_{weeks}_weeks", shown(long[pathway, weeks].get(provider, 0)))
                    for weeks in LONG_WAIT_WEEKS
                ),
                tuple((clock, shown(late.get((pathway, provider, clock), 0))) for clock in definition.clocks),
            )
        )
    return told


def shown(count: int) -> int | None:
    """A count as it may be told: none where it is small, else the nearest multiple of 5 (pathway/domain/small_numbers.py)."""
    return None if count < SMALLEST_SHOWN else (count + 2) // _ROUNDED_TO * _ROUNDED_TO

"""The breach page of the largest provider's lead, as that lead's own database role: now, and as known a year ago.

50 rows, unfiltered. Measured from asking to having the rows, so the time of the wire and the client is in it.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from bench.figures import Figure
from pathway.store.engine import Database, Scope
from pathway.store.past import late_clocks
from pathway.store.roles import DbRole
from pathway.store.scopes import WORKER

ROUNDS = 60
PAGE = 50


@dataclass(frozen=True)
class Timing:
    """Median milliseconds of the page at one size, and how many running clocks the lead may see."""

    now: float
    year_ago: float
    episodes: int
    rows: int


async def timing(database: Database, today: date) -> Timing:
    """Time both pages for the provider with the most late clocks."""
    async with database.transaction(WORKER, read_only=True) as tx:
        provider = await tx.fetchval(
            "SELECT provider_id FROM clock WHERE known_to IS NULL AND state = 'running' AND late_from IS NOT NULL"
            " AND provider_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        episodes = await tx.fetchval("SELECT count(*) FROM episode")
    lead = Scope(DbRole.r_lead, provider, 1)
    then = datetime.combine(today, datetime.min.time(), UTC) - timedelta(days=365)
    now, rows = await _median(database, lead, provider, today, None)
    past, _ = await _median(database, lead, provider, then.date(), then)
    return Timing(now, past, episodes, rows)


async def _median(
    database: Database, lead: Scope, provider: int, today: date, known_at: datetime | None
) -> tuple[float, int]:
    taken, rows = [], 0
    async with database.transaction(lead, read_only=True) as tx:
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            found = await late_clocks(tx, provider, today=today, limit=PAGE, known_at=known_at)
            taken.append((time.perf_counter() - begun) * 1000)
            rows = len(found)
    return median(taken), rows


def figures(small: Timing, large: Timing) -> list[Figure]:
    """The page at both sizes, and what it costs to look a year back."""
    return [
        Figure(f"breach page of {large.rows}: {small.episodes:,} episodes", small.now, "ms"),
        Figure(f"breach page of {large.rows}: {large.episodes:,} episodes", large.now, "ms", at_most=5.0),
        Figure("breach page: large ÷ small", large.now / small.now, "", at_most=1.5),
        Figure("breach page as known a year ago", large.year_ago, "ms"),
        Figure("breach page: a year ago ÷ now", large.year_ago / large.now, "", at_most=10.0),
    ]

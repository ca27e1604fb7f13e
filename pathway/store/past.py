"""What was known then: an episode from its facts, and the late clocks of a provider from rows that were kept.

A row of `clock` is closed and made again, never overwritten. One that a fact made or closed holds from, or up to, that
fact's position in the ledger; one that no fact closed (a message that reached the family, a review that passed, an agreed
limit) up to the time at which it was closed. So a late commit cannot slip into an older page.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import asyncpg

from pathway.domain.episode import Episode
from pathway.domain.errors import NotFound
from pathway.domain.events import CORRECTIONS, Event, in_force
from pathway.domain.fold import fold
from pathway.domain.london import london_date
from pathway.domain.projection import ClockRow
from pathway.domain.working_days import Calendar
from pathway.store.engine import Tx
from pathway.store.facts import events_known_at, head_of
from pathway.store.ledger import position_at
from pathway.store.pathways import Pathways
from pathway.store.projections import CLOCK_COLUMNS

# Longer than any transaction may stay open: by so much a row may have been closed before its fact was numbered.
_LATEST_COMMIT = timedelta(hours=1)

# `known_to_month` of a version that is still known.
NEVER = 2_147_483_647

_COLUMNS = ", ".join(f"c.{name}" for name in ("id", "episode_id", "pathway", *CLOCK_COLUMNS))
_LATE = "c.provider_id = $1 AND c.state = 'running' AND c.late_from IS NOT NULL AND c.late_from <= $2"
_AFTER = "(c.late_from, c.id) > ($3, $4)"
_NOW = f"""
SELECT {_COLUMNS} FROM clock c
 WHERE {_LATE} AND {_AFTER} AND c.known_to IS NULL
 ORDER BY c.late_from, c.id LIMIT $5"""
# One branch for each month in which versions were closed, each the beginning of one index range in the page's own order;
# nothing but the index is read of a version that does not make the page.
_CLOSED_IN = f"""(SELECT c.late_from, c.id FROM clock c
 WHERE {_LATE} AND {_AFTER} AND c.known_from <= $6 AND c.known_to_month = {{month}} ORDER BY c.late_from, c.id LIMIT $5)"""
_THEN = f"""
SELECT {_COLUMNS}, c.known_to, (SELECT l.position FROM ledger l WHERE l.sequence = c.from_sequence) AS made_at,
       (SELECT l.position FROM ledger l WHERE l.sequence = c.to_sequence) AS closed_at
  FROM (SELECT late_from, id FROM ({{branches}}) AS every_month ORDER BY late_from, id LIMIT $5) AS v
  JOIN clock c ON c.id = v.id ORDER BY v.late_from, v.id"""
# How many more than a page are read at once: those near the moment that the ledger turns out to exclude.
_SPARE = 10
_REACHED = """
SELECT e.family_reached_on, ARRAY(
    SELECT m.delivered_at FROM message m WHERE m.episode_id = e.id AND m.state = 'delivered'
       AND m.delivered_at < coalesce((SELECT numbered_at FROM ledger WHERE position = $2 + 1), 'infinity')) AS delivered
  FROM episode e WHERE e.id = $1"""


@dataclass(frozen=True, slots=True)
class LateClock:
    """A running clock that is past its limit; what explains it (`projection.fact_of`), and nothing about the child."""

    id: int
    episode_id: UUID
    pathway: str
    row: ClockRow


@dataclass(frozen=True, slots=True)
class After:
    """Where the last page ended."""

    late_from: date
    id: int


FIRST_PAGE = After(date.min, 0)


async def late_clocks(
    tx: Tx,
    provider_id: int,
    *,
    today: date,
    after: After = FIRST_PAGE,
    limit: int = 50,
    known_at: datetime | None = None,
) -> list[LateClock]:
    """A provider's running clocks that were late on a day, longest overdue first; as known now, or as known then."""
    given = (provider_id, today, after.late_from, after.id, limit)
    if known_at is None:
        return [_late_clock(row) for row in await tx.fetch(_NOW, *given)]
    return await _known_then(tx, given, known_at)


async def _known_then(tx: Tx, given: tuple[int, date, date, int, int], known_at: datetime) -> list[LateClock]:
    """The page as it was known: candidates by time, each held to the ledger; more of them until the page is full."""
    provider_id, today, late_from, last, limit = given
    position = await position_at(tx, known_at)
    now: datetime = await tx.fetchval("SELECT clock_timestamp()")
    query = _query(_month(known_at - _LATEST_COMMIT), _month(max(now, known_at)))
    found: list[LateClock] = []
    while len(found) < limit:
        rows = await tx.fetch(query, provider_id, today, late_from, last, limit + _SPARE, known_at)
        found += [_late_clock(row) for row in rows if _was_known(row, known_at, position)]
        if len(rows) < limit + _SPARE:
            break
        late_from, last = rows[-1]["late_from"], rows[-1]["id"]
    return found[:limit]


@lru_cache(maxsize=64)
def _query(first: int, last: int) -> str:
    """The statement for a moment in the first of these months, asked in the last."""
    months = (*range(first, last + 1), NEVER)
    return _THEN.format(branches=" UNION ALL ".join(_CLOSED_IN.format(month=month) for month in months))


def _was_known(row: asyncpg.Record, known_at: datetime, position: int) -> bool:
    """Whether a version stood at a position of the ledger: made by then, and not yet closed."""
    if row["made_at"] is None or row["made_at"] > position:
        return False
    if row["known_to"] is None or row["known_to"] > known_at:
        return True
    return row["closed_at"] is None or row["closed_at"] > position


async def episode_as_known(
    tx: Tx, pathways: Pathways, calendar: Calendar, episode_id: UUID, as_of: date, position: int
) -> Episode:
    """An episode on a day, from the facts that stood in the ledger at a position; NotFound where it had none yet.

    What was corrected by then counts as corrected, also for a day before the correction.
    """
    head = await head_of(tx, episode_id)
    definition = await pathways.by_digest(tx, head.definition)
    known = up_to(await events_known_at(tx, episode_id, position), as_of)
    if not known:
        raise NotFound("Nothing was known of this then. Choose a later date.")
    return fold(definition, known, calendar, await family_reached(tx, episode_id, as_of, position))


def up_to(events: list[Event], as_of: date) -> list[Event]:
    """The facts that had happened by a day, with all corrections of them."""
    happened = {event.id for day, _, event in in_force(events) if day <= as_of}
    facts = [event for event in events if event.id in happened or event.kind in CORRECTIONS]
    return facts if happened else []


async def family_reached(tx: Tx, episode_id: UUID, as_of: date, position: int | None) -> date | None:
    """The last day, up to `as_of`, on which a message reached the family; as known at a position, or now."""
    row = await tx.fetchrow(_REACHED, episode_id, position)
    if row is None:
        return None
    days = [london_date(at) for at in row["delivered"]]
    if row["family_reached_on"] is not None:
        days.append(row["family_reached_on"])
    return max((day for day in days if day <= as_of), default=None)


def _month(at: datetime) -> int:
    """The number of a month, as the table's own column counts them: in UTC."""
    day = at.astimezone(UTC)
    return day.year * 12 + day.month - 1


def _late_clock(row: asyncpg.Record) -> LateClock:
    return LateClock(
        row["id"],
        row["episode_id"],
        row["pathway"],
        ClockRow(*(row[name] for name in CLOCK_COLUMNS)),
    )

"""Rows of the breach table: with the child for whoever answers for them, and without identifiers for commissioners.

Both are read in one order (the longest overdue first) and narrowed alike. Which long-wait band a clock has reached is
worked out in the query from the definitions' own bands, as `domain.breaches.crossings` does, so a filter and a count agree
with the grade that is printed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from pathway.domain.events import Event
from pathway.domain.projection import ClockRow
from pathway.domain.roles import Role
from pathway.store.engine import Tx
from pathway.store.projections import CLOCK_COLUMNS

_NOBODY = UUID(int=0)
_BAND = """
(SELECT coalesce(max(b.weeks), 0) FROM unnest($2::text[], $3::text[], $4::int[]) AS b (pathway, clock, weeks)
  WHERE b.pathway = c.pathway AND b.clock = c.clock AND c.started_on + 7 * b.weeks + 1 > c.late_from
    AND c.started_on + 7 * b.weeks + 1 <= $1)"""
_WANTED = f"""
       c.late_from <= $1
   AND ($5::text IS NULL OR c.pathway = $5) AND ($6::text IS NULL OR c.clock = $6)
   AND ($7::int IS NULL OR c.provider_id = $7) AND ($8::int IS NULL OR {_BAND} = $8)"""
_PLACE = "($9::date IS NULL OR (c.late_from, c.id) > ($9, $10::bigint)) ORDER BY c.late_from, c.id LIMIT $11"
_CHILDREN = f"""
SELECT c.id, c.episode_id, e.child_id, ch.first_name, ch.family_name, ch.nhs_number, c.pathway, e.definition,
       x.id AS crossing, a.reason, a.action, {", ".join(f"c.{name}" for name in CLOCK_COLUMNS)}
  FROM clock c
  JOIN episode e ON e.id = c.episode_id
  JOIN child ch ON ch.id = e.child_id
  LEFT JOIN LATERAL (
       SELECT x.id FROM crossing x
        WHERE x.episode_id = c.episode_id AND x.start_event = c.start_event AND x.clock = c.clock
          AND x.counts_from = c.counts_from AND x.closed_on IS NULL AND x.grade <> 'due_soon'
        ORDER BY x.reached_on DESC, x.id DESC LIMIT 1) x ON true
  LEFT JOIN LATERAL (
       SELECT a.reason, a.action FROM acknowledgement a WHERE a.crossing_id = x.id ORDER BY a.at DESC LIMIT 1) a ON true
 WHERE c.known_to IS NULL AND c.state = 'running'
   AND (($12 AND c.council_id = $13 AND c.council_runs) OR (NOT $12 AND c.provider_id = $13))
   AND {_WANTED} AND {_PLACE}"""
_FLAG_COLUMNS = """c.id, c.pathway, c.definition, c.partners_stage, c.provider_id, c.council_id, c.clock, c.instance, c.state, c.started_on,
       c.counts_from, c.field_value, c.due_on, c.due_soon_on, c.late_from, c.locked_due_on, c.threshold_id,
       c.status, c.excused, c.start_kind, c.start_role"""
_FLAGS = f"""
SELECT {_FLAG_COLUMNS} FROM flag_arithmetic c WHERE {_WANTED} AND {_PLACE}"""
_FLAG = f"SELECT {_FLAG_COLUMNS} FROM flag_arithmetic c WHERE c.id = $1"
_COUNTS = f"""
SELECT c.provider_id, c.pathway, c.clock, {_BAND} AS weeks, sum(c.n)::int AS n
  FROM breach_count c WHERE {_WANTED} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""


@dataclass(frozen=True, slots=True)
class Bands:
    """The long-wait bands of every clock, in weeks: three columns of one table."""

    pathways: tuple[str, ...]
    clocks: tuple[str, ...]
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BreachFilter:
    """What the table is narrowed to. `band` is the weeks of a grade: 0 for past its limit and in no band yet."""

    pathway: str | None = None
    clock: str | None = None
    provider_id: int | None = None
    band: int | None = None


@dataclass(frozen=True, slots=True)
class LateChild:
    """A clock past its limit with the child, for those who answer for it, and what was said about it last."""

    id: int
    episode_id: UUID
    child_id: UUID
    first_name: str
    family_name: str
    nhs_number: str | None
    pathway: str
    definition: str
    crossing: int | None
    reason: str | None
    action: str | None
    row: ClockRow


@dataclass(frozen=True, slots=True)
class Flag:
    """A running clock without anything that names a child: the arithmetic, the fact that started it, the stage shown."""

    id: int
    pathway: str
    definition: str
    stage: str
    provider_id: int | None
    row: ClockRow
    start: Event


@dataclass(frozen=True, slots=True)
class BreachCount:
    """How many clocks of one kind are past their limit with one provider, in one band."""

    provider_id: int | None
    pathway: str
    clock: str
    weeks: int
    n: int


Place = tuple[date, int] | None


async def late_children(
    tx: Tx, organisation_id: int, council: bool, today: date, bands: Bands, wanted: BreachFilter, after: Place, limit: int
) -> list[LateChild]:  # fmt: skip
    """The late clocks that an organisation answers for, longest overdue first; row-level security holds beside it."""
    rows = await tx.fetch(
        _CHILDREN, *_given(today, bands, wanted), *(after or (None, None)), limit, council, organisation_id
    )
    return [_late_child(row) for row in rows]


async def flags(
    tx: Tx, today: date, bands: Bands, wanted: BreachFilter, after: Place, limit: int
) -> list[Flag]:
    """The late clocks of the whole area, without identifiers."""
    rows = await tx.fetch(_FLAGS, *_given(today, bands, wanted), *(after or (None, None)), limit)
    return [_flag(row) for row in rows]


async def flag(tx: Tx, clock_row: int) -> Flag | None:
    """One clock of the area, without identifiers."""
    row = await tx.fetchrow(_FLAG, clock_row)
    return None if row is None else _flag(row)


async def breach_counts(tx: Tx, today: date, bands: Bands) -> list[BreachCount]:
    """How many clocks are past their limit, by provider, clock and band: true counts, to be suppressed when shown."""
    return [BreachCount(*row) for row in await tx.fetch(_COUNTS, *_given(today, bands, BreachFilter()))]


def _given(today: date, bands: Bands, wanted: BreachFilter) -> Sequence[object]:
    return (
        today, list(bands.pathways), list(bands.clocks), list(bands.weeks),
        wanted.pathway, wanted.clock, wanted.provider_id, wanted.band,
    )  # fmt: skip


def _late_child(row: asyncpg.Record) -> LateChild:
    return LateChild(
        id=row["id"], episode_id=row["episode_id"], child_id=row["child_id"], first_name=row["first_name"],
        family_name=row["family_name"], nhs_number=row["nhs_number"], pathway=row["pathway"],
        definition=row["definition"], crossing=row["crossing"], reason=row["reason"], action=row["action"],
        row=ClockRow(*(row[name] for name in CLOCK_COLUMNS)),
    )  # fmt: skip


def _flag(row: asyncpg.Record) -> Flag:
    start = Event(_NOBODY, row["start_kind"], row["started_on"], 1, {}, Role(row["start_role"]))
    clock = ClockRow(
        clock=row["clock"], instance=row["instance"], start_event=start.id, state=row["state"],
        started_on=row["started_on"], counts_from=row["counts_from"], finished_on=None,
        finish_event=None, field_value=row["field_value"], due_on=row["due_on"],
        due_soon_on=row["due_soon_on"], late_from=row["late_from"], locked_due_on=row["locked_due_on"],
        threshold_id=row["threshold_id"], status=row["status"], excused=row["excused"],
        provider_id=row["provider_id"], council_id=row["council_id"], school_id=None, council_runs=False,
    )  # fmt: skip
    return Flag(
        row["id"], row["pathway"], row["definition"], row["partners_stage"], row["provider_id"], clock, start
    )

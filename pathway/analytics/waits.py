"""Sums over waits: how many, how long, how many past the limit. Pure; days are whole days, `as_of` is always given.

The median and the 92nd centile are of the waits of those still waiting, as RTT statistics give them; a mean is never
shown. Small counts are for whoever prints them to suppress.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from pathway.domain.breaches import LONG_WAIT_WEEKS


@dataclass(frozen=True, slots=True)
class Wait:
    """One running clock: whose, which, since when, and from which day it is late (none where it cannot be late)."""

    provider_id: int | None
    pathway: str
    clock: str
    started_on: date
    late_from: date | None


@dataclass(frozen=True, slots=True)
class WaitSummary:
    """The waits of one provider on one clock on one day."""

    provider_id: int | None
    pathway: str
    clock: str
    open: int
    late: int
    over_weeks: dict[int, int]
    median_days: int
    centile_92_days: int
    longest_days: int


def summarise(waits: Iterable[Wait], as_of: date) -> list[WaitSummary]:
    """One summary for each provider and clock, in that order."""
    groups: dict[tuple[int, str, str], list[Wait]] = defaultdict(list)
    for wait in waits:
        groups[wait.provider_id or 0, wait.pathway, wait.clock].append(wait)
    return [_summary(groups[key], as_of) for key in sorted(groups)]


def _summary(waits: list[Wait], as_of: date) -> WaitSummary:
    days = sorted((as_of - wait.started_on).days for wait in waits)
    first = waits[0]
    return WaitSummary(
        provider_id=first.provider_id,
        pathway=first.pathway,
        clock=first.clock,
        open=len(days),
        late=sum(w.late_from is not None and w.late_from <= as_of for w in waits),
        over_weeks={weeks: sum(d > 7 * weeks for d in days) for weeks in LONG_WAIT_WEEKS},
        median_days=nearest_rank(days, 50),
        centile_92_days=nearest_rank(days, 92),
        longest_days=days[-1],
    )


def nearest_rank(ordered: list[int], centile: int) -> int:
    """The value below or at which `centile` per cent of the ordered values lie (nearest rank)."""
    if not ordered:
        raise ValueError("A centile needs at least one value.")
    return ordered[max(0, ceil(len(ordered) * centile / 100) - 1)]

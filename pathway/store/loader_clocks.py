"""The versions of one episode's clocks, each with the time from and to which it was known, and the grades noticed.

A version is closed and made again exactly when an action would have done so; the breach scan looks at the version that
is current on the morning of each day, notices every grade reached by then, once, and a grade closes with its clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from uuid import UUID

from pathway.domain.breaches import Crossing, crossings, reached
from pathway.domain.clocks import ClockFact
from pathway.domain.definition import Definition, Slot
from pathway.domain.episode import Episode
from pathway.domain.events import Event
from pathway.domain.london import LONDON, london_date
from pathway.domain.projection import ClockRow, Versions, clock_row, council_runs
from pathway.domain.thresholds import read
from pathway.domain.working_days import Calendar
from pathway.store.loader_text import line

_FIELDS = tuple(f.name for f in fields(ClockRow))
CLOCK_COLUMNS = (
    "episode_id", "pathway", "known_from", "known_to", "from_sequence", "to_sequence", "next_crossing_on", *_FIELDS,
)  # fmt: skip
CROSSING_COLUMNS = (
    "episode_id", "pathway", "clock", "start_event", "counts_from", "grade", "reached_on", "due_on", "threshold_id", "provider_id",
    "council_id", "noticed_at", "closed_on",
)  # fmt: skip

_values = attrgetter(*_FIELDS)

SCAN_AT = time(5, 30)
"""When the scan looks each morning, in London: before anybody works."""

_DAY = timedelta(1)
_Key = tuple[str, int]


@dataclass(slots=True)
class _Version:
    """What is known of one instance of a clock, since when, and the grades that it reaches if it goes on so."""

    seen: tuple[object, ...]
    row: ClockRow
    since: Event
    grades: tuple[Crossing, ...]
    next_on: date | None


@dataclass(slots=True)
class _Noticed:
    """A grade that the scan has seen, with the clock as it was then; while it is open, `held` is whose child it is now."""

    reached_on: date
    row: ClockRow
    held: ClockRow
    at: datetime
    closed_on: date | None


class ClockHistory:
    """Follows the clocks of one episode from act to act."""

    def __init__(
        self,
        episode_id: UUID,
        definition: Definition,
        versions: Versions,
        calendar: Calendar,
        scanned_until: date | None,
    ) -> None:
        self.lines: list[str] = []
        self._episode_id, self._pathway = episode_id, definition.key
        self._runs = council_runs(definition)
        self._versions, self._calendar, self._scanned_until = versions, calendar, scanned_until
        self._current: dict[_Key, _Version] = {}
        self._noticed: dict[tuple[UUID, str, date, str], _Noticed] = {}

    def after(self, last: Event, episode: Episode, anew: bool) -> None:
        """Note what an act changed; `last` is its last fact, `anew` says that every fact was read again."""
        slots = tuple(episode.slots.get(slot) for slot in (Slot.PROVIDER, Slot.COUNCIL, Slot.SCHOOL))
        changed: dict[_Key, _Version] = {}
        now: set[_Key] = set()
        for fact in episode.clocks:
            key = (fact.definition.key, fact.instance)
            now.add(key)
            before, seen = self._current.get(key), _seen(fact, slots)
            if before is not None and before.seen == seen and not anew:
                continue
            version = self._version(fact, episode, seen, last)
            if before is not None and before.row == version.row:
                before.seen = seen
            else:
                changed[key] = version
        for key in [k for k in self._current if k not in now or k in changed]:
            self._supersede(self._current.pop(key), changed.get(key), last)
        for version in changed.values():
            self._open_again(version.row)
        self._current |= changed

    def _version(self, fact: ClockFact, episode: Episode, seen: tuple[object, ...], since: Event) -> _Version:
        reading = read(fact, self._versions.get(fact.definition.key, ()), self._calendar)
        finished = fact.finished_on
        grades = crossings(reading) if finished is None else reached(reading, finished)
        first = grades[0].on if grades else None
        return _Version(seen, clock_row(reading, episode, self._runs), since, grades, first)

    def finish(self) -> None:
        """Write the versions that are still current."""
        for version in self._current.values():
            self._write(version, None)

    def crossing_lines(self) -> Iterator[str]:
        """The grades that were noticed."""
        for (start, clock, counts_from, grade), seen in self._noticed.items():
            row = seen.row
            yield line(
                (
                    self._episode_id, self._pathway, clock, start, counts_from, grade, seen.reached_on, row.due_on,
                    row.threshold_id, seen.held.provider_id, seen.held.council_id, seen.at, seen.closed_on,
                )
            )  # fmt: skip

    def _supersede(self, before: _Version, after: _Version | None, last: Event) -> None:
        """Close a version as an action would: what was noticed closes too, and what was not is left for the scan."""
        row = before.row
        self._scan(before, last)
        ended, again_from = _ended(row, after.row if after else None, _day_of(last))
        for (start, clock, counts_from, _), seen in self._noticed.items():
            if seen.closed_on is None and (start, clock, counts_from) == _identity(row) and ended is not None:
                seen.closed_on = ended
        left = before.next_on if again_from and before.next_on and before.next_on <= again_from else None
        if left and again_from and self._scanned_until and _morning_after(last) <= self._scanned_until:
            self._notice(before, again_from, _morning_after(last), row.finished_on or again_from)
            left = None
        before.next_on = left
        self._write(before, last)

    def _write(self, version: _Version, closed_by: Event | None) -> None:
        row, since = version.row, version.since
        if closed_by is None:
            self._scan(version, None)
        self.lines.append(
            line(
                (
                    self._episode_id, self._pathway, since.recorded_at, closed_by and closed_by.recorded_at,
                    since.sequence, closed_by and closed_by.sequence, version.next_on,
                    *_values(row),
                )
            )
        )  # fmt: skip

    def _scan(self, version: _Version, closed_by: Event | None) -> None:
        """Notice the grades reached on the mornings on which this version was current."""
        until, first_day = self._scanned_until, _morning_after(version.since)
        if until is not None and closed_by is not None:
            until = min(until, _morning_after(closed_by) - _DAY)
        if until is None or until < first_day or version.next_on is None or version.next_on > until:
            return
        self._notice(version, until, first_day, version.row.finished_on)
        running = version.row.finished_on is None
        version.next_on = next((c.on for c in version.grades if c.on > until), None) if running else None

    def _notice(self, version: _Version, until: date, first_day: date, closed_on: date | None) -> None:
        for crossing in version.grades:
            if crossing.on <= until:
                at = datetime.combine(max(crossing.on, first_day), SCAN_AT, LONDON).astimezone(UTC)
                key = (*_identity(version.row), crossing.grade.value)
                self._noticed.setdefault(key, _Noticed(crossing.on, version.row, version.row, at, closed_on))

    def _open_again(self, row: ClockRow) -> None:
        """A clock that a correction set running again is in breach again, if it was; and with whoever holds the child."""
        if row.finished_on is None and self._noticed:
            for key, seen in self._noticed.items():
                if key[:3] == _identity(row):
                    seen.closed_on, seen.held = None, row


def _identity(row: ClockRow) -> tuple[UUID, str, date]:
    return row.start_event, row.clock, row.counts_from


def _ended(row: ClockRow, after: ClockRow | None, today: date) -> tuple[date | None, date | None]:
    """The day on which the grades of a version close, if they do; and from which day it counts again, if it does."""
    if after is None:
        return today, None
    again = after.counts_from if after.counts_from > row.counts_from else None
    if after.finished_on is not None:
        return after.finished_on, again
    return (after.counts_from if after.counts_from != row.counts_from else None), again


def _seen(fact: ClockFact, slots: tuple[int | None, ...]) -> tuple[object, ...]:
    return (fact.started_on, fact.counts_from, fact.stopped_on, fact.ended_on, len(fact.exceptions), *slots)


def _day_of(event: Event) -> date:
    return london_date(event.recorded_at) if event.recorded_at is not None else event.happened_on


def _morning_after(event: Event) -> date:
    """The first day whose scan comes after this fact was recorded."""
    if event.recorded_at is None:
        return event.happened_on + _DAY
    local = event.recorded_at.astimezone(LONDON)
    return local.date() if local.time() < SCAN_AT else local.date() + _DAY

"""Integrity: every row that follows from the facts is made again from them and compared; 0 differences is right.

Each episode is rebuilt as of the day on which its rows were last made, with the day on which a message last reached the
family, so that what is compared is the writing and not the calendar. A limit that was agreed and is still being applied
to running clocks may be in force on a row or not yet.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import asyncpg

from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.fold import fold
from pathway.domain.projection import Projection, Versions, project
from pathway.domain.working_days import Calendar
from pathway.settings import Settings
from pathway.store.engine import Database, Tx
from pathway.store.facts import event_from
from pathway.store.pathways import Pathways, agreed_thresholds
from pathway.store.projections import (
    CLOCK_COLUMNS,
    EPISODE_COLUMNS,
    TASK_COLUMNS,
    clock_values,
    episode_values,
    task_values,
)
from pathway.store.scopes import WORKER
from pathway.store.seals import seal_book
from pathway.store.verify_seals import SealReport, verify

PAGE = 500
SHOWN = 50

Advance = Callable[[int, int], None]

_EPISODES = f"""
SELECT id, pathway, definition, version, last_sequence, told_version, told_sequence, told_at, family_reached_on, {", ".join(EPISODE_COLUMNS)}
  FROM episode WHERE id > $1 ORDER BY id LIMIT $2"""
_EVENTS = """
SELECT episode_id, sequence, id, kind, happened_on, recorded_at, role, organisation_id, account_id, door, fields, target
  FROM event WHERE episode_id = ANY($1) ORDER BY episode_id, sequence"""
_CLOCKS = f"""
SELECT episode_id, {", ".join(CLOCK_COLUMNS)} FROM clock
 WHERE episode_id = ANY($1) AND known_to IS NULL ORDER BY episode_id"""
_TASKS = (
    f"SELECT episode_id, {', '.join(TASK_COLUMNS)} FROM task WHERE episode_id = ANY($1) ORDER BY episode_id"
)
_UNDER_WAY = """
SELECT id FROM threshold WHERE pathway = $1 AND agreed_at IS NOT NULL AND re_dated_at IS NULL AND withdrawn_at IS NULL
   AND applies = 'running'"""

_BY_EPISODE = itemgetter("episode_id")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is stored otherwise than the facts have it. It names the episode by its id and nobody by name."""

    episode_id: UUID
    what: str


@dataclass(slots=True)
class Report:
    """What was rebuilt, and every difference (the first few of them shown)."""

    episodes: int = 0
    events: int = 0
    clocks: int = 0
    tasks: int = 0
    open_episodes: int = 0
    without_next_step: int = 0
    differences: int = 0
    shown: list[Difference] = field(default_factory=list)
    seals: SealReport = field(default_factory=lambda: SealReport(0, 0, (), ()))

    @property
    def is_whole(self) -> bool:
        return self.differences == 0 and self.without_next_step == 0 and self.seals.is_whole

    def printed(self) -> str:
        """The report for a person at a terminal."""
        lines = [
            f"Rebuilt {self.episodes:,} episodes from {self.events:,} facts: {self.clocks:,} clocks, {self.tasks:,} tasks.",
            f"{self.differences:,} differences.",
            f"{self.open_episodes:,} open episodes; {self.without_next_step:,} without exactly one next step, owner and date.",
            self.seals.sentence,
        ]
        lines += [f"  {difference.episode_id}: {difference.what}" for difference in self.shown]
        return "\n".join(lines)

    def note(self, episode_id: UUID, what: str) -> None:
        self.differences += 1
        if len(self.shown) < SHOWN:
            self.shown.append(Difference(episode_id, what))


@dataclass(frozen=True, slots=True)
class _Page:
    """Episodes with everything that is stored about them, from one snapshot."""

    episodes: list[asyncpg.Record]
    events: Mapping[UUID, list[asyncpg.Record]]
    clocks: Mapping[UUID, list[asyncpg.Record]]
    tasks: Mapping[UUID, list[asyncpg.Record]]


async def check_integrity(
    database: Database, pathways: Pathways, calendar: Calendar, settings: Settings, advance: Advance
) -> Report:
    """Rebuild and compare everything, a page of episodes at a time, and verify the seals."""
    report = await rebuild(database, pathways, calendar, advance)
    report.seals = await verify(database, seal_book(settings))
    return report


async def rebuild(
    database: Database, pathways: Pathways, calendar: Calendar, advance: Advance = lambda done, total: None
) -> Report:
    """Rebuild every episode and compare; `advance` is told how many of how many are done."""
    report, last = Report(), UUID(int=0)
    async with database.transaction(WORKER, read_only=True) as tx:
        total: int = await tx.fetchval("SELECT count(*) FROM episode")
    while True:
        async with database.transaction(WORKER, read_only=True, isolation="REPEATABLE READ") as tx:
            page = await _page(tx, last)
            if not page.episodes:
                return report
            versions = {p: await _versions(tx, p) for p in {row["pathway"] for row in page.episodes}}
            definitions = {
                d: await pathways.by_digest(tx, d) for d in {r["definition"] for r in page.episodes}
            }
        for row in page.episodes:
            events = [event_from(event) for event in page.events.get(row["id"], ())]
            report.events += len(events)
            try:
                episode = fold(definitions[row["definition"]], events, calendar, row["family_reached_on"])
            except ImpossibleHistory as fault:
                report.note(row["id"], f"the facts do not fit together: {type(fault).__name__}")
                continue
            _compare(report, page, row, episode, versions[row["pathway"]], calendar)
        last = page.episodes[-1]["id"]
        report.episodes += len(page.episodes)
        advance(report.episodes, max(total, report.episodes))


async def _page(tx: Tx, after: UUID) -> _Page:
    episodes = await tx.fetch(_EPISODES, after, PAGE)
    ids = [row["id"] for row in episodes]
    found = [
        {key: list(rows) for key, rows in groupby(await tx.fetch(q, ids), _BY_EPISODE)} for q in _RELATED
    ]
    return _Page(episodes, *found)


_RELATED = (_EVENTS, _CLOCKS, _TASKS)


async def _versions(tx: Tx, pathway: str) -> tuple[Versions, ...]:
    """The agreed limits; and, while some are still being applied, the limits without those."""
    agreed = await agreed_thresholds(tx, pathway)
    under_way = {row["id"] for row in await tx.fetch(_UNDER_WAY, pathway)}
    if not under_way:
        return (agreed,)
    return agreed, {clock: [t for t in found if t.id not in under_way] for clock, found in agreed.items()}


def _compare(
    report: Report,
    page: _Page,
    row: asyncpg.Record,
    episode: Episode,
    versions: tuple[Versions, ...],
    calendar: Calendar,
) -> None:
    rebuilt = [project(episode, version, calendar, row["projected_on"]) for version in versions]
    stored_clocks = {(c["clock"], c["instance"]): c for c in page.clocks.get(row["id"], ())}
    stored_tasks = {t["key"]: t for t in page.tasks.get(row["id"], ())}
    report.clocks += len(stored_clocks)
    report.tasks += len(stored_tasks)
    events = page.events.get(row["id"], [])
    for what in (
        *_episode_differences(row, rebuilt[0], events),
        *_clock_differences(stored_clocks, rebuilt),
        *_task_differences(stored_tasks, rebuilt[0]),
    ):
        report.note(row["id"], what)
    if episode.is_open:
        report.open_episodes += 1
        if row["next_step"] is None or row["next_role"] is None or row["planned_for"] is None:
            report.without_next_step += 1


def _episode_differences(
    row: asyncpg.Record, rebuilt: Projection, events: list[asyncpg.Record]
) -> Iterator[str]:
    for name, value in zip(EPISODE_COLUMNS, episode_values(rebuilt.episode), strict=True):
        if row[name] != value:
            yield f"{name}: {row[name]} is stored, {value} follows from the facts"
    if row["version"] != len(events):
        yield f"version: {row['version']} is stored, and there are {len(events)} facts"
    if row["last_sequence"] != events[-1]["sequence"]:
        yield f"last_sequence: {row['last_sequence']} is stored, the last fact is {events[-1]['sequence']}"
    yield from _told_differences(row, rebuilt, events)


def _told_differences(
    row: asyncpg.Record, rebuilt: Projection, events: list[asyncpg.Record]
) -> Iterator[str]:
    """Partners are told of everything while they may see the stage; else of no more than there was, as it was recorded."""
    told = row["told_version"]
    if rebuilt.episode.partners_stage == rebuilt.episode.stage and told != len(events):
        yield f"told_version: {told} is stored, and partners may see all {len(events)} facts"
    elif not 0 <= told <= len(events):
        yield f"told_version: {told} is stored, and there are {len(events)} facts"
    elif told and (row["told_sequence"], row["told_at"]) != (
        events[told - 1]["sequence"],
        events[told - 1]["recorded_at"],
    ):
        yield "told_sequence: it is not the place and time of the last fact that partners are told of"


def _clock_differences(
    stored: dict[tuple[str, int], asyncpg.Record], rebuilt: list[Projection]
) -> Iterator[str]:
    expected = [{(c.clock, c.instance): clock_values(c) for c in projection.clocks} for projection in rebuilt]
    for key in sorted(stored.keys() | expected[0].keys()):
        row = stored.get(key)
        have = tuple(row[name] for name in CLOCK_COLUMNS) if row is not None else None
        if all(have != each.get(key) for each in expected):
            yield f"clock {key[0]} ({key[1]}): {_differing(CLOCK_COLUMNS, have, expected[0].get(key))}"


def _task_differences(stored: dict[str, asyncpg.Record], rebuilt: Projection) -> Iterator[str]:
    expected = {task.key: task_values(task) for task in rebuilt.tasks}
    for key in sorted(stored.keys() | expected.keys()):
        row = stored.get(key)
        have = tuple(row[name] for name in TASK_COLUMNS) if row is not None else None
        if have != expected.get(key):
            yield f"task {key}: {_differing(TASK_COLUMNS, have, expected.get(key))}"


def _differing(
    names: tuple[str, ...], have: tuple[object, ...] | None, want: tuple[object, ...] | None
) -> str:
    if have is None:
        return "is missing"
    if want is None:
        return "is stored, and no fact makes it"
    return ", ".join(n for n, a, b in zip(names, have, want, strict=True) if a != b)

"""One history into rows: the same projections that the actions would have written, act by act, at their own times.

Pure: no database. It runs in worker processes, so that a county is folded on every core while PostgreSQL copies.
"""

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from pathway.domain.built_in_facts import coordinator_named
from pathway.domain.compiler import compile_definition
from pathway.domain.definition import Definition
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import Event
from pathway.domain.london import london_date
from pathway.domain.projection import EpisodeRow, TaskRow, Versions, council_runs, episode_row, task_row
from pathway.domain.replay import replay
from pathway.domain.visibility import partners_may_see
from pathway.domain.working_days import Calendar
from pathway.store.loader_clocks import ClockHistory
from pathway.store.loader_facts import History, RecordedFact
from pathway.store.loader_text import line

EVENT_COLUMNS = (
    "sequence", "id", "episode_id", "kind", "happened_on", "recorded_at", "account_id", "role", "organisation_id",
    "door", "request_id", "definition", "fields", "secret", "target",
)  # fmt: skip
_EPISODE_FIELDS = tuple(f.name for f in fields(EpisodeRow))
_TASK_FIELDS = tuple(f.name for f in fields(TaskRow))
EPISODE_COLUMNS = (
    "id", "child_id", "pathway", "definition", "version", "last_sequence", "silent", "import_id",
    "told_version", "told_sequence", "told_at", *_EPISODE_FIELDS,
)  # fmt: skip
TASK_COLUMNS = ("episode_id", *_TASK_FIELDS)
LEDGER_COLUMNS = ("position", "sequence", "numbered_at")
_episode_values, _task_values = attrgetter(*_EPISODE_FIELDS), attrgetter(*_TASK_FIELDS)
NUMBERED_AFTER = timedelta(seconds=5)
CASELOAD_COLUMNS = ("account_id", "episode_id", "since")
_TABLES = ("event", "ledger", "episode", "clock", "task", "crossing", "caseload")


@dataclass(frozen=True, slots=True)
class Placed:
    """A history, its facts' numbers and their positions in the ledger, and its free text, encrypted, by fact."""

    history: History
    sequences: tuple[int, ...]
    positions: tuple[int, ...]
    secrets: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Folded:
    """The rows of some histories as COPY reads them, by table, and how many there are."""

    text: Mapping[str, bytes]
    rows: Mapping[str, int]
    open_episodes: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What histories are folded under. `watched_until`: the last morning on which the worker was there."""

    sources: Mapping[str, str]
    versions: Mapping[str, Versions]
    calendar: Calendar
    watched_until: date | None


class Folder:
    """Folds histories under one set of rules; compiles the definitions once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.definitions = {
            key: compile_definition(source, f"{key}.toml") for key, source in rules.sources.items()
        }

    def fold(self, placed: Iterable[Placed]) -> Folded:
        """The rows of these histories. Raises ImpossibleHistory, naming the episode, where one does not hold."""
        lines: dict[str, list[str]] = {name: [] for name in _TABLES}
        still_open = sum(self._one(one, lines) for one in placed)
        return Folded(
            {name: "".join(found).encode() for name, found in lines.items()},
            {name: len(found) for name, found in lines.items()},
            still_open,
        )

    def _one(self, placed: Placed, lines: dict[str, list[str]]) -> bool:
        history, definition = placed.history, self.definitions[placed.history.pathway]
        events = [fact.as_event(place) for fact, place in zip(history.facts, placed.sequences, strict=True)]
        lines["event"].extend(_event_lines(placed, definition, events))
        lines["ledger"].extend(_ledger_lines(placed))
        acts = [tuple(act) for act in _acts(history.facts, events)]
        clocks = ClockHistory(history.episode_id, definition, self.rules.versions.get(history.pathway, {}),
                              self.rules.calendar, self.rules.watched_until)  # fmt: skip
        told: tuple[int, Event] | None = None
        known = 0
        try:
            for act, (episode, anew) in zip(acts, replay(definition, acts, self.rules.calendar), strict=True):
                clocks.after(act[-1], episode, anew)
                known += len(act)
                if partners_may_see(episode):
                    told = (known, act[-1])
        except ImpossibleHistory as fault:
            kinds = ", ".join(f"{f.kind} {f.happened_on}" for f in history.facts)
            raise ImpossibleHistory(
                f"Episode {history.episode_id} ({kinds}): {fault}", fault.event
            ) from fault
        clocks.finish()
        lines["clock"].extend(clocks.lines)
        lines["crossing"].extend(clocks.crossing_lines())
        lines["episode"].append(self._episode_line(placed, definition, episode, told))
        lines["task"].extend(self._task_lines(history.episode_id, episode))
        lines["caseload"].extend(_caseload_lines(history.episode_id, definition, events, episode))
        return episode.is_open

    def _episode_line(
        self, placed: Placed, definition: Definition, episode: Episode, told: tuple[int, Event] | None
    ) -> str:
        history, calendar, until = placed.history, self.rules.calendar, self.rules.watched_until
        runs = council_runs(definition)
        row = episode_row(episode, runs, calendar, london_date(history.facts[-1].recorded_at))
        while until is not None and row.planned_for is not None and row.planned_for < until:
            # The worker rolls a review day that has passed on to the next one, the morning after.
            row = episode_row(episode, runs, calendar, row.planned_for + timedelta(1))
        head = (
            history.episode_id, history.child_id, history.pathway, definition.digest, len(history.facts),
            placed.sequences[-1], history.silent, history.import_id, *_told(told),
        )  # fmt: skip
        return line((*head, *_episode_values(row)))

    def _task_lines(self, episode_id: UUID, episode: Episode) -> Iterable[str]:
        for key in episode.tasks:
            row = task_row(episode, key, self.rules.calendar)
            yield line((episode_id, *_task_values(row)))


def _told(told: tuple[int, Event] | None) -> tuple[int, int, str | datetime]:
    """How far partners are told of an episode: the facts, the place of the last, and when it was recorded."""
    if told is None or told[1].recorded_at is None:
        return 0, 0, "-infinity"
    return told[0], told[1].sequence, told[1].recorded_at


def _acts(facts: Sequence[RecordedFact], events: Sequence[Event]) -> Iterable[tuple[Event, ...]]:
    for _, act in groupby(zip(facts, events, strict=True), key=lambda pair: pair[0].request_id):
        yield tuple(event for _, event in act)


def _event_lines(placed: Placed, definition: Definition, events: Sequence[Event]) -> Iterable[str]:
    episode_id = placed.history.episode_id
    for n, (event, fact) in enumerate(zip(events, placed.history.facts, strict=True)):
        yield line(
            (
                event.sequence, event.id, episode_id, event.kind, event.happened_on, fact.recorded_at,
                event.account_id, event.role.value, event.organisation_id, event.door.value, fact.request_id,
                definition.digest, dict(fact.fields), placed.secrets.get(n), event.target,
            )
        )  # fmt: skip


def _caseload_lines(
    episode_id: UUID, definition: Definition, events: Sequence[Event], episode: Episode
) -> Iterable[str]:
    """The child is on the list of the coordinator who is named now; hand-overs have taken them off all others."""
    if episode.coordinator:
        named = (e for e in reversed(events) if coordinator_named(e, definition.steps.get(e.kind)))
        yield line((episode.coordinator, episode_id, next(named).recorded_at))


def _ledger_lines(placed: Placed) -> Iterable[str]:
    """The worker numbers a fact some seconds after it was committed."""
    for position, sequence, fact in zip(
        placed.positions, placed.sequences, placed.history.facts, strict=True
    ):
        yield line((position, sequence, fact.recorded_at + NUMBERED_AFTER))


_folder: Folder | None = None


def begin(rules: Rules) -> None:
    """Set up a worker process: compile the definitions before the first chunk comes."""
    global _folder
    gc.disable()  # rows refer to nothing that refers back
    _folder = Folder(rules)


def fold_chunk(placed: Sequence[Placed]) -> Folded:
    """Fold a chunk in a worker process that has begun."""
    if _folder is None:
        raise RuntimeError("This process was not set up to fold: call begin() first.")
    return _folder.fold(placed)

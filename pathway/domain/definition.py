"""A pathway as data: the shapes that a definition file is compiled into.

The engine knows stages, steps and clocks, and no pathway by name. Everything is immutable and made by the compiler, which
has proved that keys exist, stages can be reached and left, and clocks can stop. Nothing here reads a file or the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pathway.domain.definition_words import ClockKind, FieldType, Group, LimitStatus, Slot
from pathway.domain.periods import Period
from pathway.domain.roles import Role

__all__ = [
    "ClockDef",
    "ClockKind",
    "Closure",
    "Definition",
    "ExceptionDef",
    "Field",
    "FieldType",
    "Group",
    "LimitStatus",
    "NotBefore",
    "Option",
    "Outcome",
    "Party",
    "SideState",
    "Slot",
    "SlotRule",
    "Stage",
    "Step",
    "StepMoves",
    "TaskDef",
    "Trigger",
    "When",
    "holds",
]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice, with the words a person reads."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a step asks for. `plan` marks the date that becomes the child's next planned date."""

    key: str
    title: str
    type: FieldType
    required: bool = False
    options: tuple[Option, ...] = ()
    hint: str = ""
    plan: bool = False
    future: bool = False
    max_length: int = 200


@dataclass(frozen=True, slots=True)
class Party:
    """A name that the definition gives to a holder of the baton, and the slot it resolves to."""

    key: str
    title: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an episode is. `family_sees` and `partners_see` name the stage shown outside (docs/rules.md 10).

    `headline` says what comes next, where the title of `next_step` would mislead; `ways` are other steps that answer it.
    `next_by` may take it: the role of whoever referred where it is one of them, and else the first.
    """

    key: str
    title: str
    group: Group
    held_by: str
    next_step: str
    headline: str
    next_by: tuple[Role, ...]
    review_every: Period | None
    family: str
    family_next: str
    family_sees: str
    partners_see: str
    closed: bool = False
    ways: tuple[str, ...] = ()


When = tuple[tuple[str, frozenset[str]], ...]
"""Which answers a step's fields must hold: one of the values, for each field named."""


def holds(when: When, fields: Mapping[str, object]) -> bool:
    """Whether the answers given are those asked for; with nothing asked for, they are."""
    return all(str(fields.get(key, "")) in values for key, values in when)


@dataclass(frozen=True, slots=True)
class SlotRule:
    """An organisation that a step shares with, or hides from, if its fields hold one of the values named in `when`."""

    slot: Slot
    when: When = ()


@dataclass(frozen=True, slots=True)
class NotBefore:
    """A step that must wait: at least `wait` after the latest `step` (for example 28 days to object)."""

    step: str
    wait: Period


@dataclass(frozen=True, slots=True)
class Step:
    """What can happen to an episode. Its key is the kind of its event.

    `names_coordinator`: the account in the event's field `account`, or else whoever recorded it, coordinates the case.
    `refuses_messages`, `accepts_messages`: with which answers the family takes back, or gives, permission to be written to.
    """

    key: str
    title: str
    from_stages: frozenset[str]
    to: str
    by: frozenset[Role]
    fields: tuple[Field, ...] = ()
    first: bool = False
    tell_family: str = ""
    silent_because: str = ""
    starts_side_state: str = ""
    ends_side_state: str = ""
    requires: tuple[str, ...] = ()
    not_before: NotBefore | None = None
    claims_exception: bool = False
    shares_with: tuple[SlotRule, ...] = ()
    hides_from: tuple[SlotRule, ...] = ()
    names_coordinator: bool = False
    stops_messages: bool = False
    refuses_messages: When | None = None
    accepts_messages: When | None = None
    reveals_outcome: bool = False
    snomed: str = ""
    mhsds: Mapping[str, str] = field(default_factory=dict)
    csds: Mapping[str, str] = field(default_factory=dict)

    def field_named(self, key: str) -> Field | None:
        return next((f for f in self.fields if f.key == key), None)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A step that moves a clock, if its fields hold one of the values named in `when`."""

    step: str
    when: When = ()

    def holds(self, fields: Mapping[str, object]) -> bool:
        return holds(self.when, fields)


@dataclass(frozen=True, slots=True)
class ClockDef:
    """A clock: what starts, stops and ends it, its limit, and where the limit comes from.

    `limit` and `due_soon` and `bands` count from the start (STEP_TO_STEP, RECURRING); for FIXED_DATE and BEFORE_DATE
    `due_soon` counts back from the due date; for NOT_EARLIER `limit` is the least time that must pass. `before` is for a
    FIXED_DATE that the law names as "before" it: the day itself is too late.
    """

    key: str
    title: str
    kind: ClockKind
    starts: tuple[Trigger, ...]
    stops: tuple[Trigger, ...]
    ends: tuple[Trigger, ...]
    restarts: tuple[Trigger, ...]
    limit: Period
    status: LimitStatus
    source: str
    due_soon: Period | None = None
    bands: tuple[Period, ...] = ()
    repeat: bool = False
    restarts_when_family_reached: bool = False
    first_day_counts: bool = False
    date_field: str = ""
    day: int = 0
    month: int = 0
    before: bool = False
    exceptions: frozenset[str] = frozenset()
    agreed_by: tuple[str, ...] = ()
    enabled: bool = True
    family: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionDef:
    """A reason for which a regulation says an authority "need not comply" with a limit."""

    key: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class TaskDef:
    """Parallel work inside a stage, opened and done by steps."""

    key: str
    title: str
    owner: str
    by: Role
    within: Period
    opened_by: tuple[str, ...]
    done_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideState:
    """What runs beside the stage (on hold, seen elsewhere). It never stops a clock; it may hold the baton."""

    key: str
    title: str
    family: str
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an assessment found, with its national codes."""

    key: str
    title: str
    family: str
    snomed: str = ""
    mhsds_autism_status: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """Why an episode ended. `rejection` is the national referral rejection reason, where it is one."""

    key: str
    title: str
    family: str
    rejection: str = ""
    mhsds: str = ""
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one pathway, known for ever by the digest of its text."""

    key: str
    title: str
    version: int
    digest: str
    first_step: str
    parties: Mapping[str, Party]
    stages: Mapping[str, Stage]
    steps: Mapping[str, Step]
    clocks: Mapping[str, ClockDef]
    exceptions: Mapping[str, ExceptionDef]
    tasks: Mapping[str, TaskDef]
    side_states: Mapping[str, SideState]
    outcomes: Mapping[str, Outcome]
    closures: Mapping[str, Closure]
    moves: Mapping[str, "StepMoves"]

    def steps_from(self, stage: str, role: Role | None = None) -> tuple[Step, ...]:
        """The steps that may be taken in a stage (by a role, when one is given), in the file's order."""
        here = (step for step in self.steps.values() if stage in step.from_stages)
        return tuple(step for step in here if role is None or role in step.by)


@dataclass(frozen=True, slots=True)
class StepMoves:
    """What one step moves, worked out once so that a fold never searches: clocks, tasks, plans.

    `plans`: fields whose date becomes the plan; `notes`: leaves a mark on the episode; `passes_baton`: the holder may change.
    """

    starts: tuple[tuple[ClockDef, Trigger], ...] = ()
    stops: tuple[tuple[ClockDef, Trigger], ...] = ()
    ends: tuple[tuple[ClockDef, Trigger], ...] = ()
    restarts: tuple[tuple[ClockDef, Trigger], ...] = ()
    opens: tuple[TaskDef, ...] = ()
    does: tuple[TaskDef, ...] = ()
    plans: tuple[str, ...] = ()
    notes: bool = True
    passes_baton: bool = True

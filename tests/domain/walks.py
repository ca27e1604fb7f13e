"""Random walks over a pathway: at each turn something that could happen, a step or a correction or a hand-over.

A walk is a list of facts that the pathway allows, made from numbers that hypothesis draws, so a failing one is shrunk.
What the engine refuses is left out, as an action would leave it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from hypothesis import strategies as st

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.domain.built_in_facts import ORIGINAL_START
from pathway.domain.definition import Definition, Field, FieldType, Slot, Step
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import CORRECTIONS, BuiltIn, Event, in_force
from pathway.domain.fold import fold
from pathway.domain.roles import Role

CALENDAR = england()
START = date(2024, 1, 29)
_SPACE = UUID("8a4a2a5e-0b0f-4a57-9d5f-6f2f1c3c9f10")
_SLOTS = {"referrer": "1", "provider": "2", "council": "3", "school": "4"}

Turn = tuple[int, int, int]
turns = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 60), st.integers(0, 10_000)), max_size=25)
"""What a walk is made of: which act, how many days later, which answers."""
pathways = st.sampled_from(sorted(definitions.keys()))


@dataclass
class Walk:
    """The facts so far and the episode they make."""

    definition: Definition
    events: list[Event]

    @property
    def episode(self) -> Episode:
        return fold(self.definition, self.events, CALENDAR)

    @property
    def last_day(self) -> date:
        """The last day of anything recorded, also of what was struck out or given another day since."""
        moved = [
            date.fromisoformat(e.fields["happened_on"]) for e in self.events if e.kind == BuiltIn.RE_DATED
        ]
        return max([*moved, *(e.happened_on for e in self.events)])

    @property
    def started_on(self) -> date:
        """The start by another way of finding it: the referral's day, or the first of an earlier one that is kept."""
        facts = [(day, event) for day, _, event in in_force(self.events)]
        referrals = [fact for fact in facts if fact[1].kind == self.definition.first_step] or facts
        day, referral = referrals[0]
        links = [e.fields for _, e in facts if e.kind == BuiltIn.LINKED]
        kept = [f[ORIGINAL_START] for f in (referral.fields, *links) if f.get(ORIGINAL_START)]
        return min([day, *map(date.fromisoformat, kept)])


def walk(pathway: str, drawn: list[Turn]) -> Walk:
    """Open an episode and do what the numbers choose, leaving out what cannot stand."""
    definition = definitions.load(pathway)
    openings = [step for step in definition.steps.values() if step.first]
    first = openings[drawn[0][2] % len(openings)] if drawn else definition.steps[definition.first_step]
    made = Walk(definition, [event(first, START, 1, drawn[0][1] if drawn else 0)])
    for turn in drawn:
        candidate = _act(made, *turn)
        try:
            fold(definition, [*made.events, candidate], CALENDAR)
        except ImpossibleHistory:
            continue
        made.events.append(candidate)
    return made


def _act(made: Walk, which: int, later: int, answers: int) -> Event:
    """Most turns take a step that the stage offers; one in four does something that every pathway has."""
    built_in = _BUILT_IN[which // 4 % len(_BUILT_IN)] if which % 4 == 0 else None
    if built_in is not None:
        return built_in(made, later, answers)
    offered = list(made.definition.steps_from(made.episode.stage.key))
    if not offered:
        return _plan_set(made, later, answers)
    if which % 7:  # a close comes seldom, so that walks get far
        offered = [s for s in offered if not s.to or not made.definition.stages[s.to].closed] or offered
    day = made.last_day + timedelta(later)
    if which % 8 == 1:  # recorded late: judged in the state of its own day
        day = max(START, day - timedelta(answers % 200))
    return event(offered[which // 4 % len(offered)], day, len(made.events) + 1, answers)


def _fact(made: Walk, kind: str, later: int, fields: dict[str, str], target: UUID | None = None) -> Event:
    sequence, day = len(made.events) + 1, made.last_day + timedelta(later)
    return Event(uuid5(_SPACE, f"{kind}/{sequence}"), kind, day, sequence, fields, target=target)


def _plan_set(made: Walk, later: int, answers: int) -> Event:
    day = made.last_day + timedelta(later + answers % 100)
    return _fact(made, BuiltIn.PLAN_SET, later, {"planned_for": day.isoformat()})


def _linked(made: Walk, later: int, answers: int) -> Event:
    start = START - timedelta(answers % 300)
    return _fact(made, BuiltIn.LINKED, later, {"episode": str(_SPACE), ORIGINAL_START: start.isoformat()})


def _offered(made: Walk, later: int, answers: int) -> Event:
    slot = (Slot.PROVIDER, Slot.COUNCIL)[answers % 2]
    return _fact(made, BuiltIn.HAND_OVER_OFFERED, later, {"slot": slot, "to": str(10 + answers % 5)})


def _accepted(made: Walk, later: int, answers: int) -> Event:
    return _fact(made, BuiltIn.HAND_OVER_ACCEPTED, later, {})


def _declined(made: Walk, later: int, answers: int) -> Event:
    return _fact(made, BuiltIn.HAND_OVER_DECLINED, later, {})


def _school_changed(made: Walk, later: int, answers: int) -> Event:
    return _fact(made, BuiltIn.SCHOOL_CHANGED, later, {"to": str(20 + answers % 5)})


def _coordinator_set(made: Walk, later: int, answers: int) -> Event:
    return _fact(made, BuiltIn.COORDINATOR_SET, later, {"account": str(30 + answers % 5)})


def _sealed(made: Walk, later: int, answers: int) -> Event:
    return _fact(made, BuiltIn.SEALED, later, {})


def _struck_out(made: Walk, later: int, answers: int) -> Event:
    """Anything but what opened the episode, also a correction."""
    target = made.events[answers % len(made.events)]
    return _fact(made, BuiltIn.STRUCK_OUT, later, {"of": target.kind}, target.id)


def _re_dated(made: Walk, later: int, answers: int) -> Event:
    facts = [e for e in made.events if e.kind not in CORRECTIONS]
    target = facts[answers % len(facts)]
    day = target.happened_on + timedelta(later - 30)
    return _fact(made, BuiltIn.RE_DATED, later, {"happened_on": day.isoformat()}, target.id)


_BUILT_IN: list[Callable[[Walk, int, int], Event]] = [
    _plan_set, _linked, _offered, _accepted, _offered, _accepted, _declined, _school_changed, _coordinator_set,
    _struck_out, _re_dated, _struck_out, _re_dated, _sealed,
]  # fmt: skip


def event(step: Step, day: date, sequence: int, answers: int) -> Event:
    """A fact with an answer for every field, so that every condition on a field is met by some walk."""
    fields = {
        f.key: value for f in step.fields if (value := answer(f, day, answers)) and not f.type.is_free_text
    }
    name = f"{step.key}/{sequence}/{day}/{answers}"
    role = sorted(step.by)[answers % len(step.by)] if step.by else Role.SYSTEM
    return Event(uuid5(_SPACE, name), step.key, day, sequence, fields, role, account_id=7)


def answer(item: Field, day: date, number: int) -> str:
    """An answer that fits the field's type; dates ahead where the field may lie ahead."""
    match item.type:
        case FieldType.CHOICE:
            return item.options[number % len(item.options)].key
        case FieldType.YES_NO:
            return ("yes", "no")[number % 2]
        case FieldType.DATE if item.key == ORIGINAL_START:
            return (day - timedelta(number % 500)).isoformat() if number % 3 == 0 else ""
        case FieldType.DATE:
            return (day + timedelta(number % 90)).isoformat()
        case FieldType.NUMBER:
            return str(2027 + number % 3)
        case FieldType.ORGANISATION:
            return _SLOTS.get(item.key, "5")
        case _:
            return "As agreed."

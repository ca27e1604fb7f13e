"""Random walks over a pathway: at each turn one of the steps that the stage offers, with answers that fit its fields.

A walk is a list of facts that the pathway allows, made from numbers that hypothesis draws, so a failing one is shrunk.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from hypothesis import strategies as st

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.domain.definition import Definition, Field, FieldType, Step
from pathway.domain.episode import Episode
from pathway.domain.errors import ImpossibleHistory
from pathway.domain.events import Event
from pathway.domain.fold import fold
from pathway.domain.roles import Role

CALENDAR = england()
START = date(2024, 1, 29)
_SPACE = UUID("8a4a2a5e-0b0f-4a57-9d5f-6f2f1c3c9f10")
_SLOTS = {"referrer": "1", "provider": "2", "council": "3", "school": "4"}

turns = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 60), st.integers(0, 10_000)), max_size=25)
"""What a walk is made of: which step, how many days later, which answers."""
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
        return max(e.happened_on for e in self.events)


def walk(pathway: str, drawn: list[tuple[int, int, int]]) -> Walk:
    """Open an episode and take the steps that the numbers choose, leaving out those that must wait for something."""
    definition = definitions.load(pathway)
    first = definition.steps[definition.first_step]
    made = Walk(definition, [event(first, START, 1, 0)])
    for which, later, answers in drawn:
        offered = definition.steps_from(made.episode.stage.key)
        if not offered:
            break
        step = offered[which % len(offered)]
        candidate = event(step, made.last_day + timedelta(later), len(made.events) + 1, answers)
        try:
            fold(definition, [*made.events, candidate], CALENDAR)
        except ImpossibleHistory:
            continue
        made.events.append(candidate)
    return made


def event(step: Step, day: date, sequence: int, answers: int) -> Event:
    """A fact with an answer for every field, so that every condition on a field is met by some walk."""
    fields = {
        f.key: value for f in step.fields if (value := answer(f, day, answers)) and not f.type.is_free_text
    }
    name = f"{step.key}/{sequence}/{day}/{answers}"
    return Event(
        uuid5(_SPACE, name), step.key, day, sequence, fields, sorted(step.by)[0] if step.by else Role.SYSTEM
    )


def answer(item: Field, day: date, number: int) -> str:
    """An answer that fits the field's type; dates ahead where the field may lie ahead."""
    match item.type:
        case FieldType.CHOICE:
            return item.options[number % len(item.options)].key
        case FieldType.YES_NO:
            return ("yes", "no")[number % 2]
        case FieldType.DATE:
            return "" if item.key == "original_start" else (day + timedelta(number % 90)).isoformat()
        case FieldType.NUMBER:
            return str(2027 + number % 3)
        case FieldType.ORGANISATION:
            return _SLOTS.get(item.key, "5")
        case _:
            return "As agreed."

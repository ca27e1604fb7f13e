"""Steps that come with age: which of them are due for an episode on a day, for the service itself to record.

Rights turn on these days (Mental Capacity Act 2005; Children and Families Act 2014 section 83(2)), and each is put before
a person in time (docs/rules.md 13). Nothing here closes an episode or changes who is told: that is for people.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Final

from pathway.domain.ages import birthday, compulsory_school_age_ends
from pathway.domain.definition import Definition
from pathway.domain.periods import Period, Unit, add
from pathway.domain.roles import Role
from pathway.domain.working_days import Calendar

ASKED_AHEAD: Final = timedelta(weeks=8)
"""How long before the sixteenth birthday the young person is asked; the task that it opens allows as long."""

_HALF_A_YEAR: Final = Period(6, Unit.MONTHS)

DUE_FROM: Final[Mapping[str, Callable[[date, Calendar], date]]] = {
    "sixteenth_birthday_near": lambda birth, _: birthday(birth, 16) - ASKED_AHEAD,
    "transition_due": lambda birth, calendar: add(birthday(birth, 17), _HALF_A_YEAR, calendar),
    "rights_passed_to_young_person": lambda birth, _: compulsory_school_age_ends(birth) + timedelta(1),
}
"""The first day on which each step is due, by the date of birth; a definition that has none of them needs none."""


def due_by_age(
    definition: Definition,
    stage: str,
    recorded: Collection[str],
    birth: date,
    day: date,
    calendar: Calendar,
) -> tuple[tuple[str, date], ...]:
    """The steps that age brings and nobody has recorded, each with the day from which it was due, earliest first.

    Only those that the service itself may take, and that fit the stage; a child who is referred later is not left out.
    """
    fitting = [
        s.key
        for s in definition.steps_from(stage, Role.SYSTEM)
        if s.key in DUE_FROM and s.key not in recorded
    ]
    found = [(key, DUE_FROM[key](birth, calendar)) for key in fitting]
    return tuple(sorted(((key, on) for key, on in found if on <= day), key=lambda due: due[1]))


def oldest_birth_to_look_at(day: date) -> date:
    """Nobody born after this has a step due by age on `day`: it only narrows a search, by a few days too wide."""
    return birthday(day, -15)

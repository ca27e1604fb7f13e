"""docs/rules.md 13: what comes with age is put before a person in time, and nothing follows from it by itself."""

from datetime import date, timedelta

import pytest

from pathway import definitions
from pathway.definitions.calendar import england
from pathway.domain.birthdays import DUE_FROM, due_by_age, oldest_birth_to_look_at
from pathway.domain.roles import Role

AUTISM, REVIEW = definitions.load("autism"), definitions.load("annual_review")
BIRTH = date(2011, 3, 1)


def due(day: date, recorded: tuple[str, ...] = (), birth: date = BIRTH) -> list[str]:
    return [key for key, _ in due_by_age(AUTISM, "waiting", recorded, birth, day, england())]


@pytest.mark.parametrize(
    ("birth", "step", "first"),
    [
        (date(2011, 3, 1), "sixteenth_birthday_near", date(2027, 1, 4)),  # 8 weeks before 1 March 2027
        (
            date(2012, 2, 29),
            "sixteenth_birthday_near",
            date(2028, 1, 4),
        ),  # born on a leap day, 16 in a leap year
        (date(2011, 3, 1), "transition_due", date(2028, 9, 1)),
        (
            date(2009, 8, 31),
            "transition_due",
            date(2027, 2, 28),
        ),  # six months after 31 August end with February
        (
            date(2011, 8, 31),
            "rights_passed_to_young_person",
            date(2027, 6, 26),
        ),  # the last Friday of June 2027 is 25th
        (
            date(2011, 9, 1),
            "rights_passed_to_young_person",
            date(2028, 7, 1),
        ),  # a day younger: a school year later
    ],
)
def test_each_step_is_due_from_its_day_and_not_before(birth: date, step: str, first: date) -> None:
    pathway = REVIEW if step.startswith("rights") else AUTISM
    stage = "plan_in_place" if pathway is REVIEW else "waiting"

    def found(day: date) -> list[str]:
        return [key for key, _ in due_by_age(pathway, stage, (), birth, day, england())]

    assert step not in found(first - timedelta(1))
    assert step in found(first)


def test_what_has_been_recorded_is_not_due_again() -> None:
    day = date(2029, 1, 1)
    assert due(day) == ["sixteenth_birthday_near", "transition_due"]
    assert due(day, ("sixteenth_birthday_near",)) == ["transition_due"]


def test_nothing_is_due_where_an_episode_has_closed() -> None:
    assert due_by_age(AUTISM, "closed", (), BIRTH, date(2030, 1, 1), england()) == ()


@pytest.mark.parametrize("key", definitions.keys())
def test_every_step_that_the_service_may_take_has_its_rule(key: str) -> None:
    steps = definitions.load(key).steps.values()
    assert {s.key for s in steps if Role.SYSTEM in s.by} <= DUE_FROM.keys()


def test_the_search_leaves_nobody_out() -> None:
    for n in range(0, 6000, 7):
        birth = date(2005, 1, 3) + timedelta(n)
        earliest = min(rule(birth, england()) for rule in DUE_FROM.values())
        assert birth <= oldest_birth_to_look_at(earliest)

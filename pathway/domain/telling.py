"""Who is told, once a young person may decide it: from the sixteenth birthday, or before it where a clinician has judged
that they understand (Gillick).

Nothing here is done by a birthday alone: carers are neither cut off nor carried on by themselves (docs/rules.md 13).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from pathway.domain.ages import birthday
from pathway.domain.birthdays import ASKED_AHEAD
from pathway.domain.errors import InvalidInput
from pathway.domain.events import Event, in_force

Id = TypeVar("Id")

SIXTEEN: Final = 16
ASKED: Final = "young_person_asked"
JUDGED: Final = "gillick_judged"
SELF: Final = "self"
"""The relationship of the young person's own contact, which carers neither see nor share."""


class Decision(StrEnum):
    """What the young person decided; the keys of the step's own options."""

    AS_BEFORE = "carers_as_before"
    SOME = "some_carers"
    ONLY = "young_person_only"
    BEST_INTERESTS = "best_interests"


class Basis(StrEnum):
    """By what right it was decided."""

    SIXTEEN = "sixteen"
    GILLICK = "gillick"
    BEST_INTERESTS = "best_interests"


@dataclass(frozen=True, slots=True)
class Right:
    """By what right a decision holds, and from which day."""

    basis: Basis
    from_on: date


def right_to_decide(birth: date, decided_on: date, decision: Decision, facts: Sequence[Event]) -> Right:
    """By what right it was decided, and from when it holds. Raises InvalidInput where there is no such right.

    Asked in the weeks before the sixteenth birthday, the answer holds from that birthday; until then nothing changes.
    """
    sixteen = birthday(birth, SIXTEEN)
    if decision is Decision.BEST_INTERESTS:
        return Right(Basis.BEST_INTERESTS, decided_on)
    if decided_on >= sixteen:
        return Right(Basis.SIXTEEN, decided_on)
    if understands(facts, decided_on):
        return Right(Basis.GILLICK, decided_on)
    if decided_on >= sixteen - ASKED_AHEAD:
        return Right(Basis.SIXTEEN, sixteen)
    raise InvalidInput(
        "Before the sixteenth birthday a clinician first records whether the child understands enough to decide (Gillick).",
        "decision",
    )


def understands(facts: Sequence[Event], day: date) -> bool:
    """Whether, on that day, the last judgement in force says that the child understands enough to decide."""
    judged = [
        (on, fact.sequence, fact.fields.get("able") == "yes")
        for on, _, fact in in_force(list(facts))
        if fact.kind == JUDGED and on <= day
    ]
    return max(judged)[2] if judged else False


def told_after(
    decision: Decision, told_now: Collection[Id], carers: Collection[Id], named: Collection[Id] | None
) -> frozenset[Id]:
    """Which carers are told once the decision holds. Raises InvalidInput where they had to be named and were not."""
    if decision in (Decision.AS_BEFORE, Decision.BEST_INTERESTS):
        return frozenset(told_now)
    if decision is Decision.ONLY:
        return frozenset()
    if not named or not set(named) <= set(carers):
        raise InvalidInput(
            "Choose which carers are told, on the child's page under People and contacts.", "carers"
        )
    return frozenset(named)


def must_be_asked(birth: date, today: date, decided: bool) -> bool:
    """Whether a message to carers waits for a person: the young person is sixteen, and nobody has asked them."""
    return not decided and today >= birthday(birth, SIXTEEN)

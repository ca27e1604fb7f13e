"""What the doors of the JSON API have in common: the shapes of bodies and answers, words, problems, and a clock's sum."""

import re
from dataclasses import asdict
from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pathway.domain.breaches import Grade
from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind, Definition, Stage
from pathway.domain.explain import Explanation, Fact, sentences

# One line with something in it: PostgreSQL keeps no NUL, and a name or an address has no other control character either.
_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Line: TypeAlias = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
Text: TypeAlias = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
KEY: Final = r"^[a-z0-9_]+$"
Key: TypeAlias = Annotated[str, StringConstraints(max_length=60, pattern=KEY)]


def _written_day(given: object) -> object:
    """A day as 2026-03-31 and in no other way: a number of seconds would pass for one."""
    if not (isinstance(given, str) and _DAY.fullmatch(given)):
        raise ValueError("a day is written as 2026-03-31")
    return given


def _true_or_false(given: object) -> object:
    """Pydantic would take "yes" and 1 as well, and Litestar tells it to whatever the field says."""
    if given is not True and given is not False:
        raise ValueError("write true or false")
    return given


def _whole_number(given: object) -> object:
    if type(given) is not int:
        raise ValueError("write a whole number")
    return given


Day: TypeAlias = Annotated[date, BeforeValidator(_written_day)]
YesNo: TypeAlias = Annotated[bool, BeforeValidator(_true_or_false)]
Number: TypeAlias = Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=2_147_483_647)]


class Body(BaseModel):
    """What is sent to us. A name that we do not know is refused: it may be a misspelt one that matters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True)


class Problem(Answer):
    """An error as RFC 9457 problem+json. `type` ends in the code that docs/reference/errors.md lists.

    Where it helps: `field` of the body; `version` now and the `changes` since; the keys of the steps `allowed`.
    """

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    version: int | None = None
    changes: list[str] | None = None
    allowed: list[str] | None = None


class Titled(Answer):
    """A key of a definition with the words that people read."""

    key: str
    title: str


class FactOfClock(Answer):
    """A fact that a sum rests on. `event` is null where the reader may not know which child it is about."""

    event: UUID | None
    title: str
    happened_on: date
    role: str


class Claimed(Answer):
    """An exception claimed against a limit: it excuses, and subtracts no day."""

    key: str
    title: str
    source: str
    claimed_on: date


class Sum(Answer):
    """The whole sum of one clock on one day, as data and as sentences; the same sum as on the page.

    `days` are unadjusted: nobody's days are left out. `threshold_id` is 0 for the definition's own limit.
    """

    pathway: str
    clock: str
    instance: int
    title: str
    kind: ClockKind
    status: str
    state: ClockState
    as_of: date
    start: FactOfClock
    started_on: date
    counts_from: date
    finish: FactOfClock | None
    finished_on: date | None
    days: int
    limit: str
    due_on: date
    locked_due_on: date | None
    days_over: int
    grade: Grade
    next_grade_on: date | None
    threshold_id: int
    source: str
    exceptions: list[Claimed]
    held_back_to: date | None
    sentences: list[str]


def sum_of(explanation: Explanation, *, anonymous: bool = False) -> Sum:
    """An explanation as the API prints it; `anonymous` leaves out which facts it rests on."""
    plain = {name: value for name, value in asdict(explanation).items() if name not in _OF_ITS_OWN}
    finish = explanation.finish
    return Sum(
        **plain,
        start=_fact(explanation.start, anonymous),
        finish=_fact(finish, anonymous) if finish else None,
        exceptions=[Claimed(**asdict(claimed)) for claimed in explanation.exceptions],
        sentences=list(sentences(explanation)),
    )


_OF_ITS_OWN = frozenset({"start", "finish", "exceptions"})


def _fact(fact: Fact, anonymous: bool) -> FactOfClock:
    return FactOfClock(
        event=None if anonymous else fact.event,
        title=fact.title,
        happened_on=fact.happened_on,
        role=fact.role,
    )


def titled(thing: Definition | Stage) -> Titled:
    return Titled(key=thing.key, title=thing.title)

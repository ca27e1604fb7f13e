"""Lists as other systems see them: the worklist, a school's own children, and waits past a limit."""

from datetime import date
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from litestar.params import QueryParameter

from pathway.actions.refer import reference
from pathway.api.schemas import Answer, Sum, Titled, sum_of, titled
from pathway.domain.breaches import Grade, grade
from pathway.domain.clocks import ClockState
from pathway.domain.thresholds import ClockReading
from pathway.reading.breaches import FlaggedWait, LateWait
from pathway.reading.late_clocks import ClockSum, LateThen
from pathway.reading.pupils import Pupil
from pathway.reading.worklist import Listed

BreachGrade = Literal[
    "breached", "over_18_weeks", "over_26_weeks", "over_52_weeks", "over_78_weeks", "over_104_weeks"
]
After: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=400, description="The `after` of the page before.")
]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=200, description="How many rows at most.")]


class Pressing(Answer):
    """How the clock that presses most stands today."""

    clock: str
    title: str
    grade: Grade
    due_on: date


class WorklistEntry(Answer):
    """One open episode: who, where, what comes next and by when."""

    episode: UUID
    reference: str
    child: UUID
    first_name: str
    family_name: str
    nhs_number: str | None
    birth_date: date
    restricted: bool
    pathway: Titled
    stage: Titled
    started_on: date
    next_step: str
    next_role: str
    planned_for: date
    set_by_person: bool
    holder: str
    presses: Pressing | None


class Worklist(Answer):
    """One page, in the order planned; `after` leads to the next one, and is null on the last."""

    rows: list[WorklistEntry]
    after: str | None


class PupilEntry(Answer):
    """A child of one's own school or surgery, with the stage that it may be shown and what is asked of it."""

    episode: UUID
    reference: str
    child: UUID
    first_name: str
    family_name: str
    nhs_number: str | None
    birth_date: date
    pathway: Titled
    stage: Titled
    started_on: date
    closed_on: date | None
    asked: list[str]


class Pupils(Answer):
    """One page, the newest referral first."""

    rows: list[PupilEntry]
    after: str | None


class Breach(Answer):
    """One wait past its limit. `episode` is null for commissioners, who see no child."""

    id: int
    episode: UUID | None
    pathway: str
    clock: str
    title: str
    state: ClockState
    status: str
    grade: Grade
    provider: int | None
    started_on: date
    days: int
    limit: str
    due_on: date
    days_over: int
    threshold_id: int
    source: str
    reason: str | None
    action: str | None


class Breaches(Answer):
    """One page, the longest overdue first, as of a day."""

    as_of: date
    rows: list[Breach]
    after: str | None


class BreachSum(Answer):
    """One wait with its whole sum. `stage` is the one that partners may know, for those who see no child."""

    id: int
    episode: UUID | None
    stage: Titled | None
    sum: Sum


def worklist_entry(listed: Listed, today: date) -> WorklistEntry:
    row, presses = listed.row, listed.presses
    return WorklistEntry(
        episode=row.episode_id,
        reference=reference(row.episode_id),
        child=row.child_id,
        first_name=row.first_name,
        family_name=row.family_name,
        nhs_number=row.nhs_number,
        birth_date=row.birth_date,
        restricted=row.restricted,
        pathway=titled(listed.definition),
        stage=titled(listed.definition.stages[row.stage]),
        started_on=row.started_on,
        next_step=row.next_step,
        next_role=row.next_role,
        planned_for=row.planned_for,
        set_by_person=row.plan_by_person,
        holder=row.holder_slot,
        presses=None if presses is None else _pressing(presses, today),
    )


def _pressing(presses: ClockReading, today: date) -> Pressing:
    clock = presses.fact.definition
    return Pressing(
        clock=clock.key, title=clock.title, grade=grade(presses, today), due_on=presses.due.due_on
    )


def pupil_entry(pupil: Pupil) -> PupilEntry:
    row = pupil.row
    return PupilEntry(
        episode=row.episode_id,
        reference=reference(row.episode_id),
        child=row.child_id,
        first_name=row.first_name,
        family_name=row.family_name,
        nhs_number=row.nhs_number,
        birth_date=row.birth_date,
        pathway=titled(pupil.definition),
        stage=titled(pupil.stage),
        started_on=row.started_on,
        closed_on=row.closed_on,
        asked=[asked.title for asked in pupil.asked],
    )


def breach_of_late(late: LateWait, as_of: date) -> Breach:
    """For whoever answers for the child: with the episode, and what was said about it last."""
    row = late.late
    return _breach(
        row.id, row.pathway, late.clock, as_of, row.episode_id, row.row.provider_id, row.reason, row.action
    )


def breach_then(then: LateThen, as_of: date) -> Breach:
    """As it was known then; what was said about it since is left out."""
    return _breach(
        then.row.id, then.row.pathway, then.clock, as_of, then.row.episode_id, then.row.row.provider_id
    )


def _breach(
    number: int,
    pathway: str,
    clock: ClockReading,
    as_of: date,
    episode: UUID | None,
    provider: int | None,
    reason: str | None = None,
    action: str | None = None,
) -> Breach:
    due, definition = clock.due, clock.fact.definition
    return Breach(
        id=number,
        episode=episode,
        pathway=pathway,
        clock=definition.key,
        title=definition.title,
        state=clock.state,
        status=definition.status.value,
        grade=grade(clock, as_of),
        provider=provider,
        started_on=clock.fact.started_on,
        days=clock.fact.days(as_of),
        limit=str(due.limit),
        due_on=due.due_on,
        days_over=max(0, (as_of - due.due_on).days),
        threshold_id=due.threshold_id,
        source=due.source,
        reason=reason,
        action=action,
    )


def breach_of_flag(flag: FlaggedWait) -> Breach:
    """For those who see no child."""
    found = flag.sum
    return Breach(
        id=flag.id,
        episode=None,
        pathway=flag.pathway,
        clock=found.clock,
        title=found.title,
        state=found.state,
        status=found.status,
        grade=found.grade,
        provider=flag.provider_id,
        started_on=found.started_on,
        days=found.days,
        limit=found.limit,
        due_on=found.due_on,
        days_over=found.days_over,
        threshold_id=found.threshold_id,
        source=found.source,
        reason=None,
        action=None,
    )


def sum_of_flag(flag: FlaggedWait) -> BreachSum:
    return BreachSum(id=flag.id, episode=None, stage=titled(flag.stage), sum=sum_of(flag.sum, anonymous=True))


def sum_of_clock(found: ClockSum) -> BreachSum:
    return BreachSum(id=found.id, episode=found.episode_id, stage=None, sum=sum_of(found.sum))

"""No child without a next step: what happens next, who does it, and when.

There is exactly one headline per open episode, and as many tasks beside it as there are. Its date is the one a person
set or the next review of the child; a target that was missed is never the next date (docs/rules.md 6).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pathway.domain.definition import Stage, Step
from pathway.domain.episode import Episode, Holder
from pathway.domain.periods import Period, Unit, add
from pathway.domain.roles import Role
from pathway.domain.working_days import Calendar

DEFAULT_REVIEW = Period(26, Unit.WEEKS)


@dataclass(frozen=True, slots=True)
class NextStep:
    """The headline: the step, its title, the role and holder that act, and the date planned for it.

    `reviews_passed` counts reviews of the child that fell due without anything being recorded; `missed_plan` is the
    date that a person had set and that has passed.
    """

    step: Step
    title: str
    role: Role
    owner: Holder
    planned_for: date
    set_by_person: bool
    reviews_passed: int
    missed_plan: date | None


def next_step(episode: Episode, as_of: date, calendar: Calendar) -> NextStep | None:
    """The one headline of an open episode on a day, or nothing once it is closed."""
    if not episode.is_open:
        return None
    stage = episode.stage
    step = episode.definition.steps[stage.next_step]
    role, plan = next_role(stage, episode.referred_by), episode.plan
    if plan is not None and plan >= as_of:
        return NextStep(step, stage.headline, role, episode.holder, plan, True, 0, None)
    review, passed = _next_review(episode.stage_since, stage.review_every or DEFAULT_REVIEW, as_of, calendar)
    return NextStep(step, stage.headline, role, episode.holder, review, False, passed, plan)


def next_role(stage: Stage, referred_by: Role) -> Role:
    """Which of the roles that may take the next step: the one that referred (a surgery is not a SENCO), or the first.

    Lists go by the organisation that holds the child; the role only says whom to look for there.
    """
    return referred_by if referred_by in stage.next_by else stage.next_by[0]


def _next_review(since: date, every: Period, as_of: date, calendar: Calendar) -> tuple[date, int]:
    """The first review date that is not in the past, counted from the day the stage began."""
    passed = 0
    if every.unit in (Unit.DAYS, Unit.WEEKS):
        span = every.n * (7 if every.unit is Unit.WEEKS else 1)
        passed = max(0, -(-(as_of - since).days // span) - 1)
        return since + timedelta(span * (passed + 1)), passed
    review = add(since, every, calendar)
    while review < as_of:
        passed += 1
        review = add(since, Period(every.n * (passed + 1), every.unit), calendar)
    return review, passed

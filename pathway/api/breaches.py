"""/api/breaches: waits past a limit, with the sum behind each. Commissioners read them without anything that names a child."""

from datetime import UTC, datetime
from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from pathway.actions.area import Area
from pathway.api.refusals import ALWAYS, refusals
from pathway.api.schemas import KEY
from pathway.api.schemas_lists import (
    After,
    Breaches,
    BreachGrade,
    BreachSum,
    Limit,
    breach_of_flag,
    breach_of_late,
    breach_then,
    sum_of_clock,
    sum_of_flag,
)
from pathway.domain.breaches import Grade
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.roles import Actor, Permission, Role
from pathway.reading.breaches import BAND_OF, PAGE, flagged_wait, flagged_waits, late_waits
from pathway.reading.late_clocks import NOT_THERE, clock_sum, late_then
from pathway.store.breach_rows import BreachFilter

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LARGEST: Final = 2**63 - 1
OnlyPathway = Annotated[
    str | None, QueryParameter(max_length=60, pattern=KEY, description="The key of a pathway.")
]
OnlyClock = Annotated[
    str | None, QueryParameter(max_length=60, pattern=KEY, description="The key of a clock.")
]
OnlyProvider = Annotated[
    int | None, QueryParameter(ge=1, le=2_147_483_647, description="The number of a provider.")
]
OnlyGrade = Annotated[BreachGrade | None, QueryParameter(description="The grade reached by today.")]
KnownAt = Annotated[
    datetime | None,
    QueryParameter(description="For provider leads: the list of that day, as it was known at this time."),
]


@get(
    "/breaches",
    opt={"permission": Permission.READ_BREACHES},
    responses=refusals(*ALWAYS, InvalidInput),
    tags=["Breaches"],
    operation_id="showBreaches",
)
async def show_breaches(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    pathway: OnlyPathway = None,
    clock: OnlyClock = None,
    provider: OnlyProvider = None,
    grade: OnlyGrade = None,
    known_at: KnownAt = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Breaches:
    """Waits past a limit, the longest overdue first.

    A provider lead or a council officer sees those that they answer for, with the episode; a commissioner those of the whole
    area, with none. The filters are the same for all.
    """
    wanted = BreachFilter(pathway, clock, provider, BAND_OF[Grade(grade)] if grade else None)
    if known_at is not None:
        day, then = await late_then(area, actor, wanted, _past(area, known_at), after, limit)
        return Breaches(as_of=day, rows=[breach_then(row, day) for row in then.rows], after=then.after)
    today = area.today
    if actor.role is Role.COMMISSIONER:
        flags = await flagged_waits(area, actor, wanted, after, limit)
        return Breaches(as_of=today, rows=[breach_of_flag(flag) for flag in flags.rows], after=flags.after)
    late = await late_waits(area, actor, wanted, after, limit)
    return Breaches(as_of=today, rows=[breach_of_late(row, today) for row in late.rows], after=late.after)


@get(
    "/breaches/{number:int}",
    opt={"permission": Permission.READ_BREACHES},
    responses=refusals(*ALWAYS, NotFound),
    tags=["Breaches"],
    operation_id="showBreach",
)
async def show_breach(
    area: NamedDependency[Area], actor: NamedDependency[Actor], number: FromPath[int]
) -> BreachSum:
    """The whole sum of one wait, as data and as sentences: the same as on the page.

    404 once its clock has changed: the list then holds it under another number, or no longer.
    """
    if not 0 < number <= _LARGEST:
        raise NotFound(NOT_THERE)
    if actor.role is Role.COMMISSIONER:
        return sum_of_flag(await flagged_wait(area, actor, number))
    return sum_of_clock(await clock_sum(area, actor, number))


def _past(area: Area, known_at: datetime) -> datetime:
    """A time that has passed, with its place on earth; what is known later cannot be asked for."""
    if known_at.tzinfo is None:
        raise InvalidInput("Give the time with its offset, as 2026-11-24T09:00:00Z.", "known_at")
    if not _EARLIEST <= known_at <= area.now():
        raise InvalidInput("Give a time in the past, since 2000.", "known_at")
    return known_at


handlers = [show_breaches, show_breach]

"""A clock as a card, and its sum: the sentences and the table that let anybody add it up again."""

from uuid import UUID

from pathway.domain.breaches import GRADE_TITLES
from pathway.domain.clocks import ClockState
from pathway.domain.definition import ClockKind
from pathway.domain.explain import Explanation
from pathway.domain.roles import ROLE_TITLES, Role
from pathway.web.components import Cell, ClockCard, Column, DataTable
from pathway.web.presenters import clock_tag, day, days_in_words, grade_tag, plural, time_left

Line = tuple[Cell, ...]

_COLUMNS = (Column("Line of the sum"), Column("Value"), Column("Where it comes from"))


def clock_card(child: UUID, episode: UUID, e: Explanation) -> ClockCard:
    """One clock on a child's page, with the way to its sum."""
    running = e.state is ClockState.RUNNING
    return ClockCard(
        e.title,
        days_in_words(max(0, counted_days(e))),
        _detail(e),
        grade_tag(e.grade) if running and e.kind is not ClockKind.NOT_EARLIER else clock_tag(e.state),
        f"/children/{child}/clocks/{episode}/{e.clock}/{e.instance}",
    )


def counted_days(e: Explanation) -> int:
    """The days that the limit is held against: from the last new start where a clock begins again."""
    if e.kind is ClockKind.RECURRING:
        return ((e.finished_on or e.as_of) - e.counts_from).days
    return e.days


def _detail(e: Explanation) -> str:
    if e.finished_on is not None:
        how = "Ended" if e.state is ClockState.ENDED else "Stopped"
        return f"{how} on {day(e.finished_on)}. {limit_words(e)}"
    left = time_left((e.due_on - e.as_of).days)
    return f"{left}. {limit_words(e)}" if e.kind is not ClockKind.NOT_EARLIER else limit_words(e)


def limit_words(e: Explanation) -> str:
    """The limit and its date in one sentence."""
    if e.kind is ClockKind.NOT_EARLIER:
        return f"Not before {day(e.due_on)}: {e.limit} must pass."
    if e.kind is ClockKind.FIXED_DATE:
        return f"Due by {day(e.due_on)}."
    return f"Limit {e.limit}: due by {day(e.due_on)}."


def sum_table(e: Explanation) -> DataTable:
    """Every line of the sum with its source."""
    rows = [
        _started(e),
        *_again(e),
        _until(e),
        _days(e),
        _limit(e),
        *_due(e),
        *_over(e),
        _grade(e),
        *_exceptions(e),
    ]
    return DataTable("The sum, line by line", _COLUMNS, tuple(rows), cards=True)


def _started(e: Explanation) -> Line:
    return (
        Cell("Started"),
        Cell(day(e.started_on)),
        Cell(f"{e.start.title}, recorded by: {_role(e.start.role)}"),
    )


def _again(e: Explanation) -> list[Line]:
    if e.counts_from == e.started_on:
        return []
    return [(Cell("Counted again from"), Cell(day(e.counts_from)), Cell("The last time that it began again"))]


def _until(e: Explanation) -> Line:
    if e.finish is not None and e.finished_on is not None:
        name = "Ended, not met" if e.state is ClockState.ENDED else "Stopped"
        return (
            Cell(name),
            Cell(day(e.finished_on)),
            Cell(f"{e.finish.title}, recorded by: {_role(e.finish.role)}"),
        )
    return Cell("Counted up to"), Cell(day(e.as_of)), Cell("The day of this page: the clock still runs")


def _days(e: Explanation) -> Line:
    words = "Every calendar day; none is subtracted"
    if e.counts_from != e.started_on and e.kind is ClockKind.RECURRING:
        return (
            Cell("Days since it began again"),
            Cell(_count(counted_days(e))),
            Cell(f"{words}. Since the first start: {_count(e.days)}"),
        )
    return Cell("Days"), Cell(_count(e.days)), Cell(words)


def _limit(e: Explanation) -> Line:
    version = "The pathway's own value" if e.threshold_id == 0 else f"Agreed version {e.threshold_id}"
    return Cell("Limit"), Cell(e.limit, note=e.status.capitalize()), Cell(f"{version}. {e.source}")


def _due(e: Explanation) -> list[Line]:
    name = "Not before" if e.kind is ClockKind.NOT_EARLIER else "Due by"
    rows: list[Line] = [(Cell(name), Cell(day(e.due_on)), Cell("The limit counted from the start"))]
    if e.locked_due_on is not None and e.locked_due_on != e.due_on:
        rows.append(
            (
                Cell(f"The {e.status} limit itself"),
                Cell(day(e.locked_due_on)),
                Cell("Locked: agreement only tightens it"),
            )
        )
    return rows


def _over(e: Explanation) -> list[Line]:
    if not e.days_over:
        return []
    name = "Days too early" if e.kind is ClockKind.NOT_EARLIER else "Days over"
    return [(Cell(name), Cell(_count(e.days_over)), Cell("From the due date to the last day counted"))]


def _grade(e: Explanation) -> Line:
    ahead = (
        f"The next grade begins on {day(e.next_grade_on)}"
        if e.next_grade_on
        else "No further grade lies ahead"
    )
    return Cell("Grade"), Cell(GRADE_TITLES[e.grade]), Cell(ahead)


def _exceptions(e: Explanation) -> list[Line]:
    return [
        (
            Cell("Exception claimed"),
            Cell(day(x.claimed_on)),
            Cell(f"{x.title} ({x.source}). It excuses; it subtracts nothing"),
        )
        for x in e.exceptions
    ]


def _count(days: int) -> str:
    return plural(days, "day")


def _role(role: str) -> str:
    return ROLE_TITLES[Role(role)]

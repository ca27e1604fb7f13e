"""The breach table and its counts, as tables: with the child for whoever answers for them, and without for commissioners."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from pathway.domain.breach_reasons import BREACH_ACTIONS, BREACH_REASONS
from pathway.domain.breaches import GRADE_TITLES
from pathway.domain.small_numbers import shown
from pathway.reading.breaches import FlaggedWait, GradeCount, LateWait
from pathway.web.clock_page import limit_words
from pathway.web.components import Cell, Column, DataTable, Tick
from pathway.web.presenters import day, days_in_words, grade_tag, nhs_number_beside_a_name, plural

BOX = "crossing"
"""The name of the boxes that choose waits."""


def late_table(waits: Iterable[LateWait], may_acknowledge: bool, ticked: Collection[int] = ()) -> DataTable:
    """Children past a limit, with what was said about each wait last; the boxes ticked before are ticked again."""
    columns = (Column("Select"),) if may_acknowledge else ()
    return DataTable(
        "Waits past threshold, longest overdue first",
        (*columns, Column("Child"), Column("Limit"), Column("Days waited"), Column("Grade"), Column("Acknowledged")),
        tuple(_late_row(wait, may_acknowledge, ticked) for wait in waits),
        cards=True,
        empty="No wait is past its threshold here.",
    )  # fmt: skip


def _late_row(wait: LateWait, may_acknowledge: bool, ticked: Collection[int]) -> tuple[Cell, ...]:
    late, clock = wait.late, wait.clock
    name = f"{late.first_name} {late.family_name}"
    title = clock.fact.definition.title
    box = Cell()
    if late.crossing:
        box = Cell(tick=Tick(BOX, str(late.crossing), f"{name}: {title}", late.crossing in ticked))
    cells = (
        Cell(name, href=f"/children/{late.child_id}", note=nhs_number_beside_a_name(late.nhs_number)),
        Cell(
            title,
            href=f"/children/{late.child_id}/clocks/{late.episode_id}/{clock.key}/{clock.fact.instance}",
            note=f"Limit {clock.due.limit}, due by {day(clock.due.due_on)}",
        ),
        Cell(days_in_words(wait.days), note=plural(wait.days, "day")),
        Cell(tag=grade_tag(wait.grade)),
        _said(wait),
    )
    return (box, *cells) if may_acknowledge else cells


def _said(wait: LateWait) -> Cell:
    late = wait.late
    if late.reason and late.action:
        return Cell(BREACH_REASONS.get(late.reason, late.reason), note=BREACH_ACTIONS.get(late.action, ""))
    return Cell("Not yet" if late.crossing else "Not yet noticed by the nightly scan")


def flag_table(flags: Iterable[FlaggedWait]) -> DataTable:
    """Waits past threshold without anything that names a child; each opens its own sum."""
    rows = tuple(
        (
            Cell(flag.provider),
            Cell(flag.sum.title, note=flag.sum.pathway),
            Cell(flag.stage.title),
            Cell(
                plural(flag.sum.days, "day"),
                href=f"/breaches/{flag.id}",
                note=limit_words(flag.sum),
            ),
            Cell(tag=grade_tag(flag.sum.grade)),
        )
        for flag in flags
    )
    columns = (Column("Provider"), Column("Limit"), Column("Stage"), Column("Days waited"), Column("Grade"))
    return DataTable(
        "Waits past threshold, longest overdue first", columns, rows, cards=True, empty="No wait is past its threshold here."
    )  # fmt: skip


def count_table(counts: Iterable[GradeCount]) -> DataTable:
    """Counts by provider, limit and grade, each suppressed where it is small."""
    rows = tuple(
        (
            Cell(count.provider),
            Cell(count.clock, note=count.pathway),
            Cell(GRADE_TITLES[count.grade]),
            Cell(shown(count.n)),
        )
        for count in counts
    )
    columns = (Column("Provider"), Column("Limit"), Column("Grade"), Column("Waits", numeric=True))
    return DataTable("How many waits, by provider, limit and grade", columns, rows, empty="None found.")


def provider_totals(counts: Iterable[GradeCount]) -> DataTable:
    """Counts by provider over all limits and grades: rounded from the true total, not from rounded parts."""
    totals: dict[str, int] = defaultdict(int)
    for count in counts:
        totals[count.provider] += count.n
    rows = tuple((Cell(name), Cell(shown(total))) for name, total in sorted(totals.items()))
    return DataTable(
        "How many waits, by provider", (Column("Provider"), Column("Waits", numeric=True)), rows, empty="None found."
    )  # fmt: skip

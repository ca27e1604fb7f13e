"""A worklist as a table: who the child is, what happens next and when, how long they have waited, and why they are here."""

from datetime import date

from pathway.domain.breaches import grade
from pathway.domain.definition import Stage
from pathway.domain.roles import ROLE_TITLES, Actor, Role
from pathway.domain.thresholds import ClockReading
from pathway.reading.worklist import Listed
from pathway.web.components import Cell, Column, DataTable
from pathway.web.presenters import age, day, days_in_words, grade_tag, nhs_number_beside_a_name, time_left

COLUMNS = (
    Column("Child"),
    Column("Stage and next step"),
    Column("Planned for"),
    Column("Waited"),
    Column("Why on this list"),
)


def worklist_table(
    listed: tuple[Listed, ...], actor: Actor, today: date, caption: str, empty: str
) -> DataTable:
    """The table of one page of a worklist."""
    return DataTable(
        caption, COLUMNS, tuple(_row(one, actor, today) for one in listed), cards=True, empty=empty
    )


def _row(listed: Listed, actor: Actor, today: date) -> tuple[Cell, ...]:
    row = listed.row
    stage = listed.definition.stages[row.stage]
    step, role = next_step_shown(listed, actor)
    return (
        Cell(
            f"{row.first_name} {row.family_name}",
            href=f"/children/{row.child_id}",
            note=f"{nhs_number_beside_a_name(row.nhs_number)}, {age(row.birth_date, today)}",
        ),
        Cell(stage.title, note=f"Next: {_lower(step)}, by the {_role(role)}"),
        Cell(
            day(row.planned_for),
            note="agreed by a person" if row.plan_by_person else "next review",
            nowrap=True,
        ),
        _waited(listed.presses, (today - row.started_on).days, today),
        Cell(why_here(listed, stage, actor, today)),
    )


def next_step_shown(listed: Listed, actor: Actor) -> tuple[str, Role]:
    """The next step and who takes it. The council reads those of the stage it is shown, which implies no outcome."""
    row, definition = listed.row, listed.definition
    if actor.role is Role.SEND_OFFICER:
        stage = definition.stages[row.stage]
        return stage.headline, stage.next_by[0]
    return definition.stages[row.stage].headline, Role(row.next_role)


def _waited(presses: ClockReading | None, days: int, today: date) -> Cell:
    waited = days_in_words(max(days, 0))
    if presses is None:
        return Cell(waited)
    left = (presses.due.due_on - today).days
    note = f"{presses.fact.definition.title}: {_lower(time_left(left))}"
    return Cell(waited, tag=grade_tag(grade(presses, today)), note=note)


def why_here(listed: Listed, stage: Stage, actor: Actor, today: date) -> str:
    """One sentence that says why this child is on the list today: the most pressing reason that holds."""
    row, presses = listed.row, listed.presses
    if row.hand_over_to == actor.organisation_id:
        return "Another team has asked you to take over."
    if presses is not None and grade(presses, today).is_breach:
        return f"Past the limit of {presses.due.limit}, which ended on {day(presses.due.due_on)}."
    if row.planned_for < today:
        return f"The date planned for the next step, {day(row.planned_for)}, has passed."
    if presses is not None and presses.due.due_soon_on is not None and presses.due.due_soon_on <= today:
        return f"A limit ends soon, on {day(presses.due.due_on)}."
    if next_step_shown(listed, actor)[1] is actor.role:
        return f"The next step is yours: {_lower(stage.title)} since {day(row.stage_since)}."
    return f"Open, and in this stage since {day(row.stage_since)}."


def _role(role: Role) -> str:
    return _lower(ROLE_TITLES[role])


def _lower(words: str) -> str:
    """The words as they stand inside a sentence; an acronym stays as it is."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]

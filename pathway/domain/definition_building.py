"""From the rows of a definition file to the dataclasses that the engine folds over."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from pathway.domain.definition import (
    ClockDef,
    ClockKind,
    Closure,
    Definition,
    ExceptionDef,
    Field,
    LimitStatus,
    Option,
    Outcome,
    Party,
    SideState,
    Stage,
    Step,
    StepMoves,
    TaskDef,
    Trigger,
)
from pathway.domain.definition_schema import ANY_CLOSING_STEP, ANY_OPEN_STAGE, TABLES
from pathway.domain.definition_sheet import Row, Sheet
from pathway.domain.definition_values import TABLE_OF_OPTIONS
from pathway.domain.periods import Period, Unit

Shape = TypeVar("Shape")

EVERY_PARTNER: Final = ("council", "icb", "provider")
"""Who agrees to a local limit, unless the definition names others."""

MARKING_FIELDS: Final = frozenset({"outcome", "closure"})
"""Fields whose answer the episode itself keeps."""

TABLES_OF_OPTIONS: Final = {
    "outcomes": "outcome",
    "closures": "closure",
    "clocks": "clock",
    "exceptions": "exception",
}
"""What a choice may take its options from: options = "outcomes"."""


def build(sheet: Sheet, digest: str) -> Definition:
    """The definition that a sheet without faults describes."""
    steps = {row.key: _step(row, sheet) for row in sheet.rows["step"]}
    clocks = {row.key: _clock(row, _closing_steps(sheet)) for row in sheet.rows["clock"]}
    tasks = _all(sheet, "task", TaskDef)
    return Definition(
        key=sheet.top.values["key"],
        title=sheet.top.values["title"],
        version=sheet.top.values["version"],
        digest=digest,
        first_step=sheet.top.values["first_step"],
        parties=_all(sheet, "party", Party),
        stages={row.key: _stage(row, steps) for row in sheet.rows["stage"]},
        steps=steps,
        clocks=clocks,
        exceptions=_all(sheet, "exception", ExceptionDef),
        tasks=tasks,
        side_states=_all(sheet, "side_state", SideState),
        outcomes=_all(sheet, "outcome", Outcome),
        closures=_all(sheet, "closure", Closure),
        moves={key: _moves(step, clocks, tasks) for key, step in steps.items()},
    )


def _all(sheet: Sheet, table: str, shape: type[Shape]) -> dict[str, Shape]:
    return {row.key: shape(**_named(row)) for row in sheet.rows[table]}


def _named(row: Row) -> dict[str, Any]:
    """The values of a row under the names that its dataclass uses."""
    return {TABLES[row.table][name].to or name: value for name, value in row.values.items()}


def _stage(row: Row, steps: Mapping[str, Step]) -> Stage:
    """A stage shows itself unless it says otherwise; partners see what the family sees."""
    key = row.key
    next_step = steps.get(row.values.get("next_step", ""))
    family_sees = row.values.get("family_sees", key)
    silent: dict[str, Any] = {
        "next_step": "",
        "headline": next_step.title if next_step else "",
        "next_by": (),
        "review_every": None,
        "family_next": "",
    }
    return Stage(**(silent | {"family_sees": family_sees, "partners_see": family_sees} | _named(row)))


def _step(row: Row, sheet: Sheet) -> Step:
    values = _named(row)
    written = values.pop("from_stages", ())
    values["from_stages"] = frozenset(written) - {ANY_OPEN_STAGE} | (
        open_stages(sheet) if ANY_OPEN_STAGE in written else frozenset()
    )
    values["fields"] = tuple(_with_options(field, sheet) for field in values.get("fields", ()))
    return Step(**({"to": ""} | values))


def open_stages(sheet: Sheet) -> frozenset[str]:
    return frozenset(row.key for row in sheet.rows["stage"] if not row.values.get("closed"))


def _closing_steps(sheet: Sheet) -> tuple[Trigger, ...]:
    """Any step into a closed stage, which is what a clock's “closed” stands for."""
    still_open = open_stages(sheet)
    return tuple(
        Trigger(row.key)
        for row in sheet.rows["step"]
        if row.values.get("to") and row.values["to"] not in still_open
    )


def _with_options(field: Field, sheet: Sheet) -> Field:
    """Fill in the options that stand for a table."""
    if not field.options or field.options[0].title != TABLE_OF_OPTIONS:
        return field
    rows = _offered(sheet, TABLES_OF_OPTIONS[field.options[0].key])
    return replace(field, options=tuple(Option(row.key, row.values["title"]) for row in rows))


def _offered(sheet: Sheet, table: str) -> list[Row]:
    """The rows to choose from: a closure that is a step of its own is not chosen, nor a clock without exceptions."""
    rows = sheet.rows[table]
    if table == "closure":
        return [row for row in rows if row.key not in sheet.keys("step")]
    if table == "clock":
        return [row for row in rows if row.values.get("exceptions")]
    return rows


def _clock(row: Row, closing: tuple[Trigger, ...]) -> ClockDef:
    values = _named(row)
    values["day"], values["month"] = values.pop("at", (0, 0))
    ends = values.get("ends", ())
    if ANY_CLOSING_STEP in {trigger.step for trigger in ends}:
        values["ends"] = tuple(t for t in ends if t.step != ANY_CLOSING_STEP) + closing
    local = values["status"] is LimitStatus.LOCAL
    usual: dict[str, Any] = {
        "kind": ClockKind.STEP_TO_STEP,
        "stops": (),
        "ends": (),
        "restarts": (),
        "limit": Period(0, Unit.DAYS),
        "source": "",
        "agreed_by": EVERY_PARTNER if local else (),
    }
    return ClockDef(**(usual | values))


def _moves(moving: Step, clocks: Mapping[str, ClockDef], tasks: Mapping[str, TaskDef]) -> StepMoves:
    """Everything that one step moves; a clock that is switched off moves nothing."""
    step, keys = moving.key, {f.key for f in moving.fields}
    running = [clock for clock in clocks.values() if clock.enabled]

    def moved(part: str) -> tuple[tuple[ClockDef, Trigger], ...]:
        return tuple((c, trigger) for c in running for trigger in getattr(c, part) if trigger.step == step)

    return StepMoves(
        starts=moved("starts"),
        stops=moved("stops"),
        ends=moved("ends"),
        restarts=moved("restarts"),
        opens=tuple(task for task in tasks.values() if step in task.opened_by),
        does=tuple(task for task in tasks.values() if step in task.done_by),
        plans=tuple(f.key for f in moving.fields if f.plan),
        notes=bool(
            keys & MARKING_FIELDS
            or moving.reveals_outcome
            or moving.shares_with
            or moving.hides_from
            or moving.stops_messages
            or moving.refuses_messages
            or moving.accepts_messages
            or moving.claims_exception
            or moving.names_coordinator
        ),
        passes_baton=bool(moving.first or moving.to or moving.starts_side_state or moving.ends_side_state),
    )

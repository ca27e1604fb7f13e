"""What a definition must hold beyond its form: owners and next steps, words, clocks that make sense, codes that refer.

Each check is given the built definition and the sheet (for places in the file), and adds what it finds.
"""

import re
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Final

from pathway.domain.breaches import BAND_GRADES
from pathway.domain.definition import ClockDef, ClockKind, Definition, FieldType, Step, Trigger
from pathway.domain.definition_faults import Faults, did_you_mean
from pathway.domain.definition_sheet import Row, Sheet
from pathway.domain.definition_values import TABLE_OF_OPTIONS
from pathway.domain.periods import Period, Unit
from pathway.domain.roles import PERMISSIONS, Permission, Role

NEVER_TO_A_FAMILY: Final = (
    "breach",
    "rejected",
    "inappropriate",
    "refuted",
    "was not brought",
    "your delay",
    "not accepted",
)
"""Words that a family is never shown (rules.md 20)."""

MAY_RECORD: Final = frozenset(
    role for role, may in PERMISSIONS.items() if may & {Permission.RECORD_STEP, Permission.REFER}
)

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_CODE_KEY = re.compile(r"[\w.]+(?:\[(?P<field>\w+)=(?P<option>\w+)\])?")
_NOMINAL_DAYS = {
    Unit.DAYS: 1.0,
    Unit.WEEKS: 7.0,
    Unit.MONTHS: 30.4,
    Unit.WORKING_DAYS: 1.4,
    Unit.SCHOOL_DAYS: 1.9,
}


def check_options(sheet: Sheet, known: Iterable[str], faults: Faults) -> None:
    """A choice that takes its options from a table must name one of them."""
    names = list(known)
    for row in sheet.rows["step"]:
        for number, item in enumerate(row.values.get("fields", ())):
            for option in item.options:
                if option.title == TABLE_OF_OPTIONS and option.key not in names:
                    faults.add(
                        row.place("fields", number),
                        f"{row.named()}: there is no list of options “{option.key}”.",
                        did_you_mean(option.key, names),
                    )


def check_words(sheet: Sheet, faults: Faults) -> None:
    """No family sentence may hold a word that hurts or accuses, nor a placeholder that nobody fills."""
    for row in sheet.all_rows():
        for key in ("family", "family_next"):
            words = str(row.values.get(key, ""))
            for hurtful in (word for word in NEVER_TO_A_FAMILY if word in words.lower()):
                faults.add(
                    row.place(key),
                    f"{row.named()}: a family is never shown “{hurtful}”.",
                    "Say in plain words what happens now.",
                )
            for unknown in set(_PLACEHOLDER.findall(words)) - {"{name}"}:
                faults.add(
                    row.place(key),
                    f"{row.named()}: nothing fills in “{unknown}”.",
                    "Only {name} is filled in.",
                )


def check_steps(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Each step can be taken by somebody from somewhere, and says whether the family hears of it."""
    for row in sheet.rows["step"]:
        step = definition.steps[row.key]
        if not step.by & MAY_RECORD:
            faults.add(
                row.place("by"),
                f"{row.named()}: nobody may take it.",
                f"Name a role that records steps: {_roles(MAY_RECORD)}.",
            )
        if not step.first and not step.from_stages:
            faults.add(row.place(), f"{row.named()}: it can be taken from no stage.", 'Add from = ["…"].')
        if step.first and not step.to:
            faults.add(row.place(), f"{row.named()}: a first step must lead to a stage.", 'Add to = "…".')
        if bool(step.tell_family) == bool(step.silent_because):
            faults.add(
                row.place("tell_family"),
                f"{row.named()}: it must say either what tells the family, or why it is silent.",
                "Write exactly one of tell_family and silent_because.",
            )
        _check_fields(definition, step, row, faults)
        for key, codes in (("mhsds", step.mhsds), ("csds", step.csds)):
            _check_codes(step, codes, row, key, faults)
    first = definition.steps[definition.first_step]
    if not first.first:
        faults.add(
            sheet.top.place("first_step"), f"“{first.key}” is not a first step.", "Add first = true to it."
        )


def _check_fields(definition: Definition, step: Step, row: Row, faults: Faults) -> None:
    """The fields that the engine reads by name hold what the engine expects."""
    if sum(item.plan for item in step.fields) > 1:
        faults.add(row.place("fields"), f"{row.named()}: two fields set the plan.", "Keep one plan = true.")
    tables: dict[str, Collection[str]] = {"outcome": definition.outcomes, "closure": definition.closures}
    if step.claims_exception:
        tables |= {"clock": definition.clocks, "reason": definition.exceptions}
    for name, table in tables.items():
        item = step.field_named(name)
        if item is None:
            if step.claims_exception and name in ("clock", "reason"):
                faults.add(
                    row.place(),
                    f"{row.named()}: it claims an exception without the field “{name}”.",
                    f'Add {{ key = "{name}", type = "choice", required = true, … }}.',
                )
            continue
        for option in item.options:
            if option.key not in table:
                faults.add(
                    row.place("fields"),
                    f"{row.named()}: there is no {name} “{option.key}”.",
                    did_you_mean(option.key, table),
                )
    closes = bool(step.to) and definition.stages[step.to].closed
    asked = step.field_named("closure")
    if closes and step.key not in definition.closures and (asked is None or not asked.required):
        faults.add(
            row.place(),
            f"{row.named()}: it closes without a reason.",
            "Add a required choice “closure”, or a [[closure]] with the step’s key.",
        )


def _check_codes(step: Step, codes: Iterable[str], row: Row, key: str, faults: Faults) -> None:
    """A code is for the step, or for one answer: "MHS201.AttendStatus[attendance=on_time]"."""
    for name in codes:
        form = _CODE_KEY.fullmatch(name)
        item = step.field_named(form["field"] or "") if form else None
        answered = form is not None and (
            form["field"] is None or (item is not None and form["option"] in {o.key for o in item.options})
        )
        if not answered:
            faults.add(
                row.place(key),
                f"{row.named()}: “{name}” names no answer of this step.",
                'Write "TABLE.Field" or "TABLE.Field[field=option]".',
            )


def check_stages(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Every open stage has a next step that can be taken from it, by the role it names, and words for what follows."""
    for row in sheet.rows["stage"]:
        stage = definition.stages[row.key]
        if stage.closed:
            continue
        for missing in [
            k for k in ("next_step", "next_by", "family_next", "review_every") if k not in row.values
        ]:
            faults.add(
                row.place(),
                f"{row.named()}: “{missing}” is missing; no child is without a next step.",
                f"Add {missing} = …",
            )
        step = definition.steps.get(stage.next_step)
        if step is None:
            continue
        if stage.key not in step.from_stages:
            possible = [s.key for s in definition.steps_from(stage.key)]
            faults.add(
                row.place("next_step"),
                f"{row.named()}: “{step.key}” cannot be taken from here.",
                did_you_mean(step.key, possible),
            )
        if "next_by" in row.values and stage.next_by not in step.by & MAY_RECORD:
            faults.add(
                row.place("next_by"),
                f"{row.named()}: “{stage.next_by}” may not take “{step.key}”.",
                f"Write one of: {_roles(step.by & MAY_RECORD)}.",
            )


def check_tasks(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Whoever is asked to do a task may record that it is done."""
    for row in sheet.rows["task"]:
        task = definition.tasks[row.key]
        may = frozenset[Role]().union(*(definition.steps[key].by for key in task.done_by))
        if task.by not in may:
            faults.add(
                row.place("by"),
                f"{row.named()}: “{task.by}” may not record that it is done.",
                f"Write one of: {_roles(may)}.",
            )


def check_limits(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Limits: locked ones have a source, warnings come before them, bands after, dates exist."""
    for row in sheet.rows["clock"]:
        clock = definition.clocks[row.key]
        if clock.status.is_locked and not clock.source:
            faults.add(
                row.place(),
                f"{row.named()}: a {clock.status} limit needs its source.",
                'Add source = "SI 2014/1530 reg …".',
            )
        counts = clock.kind in (ClockKind.STEP_TO_STEP, ClockKind.RECURRING)
        if counts and clock.due_soon is not None and _days(clock.due_soon) > _days(clock.limit):
            faults.add(
                row.place("due_soon"),
                f"{row.named()}: due soon ({clock.due_soon}) is later than the limit ({clock.limit}).",
                "Write a shorter period.",
            )
        if "limit" not in row.values and clock.kind is not ClockKind.FIXED_DATE:
            faults.add(row.place(), f"{row.named()}: “limit” is missing.", 'Add limit = "6 weeks".')
        _check_bands(clock, row, faults)
        _check_dates(definition, clock, row, faults)
        for part in ("starts", "stops", "ends", "restarts"):
            for trigger in getattr(clock, part):
                _check_when(definition, trigger, row, part, faults)


def _check_bands(clock: ClockDef, row: Row, faults: Faults) -> None:
    unknown = [band for band in clock.bands if band not in BAND_GRADES]
    if unknown or any(_days(a) >= _days(b) for a, b in pairwise((clock.limit, *clock.bands))):
        faults.add(
            row.place("bands"),
            f"{row.named()}: the bands must rise from the limit and be known.",
            f"Choose from: {', '.join(str(band) for band in BAND_GRADES)}.",
        )


def _check_dates(definition: Definition, clock: ClockDef, row: Row, faults: Faults) -> None:
    needs = {
        ClockKind.FIXED_DATE: (FieldType.NUMBER, FieldType.DATE),
        ClockKind.BEFORE_DATE: (FieldType.DATE,),
    }.get(clock.kind)
    if clock.kind is ClockKind.FIXED_DATE and "at" not in row.values:
        faults.add(row.place(), f"{row.named()}: a fixed date needs a day.", 'Add at = "15 February".')
    if needs is None:
        return
    for trigger in clock.starts:
        item = definition.steps[trigger.step].field_named(clock.date_field)
        if item is None or item.type not in needs:
            faults.add(
                row.place("date_field"),
                f"{row.named()}: “{trigger.step}” has no field "
                f"“{clock.date_field}” of type {' or '.join(needs)}.",
                "Name a field of the step that starts the clock.",
            )


def _check_when(definition: Definition, trigger: Trigger, row: Row, part: str, faults: Faults) -> None:
    step = definition.steps[trigger.step]
    for name, values in trigger.when:
        item = step.field_named(name)
        if item is None:
            faults.add(
                row.place(part),
                f"{row.named()}: “{step.key}” has no field “{name}”.",
                did_you_mean(name, [f.key for f in step.fields]),
            )
            continue
        answers = ["yes", "no"] if item.type is FieldType.YES_NO else [option.key for option in item.options]
        for value in sorted(map(str, values)):
            if value not in answers:
                faults.add(
                    row.place(part),
                    f"{row.named()}: “{name}” is never “{value}”.",
                    did_you_mean(value, answers),
                )


def _days(period: Period) -> float:
    """About how many days; only for telling which of two periods is longer."""
    return period.n * _NOMINAL_DAYS[period.unit]


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(roles))

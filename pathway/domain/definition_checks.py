"""What a definition must hold beyond its form: owners and next steps, words, codes that refer.

Each check is given the built definition and the sheet (for places in the file), and adds what it finds.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from pathway.domain.definition import Definition, FieldType, Step, When
from pathway.domain.definition_faults import Faults, did_you_mean
from pathway.domain.definition_sheet import Row, Sheet
from pathway.domain.definition_values import TABLE_OF_OPTIONS
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
"""Words that a family is never shown (docs/rules.md 20)."""

MAY_RECORD: Final = frozenset(
    role for role, may in PERMISSIONS.items() if may & {Permission.RECORD_STEP, Permission.REFER}
)

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_CODE_KEY = re.compile(r"[\w.]+(?:\[(?P<field>\w+)=(?P<option>\w+)\])?")


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
        _check_organisations(definition, step, row, faults)
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


def _check_organisations(definition: Definition, step: Step, row: Row, faults: Faults) -> None:
    """Only a first step places organisations; later ones change by an accepted hand-over. Sharing names real answers."""
    if not step.first and any(item.type is FieldType.ORGANISATION for item in step.fields):
        faults.add(
            row.place("fields"),
            f"{row.named()}: only a first step asks for an organisation.",
            "Leave it out: a hand-over moves the child to another organisation, once that one has accepted.",
        )
    for part, rules in (("shares_with", step.shares_with), ("hides_from", step.hides_from)):
        for rule in rules:
            check_when(definition, step, rule.when, row, part, faults)
    for part, when in (
        ("refuses_messages", step.refuses_messages),
        ("accepts_messages", step.accepts_messages),
    ):
        check_when(definition, step, when or (), row, part, faults)


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
            k for k in ("next_step", "next_by", "family_next", "review_every") if not row.values.get(k)
        ]:
            faults.add(
                row.place(),
                f"{row.named()}: “{missing}” is missing; no child is without a next step.",
                f"Add {missing} = …",
            )
        for way in stage.ways:
            if way in definition.steps and stage.key not in definition.steps[way].from_stages:
                faults.add(
                    row.place("ways"),
                    f"{row.named()}: “{way}” cannot be taken from here.",
                    did_you_mean(way, [s.key for s in definition.steps_from(stage.key)]),
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
        for role in stage.next_by:
            if role not in step.by & MAY_RECORD:
                faults.add(
                    row.place("next_by"),
                    f"{row.named()}: “{role}” may not take “{step.key}”.",
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


def check_when(definition: Definition, step: Step, when: When, row: Row, part: str, faults: Faults) -> None:
    """A condition names fields of the step, and answers that they can have."""
    for name, values in when:
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


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(roles))

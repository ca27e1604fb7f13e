"""Where a child can get to: stages that can be reached and left, clocks that can stop, outcomes that stay masked."""

from collections.abc import Callable, Collection, Iterable

from pathway.domain.definition import ClockDef, ClockKind, Definition, Stage, Step, Trigger
from pathway.domain.definition_faults import Faults
from pathway.domain.definition_schema import ANY_OPEN_STAGE
from pathway.domain.definition_sheet import Sheet

Stages = frozenset[str]


def check_reach(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Every stage can be reached, and every open one leads to a close by a step made for it.

    Steps that can be taken from any open stage (a death, an error) are no way on: they would hide a dead end.
    """
    reached = _reach(definition.steps.values(), _starts(definition))
    own_way = [
        definition.steps[row.key]
        for row in sheet.rows["step"]
        if ANY_OPEN_STAGE not in row.values.get("from", ())
    ]
    closed = {key for key, stage in definition.stages.items() if stage.closed}
    for row in sheet.rows["stage"]:
        if row.key not in reached:
            faults.add(
                row.place(),
                f"{row.named()} can never be reached.",
                "Add a step that leads to it, or leave it out.",
            )
        elif row.key not in closed and not closed & _reach(own_way, {row.key}):
            faults.add(
                row.place(),
                f"{row.named()} has no way on: no step leads from it to a closed stage.",
                f'Add "{row.key}" to the from of the step that follows it.',
            )


def check_stops(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """Every clock can stop after it has started; a recurring one can end."""
    for row in sheet.rows["clock"]:
        clock = definition.clocks[row.key]
        recurring = clock.kind is ClockKind.RECURRING
        finishing = clock.ends if recurring else clock.stops
        if not _can_follow(definition, clock, finishing):
            what = "end" if recurring else "stop"
            faults.add(
                row.place(f"{what}s"),
                f"{row.named()} can never {what} once it has started.",
                f"Name in {what}s a step that can follow its start.",
            )


def _can_follow(definition: Definition, clock: ClockDef, finishing: Iterable[Trigger]) -> bool:
    after: set[str] = set()
    for trigger in clock.starts:
        step = definition.steps[trigger.step]
        after |= {step.to} if step.to else step.from_stages
    reached = _reach(definition.steps.values(), after)
    return any(definition.steps[t.step].from_stages & reached for t in finishing)


def check_masks(definition: Definition, sheet: Sheet, faults: Faults) -> None:
    """No stage that implies an outcome is shown before the family was told, nor to partners without a share.

    Such stages are those that only an outcome leads to (docs/rules.md 10).
    """
    steps = definition.steps.values()
    telling = [step for step in steps if step.reveals_outcome]
    deciding = [step for step in steps if step.field_named("outcome")]
    if not deciding:
        return
    told = {step.key for step in (*deciding, *telling)}
    undecided = [step for step in steps if step.key not in told and not told & set(step.requires)]
    without = _reach(undecided, _starts(definition))
    implying = {key for key, stage in definition.stages.items() if key not in without and not stage.closed}
    masked = [step for step in undecided if step.from_stages & implying and step.to in implying]
    before = implying & _reach(masked, {step.to for step in deciding if not step.reveals_outcome})
    neutral = (definition.stages.keys() - implying) | ({step.to for step in telling} - before)
    for row in sheet.rows["stage"]:
        stage = definition.stages[row.key]
        masks: tuple[tuple[str, Callable[[Stage], str], Collection[str], bool], ...] = (
            ("family_sees", lambda s: s.family_sees, neutral, row.key in before),
            ("partners_see", lambda s: s.partners_see, neutral, row.key in implying),
        )
        for key, seen, allowed, hidden in masks:
            if hidden and seen(stage) not in allowed:
                faults.add(
                    row.place(key),
                    f"{row.named()} implies an outcome, and {key.replace('_', ' ')} it.",
                    f"Write in {key} a stage that comes before the outcome.",
                )
    if not telling:
        faults.add(
            sheet.row("step", deciding[0].key).place(),
            "No step tells the family the outcome.",
            "Add reveals_outcome = true to the step at which they are told.",
        )


def _starts(definition: Definition) -> Stages:
    return frozenset(step.to for step in definition.steps.values() if step.first and step.to)


def _reach(steps: Iterable[Step], starts: Iterable[str]) -> Stages:
    """The stages that can be got to from some stages, those included."""
    reached = {key for key in starts if key}
    moving = [step for step in steps if step.to]
    grew = True
    while grew:
        more = {step.to for step in moving if step.from_stages & reached} - reached
        reached |= more
        grew = bool(more)
    return frozenset(reached)

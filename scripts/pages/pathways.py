"""docs/reference/pathways/<key>.md: each pathway from its definition, so that nobody has to read TOML to check it."""

from calendar import month_name
from collections.abc import Iterable

from pathway import definitions
from pathway.domain.definition import ClockDef, ClockKind, Definition, Stage, Step, Trigger, When
from pathway.domain.roles import ROLE_TITLES, Role
from scripts.pages.markdown import code, table


def page(key: str) -> str:
    """The reference page of one pathway."""
    pathway = definitions.load(key)
    sections = (
        ("Stages", _diagram(pathway) + "\n\n" + _stages(pathway)),
        ("Clocks", _CLOCKS + "\n\n" + _clocks(pathway)),
        ("Exceptions", _exceptions(pathway)),
        ("Who may do what", _steps(pathway)),
        ("Who is told, and from whom it is kept", _sharing(pathway)),
        ("Tasks", _tasks(pathway)),
        ("Beside the stage", _side_states(pathway)),
        ("Outcomes", _outcomes(pathway)),
        ("Why an episode ends", _closures(pathway)),
        ("Codes", _codes(pathway)),
    )
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in sections if text)


_CLOCKS = (
    "Statutory and national limits are locked: an agreement between partners only tightens them. No clock pauses; "
    "the unadjusted wait is always shown."
)


def _diagram(pathway: Definition) -> str:
    """Stages and the steps between them. What can happen at any stage is left out: it would hide the way."""
    everywhere = {key for key, stage in pathway.stages.items() if not stage.closed}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{stage.title}" as {key}' for key, stage in pathway.stages.items()]
    for step in pathway.steps.values():
        if step.first:
            lines.append(f"    [*] --> {step.to}: {_label(step)}")
        if step.to and not everywhere <= step.from_stages:
            sources = (key for key in pathway.stages if key in step.from_stages and key != step.to)
            lines += [f"    {source} --> {step.to}: {_label(step)}" for source in sources]
    lines += [f"    {key} --> [*]" for key, stage in pathway.stages.items() if stage.closed]
    return "\n".join([*lines, "```"])


def _label(step: Step) -> str:
    """A title without the marks that end a Mermaid label."""
    return step.title.replace(":", ",").replace(";", ",")


def _stages(pathway: Definition) -> str:
    rows = [
        (
            code(stage.key),
            stage.title,
            stage.group.replace("_", " "),
            pathway.parties[stage.held_by].title,
            _next(pathway, stage),
            stage.family,
            stage.family_next,
            _seen(stage),
        )
        for stage in pathway.stages.values()
    ]
    head = (
        "Stage",
        "Title",
        "NHS England stage",
        "Held by",
        "Next step",
        "What families read",
        "and what comes next",
        "Shown outside as",
    )
    return table(head, rows)


def _next(pathway: Definition, stage: Stage) -> str:
    if stage.closed:
        return ""
    who = " or ".join(ROLE_TITLES[role] for role in stage.next_by)
    return f"{stage.headline} ({who}); review every {stage.review_every}"


def _seen(stage: Stage) -> str:
    masks = {"family": stage.family_sees, "partners": stage.partners_see}
    return "; ".join(f"{who}: {code(seen)}" for who, seen in masks.items() if seen != stage.key)


def _clocks(pathway: Definition) -> str:
    rows = [
        (
            clock.title if clock.enabled else f"{clock.title} (switched off)",
            _limit(clock),
            str(clock.due_soon or ""),
            clock.status,
            _triggers(pathway, clock.starts),
            _triggers(pathway, clock.stops),
            ", ".join(pathway.exceptions[key].title for key in sorted(clock.exceptions)) or "none",
            clock.source,
        )
        for clock in pathway.clocks.values()
    ]
    head = ("Clock", "Limit", "Due soon", "Status", "Starts", "Stops", "Excused by", "Source")
    return table(head, rows)


def _limit(clock: ClockDef) -> str:
    bands = f"; bands {', '.join(str(band) for band in clock.bands)}" if clock.bands else ""
    match clock.kind:
        case ClockKind.FIXED_DATE:
            until = "before " if clock.before else ""
            return f"{until}{clock.day} {month_name[clock.month]} in the year of {code(clock.date_field)}"
        case ClockKind.BEFORE_DATE:
            return f"{clock.limit} before {code(clock.date_field)}"
        case ClockKind.NOT_EARLIER:
            return f"not earlier than {clock.limit}"
        case ClockKind.RECURRING:
            return f"every {clock.limit}"
        case _:
            return f"{clock.limit}{bands}"


def _triggers(pathway: Definition, triggers: Iterable[Trigger]) -> str:
    return "; ".join(_trigger(pathway, trigger) for trigger in triggers)


def _trigger(pathway: Definition, trigger: Trigger) -> str:
    held, title = _held(trigger.when), pathway.steps[trigger.step].title
    return f"{title} (if {held})" if held else title


def _held(when: When) -> str:
    return " and ".join(f"{key} is {' or '.join(sorted(values))}" for key, values in when)


def _exceptions(pathway: Definition) -> str:
    rows = [(item.title, item.source) for item in pathway.exceptions.values()]
    return table(("Exception", "Source"), rows) if rows else ""


def _steps(pathway: Definition) -> str:
    """One row per step, one column per role that takes any."""
    roles = [role for role in Role if any(role in step.by for step in pathway.steps.values())]
    rows = [
        (
            step.title,
            code(step.key),
            f"told: {code(step.tell_family)}" if step.tell_family else f"silent: {step.silent_because}",
            *("yes" if role in step.by else "" for role in roles),
        )
        for step in pathway.steps.values()
    ]
    return table(("Step", "Key", "Family", *(ROLE_TITLES[role] for role in roles)), rows)


def _sharing(pathway: Definition) -> str:
    rows = [
        (step.title, rule.slot.value, what, _held(rule.when) or "always")
        for step in pathway.steps.values()
        for what, rules in (("is told", step.shares_with), ("does not see the child", step.hides_from))
        for rule in rules
    ]
    return table(("Step", "Organisation", "What follows", "If"), rows) if rows else ""


def _tasks(pathway: Definition) -> str:
    rows = [
        (
            task.title,
            pathway.parties[task.owner].title,
            ROLE_TITLES[task.by],
            str(task.within),
            ", ".join(pathway.steps[key].title for key in task.opened_by),
            ", ".join(pathway.steps[key].title for key in task.done_by),
        )
        for task in pathway.tasks.values()
    ]
    return table(("Task", "Owner", "By", "Within", "Opened by", "Done by"), rows) if rows else ""


def _side_states(pathway: Definition) -> str:
    rows = [
        (state.title, pathway.parties[state.held_by].title if state.held_by else "as before", state.family)
        for state in pathway.side_states.values()
    ]
    return table(("What", "Days held by", "What families read"), rows) if rows else ""


def _outcomes(pathway: Definition) -> str:
    rows = [
        (item.title, code(item.snomed), code(item.mhsds_autism_status), item.family)
        for item in pathway.outcomes.values()
    ]
    head = ("Outcome", "SNOMED CT", "MHSDS AutismStatus", "What families read, once told")
    return table(head, rows) if rows else ""


def _closures(pathway: Definition) -> str:
    rows = [
        (
            item.title,
            code(item.rejection),
            code(item.mhsds),
            ", ".join(pathway.steps[key].title for key in item.requires),
            item.family,
        )
        for item in pathway.closures.values()
    ]
    head = ("Reason", "National rejection reason", "MHSDS closure reason", "Only after", "What families read")
    return table(head, rows)


def _codes(pathway: Definition) -> str:
    rows = [
        (step.title, data_set, code(name), code(value))
        for step in pathway.steps.values()
        for data_set, codes in (
            ("SNOMED CT", {"": step.snomed} if step.snomed else {}),
            ("MHSDS v6", step.mhsds),
            ("CSDS v1.6", step.csds),
        )
        for name, value in codes.items()
    ]
    return table(("Step", "Data set", "Field", "Code"), rows) if rows else ""

"""Waits past threshold: a table that leads to every sum, acknowledged by those who answer for them."""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.acknowledge import Acknowledged, acknowledge_cohort, acknowledge_one
from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.domain.breach_reasons import BREACH_ACTIONS, BREACH_REASONS
from pathway.domain.breaches import GRADE_TITLES, Grade
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.explain import sentences
from pathway.domain.roles import Actor, Permission, Role
from pathway.domain.small_numbers import RULE
from pathway.reading.breaches import (
    BAND_OF,
    flagged_wait,
    flagged_waits,
    grade_counts,
    late_waits,
)
from pathway.reading.providers import providers
from pathway.store.breach_rows import BreachFilter
from pathway.web.addresses import ListAddress
from pathway.web.breach_table import BOX, count_table, flag_table, late_table, provider_totals
from pathway.web.clock_page import sum_table
from pathway.web.components import ChosenFilter, DataTable, FilterPanel, PageLinks
from pathway.web.fields import Choice, FieldError, FieldSpec, Kind
from pathway.web.forms import Reading, choices, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import plural
from pathway.web.sent_forms import large_number, request_id_of

PATH = "/breaches"
_READ = {"permission": Permission.READ_BREACHES}
_ACKNOWLEDGE = {"permission": Permission.ACKNOWLEDGE_BREACH}
WHY: Final = (
    FieldSpec("reason", Kind.ORGANISATION, "Why is the wait past its limit?", subject="a reason", choices=choices(BREACH_REASONS.items())),
    FieldSpec("action", Kind.ORGANISATION, "What is done about it?", subject="what is done", choices=choices(BREACH_ACTIONS.items())),
)  # fmt: skip
_NARROWED_BY: Final = ("grade", "clock", "provider")


@get(PATH, opt=_READ)
async def show_breaches(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """One page of 50: with names for those who answer for the children, without for commissioners."""
    return await _table_page(request, area, actor, open_form(WHY))


async def _table_page(
    request: WebRequest, area: Area, actor: Actor, why: Reading, ticked: list[int] | None = None
) -> Template:
    """The table as it was narrowed; `ticked` is what was sent, where an acknowledgement is not whole."""
    specs = await _filters(area, actor)
    given = {spec.name: request.query_params.get(spec.name, "") for spec in specs}
    reading = read_form(specs, given.items())
    if not reading.ok:
        raise InvalidInput("This table cannot be narrowed like that. Start again from the whole table.")
    wanted, after = _wanted(given), request.query_params.get("after")
    context: dict[str, object]
    if actor.role is Role.COMMISSIONER:
        flags = await flagged_waits(area, actor, wanted, after)
        counts = await grade_counts(area, actor)
        table = flag_table(flags.rows)
        context = {"counts": count_table(counts), "totals": provider_totals(counts), "rule": RULE}
        next_page = flags.after
    else:
        late = await late_waits(area, actor, wanted, after)
        may = actor.may(Permission.ACKNOWLEDGE_BREACH)
        table = late_table(late.rows, may, ticked or ())
        context = {"why": why if may else None}
        next_page = late.after
    errors = why.errors if ticked is None or ticked else (_none_ticked(table), *why.errors)
    address = ListAddress(PATH, given)
    return page(
        request,
        "staff/breaches.html",
        422 if errors else 200,
        reading=reading,
        panel=_panel(address, reading),
        pages=PageLinks(str(address) if after else "", address.after(next_page), "Pages of the table"),
        errors=errors,
        acknowledge=str(ListAddress(f"{PATH}/acknowledge", {**given, "after": after or ""})),
        saved=_saved(request),
        request_id=uuid4(),
        table=table,
        **context,
    )


@post(f"{PATH}/acknowledge", opt=_ACKNOWLEDGE, status_code=200)
async def acknowledge(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template | Redirect:
    """Acknowledge the waits that were ticked: one by itself, several as a cohort."""
    pairs = await posted(request)
    ticked = [large_number(int(value)) for name, value in pairs if name == BOX and value.isdecimal()]
    why = read_form(WHY, pairs)
    if not (ticked and why.ok):
        return await _table_page(request, area, actor, why, ticked)
    asking = Asking(actor, request_id_of(pairs))
    done = await _acknowledged(area, asking, ticked, why)
    here = {name: request.query_params.get(name, "") for name in (*_NARROWED_BY, "after")}
    said = {"done": str(len(done.crossings)), "alone": str(len(done.one_by_one))}
    return Redirect(str(ListAddress(PATH, {**here, **said})), status_code=303)


def _none_ticked(table: DataTable) -> FieldError:
    """That no wait was chosen, leading to the first box."""
    first = next((tick for row in table.rows if (tick := row[0].tick)), None)
    return FieldError(BOX, "Select one wait or more in the table", f"{BOX}-{first.value}" if first else BOX)


async def _acknowledged(area: Area, asking: Asking, ticked: list[int], why: Reading) -> Acknowledged:
    reason, action = why.text("reason"), why.text("action")
    if len(ticked) == 1:
        return await acknowledge_one(area, asking, ticked[0], reason, action)
    return await acknowledge_cohort(area, asking, ticked, reason, action)


@get(f"{PATH}/{{clock_row:int}}", opt=_READ)
async def show_flag(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], clock_row: FromPath[int]
) -> Template:
    """The sum of one flag, without anything that names the child: what a commissioner opens."""
    if actor.role is not Role.COMMISSIONER:
        raise NotFound("Open the sum from the child's own record: choose the limit in the table.")
    found = await flagged_wait(area, actor, large_number(clock_row))
    return page(
        request, "staff/flag.html", flag=found, sentences=sentences(found.sum), sum=sum_table(found.sum), back=PATH
    )  # fmt: skip


def _saved(request: WebRequest) -> str:
    """What was acknowledged, in numbers; the address holds nothing else."""
    done, alone = (request.query_params.get(name, "") for name in ("done", "alone"))
    if not (done.isdecimal() and alone.isdecimal() and len(done + alone) < 9):
        return ""
    words = f"{plural(int(done), 'wait')} acknowledged."
    if int(alone):
        words += (
            f" {plural(int(alone), 'wait needs', 'waits need')} a look by itself, because the grade or the child's risk "
            "has changed: select it alone."
        )
    return words


def _wanted(given: Mapping[str, str]) -> BreachFilter:
    pathway, _, clock = given.get("clock", "").partition(":")
    provider = given.get("provider", "")
    grade = given.get("grade", "")
    return BreachFilter(
        pathway or None, clock or None, int(provider) if provider else None, BAND_OF[Grade(grade)] if grade else None
    )  # fmt: skip


async def _filters(area: Area, actor: Actor) -> tuple[FieldSpec, ...]:
    grades = [(grade.value, GRADE_TITLES[grade]) for grade in Grade if grade.is_breach]
    clocks = [
        (f"{key}:{clock.key}", f"{definition.title}: {clock.title}")
        for key, definition in ((key, area.pathways.newest(key)) for key in area.pathways.keys)
        for clock in definition.clocks.values()
        if clock.enabled
    ]
    specs = [
        FieldSpec("grade", Kind.ORGANISATION, "Grade", required=False, choices=choices(grades)),
        FieldSpec("clock", Kind.ORGANISATION, "Limit", required=False, choices=choices(clocks)),
    ]
    if actor.role is Role.COMMISSIONER:
        offered = tuple(Choice(str(one.id), one.name) for one in await providers(area, actor))
        specs.append(FieldSpec("provider", Kind.ORGANISATION, "Provider", required=False, choices=offered))
    return tuple(specs)


def _panel(address: ListAddress, reading: Reading) -> FilterPanel:
    chosen = tuple(
        ChosenFilter(field.spec.label, choice.text, str(address.without(field.spec.name)))
        for field in reading.fields
        for choice in field.spec.offered
        if field.chosen(choice.value)
    )
    return FilterPanel(PATH, "Filter the table", chosen, PATH if chosen else "")


handlers = [show_breaches, acknowledge, show_flag]

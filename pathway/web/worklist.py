"""The worklist: open episodes of one's own organisation, in the order in which they are planned.

Filters stand in the address; a name never does, so a search by name is a form that is posted and answers with a page.
"""

from collections.abc import Mapping
from dataclasses import replace

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Template

from pathway.actions.area import Area
from pathway.domain.errors import InvalidInput
from pathway.domain.roles import ROLE_TITLES, Actor, Permission, Role
from pathway.reading.worklist import Counted, counts, name_filter, worklist
from pathway.store.worklist_rows import WorklistFilter
from pathway.web.addresses import ListAddress
from pathway.web.components import ChosenFilter, FilterPanel, Link, PageLinks
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.worklist_table import worklist_table

PATH = "/worklist"
_ROLES = (Role.TRIAGE, Role.CLINICIAN, Role.COORDINATOR, Role.PROVIDER_LEAD, Role.SENCO, Role.SEND_OFFICER)
NAME = FieldSpec(
    "name", Kind.TEXT, "First or family name", hint="The beginning is enough", spellcheck=False, longest=100
)
_FLAGS = {
    "late": "Past threshold",
    "elsewhere": "With a school or referrer",
    "offered": "Offered to you",
}


@get(PATH, opt={"permission": Permission.READ_WORKLIST})
async def show_worklist(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """One page of 50, narrowed by what the address says."""
    counted = await counts(area, actor)
    specs = _filters(area, counted)
    reading = read_form(specs, request.query_params.multi_items())
    if not reading.ok:
        raise InvalidInput("This list cannot be narrowed like that. Start again from the whole worklist.")
    given = {name: request.query_params.get(name, "") for name in ("stage", "next", *_FLAGS)}
    address = ListAddress(PATH, given)
    found = await worklist(area, actor, _wanted(area, actor, given), request.query_params.get("after"))
    title = _title(given)
    return page(
        request,
        "staff/worklist.html",
        table=worklist_table(found.rows, actor, area.today, title, _empty(given)),
        pages=PageLinks(
            str(address) if "after" in request.query_params else "", address.after(found.after), "Pages of the worklist"
        ),
        panel=_panel(address, given, reading),
        reading=reading,
        search=open_form((NAME,)),
        tiles=_tiles(counted, given, actor),
        stages=_stage_links(area, counted, given),
        may_merge=actor.may(Permission.MERGE),
        may_break_glass=actor.may(Permission.BREAK_GLASS),
    )  # fmt: skip


@post(f"{PATH}/search", opt={"permission": Permission.READ_WORKLIST}, status_code=200)
async def search_worklist(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """The open episodes of children whose first or family name begins so. The name is in no address and no log."""
    reading = read_form((NAME,), await posted(request))
    name = reading.text("name")
    wanted = name_filter(WorklistFilter(), name)
    if reading.ok and (wanted.name_norm is None or len(wanted.name_norm) < 2):
        reading = reading.with_error("name", "The first or family name must be 2 letters or more")
    found = (await worklist(area, actor, wanted)) if reading.ok else None
    table = worklist_table(
        found.rows if found else (), actor, area.today, "Children found", "No open child on your list has a name that begins so.",
    )  # fmt: skip
    return page(
        request,
        "staff/worklist_search.html",
        200 if reading.ok else 422,
        search=reading,
        errors=reading.errors,
        table=table if found else None,
        more=found is not None and found.after is not None,
    )


def _wanted(area: Area, actor: Actor, given: Mapping[str, str]) -> WorklistFilter:
    pathway, _, stage = given["stage"].partition(":")
    wanted = WorklistFilter(stage or None, pathway or None, given["next"] or None)
    if given["late"]:
        wanted = replace(wanted, late_on=area.today)
    if given["elsewhere"]:
        wanted = replace(wanted, held_elsewhere=True)
    if given["offered"]:
        wanted = replace(wanted, hand_over_to=actor.organisation_id)
    return wanted


def _filters(area: Area, counted: Counted) -> tuple[FieldSpec, ...]:
    stages = [
        Choice(key, f"{title} ({count:,})", hint="") for key, title, count in _stage_rows(area, counted)
    ]
    roles = [Choice(role.value, ROLE_TITLES[role]) for role in _ROLES]
    return (
        FieldSpec("stage", Kind.ORGANISATION, "Stage", required=False, choices=tuple(stages)),
        FieldSpec("next", Kind.ORGANISATION, "Who acts next", required=False, choices=tuple(roles)),
    )


def _stage_rows(area: Area, counted: Counted) -> list[tuple[str, str, int]]:
    """Pathways and stages with their counts, in the order of each definition; a pathway alone stands first."""
    rows = []
    for pathway in area.pathways.keys:
        stages = {stage: n for (of, stage), n in counted.stages.items() if of == pathway}
        definition = area.pathways.newest(pathway)
        if stages:
            rows.append((pathway, f"All of {definition.title}", sum(stages.values())))
        rows += [
            (f"{pathway}:{key}", f"{definition.title}: {stage.title}", stages[key])
            for key, stage in definition.stages.items()
            if key in stages
        ]
    return rows


def _stage_links(area: Area, counted: Counted, given: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(title, str(ListAddress(PATH, {"stage": key})), given["stage"] == key, count)
        for key, title, count in _stage_rows(area, counted)
    )


def _tiles(counted: Counted, given: Mapping[str, str], actor: Actor) -> tuple[Link, ...]:
    tiles = counted.tiles
    offered = "/hand-overs" if actor.may(Permission.HAND_OVER) else f"{PATH}?offered=yes"
    return (
        Link("To triage", f"{PATH}?next=triage", given["next"] == "triage", tiles.to_triage),
        Link("Past threshold", f"{PATH}?late=yes", bool(given["late"]), tiles.past_limit),
        Link("Waiting for a school or referrer", f"{PATH}?elsewhere=yes", bool(given["elsewhere"]), tiles.elsewhere),
        Link("Hand-overs to accept", offered, bool(given["offered"]), tiles.offered),
    )  # fmt: skip


def _panel(address: ListAddress, given: Mapping[str, str], reading: Reading) -> FilterPanel:
    chosen = [
        ChosenFilter(field.spec.label, choice.text, str(address.without(field.spec.name)))
        for field in reading.fields
        for choice in field.spec.offered
        if field.chosen(choice.value)
    ]
    chosen += [
        ChosenFilter("Only", words, str(address.without(k))) for k, words in _FLAGS.items() if given[k]
    ]
    keep = tuple((name, given[name]) for name in _FLAGS if given[name])
    return FilterPanel(PATH, "Filter the list", tuple(chosen), PATH if chosen else "", keep)


def _title(given: Mapping[str, str]) -> str:
    narrowed = any(given.values())
    return "Open children, narrowed by filters" if narrowed else "Open children, in the order planned"


def _empty(given: Mapping[str, str]) -> str:
    if any(given.values()):
        return "No open child fits these filters. Remove one, or clear them all."
    return "No child is open on your list."


handlers = [show_worklist, search_worklist]

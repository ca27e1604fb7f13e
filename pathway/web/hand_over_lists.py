"""Hand over a whole list, as when a contract ends: choose it, see how many children it holds, then offer each of them.

Offers only: until the other team accepts, every child stays where they are. Sent again, the form goes on where it stopped.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Template

from pathway.actions.area import Area
from pathway.actions.hand_over_list import LONGEST_LIST, HandedOver, accept_list, hand_over_list
from pathway.actions.perform import Asking
from pathway.domain.roles import Actor, Permission
from pathway.reading.hand_over_lists import ListForm, children_on_list, list_form
from pathway.store.hand_overs import ListChoice
from pathway.store.organisations import Organisation
from pathway.web.components import Cell, Column, DataTable, SummaryRow
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import Pairs, WebRequest, page, posted
from pathway.web.sent_forms import request_id_of

_PATH = "/hand-overs/list"
_OPT = {"permission": Permission.HAND_OVER}


@get(_PATH, opt=_OPT)
async def show_list_form(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Which children, and which team is asked."""
    return _form_page(request, open_form(_specs(area, await list_form(area, actor))), uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def offer_list(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Say how many children it is, and offer them once that has been seen."""
    pairs = await posted(request)
    reading = read_form(_specs(area, await list_form(area, actor)), pairs)
    request_id, going = request_id_of(pairs), dict(pairs).get("_go")
    if not reading.ok or going == "change":
        return _form_page(request, reading, request_id)
    which = _choice(reading)
    if going == "confirm":
        done = await hand_over_list(area, Asking(actor, request_id), which, int(reading.text("to")))
        return _done_page(request, done, "offered", "Offered")
    children = await children_on_list(area, actor, which)
    if not 0 < children <= LONGEST_LIST:
        return _form_page(request, reading.with_error("which", _unfit(children)), request_id)
    return _form_page(request, reading, request_id, children, [pair for pair in pairs if pair[0] != "_go"])


@post("/hand-overs/accept", opt=_OPT, status_code=200)
async def accept_those_shown(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Accept every child that the page showed, and no other that has been offered since."""
    pairs = await posted(request)
    shown = [UUID(value) for name, value in pairs if name == "episode" and _is_id(value)]
    done = await accept_list(area, Asking(actor, request_id_of(pairs)), shown)
    return _done_page(request, done, "accepted", "Accepted")


def _unfit(children: int) -> str:
    if not children:
        return "No open child of your team is on this list, or all have been offered already"
    return f"A list holds at most {LONGEST_LIST:,} children and this one has {children:,}. Choose a stage or a school"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _choice(reading: Reading) -> ListChoice:
    pathway, _, stage = reading.text("which").partition(":")
    school = reading.text("school")
    return ListChoice(pathway, stage or None, int(school) if school else None)


def _specs(area: Area, form: ListForm) -> tuple[FieldSpec, ...]:
    definitions = [(key, area.pathways.newest(key)) for key in area.pathways.keys]
    lists = tuple(
        choice
        for key, definition in definitions
        for choice in (
            Choice(key, f"All of {definition.title}"),
            *(
                Choice(f"{key}:{stage.key}", f"{definition.title}: {stage.title}")
                for stage in definition.stages.values()
                if not stage.closed
            ),
        )
    )
    return (
        FieldSpec("which", Kind.ORGANISATION, "Which children?", "which children", choices=lists),
        FieldSpec("school", Kind.ORGANISATION, "Only of this school", required=False, choices=_named(form.schools)),
        FieldSpec("to", Kind.ORGANISATION, "Which team is asked to take them over?", "a team", choices=_named(form.providers)),
    )  # fmt: skip


def _named(found: Sequence[Organisation]) -> tuple[Choice, ...]:
    return tuple(Choice(str(one.id), one.name) for one in found)


def _form_page(
    request: WebRequest, reading: Reading, request_id: UUID, children: int = 0, kept: Pairs | None = None
) -> Template:
    answers = tuple(
        SummaryRow(field.spec.label, choice.text)
        for field in reading.fields
        for choice in field.spec.offered
        if field.chosen(choice.value)
    )
    return page(
        request,
        "staff/hand_over_list.html",
        200 if reading.ok else 422,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
        children=children,
        answers=answers,
        kept=kept or [],
    )


def _done_page(request: WebRequest, done: HandedOver, verb: str, title: str) -> Template:
    rows = tuple((Cell(one.reference, nowrap=True), Cell(one.reason)) for one in done.refused)
    columns = (Column("Reference"), Column("Why not"))
    table = DataTable(f"Not {verb}", columns, rows, cards=True)
    return page(
        request, "staff/hand_over_list_done.html", done=done, verb=verb, title=title, refused=table if rows else None
    )  # fmt: skip


handlers = [show_list_form, offer_list, accept_those_shown]

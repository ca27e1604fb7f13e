"""Who looked: the access log for information governance. A child is found by a posted form, so no address names one."""

from datetime import date
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Template

from pathway.actions.area import Area
from pathway.domain.errors import InvalidInput
from pathway.domain.roles import ROLE_TITLES, Actor, Permission, Role
from pathway.reading.accesses import accesses, find_children
from pathway.store.access_rows import AccessRow
from pathway.web.components import Cell, Column, DataTable, PageLinks
from pathway.web.fields import Bound, FieldSpec, Kind
from pathway.web.forms import open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import day_and_time, known, plural

PATH = "/access-log"
_OPT = {"permission": Permission.READ_ACCESS_LOG}


def specs(today: date) -> tuple[FieldSpec, ...]:
    """How a child is found: by number, or by the day of birth."""
    return (
        FieldSpec("number", Kind.NHS_NUMBER, "NHS number", required=False),
        FieldSpec("born", Kind.DATE, "Or the child's date of birth", subject="the date of birth", required=False, latest=Bound(today, "today")),
    )  # fmt: skip


@get(PATH, opt=_OPT)
async def show_accesses(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """The newest readings and acts, 50 a page."""
    after = request.query_params.get("after")
    found = await accesses(area, actor, None, after)
    pages = PageLinks(PATH if after else "", f"{PATH}?after={found.after}" if found.after else "", "Pages of the log")  # fmt: skip
    search = open_form(specs(area.today))
    return page(request, "staff/accesses.html", table=access_table(found.rows), pages=pages, search=search)


@post(f"{PATH}/search", opt=_OPT, status_code=200)
async def search_child(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Find the child; the answer offers each one's log by a button."""
    search = read_form(specs(area.today), await posted(request))
    number, born = search.nhs_number("number"), search.day("born")
    if search.ok and number is None and born is None:
        search = search.with_error("number", "Enter the NHS number or the date of birth")
    found = await find_children(area, actor, number, born) if search.ok else None
    return page(
        request,
        "staff/accesses_search.html",
        200 if search.ok else 422,
        search=search,
        errors=search.errors,
        children=found,
    )


@post(f"{PATH}/child", opt=_OPT, status_code=200)
async def show_accesses_of(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Who looked at one child."""
    sent = dict(await posted(request))
    try:
        child = UUID(sent.get("child", ""))
    except ValueError:
        raise InvalidInput("Choose a child from the list that the search gave.", "child") from None
    found = await accesses(area, actor, child, sent.get("after"))
    return page(
        request, "staff/accesses_child.html", table=access_table(found.rows), child=child, after=found.after
    )


def access_table(rows: tuple[AccessRow, ...]) -> DataTable:
    """Readings and acts, the newest first."""
    lines = tuple(
        (
            Cell(day_and_time(row.at)),
            Cell(known(row.name), note=_part(row)),
            Cell(row.action.replace("_", " ").capitalize(), note=f"Purpose: {row.purpose}"),
            Cell(plural(row.children, "child", "children")),
        )
        for row in rows
    )
    columns = (Column("When"), Column("Who"), Column("What they did"), Column("Whom it was about"))
    return DataTable("Readings and acts, the newest first", columns, lines, cards=True, empty="Nothing is logged yet.")  # fmt: skip


def _part(row: AccessRow) -> str:
    """The part somebody played, and for whom; a parent belongs to no organisation."""
    return ", ".join(words for words in (ROLE_TITLES[Role(row.role)], row.organisation) if words)


handlers = [show_accesses, search_child, show_accesses_of]

"""Figures: how many children are open and where they stand, each with what it counts."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from pathway.actions.area import Area
from pathway.domain.definition import Group
from pathway.domain.roles import Actor, Permission, Role
from pathway.domain.small_numbers import RULE
from pathway.reading.figures import open_by_stage
from pathway.web.components import Cell, Column, DataTable
from pathway.web.page import WebRequest, page

GROUPS = {
    Group.IDENTIFICATION: "Identification and referral",
    Group.TRIAGE: "Triage",
    Group.PRE_ASSESSMENT: "Waiting for assessment",
    Group.ASSESSMENT: "Assessment and feedback",
    Group.SUPPORT: "Support afterwards",
    Group.CLOSED: "Closed",
}


@get("/figures", opt={"permission": Permission.READ_FIGURES})
async def show_figures(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Open children by pathway, who runs it, and stage."""
    rows = tuple(
        (
            Cell(one.pathway),
            Cell(one.holder),
            Cell(one.stage.title, note=GROUPS[one.stage.group]),
            Cell(one.figure),
        )
        for one in await open_by_stage(area, actor)
    )
    columns = (
        Column("Pathway"),
        Column("Provider or council"),
        Column("Stage"),
        Column("Open children", numeric=True),
    )
    table = DataTable("Open children by stage", columns, rows, cards=True, empty="No child is open.")
    return page(
        request,
        "staff/figures.html",
        table=table,
        rule=RULE if actor.role is Role.COMMISSIONER else "",
        today=area.today,
        may_read_breaches=actor.may(Permission.READ_BREACHES),
    )


handlers = [show_figures]

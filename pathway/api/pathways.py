"""/api/pathways and /api/organisations: what another system needs to know before it sends anything. Nothing here is personal."""

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from pathway.actions.area import Area
from pathway.api.refusals import EVERYBODY, refusals
from pathway.api.schemas_pathways import (
    OrganisationLine,
    OrganisationList,
    Pathway,
    PathwayLine,
    PathwayList,
    pathway_answer,
    pathway_line,
)
from pathway.domain.errors import InvalidInput, NotFound
from pathway.domain.roles import Actor, Permission
from pathway.reading.referral_drafts import organisations_to_name

OnlyKind = Annotated[
    Literal["council", "icb", "provider", "school", "gp", "other"] | None,
    QueryParameter(description="Only organisations of this kind."),
]
_EVERYBODY = {"permission": Permission.SIGNED_IN}


@get(
    "/pathways",
    opt=_EVERYBODY,
    responses=refusals(*EVERYBODY),
    tags=["Pathways"],
    operation_id="showPathways",
)
async def show_pathways(area: NamedDependency[Area]) -> PathwayList:
    """The pathways of this area."""
    rows: list[PathwayLine] = [pathway_line(area.pathways.newest(key)) for key in area.pathways.keys]
    return PathwayList(rows=rows)


@get(
    "/pathways/{key:str}",
    opt=_EVERYBODY,
    responses=refusals(*EVERYBODY, NotFound),
    tags=["Pathways"],
    operation_id="showPathway",
)
async def show_pathway(area: NamedDependency[Area], key: FromPath[str]) -> Pathway:
    """One definition: its stages, its steps with the fields that each asks for, its clocks with their limits and sources."""
    return pathway_answer(area.pathways.newest(key))


@get(
    "/organisations",
    opt=_EVERYBODY,
    responses=refusals(*EVERYBODY, InvalidInput),
    tags=["Pathways"],
    operation_id="showOrganisations",
)
async def show_organisations(
    area: NamedDependency[Area], actor: NamedDependency[Actor], kind: OnlyKind = None
) -> OrganisationList:
    """The organisations of this area, by name; their numbers are what a referral or a step names them by."""
    found = await organisations_to_name(area, actor)
    return OrganisationList(
        rows=[
            OrganisationLine(id=one.id, kind=one.kind, name=one.name)
            for one in found
            if kind in (None, one.kind)
        ]
    )


handlers = [show_pathways, show_pathway, show_organisations]

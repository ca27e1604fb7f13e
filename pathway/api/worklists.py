"""/api/worklist: the open episodes of one's own organisation. /api/pupils: a school's or surgery's own children.

Nobody is searched for by name here: a name never stands in an address.
"""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from pathway.actions.area import Area
from pathway.api.refusals import ALWAYS, refusals
from pathway.api.schemas import KEY
from pathway.api.schemas_lists import (
    After,
    Limit,
    Pupils,
    Worklist,
    pupil_entry,
    worklist_entry,
)
from pathway.domain.errors import InvalidInput
from pathway.domain.roles import Actor, Permission, Role
from pathway.reading.pupils import pupils
from pathway.reading.worklist import PAGE, worklist
from pathway.store.worklist_rows import WorklistFilter

OnlyPathway = Annotated[
    str | None, QueryParameter(max_length=60, pattern=KEY, description="The key of a pathway.")
]
OnlyStage = Annotated[
    str | None,
    QueryParameter(
        max_length=121,
        pattern=r"^[a-z0-9_]+(:[a-z0-9_]+)?$",
        description="The key of a stage, or as the pages write it: that of the pathway, a colon, and the stage.",
    ),
]
NextRole = Annotated[Role | None, QueryParameter(description="Only those whose next step is this role's.")]
Late = Annotated[bool, QueryParameter(description="Only those past a limit today.")]
Elsewhere = Annotated[bool, QueryParameter(description="Only those held by a school or referrer.")]
Offered = Annotated[bool, QueryParameter(description="Only those whose hand-over you have been offered.")]
Closed = Annotated[bool, QueryParameter(description="Closed episodes instead of open ones.")]


@get(
    "/worklist",
    opt={"permission": Permission.READ_WORKLIST},
    responses=refusals(*ALWAYS, InvalidInput),
    tags=["Lists"],
    operation_id="showWorklist",
)
async def show_worklist(
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    pathway: OnlyPathway = None,
    stage: OnlyStage = None,
    next_role: NextRole = None,
    late: Late = False,
    held_elsewhere: Elsewhere = False,
    offered: Offered = False,
    after: After = None,
    limit: Limit = PAGE,
) -> Worklist:
    """Open episodes in the order in which they are planned, narrowed by any of the filters."""
    of, _, stage_key = (stage or "").rpartition(":")
    if of and pathway not in (None, of):
        raise InvalidInput("The stage is one of another pathway. Give one pathway.", "stage")
    wanted = WorklistFilter(
        stage_key or None,
        pathway or of or None,
        next_role.value if next_role else None,
        held_elsewhere,
        actor.organisation_id if offered else None,
        area.today if late else None,
    )
    page = await worklist(area, actor, wanted, after, limit)
    return Worklist(rows=[worklist_entry(row, area.today) for row in page.rows], after=page.after)


@get(
    "/pupils",
    opt={"permission": Permission.READ_OWN_PUPILS},
    responses=refusals(*ALWAYS, InvalidInput),
    tags=["Lists"],
    operation_id="showPupils",
)
async def show_pupils(
    area: NamedDependency[Area], actor: NamedDependency[Actor], closed: Closed = False, after: After = None
) -> Pupils:
    """The children of one's own school or surgery, the newest referral first, with the stage that it may be shown."""
    page = await pupils(area, actor, closed=closed, after=after)
    return Pupils(rows=[pupil_entry(pupil) for pupil in page.rows], after=page.after)


handlers = [show_worklist, show_pupils]

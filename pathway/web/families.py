"""A family's pages: their children, one page for each, a way to write to the team, and the demonstration's mailbox."""

from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response, Template

from pathway.actions.area import Area
from pathway.domain.break_glass import GROUNDS
from pathway.domain.carer_words import needs_in_words
from pathway.domain.definition import Group
from pathway.domain.errors import NotFound
from pathway.domain.family_view import Progress
from pathway.domain.roles import ROLE_TITLES, Actor, Permission
from pathway.reading.family_page import NOT_THERE, FamilyEpisode, FamilyPage, family_page, mailbox, own_family
from pathway.web.page import WebRequest, page, posted
from pathway.web.step_form import StepForm, step_specs

_MAY = {"permission": Permission.READ_OWN_CHILD}

PARTS: Final[dict[Group, str]] = {
    Group.IDENTIFICATION: "Someone asks for help",
    Group.TRIAGE: "We read everything and decide what happens next",
    Group.PRE_ASSESSMENT: "On the list",
    Group.ASSESSMENT: "We get to know each other and talk it through",
    Group.SUPPORT: "Help and plans",
    Group.CLOSED: "Finished",
}
STANDS: Final[dict[Progress, str]] = {
    Progress.DONE: "Done",
    Progress.NOW: "You are here",
    Progress.TO_COME: "Still to come",
}


@get("/family", opt=_MAY)
async def children(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """The reader's own children; where there is only one, its page."""
    found = await own_family(area, actor)
    if len(found) == 1:
        return Redirect(f"/family/{found[0][0].id}")
    return page(request, "family/children.html", found=found, is_demo=request.app.state["demo"])


@get("/family/{child:uuid}", opt=_MAY)
async def one_child(
    request: WebRequest,
    child: FromPath[UUID],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    told: FromQuery[str] = "",
) -> Template:
    """Where the child is, since when, what comes next, what to do now, and what to do if things are worse."""
    found = await family_page(area, actor, child)
    return page(
        request,
        "family/child.html",
        found=found,
        told=bool(told),
        parts=PARTS,
        stands=STANDS,
        roles={role.value: title for role, title in ROLE_TITLES.items()},
        grounds={why.value: ground.family for why, ground in GROUNDS.items()},
        needs=needs_in_words(found.needs),
        is_demo=request.app.state["demo"],
    )


@get("/family/{child:uuid}/write/{episode:uuid}", opt=_MAY)
async def ask_reply(
    request: WebRequest,
    child: FromPath[UUID],
    episode: FromPath[UUID],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
) -> Template:
    """Tell the team that something has changed, or ask them."""
    found = await family_page(area, actor, child)
    about = _one(found, episode)
    specs = step_specs(about.steps[0], area.today, found.child.birth_date, ())[1:]
    form = StepForm.opened(about.steps[0], specs, area.today)
    return page(request, "family/write.html", found=found, about=about, form=form)


@post("/family/{child:uuid}/write/{episode:uuid}", opt=_MAY)
async def reply(
    request: WebRequest,
    child: FromPath[UUID],
    episode: FromPath[UUID],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
) -> Response[str] | Template | Redirect:
    """Keep what the family said, for a person to answer; sent twice, it is kept once."""
    pairs = await posted(request)
    found = await family_page(area, actor, child)
    about = _one(found, episode)
    specs = step_specs(about.steps[0], area.today, found.child.birth_date, ())[1:]
    form = await StepForm.sent(about.steps[0], specs, pairs).record(area, actor, episode)
    if not form.reading.ok:
        return page(
            request, "family/write.html", 422, found=found, about=about, form=form, errors=form.reading.errors
        )  # fmt: skip
    return Redirect(f"/family/{child}?told=yes", status_code=303)


@get("/mailbox", opt=_MAY)
async def mail(request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]) -> Template:
    """The demonstration's own mailbox: what would have been sent to the reader by post or network."""
    if not request.app.state["demo"]:
        raise NotFound("There is no mailbox here: messages go to the address that you gave us.")
    return page(request, "family/mailbox.html", messages=await mailbox(area, actor))


def _one(found: FamilyPage, episode: UUID) -> FamilyEpisode:
    """The episode that may be written about; NotFound where it is not this child's or takes no letters."""
    about = next((e for e in found.episodes if e.row.id == episode and e.steps), None)
    if about is None:
        raise NotFound(NOT_THERE)
    return about


handlers = [children, one_child, ask_reply, reply, mail]

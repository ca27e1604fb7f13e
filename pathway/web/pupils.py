"""A school's or referrer's own children: the list, one child's page, and the steps that may be recorded there."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response, Template

from pathway.actions.area import Area
from pathway.domain.definition import Step
from pathway.domain.errors import NotFound
from pathway.domain.roles import Actor, Permission
from pathway.reading.pupils import Pupil, PupilPage, organisations_of, pupil_page, pupils
from pathway.web.addresses import ListAddress
from pathway.web.components import Cell, Column, DataTable, Fact, IdentityBar, Link, PageLinks
from pathway.web.fields import FieldSpec
from pathway.web.page import OWN_CHILDREN, WebRequest, page, posted
from pathway.web.presenters import Tag, day, nhs_number, plural, weeks
from pathway.web.step_form import StepForm, step_specs

PATH = "/pupils"
_MAY = {"permission": Permission.READ_OWN_PUPILS}
_COLUMNS = (Column("Child"), Column("Where they are"), Column("Referred"), Column("Asked of you"))


@get(PATH, opt=_MAY)
async def pupil_list(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    after: FromQuery[str] = "",
    closed: FromQuery[str] = "",
) -> Template:
    """The reader's own children, the newest referral first; closed ones on a list of their own."""
    found = await pupils(area, actor, closed=bool(closed), after=after or None)
    address = ListAddress(PATH, {"closed": "yes" if closed else ""})
    sections = (Link("Open", PATH, not closed), Link("Closed", f"{PATH}?closed=yes", bool(closed)))
    table = DataTable(
        "Closed" if closed else "Open",
        _COLUMNS,
        tuple(_line(pupil, area) for pupil in found.rows),
        caption_hidden=True,
        cards=True,
        empty="No child of yours is on this list. Refer a child to begin.",
    )
    return page(
        request,
        "pupils/list.html",
        title=OWN_CHILDREN[actor.role],
        table=table,
        sections=sections,
        pages=PageLinks(PATH if after and not closed else "", address.after(found.after)),
    )


@get(PATH + "/{episode:uuid}", opt=_MAY)
async def one_pupil(
    request: WebRequest,
    episode: FromPath[UUID],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    recorded: FromQuery[str] = "",
) -> Template:
    """Where the child is, what is asked of the reader (answered in place), and what else may be recorded."""
    found = await pupil_page(area, actor, episode)
    step = _answer_in_place(found)
    form = None
    if step is not None:
        form = StepForm.opened(step, await _specs(area, actor, found, step), area.today)
    done = found.pupil.definition.steps.get(recorded)
    waited, holder = _words(found, area)
    return page(
        request,
        "pupils/pupil.html",
        list_title=OWN_CHILDREN[actor.role],
        found=found,
        bar=_bar(found),
        form=form,
        done=done,
        waited=waited,
        holder=holder,
    )


@get(PATH + "/{episode:uuid}/steps/{step:str}", opt=_MAY)
async def ask_step(
    request: WebRequest,
    episode: FromPath[UUID],
    step: FromPath[str],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
) -> Template:
    """The form of one step."""
    found = await pupil_page(area, actor, episode)
    chosen = _offered(found, step)
    form = StepForm.opened(chosen, await _specs(area, actor, found, chosen), area.today)
    return page(request, "pupils/step.html", found=found, bar=_bar(found), form=form)


@post(PATH + "/{episode:uuid}/steps/{step:str}", opt={"permission": Permission.RECORD_STEP})
async def record(
    request: WebRequest,
    episode: FromPath[UUID],
    step: FromPath[str],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
) -> Response[str] | Template | Redirect:
    """Record a step that is offered; sent twice, it is recorded once."""
    pairs = await posted(request)
    found = await pupil_page(area, actor, episode)
    chosen = found.pupil.definition.steps.get(step)
    if chosen is None or actor.role not in chosen.by:
        raise NotFound(_NO_STEP)
    form = StepForm.sent(chosen, await _specs(area, actor, found, chosen), pairs)
    form = await form.record(area, actor, episode)
    if not form.reading.ok:
        return page(
            request, "pupils/step.html", 422, found=found, bar=_bar(found), form=form, errors=form.reading.errors
        )  # fmt: skip
    return Redirect(f"{PATH}/{episode}?recorded={chosen.key}", status_code=303)


_NO_STEP = "There is no such step to record here. Go back to the child’s page and choose one from there."


def _offered(found: PupilPage, key: str) -> Step:
    step = next((step for step in found.offered if step.key == key), None)
    if step is None:
        raise NotFound(_NO_STEP)
    return step


def _answer_in_place(found: PupilPage) -> Step | None:
    """The one step that answers what is asked most, where there is only one."""
    asked = found.pupil.asked
    return asked[0].steps[0] if asked and len(asked[0].steps) == 1 else None


async def _specs(area: Area, actor: Actor, found: PupilPage, step: Step) -> tuple[FieldSpec, ...]:
    return step_specs(step, area.today, found.pupil.row.birth_date, await organisations_of(area, actor))


def _bar(found: PupilPage) -> IdentityBar:
    row = found.pupil.row
    return IdentityBar(
        row.name,
        (
            Fact("Date of birth", day(row.birth_date), nowrap=True),
            Fact("NHS number", nhs_number(row.nhs_number), nowrap=True),
        ),
    )


def _words(found: PupilPage, area: Area) -> tuple[str, str]:
    """How long it has been, and who holds the child now, as far as the reader may know."""
    row, stage, definition = found.pupil.row, found.pupil.stage, found.pupil.definition
    days = ((row.closed_on or area.today) - row.started_on).days
    waited = weeks(days) if days >= 7 else plural(days, "day")
    if any(asked.due_on is None for asked in found.pupil.asked):
        return waited, "You"
    return waited, "" if stage.closed else definition.parties[stage.held_by].title


def _line(pupil: Pupil, area: Area) -> tuple[Cell, ...]:
    row = pupil.row
    days = (area.today - row.started_on).days
    asked = pupil.asked[0] if pupil.asked else None
    late = asked is not None and asked.due_on is not None and asked.due_on < area.today
    return (
        Cell(row.name, f"{PATH}/{row.episode_id}", f"Born {day(row.birth_date)}"),
        Cell(pupil.stage.title, note=pupil.definition.title),
        Cell(
            day(row.started_on),
            note=f"Closed {day(row.closed_on)}" if row.closed_on else (f"{weeks(days)} ago" if days >= 7 else "This week"),
        ),
        Cell(
            asked.title if asked else "Nothing now",
            note=f"By {day(asked.due_on)}" if asked and asked.due_on else "",
            tag=Tag("Overdue", "orange") if late else None,
        ),
    )  # fmt: skip


handlers = [pupil_list, one_pupil, ask_step, record]

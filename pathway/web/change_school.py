"""Record that a child has moved school: the new school holds the school's part of every open episode from that day on."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.move_school import move_school
from pathway.actions.perform import Asking
from pathway.domain.errors import ImpossibleHistory, InvalidInput, StepNotAllowed
from pathway.domain.events import BuiltIn
from pathway.domain.roles import Actor, Permission
from pathway.reading.child_record import ChildRecord, child_record
from pathway.reading.referral_drafts import organisations_to_name
from pathway.web.child_page import identity_bar
from pathway.web.fields import Bound, Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of

_PATH = "/children/{child_id:uuid}/school"
# Staff only: a school does not choose where its pupils go on.
_OPT = {"permission": Permission.READ_CHILD}


@get(_PATH, opt=_OPT)
async def show_change(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template:
    """Which school, and from which day."""
    record = await child_record(area, actor, child_id)
    return _form_page(request, area, record, open_form(await _specs(area, actor, record)), uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def take_change(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template | Redirect:
    """Record the move; sent twice, it is recorded once."""
    pairs = await posted(request)
    record = await child_record(area, actor, child_id)
    reading = read_form(await _specs(area, actor, record), pairs)
    request_id, day = request_id_of(pairs), reading.day("moved_on")
    if not reading.ok or day is None:
        return _form_page(request, area, record, reading, request_id)
    try:
        await move_school(area, Asking(actor, request_id), child_id, int(reading.text("to")), day)
    except (InvalidInput, StepNotAllowed, ImpossibleHistory) as refused:
        beside = "to" if isinstance(refused, InvalidInput) and refused.field == "to" else "moved_on"
        return _form_page(request, area, record, reading.with_error(beside, refused.message), request_id)
    return Redirect(f"/children/{child_id}?saved={BuiltIn.SCHOOL_CHANGED.value}", status_code=303)


async def _specs(area: Area, actor: Actor, record: ChildRecord) -> tuple[FieldSpec, ...]:
    schools = tuple(
        Choice(str(one.id), one.name)
        for one in await organisations_to_name(area, actor)
        if one.kind == "school"
    )
    return (
        FieldSpec("to", Kind.ORGANISATION, "Which school or setting is it now?", "the new school or setting", choices=schools),
        FieldSpec(
            "moved_on", Kind.DATE, "From which day?", "the day of the move", hint="For example, 1 9 2026",
            earliest=Bound(record.child.birth_date, "the child's date of birth"), latest=Bound(area.today, "today"),
        ),
    )  # fmt: skip


def _form_page(
    request: WebRequest, area: Area, record: ChildRecord, reading: Reading, request_id: UUID
) -> Template:
    return page(
        request,
        "staff/change_school.html",
        200 if reading.ok else 422,
        bar=identity_bar(record.child, area.today),
        back=f"/children/{record.child.id}/people",
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
    )


handlers = [show_change, take_change]

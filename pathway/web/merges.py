"""Part two joined records again: what the joining was, a reason, and both are as they were."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.merge import unmerge
from pathway.actions.perform import Asking
from pathway.domain.corrections import REASON_LENGTH
from pathway.domain.errors import Conflict, DuplicateRequest, NotFound
from pathway.domain.events import BuiltIn
from pathway.domain.roles import Actor, Permission
from pathway.reading.child_record import ChildRecord, child_record
from pathway.web.child_page import identity_bar
from pathway.web.facts_in_words import may_be_parted
from pathway.web.fields import FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import day
from pathway.web.sent_forms import request_id_of

_PATH = "/children/{child_id:uuid}/merges/{merge_id:uuid}"
_OPT = {"permission": Permission.MERGE}
_WHY = FieldSpec(
    "reason",
    Kind.LONG_TEXT,
    "Why are these two children?",
    subject="why they are parted",
    longest=REASON_LENGTH,
)


@get(_PATH, opt=_OPT)
async def show_parting(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    child_id: FromPath[UUID],
    merge_id: FromPath[UUID],
) -> Template:
    """What was joined when, and the question why it is undone."""
    record = await child_record(area, actor, child_id)
    return _form_page(request, area, actor, record, merge_id, open_form((_WHY,)), uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def part(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    child_id: FromPath[UUID],
    merge_id: FromPath[UUID],
) -> Template | Redirect:
    """Part the records; sent twice, it is done once."""
    pairs = await posted(request)
    reading, request_id = read_form((_WHY,), pairs), request_id_of(pairs)
    if reading.ok:
        try:
            done = await unmerge(area, Asking(actor, request_id), merge_id, reading.text("reason"))
            return Redirect(f"/children/{done.child_id}?saved={BuiltIn.UNMERGED.value}", status_code=303)
        except DuplicateRequest:
            raise
        except Conflict as refused:
            reading = reading.with_error("reason", refused.message)
    record = await child_record(area, actor, child_id)
    return _form_page(request, area, actor, record, merge_id, reading, request_id)


def _form_page(
    request: WebRequest,
    area: Area,
    actor: Actor,
    record: ChildRecord,
    merge_id: UUID,
    reading: Reading,
    request_id: UUID,
) -> Template:
    joined = [
        (one.definition.title, fact.event)
        for one in record.episodes
        for fact in one.timeline
        if fact.event.kind == BuiltIn.MERGED and fact.event.fields["merge"] == str(merge_id)
    ]
    if not joined or (reading.ok and not may_be_parted(record, joined[0][1], actor)):
        raise NotFound("Nothing was joined here that can be parted again. Go back to the child's record.")
    return page(
        request,
        "staff/merge.html",
        200 if reading.ok else 422,
        bar=identity_bar(record.child, area.today),
        back=f"/children/{record.child.id}",
        joined_on=day(joined[0][1].happened_on),
        moved=[title for title, _ in joined],
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
    )


handlers = [show_parting, part]

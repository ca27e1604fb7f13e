"""A child's reasonable adjustments: what the national record has, and what staff record for it."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.adjustments import record_adjustments
from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.domain.adjustments import BASES, LONGEST, MOST, AdjustmentBasis
from pathway.domain.errors import InvalidInput
from pathway.domain.roles import Actor, Permission
from pathway.reading.adjustments import AdjustmentsShown, adjustments_of
from pathway.web.child_page import identity_bar
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of

_PATH = "/children/{child_id:uuid}/adjustments"
_OPT = {"permission": Permission.ADJUSTMENTS}
SPECS = (
    FieldSpec(
        "ours", Kind.LONG_TEXT, "What helps this child?", subject="what helps this child", longest=MOST * LONGEST,
        hint="One on each line, such as “A quiet room to wait in”. Name no place and no diagnosis.",
    ),
    FieldSpec(
        "basis", Kind.CHOICE, "Why may it be given to the national record?", subject="why it may be given",
        choices=tuple(Choice(basis.value, words) for basis, words in BASES.items()),
    ),
)  # fmt: skip


@get(_PATH, opt=_OPT)
async def show_adjustments(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template:
    """What is held, and a form to record what helps."""
    shown = await adjustments_of(area, actor, child_id)
    ours = "\n".join(shown.held.adjustments.ours)
    return _adjustments_page(request, area, shown, open_form(SPECS, {"ours": ours} if ours else {}), uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def save_adjustments(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template | Redirect:
    """Keep what was recorded, to be given to the national record."""
    pairs = await posted(request)
    reading, request_id = read_form(SPECS, pairs), request_id_of(pairs)
    if reading.ok:
        try:
            await record_adjustments(
                area, Asking(actor, request_id), child_id, reading.text("ours").splitlines(),
                AdjustmentBasis(reading.text("basis")),
            )  # fmt: skip
            return Redirect(f"/children/{child_id}/adjustments?saved=1", status_code=303)
        except InvalidInput as refused:
            reading = reading.with_error("ours", refused.message)
    shown = await adjustments_of(area, actor, child_id)
    return _adjustments_page(request, area, shown, reading, request_id)


def _adjustments_page(
    request: WebRequest, area: Area, shown: AdjustmentsShown, reading: Reading, request_id: UUID
) -> Template:
    record = shown.record
    return page(
        request,
        "staff/adjustments.html",
        200 if reading.ok else 422,
        bar=identity_bar(record.child, area.today, record.opened_until),
        child_id=record.child.id,
        held=shown.held,
        restricted=record.child.restricted,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
        saved="What helps this child is saved." if request.query_params.get("saved") else "",
    )


handlers = [show_adjustments, save_adjustments]

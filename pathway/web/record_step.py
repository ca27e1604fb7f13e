"""Record a step: a form made from the definition, a page that says what it will do, and then the record.

The version that was shown and the request's id travel with the form, so a second press is harmless and nothing of a
colleague's is overwritten. A refusal of any kind brings the form back with everything that was typed.
"""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.perform import Asking
from pathway.actions.record_step import preview_step, record_step
from pathway.domain.definition import FieldType
from pathway.domain.errors import (
    DuplicateRequest,
    ImpossibleHistory,
    InvalidInput,
    StaleVersion,
    StepNotAllowed,
)
from pathway.domain.roles import Actor, Permission
from pathway.reading.step_form import StepForm, step_form
from pathway.web.child_page import identity_bar
from pathway.web.fields import FieldSpec
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import Pairs, WebRequest, page, posted
from pathway.web.sent_forms import request_id_of, version_of
from pathway.web.step_form import DAY, answers_of, step_specs
from pathway.web.step_preview import preview_page

_PATH = "/episodes/{episode_id:uuid}/steps/{step:str}"
# Staff only: a school or referrer records from its own pages, where no more is said than they may know.
_OPT = {"permission": Permission.READ_CHILD}
_REFUSALS = (InvalidInput, StepNotAllowed, ImpossibleHistory, DuplicateRequest)


@get(_PATH, opt=_OPT)
async def show_step(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    step: FromPath[str],
) -> Template:
    """The form of one step, for today unless another day is given."""
    form = await step_form(area, actor, episode_id, step)
    reading = open_form(specs(area, form), {DAY: area.today})
    return _form_page(request, area, form, reading, form.version, uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def take_step(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    step: FromPath[str],
) -> Template | Redirect:
    """Preview it, go back to change it, or record it: whichever button was pressed."""
    pairs = await posted(request)
    sent = dict(pairs)
    form = await step_form(area, actor, episode_id, step)
    reading = read_form(specs(area, form), pairs)
    asking = Asking(actor, request_id_of(pairs), version_of(pairs, form.version))
    on = reading.day(DAY)
    if sent.get("_go") == "change" or not reading.ok or on is None:
        return _form_page(request, area, form, reading, asking.version or form.version, asking.request_id)
    answers = answers_of(reading)
    try:
        if sent.get("_go") == "confirm":
            done = await record_step(area, asking, episode_id, step, on, answers)
            return Redirect(f"/children/{done.child_id}?saved={step}", status_code=303)
        preview = await preview_step(area, asking, episode_id, step, on, answers)
    except StaleVersion as changed:
        return _stale_page(request, area, form, reading, pairs, changed)
    except _REFUSALS as refused:
        fresh = uuid4() if isinstance(refused, DuplicateRequest) else asking.request_id
        mended = reading.with_error(_field_of(refused, reading), refused.message)
        return _form_page(request, area, form, mended, asking.version or form.version, fresh)
    return preview_page(request, area, actor, form, reading, preview, _kept(pairs))


def specs(area: Area, form: StepForm) -> tuple[FieldSpec, ...]:
    """The day, and the step's own questions."""
    return step_specs(form.step, area.today, form.child.birth_date, form.organisations)


def _field_of(refused: Exception, reading: Reading) -> str:
    """The question a refusal belongs beside: the one it names, and the day otherwise."""
    named = refused.field if isinstance(refused, InvalidInput) else None
    return named if named is not None and named in reading.answers else DAY


def _kept(pairs: Pairs) -> Pairs:
    """What the next page sends along unseen; the button that was pressed is not part of it."""
    return [(name, value) for name, value in pairs if name != "_go"]


def _form_page(
    request: WebRequest, area: Area, form: StepForm, reading: Reading, version: int, request_id: UUID
) -> Template:
    return page(
        request,
        "staff/step_form.html",
        200 if reading.ok else 422,
        bar=identity_bar(form.child, area.today),
        back=f"/children/{form.child.id}",
        step=form.step,
        pathway=form.definition.title,
        reading=reading,
        errors=reading.errors,
        version=version,
        request_id=request_id,
        private=any(field.type is not FieldType.CHOICE and field.type.is_free_text for field in form.step.fields),
    )  # fmt: skip


def _stale_page(
    request: WebRequest, area: Area, form: StepForm, reading: Reading, pairs: Pairs, changed: StaleVersion
) -> Template:
    """Someone else was quicker: what they changed, and everything typed kept for another look."""
    kept = [(name, value) for name, value in _kept(pairs) if name not in ("_version", "_request")]
    return page(
        request,
        "staff/step_stale.html",
        412,
        bar=identity_bar(form.child, area.today),
        back=f"/children/{form.child.id}",
        step=form.step,
        changes=changed.changes,
        kept=[*kept, ("_version", str(changed.version)), ("_request", str(uuid4()))],
        reading=reading,
    )


handlers = [show_step, take_step]

"""Correct a fact: strike it out, or say on which day it really happened. The fact stays readable, with the correction."""

from datetime import date
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.correct import re_date, strike_out
from pathway.actions.episode_change import Changed
from pathway.actions.perform import Asking
from pathway.domain.corrections import REASON_LENGTH
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, StaleVersion
from pathway.domain.roles import Actor, Permission
from pathway.reading.episode_form import FactForm, fact_form
from pathway.web.child_page import identity_bar
from pathway.web.fields import Bound, Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of, version_of

_PATH = "/episodes/{episode_id:uuid}/events/{event_id:uuid}/correct"
_OPT = {"permission": Permission.CORRECT}
_STRIKE, _MOVE = "strike_out", "re_date"


def specs(today: date, born: date) -> tuple[FieldSpec, ...]:
    """What is wrong, the right day where it is the day, and why."""
    return (
        FieldSpec(
            "what", Kind.CHOICE, "What is wrong?", subject="what is wrong",
            choices=(
                Choice(_STRIKE, "It did not happen", "Strike it out: it stays readable and no longer counts"),
                Choice(_MOVE, "It happened on another day", "Give the right day below"),
            ),
        ),
        FieldSpec(
            "new_day", Kind.DATE, "The day on which it happened", subject="the day on which it happened", required=False,
            hint="Only where the day is wrong", earliest=Bound(born, "the child's date of birth"), latest=Bound(today, "today"),
        ),
        FieldSpec("reason", Kind.LONG_TEXT, "Why is it corrected?", subject="why it is corrected", longest=REASON_LENGTH),
    )  # fmt: skip


@get(_PATH, opt=_OPT)
async def show_correction(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    event_id: FromPath[UUID],
) -> Template:
    """The form, with the fact it is about."""
    form = await fact_form(area, actor, episode_id, event_id)
    reading = open_form(specs(area.today, form.child.birth_date))
    return _form_page(request, area, form, reading, form.line.version, uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def correct_fact(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    event_id: FromPath[UUID],
) -> Template | Redirect:
    """Record the correction; a refusal brings the form back as it was sent."""
    pairs = await posted(request)
    form = await fact_form(area, actor, episode_id, event_id)
    reading = read_form(specs(area.today, form.child.birth_date), pairs)
    if reading.ok and reading.text("what") == _MOVE and reading.day("new_day") is None:
        reading = reading.with_error("new_day", "Enter the day on which it happened")
    asking = Asking(actor, request_id_of(pairs), version_of(pairs, form.line.version))
    version = asking.version
    if reading.ok:
        try:
            done = await _record(area, asking, form, reading)
            return Redirect(f"/children/{done.child_id}?saved={reading.text('what')}", status_code=303)
        except StaleVersion as changed:
            reading, version = reading.with_error("what", changed.message), changed.version
        except InvalidInput as refused:
            beside = "reason" if refused.field == "reason" else "new_day"
            reading = reading.with_error(beside, refused.message)
        except (Conflict, NotAllowed) as refused:
            reading = reading.with_error("what", refused.message)
    return _form_page(request, area, form, reading, version or form.line.version, asking.request_id)


async def _record(area: Area, asking: Asking, form: FactForm, reading: Reading) -> Changed:
    new_day, reason = reading.day("new_day"), reading.text("reason")
    if reading.text("what") == _MOVE and new_day is not None:
        return await re_date(area, asking, form.line.id, form.fact.id, new_day, reason)
    return await strike_out(area, asking, form.line.id, form.fact.id, reason)


def _form_page(
    request: WebRequest, area: Area, form: FactForm, reading: Reading, version: int, request_id: UUID
) -> Template:
    return page(
        request,
        "staff/correct.html",
        200 if reading.ok else 422,
        bar=identity_bar(form.child, area.today),
        back=f"/children/{form.child.id}",
        title=form.title,
        happened_on=form.fact.happened_on,
        reading=reading,
        errors=reading.errors,
        version=version,
        request_id=request_id,
    )


handlers = [show_correction, correct_fact]

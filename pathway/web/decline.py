"""Decline a hand-over that another team offered, and say why: the sender decides what to do next by that."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.hand_over import decline
from pathway.actions.perform import Asking
from pathway.domain.corrections import REASON_LENGTH
from pathway.domain.errors import Conflict, DuplicateRequest, NotAllowed, NotFound
from pathway.domain.roles import Actor, Permission
from pathway.reading.episode_form import HandOverForm, hand_over_form
from pathway.web.child_page import identity_bar
from pathway.web.fields import FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.hand_overs import NO_LONGER_OFFERED
from pathway.web.hand_overs import PATH as HAND_OVERS
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of

_PATH = "/episodes/{episode_id:uuid}/hand-over/decline"
_OPT = {"permission": Permission.HAND_OVER}
_WHY = FieldSpec(
    "reason", Kind.LONG_TEXT, "Why do you decline?", subject="why you decline", longest=REASON_LENGTH,
    hint="The team that asked reads this. Say what would help the child instead, if you know.",
)  # fmt: skip


@get(_PATH, opt=_OPT)
async def show_decline(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
) -> Template:
    """The question why, for an offer that waits for the reader's own team."""
    form = await hand_over_form(area, actor, episode_id)
    if form.line.hand_over_to != actor.organisation_id:
        raise NotFound(NO_LONGER_OFFERED)
    return _form_page(request, area, form, open_form((_WHY,)), uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def send_decline(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
) -> Template | Redirect:
    """Record the answer; sent twice, it is recorded once."""
    pairs = await posted(request)
    reading, request_id = read_form((_WHY,), pairs), request_id_of(pairs)
    if reading.ok:
        try:
            await decline(area, Asking(actor, request_id), episode_id, reading.text("reason"))
            return Redirect(f"{HAND_OVERS}?saved=decline", status_code=303)
        except NotFound:
            raise NotFound(NO_LONGER_OFFERED) from None
        except DuplicateRequest:
            raise
        except (Conflict, NotAllowed) as refused:
            reading = reading.with_error("reason", refused.message)
    form = await hand_over_form(area, actor, episode_id)
    return _form_page(request, area, form, reading, request_id)


def _form_page(
    request: WebRequest, area: Area, form: HandOverForm, reading: Reading, request_id: UUID
) -> Template:
    return page(
        request,
        "staff/decline.html",
        200 if reading.ok else 422,
        bar=identity_bar(form.child, area.today),
        form=form,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
    )


handlers = [show_decline, send_decline]

"""Hand-overs: offer a child to another provider, and answer what was offered. Until they accept, the child stays here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.episode_change import Changed
from pathway.actions.hand_over import accept, offer, take_back
from pathway.actions.perform import Asking
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from pathway.domain.roles import Actor, Permission
from pathway.reading.episode_form import HandOverForm, hand_over_form
from pathway.reading.hand_over_lists import offered
from pathway.web.child_page import identity_bar
from pathway.web.components import PageLinks
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of, version_of

PATH = "/hand-overs"
_OFFER = "/episodes/{episode_id:uuid}/hand-over"
_OPT = {"permission": Permission.HAND_OVER}
_ANSWERS: Final[Mapping[str, Callable[[Area, Asking, UUID], Awaitable[Changed]]]] = {
    "accept": accept,
    "take-back": take_back,
}
_SAVED: Final = {
    "accept": "Hand-over accepted: the child is now yours.",
    "decline": "Hand-over declined: the sender holds the child as before.",
}
TAKEN_BACK: Final = "taken_back"
"""What the child's page is told of an offer that its sender took back: nobody declined it."""

NO_LONGER_OFFERED: Final = (
    "This hand-over is not offered to you, or no longer: the other team may have taken it back. "
    "Go back to the hand-overs and look again."
)


@get(PATH, opt=_OPT)
async def show_hand_overs(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """What other providers have offered to the reader's own."""
    found = await offered(area, actor, request.query_params.get("after"))
    pages = PageLinks("", f"{PATH}?after={found.after}" if found.after else "", "Pages of hand-overs")
    return page(
        request,
        "staff/hand_overs.html",
        offered=[(one, sender, uuid4()) for one, sender in found.rows],
        all_request=uuid4(),
        pages=pages,
        today=area.today,
        saved=_SAVED.get(request.query_params.get("saved", ""), ""),
    )


@get(_OFFER, opt=_OPT)
async def show_offer(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
) -> Template:
    """To whom the child can be handed over, or the offer that waits."""
    form = await hand_over_form(area, actor, episode_id)
    return _offer_page(request, area, form, open_form(_specs(form)), uuid4())


@post(_OFFER, opt=_OPT, status_code=200)
async def make_offer(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
) -> Template | Redirect:
    """Offer the child to the provider that was chosen."""
    pairs = await posted(request)
    form = await hand_over_form(area, actor, episode_id)
    reading = read_form(_specs(form), pairs)
    asking = Asking(actor, request_id_of(pairs), version_of(pairs, form.line.version))
    if reading.ok:
        try:
            await offer(area, asking, episode_id, int(reading.text("to")))
            return Redirect(f"/children/{form.child.id}?saved=hand_over_offered", status_code=303)
        except (Conflict, InvalidInput, NotAllowed) as refused:
            reading = reading.with_error("to", refused.message)
    return _offer_page(request, area, form, reading, asking.request_id)


@post("/episodes/{episode_id:uuid}/hand-over/{answer:str}", opt=_OPT, status_code=303)
async def answer_offer(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    answer: FromPath[str],
) -> Redirect:
    """Accept what was offered, or take one's own offer back."""
    pairs = await posted(request)
    if answer not in _ANSWERS:
        raise InvalidInput("A hand-over is accepted, declined or taken back. Choose one of the buttons.")
    try:
        done = await _ANSWERS[answer](area, Asking(actor, request_id_of(pairs)), episode_id)
    except NotFound:
        raise NotFound(NO_LONGER_OFFERED) from None
    if answer == "take-back":
        return Redirect(f"/children/{done.child_id}?saved={TAKEN_BACK}", status_code=303)
    return Redirect(f"{PATH}?saved={answer}", status_code=303)


def _specs(form: HandOverForm) -> tuple[FieldSpec, ...]:
    offered = tuple(Choice(str(one.id), one.name) for one in form.providers)
    return (
        FieldSpec("to", Kind.ORGANISATION, "Which team is asked to take the child over?", subject="a team", choices=offered),
    )  # fmt: skip


def _offer_page(
    request: WebRequest, area: Area, form: HandOverForm, reading: Reading, request_id: UUID
) -> Template:
    return page(
        request,
        "staff/hand_over.html",
        200 if reading.ok else 422,
        bar=identity_bar(form.child, area.today),
        back=f"/children/{form.child.id}",
        form=form,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
    )


handlers = [show_hand_overs, show_offer, make_offer, answer_offer]

"""Details that a new referral stated of a known child: shown among the people, and a person decides about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from pathway.actions.area import Area
from pathway.actions.decide_details import decide_details
from pathway.actions.perform import Asking
from pathway.domain.errors import InvalidInput
from pathway.domain.referral import CarerDetails
from pathway.domain.roles import ROLE_TITLES, Actor, Permission
from pathway.domain.stated import Details, TakeOver
from pathway.reading.stated_details import Stated
from pathway.web.child_page import language
from pathway.web.page import WebRequest, posted
from pathway.web.presenters import day, phone_number
from pathway.web.sent_forms import request_id_of

SAVED: Final = {
    TakeOver.TAKEN.value: "The record now says so. What stood there before is kept.",
    TakeOver.LEFT.value: "Our record stays as it was.",
}


@dataclass(frozen=True, slots=True)
class StatedPanel:
    """What one referral stated, line by line, and where the decision is sent."""

    title: str
    lines: tuple[tuple[str, str], ...]
    action: str


def stated_panels(found: Iterable[Stated]) -> tuple[StatedPanel, ...]:
    return tuple(
        StatedPanel(
            f"The referral of {day(one.on)} ({ROLE_TITLES[one.by]})",
            tuple(_lines(one.details)),
            f"/episodes/{one.episode_id}/details/{one.fact}",
        )
        for one in found
    )


def _lines(details: Details) -> Iterable[tuple[str, str]]:
    if details.address or details.postcode:
        yield "Address", ", ".join(part for part in (*details.address, details.postcode) if part)
    if details.language:
        yield "Main language", language(details.language)
    if details.safe_contact:
        yield "Safe contact", details.safe_contact
    for carer in details.carers:
        yield "Parent or carer", _carer(carer)


def _carer(carer: CarerDetails) -> str:
    rights = "has parental responsibility" if carer.parental_responsibility else ""
    told = "" if carer.may_be_told else "not to be told"
    said = (carer.name, carer.relationship, carer.email, phone_number(carer.phone), rights, told)
    return ", ".join(part for part in said if part)


@post(
    "/episodes/{episode_id:uuid}/details/{fact:uuid}",
    opt={"permission": Permission.CORRECT},
    status_code=303,
)
async def decide_stated(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    episode_id: FromPath[UUID],
    fact: FromPath[UUID],
) -> Redirect:
    """Use the details from now on, or keep what we have."""
    pairs = await posted(request)
    given = dict(pairs).get("decision", "")
    if given not in SAVED:
        raise InvalidInput("Choose whether to use these details or to keep what we have.", "decision")
    asking = Asking(actor, request_id_of(pairs))
    done = await decide_details(area, asking, episode_id, fact, TakeOver(given))
    return Redirect(f"/children/{done.child_id}/people?saved={given}", status_code=303)


handlers = [decide_stated]

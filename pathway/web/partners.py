"""Partners' systems: who is connected and how, the last messages both ways, and a box in which one can be tried.

What is tried goes the way of a real message and is undone: nothing is written. Nothing that was sent is shown again in a link or kept.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Template

from pathway.actions.area import Area
from pathway.domain.roles import Actor, Permission
from pathway.domain.tried import Tried, Try
from pathway.reading.partner_systems import partner_systems
from pathway.store.partner_messages import KINDS
from pathway.store.partner_traffic import Exchanged
from pathway.store.partners import Partner
from pathway.web.components import Cell, Column, DataTable
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import day_and_time

PATH: Final = "/partners"
LONGEST: Final = 200_000
_OPT: Final = {"permission": Permission.HELD_JOBS}
_STATES: Final = {
    "done": "Done",
    "failed": "Refused",
    "processing": "Being worked on",
    "waiting": "Waiting",
    "sending": "Being sent",
    "sent": "Sent",
    "delivered": "Sent",
    "held": "Held for a person",
    "dropped": "Not sent",
    "nobody_to_tell": "Not sent",
}


@get(PATH, opt=_OPT)
async def show_partners(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Who is connected, and what was exchanged last."""
    return await _page(request, area, actor)


@post(f"{PATH}/try", opt=_OPT, status_code=200)
async def try_message(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    try_as_partner: NamedDependency[Try],
) -> Template:
    """Try a message as one of the partners' systems; nothing is written."""
    known = await partner_systems(area, actor)
    reading = read_form(_asked(known.systems), await posted(request))
    if not reading.ok:
        return await _page(request, area, actor, reading)
    tried = await try_as_partner(actor, reading.text("partner"), reading.text("message").encode())
    return await _page(request, area, actor, reading, tried)


def _asked(systems: Sequence[Partner]) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            "partner", Kind.CHOICE, "Which partner’s system would send it?", subject="which system would send it",
            choices=tuple(Choice(one.client_id, one.name, one.organisation) for one in systems),
        ),
        FieldSpec(
            "message", Kind.LONG_TEXT, "The resource or Bundle, as JSON", subject="the resource or Bundle",
            hint="It is tried and undone: nothing is written, and what you paste is not kept.", longest=LONGEST,
            spellcheck=False,
        ),
    )  # fmt: skip


async def _page(
    request: WebRequest, area: Area, actor: Actor, reading: Reading | None = None, tried: Tried | None = None
) -> Template:
    found = await partner_systems(area, actor)
    form = reading or open_form(_asked(found.systems))
    wrong = reading is not None and not reading.ok
    return page(
        request,
        "staff/partners.html",
        422 if wrong else 200,
        systems=_systems(found.systems),
        came=_messages("came", "Messages from partners’ systems", found.came),
        went=_messages("went", "Messages to partners’ systems", found.went),
        fields=form.fields if found.systems else (),
        tried=tried,
        errors=form.errors if wrong else (),
    )


def _systems(systems: Sequence[Partner]) -> DataTable:
    columns = ("System", "Organisation", "Mode", "What it may do", "Last in", "Last out")
    rows = [
        (
            one.name, one.organisation, one.mode.capitalize() if one.active else "Switched off", " ".join(one.scopes),
            _when(one.last_in_at), _when(one.last_out_at),
        )
        for one in systems
    ]  # fmt: skip
    return _table("systems", "Systems that are registered", columns, rows)


def _messages(key: str, caption: str, messages: Sequence[Exchanged]) -> DataTable:
    columns = ("When", "System", "What", "Outcome", "Answered", "Took")
    rows = [
        (
            day_and_time(one.at), one.partner, KINDS.get(one.kind, one.kind).capitalize(), _STATES.get(one.state, one.state),
            str(one.status) if one.status else "Not yet", _took(one),
        )
        for one in messages
    ]  # fmt: skip
    return _table(key, caption, columns, rows)


def _table(key: str, caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> DataTable:
    """Each line a card on a phone; what it would say where there is none."""
    empty = "No partner’s system is registered." if key == "systems" else "No message yet."
    cells = tuple(tuple(map(Cell, row)) for row in rows)
    return DataTable(caption, tuple(map(Column, columns)), cells, cards=True, empty=empty)


def _when(at: datetime | None) -> str:
    return day_and_time(at) if at else "Never"


def _took(one: Exchanged) -> str:
    """How long, and after how many tries where there was more than one."""
    if one.seconds is None:
        return "Not yet"
    took = f"{one.seconds * 1000:.0f} ms" if one.seconds < 1 else f"{one.seconds:.0f} s"
    return f"{took}, {one.tries} tries" if one.tries > 1 else took


handlers = [show_partners, try_message]

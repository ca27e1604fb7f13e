"""Opening a record in an emergency: ask by NHS number, say why, and see it for a while (docs/rules.md 15).

The number is posted and in no address. The answer says whether there is a record, and nothing of it nor of who holds it.
"""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.break_glass import NO_RECORD, Because, break_glass
from pathway.actions.perform import Asking
from pathway.domain.break_glass import GROUNDS, LONGEST_REASON, TIME_TO_DECIDE, Why
from pathway.domain.errors import Conflict, InvalidInput, NotFound
from pathway.domain.roles import Actor, Permission
from pathway.reading.openings import is_there_a_record
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of

PATH = "/break-glass"
_OPT = {"permission": Permission.BREAK_GLASS}
NUMBER = FieldSpec("number", Kind.NHS_NUMBER, "NHS number")
SPECS = (
    NUMBER,
    FieldSpec(
        "why", Kind.CHOICE, "Why do you need this record now?", subject="why you need this record now",
        choices=tuple(Choice(why.value, ground.title) for why, ground in GROUNDS.items()),
    ),
    FieldSpec(
        "reason", Kind.LONG_TEXT, "What has happened?", subject="what has happened", longest=LONGEST_REASON,
        hint="Information governance reads this today. It is kept under the child's own key.",
    ),
    FieldSpec(
        "endangers", Kind.YES_NO, "Could telling the family now put someone in danger?",
        subject="yes if telling the family now could put someone in danger",
        hint=f"The family is told that the record was opened, and in which role. If you say yes, telling waits up to "
        f"{TIME_TO_DECIDE.days} days for a Caldicott decision.",
    ),
)  # fmt: skip


@get(PATH, opt=_OPT)
async def ask_number(request: WebRequest) -> Template:
    """The question: which child."""
    return page(request, "staff/break_glass.html", reading=open_form((NUMBER,)), said="", child=None)


@post(f"{PATH}/search", opt=_OPT, status_code=200)
async def look_for_record(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Whether there is a record; where there is one of another team, the form that opens it."""
    reading = read_form((NUMBER,), await posted(request))
    number = reading.nhs_number("number")
    if number is None:
        return _asked(request, reading, "", None)
    found = await is_there_a_record(area, actor, number)
    if not found.there:
        return _asked(request, reading, NO_RECORD, None)
    if found.mine is not None:
        return _asked(request, reading, "This record is open to you already.", found.mine)
    return _form_page(request, open_form(SPECS, {"number": number.value}), uuid4())


@post(f"{PATH}/open", opt=_OPT, status_code=200)
async def open_record(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template | Redirect:
    """Open it, with the reason; then lead to the record."""
    pairs = await posted(request)
    reading, request_id = read_form(SPECS, pairs), request_id_of(pairs)
    number = reading.nhs_number("number")
    if reading.ok and number is not None:
        because = Because(
            Why(reading.text("why")), reading.text("reason"), reading.yes_no("endangers") is True
        )
        try:
            opened = await break_glass(area, Asking(actor, request_id), number, because)
            return Redirect(f"/children/{opened.child_id}", status_code=303)
        except InvalidInput as refused:
            reading = reading.with_error("reason", refused.message)
        except (Conflict, NotFound) as refused:
            return _asked(request, open_form((NUMBER,)), refused.message, None)
    return _form_page(request, reading, request_id)


def _asked(request: WebRequest, reading: Reading, said: str, child: UUID | None) -> Template:
    status = 200 if reading.ok else 422
    return page(
        request, "staff/break_glass.html", status, reading=reading, errors=reading.errors, said=said, child=child
    )  # fmt: skip


def _form_page(request: WebRequest, reading: Reading, request_id: UUID) -> Template:
    status = 200 if reading.ok else 422
    return page(
        request, "staff/break_glass_form.html", status, reading=reading, errors=reading.errors, request_id=request_id
    )  # fmt: skip


handlers = [ask_number, look_for_record, open_record]

"""Held messages: what could not be sent by itself, why, and what a person does about it."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.held_jobs import LONGEST_REASON, close_held, run_again, send_again
from pathway.actions.perform import Asking
from pathway.domain.errors import Conflict, DuplicateRequest, InvalidInput
from pathway.domain.roles import Actor, Permission
from pathway.reading.held import held
from pathway.store.partner_messages import KINDS
from pathway.web.fields import FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of, small_number

PATH = "/held"
_OPT = {"permission": Permission.HELD_JOBS}
_SAVED = {
    "sent": "The message will be tried again.",
    "closed": "The message is closed and will not be sent.",
    "run": "The job will be tried again.",
}


@get(PATH, opt=_OPT)
async def show_held(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Everything that waits for a person, oldest first."""
    return await _held_page(request, area, actor, None, None)


@post(f"{PATH}/{{message_id:uuid}}/send", opt=_OPT, status_code=200)
async def send_held(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    message_id: FromPath[UUID],
) -> Redirect | Template:
    """Let a message be tried again; where what it says is not so any more, say so beside it."""
    try:
        await send_again(area, Asking(actor, request_id_of(await posted(request))), message_id)
    except DuplicateRequest:
        raise
    except Conflict as refused:
        why = open_form((_why(message_id),)).with_error(f"why-{message_id}", refused.message)
        return await _held_page(request, area, actor, message_id, why)
    return Redirect(f"{PATH}?saved=sent", status_code=303)


@post(f"{PATH}/{{message_id:uuid}}/close", opt=_OPT, status_code=200)
async def close_message(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    message_id: FromPath[UUID],
) -> Redirect | Template:
    """Close a message with a reason, as when the family was told by telephone."""
    pairs = await posted(request)
    reading = read_form((_why(message_id),), pairs)
    if not reading.ok:
        return await _held_page(request, area, actor, message_id, reading)
    try:
        await close_held(
            area, Asking(actor, request_id_of(pairs)), message_id, reading.text(f"why-{message_id}")
        )
    except InvalidInput as refused:
        return await _held_page(
            request, area, actor, message_id, reading.with_error(f"why-{message_id}", refused.message)
        )
    return Redirect(f"{PATH}?saved=closed", status_code=303)


@post(f"{PATH}/jobs/{{job_id:int}}/run", opt=_OPT, status_code=303)
async def run_job(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], job_id: FromPath[int]
) -> Redirect:
    """Put a failed job back into the queue."""
    await run_again(area, Asking(actor, request_id_of(await posted(request))), small_number(job_id))
    return Redirect(f"{PATH}?saved=run", status_code=303)


def _why(message_id: UUID) -> FieldSpec:
    return FieldSpec(
        f"why-{message_id}", Kind.TEXT, "Why is it closed?", subject="why it is closed", longest=LONGEST_REASON,
        hint="For example, told by telephone. Name nobody.",
    )  # fmt: skip


async def _held_page(
    request: WebRequest, area: Area, actor: Actor, wrong: UUID | None, reading: Reading | None
) -> Template:
    found = await held(area, actor)
    forms = {
        message.id: reading if message.id == wrong and reading else open_form((_why(message.id),))
        for message in found.messages
    }
    return page(
        request,
        "staff/held.html",
        422 if reading else 200,
        messages=[(m, forms[m.id].fields[0], uuid4()) for m in found.messages],
        kinds=KINDS,
        jobs=[(job, uuid4()) for job in found.jobs],
        errors=reading.errors if reading else (),
        saved=_SAVED.get(request.query_params.get("saved", ""), ""),
        reads_children=actor.may(Permission.READ_CHILD),
    )


handlers = [show_held, send_held, close_message, run_job]

"""Referring a child: choose the pathway, answer a few pages in any order, check, and send once.

What is typed is kept on the server from page to page, so nothing personal stands in an address, nothing needs JavaScript,
and a person can stop and come back. A page is kept before it is judged: a fault never costs what was typed.
"""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from pathway.actions.area import Area
from pathway.actions.save_draft import begin_draft, discard_draft, save_section, send_draft
from pathway.domain.errors import AlreadyReferred, InvalidInput, NotFound
from pathway.domain.referral import DRAFT_KEPT_DAYS
from pathway.domain.roles import Actor, Permission
from pathway.reading.referral_drafts import (
    own_organisation,
    pathways_open_to,
    referral_draft,
    unsent_drafts,
)
from pathway.web.fields import Choice, FieldError, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.refer_pages import CheckPage, Pages, name_of, open_pages
from pathway.web.refer_reading import read_section, referral_from

_MAY = {"permission": Permission.REFER}
LATER = "later"


@get("/refer", opt=_MAY)
async def start(request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]) -> Template:
    """What a referral is not, what is needed for one, the drafts to go on with, and the pathways to choose from."""
    return await _start_page(request, area, actor, open_form(_start_specs(area, actor)), uuid4())


@post("/refer", opt=_MAY)
async def begin(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """Begin a draft. The page brings its id, so a double click begins one."""
    pairs = await posted(request)
    draft_id = _id(dict(pairs).get("draft", ""))
    reading = read_form(_start_specs(area, actor), pairs)
    if not reading.ok:
        return await _start_page(request, area, actor, reading, draft_id)
    await begin_draft(area, actor, draft_id, reading.text("pathway"))
    return Redirect(f"/refer/{draft_id}", status_code=303)


@get("/refer/{draft:uuid}", opt=_MAY)
async def tasks(
    request: WebRequest, draft: FromPath[UUID], area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """The pages of the referral, and which are complete."""
    pages = await open_pages(area, actor, draft)
    if pages.draft.is_sent:
        return _to_sent(draft)
    return page(request, "refer/tasks.html", pages=pages)


@get("/refer/{draft:uuid}/pages/{section:str}", opt=_MAY)
async def ask(
    request: WebRequest,
    draft: FromPath[UUID],
    section: FromPath[str],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
) -> Response[str] | Template | Redirect:
    """One page of questions, with what was typed before; faults are shown once it has been answered."""
    pages = await open_pages(area, actor, draft)
    if pages.draft.is_sent:
        return _to_sent(draft)
    reading = pages.written.readings[pages.section(section).key]
    if section not in pages.written.opened:
        reading = open_form(pages.section(section).specs)
    return page(request, "refer/section.html", pages=pages, section=pages.section(section), form=reading)


@post("/refer/{draft:uuid}/pages/{section:str}", opt=_MAY)
async def answer(
    request: WebRequest,
    draft: FromPath[UUID],
    section: FromPath[str],
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
) -> Response[str] | Template | Redirect:
    """Keep what was typed, then say what to put right, or go on to the next page that is not complete."""
    pairs = await posted(request)
    pages = await open_pages(area, actor, draft)
    if pages.draft.is_sent:
        return _to_sent(draft)
    asked = pages.section(section)
    typed = tuple((name, value) for name, value in pairs if any(name in s.names for s in asked.specs))
    await save_section(area, actor, draft, asked.key, typed)
    if dict(pairs).get("then") == LATER:
        return Redirect(f"/refer/{draft}", status_code=303)
    reading = read_section(asked, typed)
    if not reading.ok:
        return page(
            request, "refer/section.html", 422, pages=pages, section=asked, form=reading, errors=reading.errors
        )  # fmt: skip
    following = (await open_pages(area, actor, draft)).after(asked.key)
    return Redirect(
        f"/refer/{draft}/pages/{following.key}" if following else f"/refer/{draft}/check", status_code=303
    )


@get("/refer/{draft:uuid}/check", opt=_MAY)
async def check(
    request: WebRequest, draft: FromPath[UUID], area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """Every answer on one page, each with a link that changes it."""
    pages = await open_pages(area, actor, draft)
    if pages.draft.is_sent:
        return _to_sent(draft)
    if pages.written.missing:
        return Redirect(f"/refer/{draft}", status_code=303)
    return page(request, "refer/check.html", pages=pages, check=CheckPage.of(pages))


@post("/refer/{draft:uuid}/check", opt=_MAY)
async def send(
    request: WebRequest, draft: FromPath[UUID], area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """Send what was checked; a repeat is led to the same confirmation."""
    version = dict(await posted(request)).get("version", "")
    pages = await open_pages(area, actor, draft)
    if pages.draft.is_sent:
        return _to_sent(draft)
    if pages.written.missing or not version.isdecimal():
        return Redirect(f"/refer/{draft}", status_code=303)
    own = await own_organisation(area, actor)
    referral = referral_from(pages.definition, pages.written, own, actor, area.today)
    try:
        await send_draft(area, actor, draft, int(version), referral)
    except AlreadyReferred as refusal:
        return page(request, "refer/already.html", refusal.status, pages=pages, words=refusal.message)
    except InvalidInput as fault:
        errors = (FieldError(fault.field or "answers", fault.message, "answers"),)
        return page(
            request, "refer/check.html", 422, pages=pages, check=CheckPage.of(pages), errors=errors
        )  # fmt: skip
    return _to_sent(draft)


@get("/refer/{draft:uuid}/sent", opt=_MAY)
async def sent(
    request: WebRequest, draft: FromPath[UUID], area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """The reference, what happens next and when."""
    found = await referral_draft(area, actor, draft)
    if not found.is_sent:
        return Redirect(f"/refer/{draft}", status_code=303)
    definition = area.pathways.newest(found.pathway)
    first = definition.steps[definition.first_step]
    promises = [
        c.family for c in definition.clocks.values()
        if c.enabled and c.family and any(t.step == first.key for t in c.starts)
    ]  # fmt: skip
    return page(
        request, "refer/sent.html", draft=found, stage=definition.stages[first.to], promises=promises
    )  # fmt: skip


@get("/refer/{draft:uuid}/discard", opt=_MAY)
async def ask_discard(
    request: WebRequest, draft: FromPath[UUID], area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Response[str] | Template | Redirect:
    """Ask before throwing a draft away."""
    pages = await open_pages(area, actor, draft)
    return _to_sent(draft) if pages.draft.is_sent else page(request, "refer/discard.html", pages=pages)


@post("/refer/{draft:uuid}/discard", opt=_MAY)
async def discard(
    request: WebRequest, draft: FromPath[UUID], area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Redirect:
    """Throw a draft away."""
    await posted(request)
    await discard_draft(area, actor, draft)
    return Redirect("/refer", status_code=303)


def _to_sent(draft: UUID) -> Redirect:
    return Redirect(f"/refer/{draft}/sent", status_code=303)


def _start_specs(area: Area, actor: Actor) -> tuple[FieldSpec, ...]:
    offered = tuple(Choice(d.key, d.title) for d in pathways_open_to(area, actor))
    if not offered:
        raise NotFound(
            "No pathway of this area takes referrals from your role. Ask the area's administrator."
        )
    return (
        FieldSpec("pathway", Kind.CHOICE, "What are you asking for?", "what you are asking for", choices=offered),
    )  # fmt: skip


async def _start_page(
    request: WebRequest, area: Area, actor: Actor, reading: Reading, draft_id: UUID
) -> Template:
    waiting = [
        Pages.of(draft, area.pathways.newest(draft.pathway), area.today)
        for draft in await unsent_drafts(area, actor)
    ]
    return page(
        request,
        "refer/start.html",
        422 if reading.errors else 200,
        form=reading,
        draft_id=draft_id,
        waiting=[(pages, name_of(pages.written)) for pages in waiting],
        kept_days=DRAFT_KEPT_DAYS,
        errors=reading.errors,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("This page is not whole. Open “Refer a child” again.") from None


handlers = [start, begin, tasks, ask, answer, check, send, sent, ask_discard, discard]

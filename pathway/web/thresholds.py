"""Limits: which are in force, what has been proposed, what a proposal would do, and the partners' signatures."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.agree_threshold import draft, sign, withdraw
from pathway.actions.area import Area
from pathway.actions.dry_run_threshold import DryRun, dry_run, dry_run_of
from pathway.actions.perform import Asking
from pathway.domain.agreement import ThresholdDraft
from pathway.domain.errors import Conflict, InvalidInput
from pathway.domain.roles import Actor, Permission
from pathway.domain.thresholds import Applies
from pathway.reading.thresholds import version, versions
from pathway.web.components import SummaryRow
from pathway.web.fields import Bound, FieldSpec, Kind
from pathway.web.forms import Reading, choices, open_form, read_form
from pathway.web.page import Pairs, WebRequest, page, posted
from pathway.web.refer_pages import in_words
from pathway.web.sent_forms import request_id_of, small_number
from pathway.web.threshold_tables import effect_table, limit_table, signature_table, version_table

PATH = "/thresholds"
_READ = {"permission": Permission.SIGN_THRESHOLD}
_DRAFT = {"permission": Permission.DRAFT_THRESHOLD}
_SAVED: Final = {
    "drafted": "The proposal is kept. It changes nothing until every partner has signed it.",
    "signed": "Signed.",
    "withdrawn": "The proposal is withdrawn.",
}


@get(PATH, opt=_READ)
async def show_thresholds(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Every limit of every pathway, and every version that was proposed."""
    found = await versions(area, actor)
    return page(
        request,
        "staff/thresholds.html",
        limits=[limit_table(area.pathways.newest(key), key, found, area.today) for key in area.pathways.keys],
        proposed=version_table(area, found),
        may_draft=actor.may(Permission.DRAFT_THRESHOLD),
    )


@get(f"{PATH}/{{threshold_id:int}}", opt=_READ)
async def show_threshold(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    threshold_id: FromPath[int],
) -> Template:
    """One version, its signatures, and what it would do."""
    return await _version_page(request, area, actor, small_number(threshold_id), "")


async def _version_page(
    request: WebRequest, area: Area, actor: Actor, threshold_id: int, refused: str
) -> Template:
    found, kind = await version(area, actor, threshold_id)
    definition = area.pathways.newest(found.pathway)
    tried = await dry_run_of(area, actor, threshold_id) if found.is_open else None
    signed = {signature.kind for signature in found.signatures}
    return page(
        request,
        "staff/threshold.html",
        409 if refused else 200,
        version=found,
        title=definition.clocks[found.clock].title,
        pathway=definition.title,
        signatures=signature_table(found),
        effect=effect_table(tried, actor) if tried else None,
        may_sign=found.is_open and kind in found.needs and kind not in signed,
        may_withdraw=found.is_open and actor.may(Permission.DRAFT_THRESHOLD),
        refused=refused,
        request_id=uuid4(),
        saved=_SAVED.get(request.query_params.get("saved", ""), ""),
    )


@post(f"{PATH}/{{threshold_id:int}}/{{doing:str}}", opt=_READ, status_code=200)
async def sign_threshold(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    threshold_id: FromPath[int],
    doing: FromPath[str],
) -> Template | Redirect:
    """Sign a proposal for one's own organisation, or withdraw it."""
    asking = Asking(actor, request_id_of(await posted(request)))
    small_number(threshold_id)
    try:
        if doing == "sign":
            await sign(area, asking, threshold_id)
            return Redirect(f"{PATH}/{threshold_id}?saved=signed", status_code=303)
        if doing == "withdraw":
            await withdraw(area, asking, threshold_id)
            return Redirect(f"{PATH}/{threshold_id}?saved=withdrawn", status_code=303)
    except Conflict as refused:
        return await _version_page(request, area, actor, threshold_id, refused.message)
    raise InvalidInput("A proposal is signed or withdrawn. Choose one of the buttons.")


@get(f"{PATH}/new", opt=_DRAFT)
async def show_draft(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """The form of a new limit."""
    return _draft_page(request, open_form(_specs(area)), uuid4(), None, [])


@post(f"{PATH}/new", opt=_DRAFT, status_code=200)
async def take_draft(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template | Redirect:
    """Try the limit out first; keep it once its effect has been seen."""
    pairs = await posted(request)
    reading = read_form(_specs(area), pairs)
    request_id = request_id_of(pairs)
    effective = reading.day("effective_from")
    if not reading.ok or effective is None or dict(pairs).get("_go") == "change":
        return _draft_page(request, reading, request_id, None, [])
    proposed = _proposed(reading, effective)
    try:
        if dict(pairs).get("_go") == "confirm":
            kept = await draft(area, Asking(actor, request_id), proposed)
            return Redirect(f"{PATH}/{kept.threshold_id}?saved=drafted", status_code=303)
        tried = await dry_run(area, actor, proposed)
    except (InvalidInput, Conflict) as refused:
        named = refused.field if isinstance(refused, InvalidInput) else None
        beside = named if named is not None and named in reading.answers else "limit"
        return _draft_page(request, reading.with_error(beside, refused.message), request_id, None, [])
    return _draft_page(request, reading, request_id, (tried, actor), pairs)


def _proposed(reading: Reading, effective: date) -> ThresholdDraft:
    pathway, _, clock = reading.text("clock").partition(":")
    return ThresholdDraft(
        pathway, clock, reading.text("limit"), effective, reading.text("source"),
        Applies(reading.text("applies")), reading.text("due_soon"),
    )  # fmt: skip


def _draft_page(
    request: WebRequest, reading: Reading, request_id: UUID, tried: tuple[DryRun, Actor] | None, pairs: Pairs
) -> Template:
    return page(
        request,
        "staff/threshold_draft.html",
        200 if reading.ok else 422,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
        answers=_in_words(reading),
        effect=effect_table(*tried) if tried else None,
        kept=[(name, value) for name, value in pairs if name != "_go"],
    )


def _in_words(reading: Reading) -> tuple[SummaryRow, ...]:
    """What was proposed, as the page that shows its effect repeats it."""
    return tuple(
        SummaryRow(field.spec.label, in_words(field.spec, reading.answers[field.spec.name]))
        for field in reading.fields
    )


def _specs(area: Area) -> tuple[FieldSpec, ...]:
    clocks = [
        (f"{key}:{clock.key}", f"{area.pathways.newest(key).title}: {clock.title}")
        for key in area.pathways.keys
        for clock in area.pathways.newest(key).clocks.values()
        if clock.enabled
    ]
    applies = [
        (Applies.RUNNING.value, "Also for clocks that run already"),
        (Applies.NEW.value, "Only for clocks that start from then on"),
    ]
    first = Bound(area.today + timedelta(days=1), "so that it can be signed first")
    return (
        FieldSpec("clock", Kind.ORGANISATION, "Which limit?", subject="a limit", choices=choices(clocks)),
        FieldSpec("limit", Kind.TEXT, "New limit", hint="For example, 12 weeks, 3 months or 10 working days", width=20),
        FieldSpec("due_soon", Kind.TEXT, "Warn when this much has passed", hint="For example, 10 weeks", required=False, width=20),
        FieldSpec("effective_from", Kind.DATE, "From which day?", subject="the day from which it holds", hint="For example, 1 4 2027", earliest=first),
        FieldSpec("applies", Kind.CHOICE, "For which clocks?", subject="for which clocks it holds", choices=choices(applies)),
        FieldSpec("source", Kind.TEXT, "Where was this agreed?", subject="where this was agreed", hint="For example, partnership board, 3 March 2027, paper 5"),
    )  # fmt: skip


handlers = [show_thresholds, show_threshold, sign_threshold, show_draft, take_draft]

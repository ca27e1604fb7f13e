"""Who is told about a young person: what they decided, carer by carer, and their own contact (docs/rules.md 13)."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.decide_who_is_told import Choice, decide_who_is_told
from pathway.actions.perform import Asking
from pathway.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from pathway.domain.roles import Actor, Permission
from pathway.domain.telling import ASKED, SELF, Decision
from pathway.reading.child_record import ChildRecord, EpisodeRecord, child_record
from pathway.store.child_rows import CarerRow
from pathway.web import fields
from pathway.web.child_page import identity_bar
from pathway.web.fields import Bound, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.sent_forms import request_id_of, version_of

_PATH = "/children/{child_id:uuid}/told"
_OPT = {"permission": Permission.READ_CHILD}
_NOWHERE = "No open pathway of this child asks the young person. Go back to the child's record."


def specs(record: ChildRecord, one: EpisodeRecord) -> tuple[FieldSpec, ...]:
    """When they were asked, what they decided, which carers where it is only some, and their own address."""
    options = one.definition.steps[ASKED].fields[0].options
    found = [
        FieldSpec(
            "happened_on", Kind.DATE, "When were they asked?", subject="the day on which they were asked",
            earliest=Bound(record.child.birth_date, "the child's date of birth"), latest=Bound(record.as_of, "today"),
        ),
        FieldSpec(
            "decision", Kind.CHOICE, "What did the young person decide?", subject="what they decided",
            choices=tuple(fields.Choice(option.key, option.title) for option in options),
        ),
    ]  # fmt: skip
    carers = [carer for carer in record.carers if carer.relationship != SELF and not carer.professional]
    if carers:
        found.append(
            FieldSpec(
                "carers",
                Kind.SEVERAL,
                "Which carers are told?",
                subject="which carers are told",
                required=False,
                hint="Only where some carers are told and others are not",
                choices=tuple(fields.Choice(str(c.id), c.name, c.relationship.capitalize()) for c in carers),
            )
        )
    if own_contact(record) is None:
        found.append(
            FieldSpec(
                "own_email",
                Kind.TEXT,
                "The young person's own e-mail address",
                subject="their e-mail address",
                hint="Messages to it are for the young person only; no carer sees them",
                required=False,
                spellcheck=False,
            )
        )
    return tuple(found)


def own_contact(record: ChildRecord) -> CarerRow | None:
    """The young person's own contact, where there is one."""
    return next((carer for carer in record.carers if carer.relationship == SELF), None)


def asks(record: ChildRecord, actor: Actor) -> EpisodeRecord | None:
    """The open episode on which the actor may record what the young person decided."""
    return next(
        (
            one
            for one in record.episodes
            if not one.stage.closed
            and any(step.key == ASKED for step in one.definition.steps_from(one.stage.key, actor.role))
        ),
        None,
    )


@get(_PATH, opt=_OPT)
async def ask_who_is_told(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template:
    """The form, with the carers as they are told now."""
    record, one = await _opened(area, actor, child_id)
    return _page(request, record, one, open_form(specs(record, one)), one.row.version, uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def record_who_is_told(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template | Redirect:
    """Record it; a refusal brings the form back as it was sent."""
    pairs = await posted(request)
    record, one = await _opened(area, actor, child_id)
    reading = read_form(specs(record, one), pairs)
    asking = Asking(actor, request_id_of(pairs), version_of(pairs, one.row.version))
    version = asking.version or one.row.version
    day = reading.day("happened_on") if reading.ok else None
    if day is not None:
        try:
            await decide_who_is_told(area, asking, one.row.id, day, _choice(record, reading))
            return Redirect(f"/children/{child_id}?saved={ASKED}", status_code=303)
        except StaleVersion as changed:
            reading, version = reading.with_error("decision", changed.message), changed.version
        except InvalidInput as refused:
            asked = {spec.name for spec in specs(record, one)}
            beside = refused.field if refused.field in asked else "decision"
            reading = reading.with_error(beside, refused.message)
        except (Conflict, NotAllowed) as refused:
            reading = reading.with_error("decision", refused.message)
    return _page(request, record, one, reading, version, asking.request_id)


async def _opened(area: Area, actor: Actor, child_id: UUID) -> tuple[ChildRecord, EpisodeRecord]:
    record = await child_record(area, actor, child_id)
    one = asks(record, actor)
    if one is None:
        raise NotFound(_NOWHERE)
    return record, one


def _choice(record: ChildRecord, reading: Reading) -> Choice:
    given = reading.answers
    known = {str(carer.id): carer.id for carer in record.carers}
    ticked = reading.several("carers") if "carers" in given else ()
    return Choice(
        Decision(reading.text("decision")),
        frozenset(known[one] for one in ticked if one in known),
        f"{record.child.first_name} {record.child.family_name}",
        reading.text("own_email") if "own_email" in given else "",
    )


def _page(
    request: WebRequest, record: ChildRecord, one: EpisodeRecord, reading: Reading, version: int, request_id: UUID
) -> Template:  # fmt: skip
    return page(
        request,
        "staff/who_is_told.html",
        200 if reading.ok else 422,
        bar=identity_bar(record.child, record.as_of, record.opened_until),
        child=record.child.id,
        carers=record.carers,
        reading=reading,
        errors=reading.errors,
        version=version,
        request_id=request_id,
    )


handlers = [ask_who_is_told, record_who_is_told]

"""How a child is looked after, as staff record it: legal status, responsibility, professionals, what was delegated
(docs/rules.md 14)."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.end_care import end_care
from pathway.actions.perform import Asking
from pathway.actions.record_care import record_care
from pathway.domain.errors import InvalidInput
from pathway.domain.looked_after import (
    BASIS_TITLES,
    PART_TITLES,
    SOCIAL_WORKER,
    STATUSES,
    VIRTUAL_SCHOOL,
    Care,
    LegalStatus,
    Part,
    Professional,
    SharingBasis,
)
from pathway.domain.roles import Actor, Permission
from pathway.domain.telling import SELF
from pathway.reading.care_form import CareForm, care_form
from pathway.reading.child_record import ChildRecord
from pathway.store.child_rows import CarerRow
from pathway.store.organisations import Organisation
from pathway.web.answers import Answer
from pathway.web.child_page import identity_bar
from pathway.web.fields import Bound, Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import day, known
from pathway.web.sent_forms import request_id_of

_PATH = "/children/{child_id:uuid}/care"
_OPT = {"permission": Permission.RECORD_CARE}
_WHO = (("social_worker", "Social worker"), ("virtual_school", "Virtual School"))


def specs(form: CareForm) -> tuple[FieldSpec, ...]:
    """Everything that is recorded of a looked-after child."""
    record = form.record
    statuses = tuple(Choice(status.value, STATUSES[status].title) for status in LegalStatus)
    return (
        FieldSpec("status", Kind.CHOICE, "Legal status", choices=statuses),
        FieldSpec(
            "since", Kind.DATE, "Since when?", subject="the day since when",
            earliest=Bound(record.child.birth_date, "the child's date of birth"), latest=Bound(record.as_of, "today"),
        ),
        *(spec for name, title in _WHO for spec in _professional(name, title)),
        FieldSpec("placing_council", Kind.ORGANISATION, "Placing council", required=False, choices=_of(form.councils)),
        FieldSpec("placing_icb", Kind.ORGANISATION, "Placing ICB", required=False, choices=_of(form.icbs)),
        *_about_carers(carers_at_home(record)),
    )  # fmt: skip


def _professional(name: str, title: str) -> tuple[FieldSpec, ...]:
    bases = tuple(Choice(basis.value, words) for basis, words in BASIS_TITLES.items())
    return (
        FieldSpec(f"{name}_name", Kind.TEXT, f"{title}: name", required=name == "social_worker", spellcheck=False),
        FieldSpec(f"{name}_email", Kind.TEXT, f"{title}: e-mail address", required=False, spellcheck=False),
        FieldSpec(f"{name}_phone", Kind.TEXT, f"{title}: telephone", required=False, longest=40),
        FieldSpec(
            f"{name}_basis", Kind.ORGANISATION, f"{title}: on which lawful basis are they written to?", required=False,
            subject="a lawful basis", hint="Leave it out, and no message goes to them", choices=bases,
        ),
    )  # fmt: skip


def _about_carers(carers: Sequence[CarerRow]) -> tuple[FieldSpec, ...]:
    if not carers:
        return ()
    names = tuple(Choice(str(c.id), c.name, c.relationship.capitalize()) for c in carers)
    parts = tuple(Choice(part.value, title) for part, title in PART_TITLES.items())
    held = FieldSpec(
        "responsible",
        Kind.SEVERAL,
        "Which carers hold parental responsibility?",
        required=False,
        choices=names,
    )
    return (
        held,
        *(
            FieldSpec(
                f"parts-{c.id}", Kind.SEVERAL, f"What was delegated to {c.name}?", required=False, choices=parts,
                hint="For carers without parental responsibility: what they see on the child's page",
            )
            for c in carers
        ),
    )  # fmt: skip


def carers_at_home(record: ChildRecord) -> list[CarerRow]:
    """The carers, without professionals and the young person's own contact."""
    return [carer for carer in record.carers if not carer.professional and carer.relationship != SELF]


def care_lines(record: ChildRecord) -> tuple[tuple[str, str], ...]:
    """How the child is looked after, in words; places only where no location is hidden (docs/rules.md 12)."""
    care = record.care
    if care is None:
        return ()
    status = STATUSES[LegalStatus(care.legal_status)]
    holders = [c.name for c in carers_at_home(record) if c.parental_responsibility]
    council = "The council" if status.council_holds else "Not the council"
    lines = [
        ("Legal status", f"{status.title} (SSDA903 code {status.code})"),
        ("Since", day(care.since)),
        ("Parental responsibility", ", ".join([council, *holders])),
        ("Social worker", care.social_worker),
    ]
    if record.child.restricted:
        return tuple(lines)
    names = record.organisations
    return (
        *lines,
        ("Virtual School", known(care.virtual_school)),
        ("Placing council", known(names.get(care.placing_council_id or 0))),
        ("Placing ICB", known(names.get(care.placing_icb_id or 0))),
    )


def delegated_words(carer: CarerRow) -> str:
    """What a carer sees on the child's page."""
    return "; ".join(title for part, title in PART_TITLES.items() if part in carer.parts) or "Nothing"


@get(_PATH, opt=_OPT)
async def ask_care(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template:
    """The form, with what is recorded now."""
    form = await care_form(area, actor, child_id)
    return _page(request, form, open_form(specs(form), _answers(form)), uuid4())


@post(_PATH, opt=_OPT, status_code=200)
async def keep_care(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Template | Redirect:
    """Keep it; a refusal brings the form back as it was sent."""
    pairs = await posted(request)
    form = await care_form(area, actor, child_id)
    reading, request_id = read_form(specs(form), pairs), request_id_of(pairs)
    care = _care(form, reading) if reading.ok else None
    if care is not None:
        try:
            await record_care(area, Asking(actor, request_id), child_id, care)
            return Redirect(f"/children/{child_id}/people", status_code=303)
        except InvalidInput as refused:
            asked = {field.spec.name for field in reading.fields}
            beside = refused.field if refused.field in asked else "status"
            reading = reading.with_error(beside, refused.message)
    return _page(request, form, reading, request_id)


@post(f"{_PATH}/end", opt=_OPT, status_code=303)
async def no_longer(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor], child_id: FromPath[UUID]
) -> Redirect:
    """The child is no longer looked after."""
    await end_care(area, Asking(actor, request_id_of(await posted(request))), child_id)
    return Redirect(f"/children/{child_id}/people", status_code=303)


def _care(form: CareForm, reading: Reading) -> Care | None:
    since, worker = reading.day("since"), _named(reading, "social_worker")
    if since is None or worker is None:
        return None
    carers = carers_at_home(form.record)
    ticked = set(reading.several("responsible")) if carers else set()
    return Care(
        LegalStatus(reading.text("status")),
        since,
        worker,
        _named(reading, "virtual_school"),
        _number(reading.text("placing_council")),
        _number(reading.text("placing_icb")),
        frozenset(c.id for c in carers if str(c.id) in ticked),
        {c.id: frozenset(Part(part) for part in reading.several(f"parts-{c.id}")) for c in carers},
    )


def _named(reading: Reading, name: str) -> Professional | None:
    if not reading.text(f"{name}_name"):
        return None
    basis = reading.text(f"{name}_basis")
    email, phone = reading.text(f"{name}_email"), reading.text(f"{name}_phone")
    return Professional(reading.text(f"{name}_name"), email, phone, SharingBasis(basis) if basis else None)


def _number(text: str) -> int | None:
    return int(text) if text else None


def _of(bodies: Sequence[Organisation]) -> tuple[Choice, ...]:
    return tuple(Choice(str(body.id), body.name) for body in bodies)


def _answers(form: CareForm) -> dict[str, Answer]:
    """What is recorded now, as the form shows it."""
    record, care = form.record, form.record.care
    carers = carers_at_home(record)
    given: dict[str, Answer] = {
        f"parts-{c.id}": tuple(c.parts) for c in carers if not c.parental_responsibility
    }
    given["responsible"] = tuple(str(c.id) for c in carers if c.parental_responsibility)
    if care is None:
        return given
    given |= {"status": care.legal_status, "since": care.since}
    given |= {"placing_council": _text(care.placing_council_id), "placing_icb": _text(care.placing_icb_id)}
    beside = {carer.relationship: carer for carer in record.carers if carer.professional}
    for name, relationship in (("social_worker", SOCIAL_WORKER), ("virtual_school", VIRTUAL_SCHOOL)):
        if relationship in beside:
            who = beside[relationship]
            given |= {f"{name}_name": who.name, f"{name}_email": who.email, f"{name}_phone": who.phone}
            given[f"{name}_basis"] = who.lawful_basis
    return given


def _text(number: int | None) -> str | None:
    return str(number) if number else None


def _page(request: WebRequest, form: CareForm, reading: Reading, request_id: UUID) -> Template:
    record = form.record
    return page(
        request,
        "staff/care.html",
        200 if reading.ok else 422,
        bar=identity_bar(record.child, record.as_of, record.opened_until),
        child=record.child.id,
        is_recorded=record.child.looked_after,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
        end_id=uuid4(),
    )


handlers = [ask_care, keep_care, no_longer]

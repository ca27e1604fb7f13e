"""Records that were opened in an emergency, as information governance reviews them (docs/rules.md 15)."""

from datetime import date
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.decide_telling import decide_telling
from pathway.actions.perform import Asking
from pathway.actions.review_opening import review_opening
from pathway.domain.break_glass import FINDING_TITLES, GROUNDS, LONGEST_REASON, Finding, Why
from pathway.domain.errors import Conflict, InvalidInput
from pathway.domain.london import london_date
from pathway.domain.roles import ROLE_TITLES, Actor, Permission, Role
from pathway.reading.openings import OpeningDetail, opening, openings
from pathway.store.opening_rows import OpeningRow
from pathway.web.components import Cell, Column, DataTable
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import Pairs, WebRequest, page, posted
from pathway.web.presenters import Tag, day, day_and_time, known, nhs_number
from pathway.web.sent_forms import request_id_of

PATH = "/openings"
_OPT = {"permission": Permission.REVIEW_BREAK_GLASS}
_SAVED = {"review": "Your review is kept.", "telling": "The decision on telling the family is kept."}
REVIEW = (
    FieldSpec(
        "finding", Kind.CHOICE, "What do you find?", subject="what you find",
        choices=tuple(Choice(finding.value, title) for finding, title in FINDING_TITLES.items()),
    ),
    FieldSpec("note", Kind.LONG_TEXT, "Why, and what follows?", subject="why, and what follows", longest=LONGEST_REASON),
)  # fmt: skip
TELLING = (
    FieldSpec(
        "when", Kind.CHOICE, "When is the family told?", subject="when the family is told",
        choices=(Choice("now", "Now"), Choice("later", "Not before a day", "A Caldicott decision; give the day below")),
    ),
    FieldSpec("until", Kind.DATE, "The first day on which they are told", subject="the first day", required=False),
    FieldSpec("reason", Kind.LONG_TEXT, "Why?", subject="why", longest=LONGEST_REASON),
)  # fmt: skip


@get(PATH, opt=_OPT)
async def show_openings(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """Every opening, those that nobody has reviewed first."""
    table = openings_table(await openings(area, actor))
    return page(request, "staff/openings.html", table=table)


@get(f"{PATH}/{{opening_id:uuid}}", opt=_OPT)
async def show_opening(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    opening_id: FromPath[UUID],
) -> Template:
    """One opening: the reason, what was looked at, and the two decisions to make."""
    found = await opening(area, actor, opening_id)
    return _page(request, found, open_form(REVIEW), open_form(TELLING), uuid4())


@post(f"{PATH}/{{opening_id:uuid}}/review", opt=_OPT, status_code=200)
async def review(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    opening_id: FromPath[UUID],
) -> Template | Redirect:
    """Keep what the review found."""
    pairs = await posted(request)
    found = await opening(area, actor, opening_id)
    reading, request_id = read_form(REVIEW, pairs), request_id_of(pairs)
    if reading.ok:
        try:
            finding, note = Finding(reading.text("finding")), reading.text("note")
            await review_opening(area, Asking(actor, request_id), opening_id, finding, note)
            return Redirect(f"{PATH}/{opening_id}?saved=review", status_code=303)
        except InvalidInput as refused:
            reading = reading.with_error("note", refused.message)
    return _page(request, found, reading, open_form(TELLING), request_id)


@post(f"{PATH}/{{opening_id:uuid}}/telling", opt=_OPT, status_code=200)
async def decide(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    opening_id: FromPath[UUID],
) -> Template | Redirect:
    """Keep the decision on when the family is told."""
    pairs = await posted(request)
    found = await opening(area, actor, opening_id)
    reading, until = _telling(pairs)
    request_id = request_id_of(pairs)
    if reading.ok:
        try:
            await decide_telling(area, Asking(actor, request_id), opening_id, until, reading.text("reason"))
            return Redirect(f"{PATH}/{opening_id}?saved=telling", status_code=303)
        except InvalidInput as refused:
            reading = reading.with_error(refused.field or "reason", refused.message)
        except Conflict as refused:
            reading = reading.with_error("when", refused.message)
    return _page(request, found, open_form(REVIEW), reading, request_id)


def _telling(pairs: Pairs) -> tuple[Reading, date | None]:
    reading = read_form(TELLING, pairs)
    later = reading.text("when") == "later"
    if reading.ok and later and reading.day("until") is None:
        reading = reading.with_error("until", "Enter the first day on which they are told")
    return reading, reading.day("until") if later else None


def _page(
    request: WebRequest, found: OpeningDetail, review: Reading, telling: Reading, request_id: UUID
) -> Template:
    errors = review.errors + telling.errors
    return page(
        request,
        "staff/opening.html",
        422 if errors else 200,
        row=found.row,
        facts=_facts(found),
        acts=_acts(found),
        decisions=_decisions(found),
        review=review,
        telling=telling,
        request_id=request_id,
        errors=errors,
        saved=_SAVED.get(request.query_params.get("saved", ""), ""),
    )


def openings_table(rows: tuple[OpeningRow, ...]) -> DataTable:
    """When, who, whose record, why, and where the two decisions stand."""
    lines = tuple(
        (
            Cell(day_and_time(row.since), href=f"{PATH}/{row.id}"),
            Cell(known(row.name), note=_who(row)),
            Cell(f"{row.first_name} {row.family_name}", note=f"NHS number {nhs_number(row.nhs_number)}"),
            Cell(GROUNDS[Why(row.why)].title, note=_telling_words(row)),
            Cell(tag=finding_tag(row)),
        )
        for row in rows
    )
    columns = (Column("Opened"), Column("By"), Column("Whose record"), Column("Why"), Column("Review"))
    return DataTable("Opened records", columns, lines, True, True, "No record has been opened.")


def finding_tag(row: OpeningRow) -> Tag:
    """Whether it has been reviewed, and what came of it."""
    if not row.finding:
        return Tag("To review", "orange")
    return Tag("Justified", "green") if row.finding == Finding.JUSTIFIED else Tag("Not justified", "red")


def _who(row: OpeningRow) -> str:
    return f"{ROLE_TITLES[Role(row.role)]}, {known(row.organisation)}"


def _telling_words(row: OpeningRow) -> str:
    return "The family may know" if row.told else f"The family is told from {day_and_time(row.tell_from)}"


def _facts(found: OpeningDetail) -> tuple[tuple[str, str], ...]:
    row = found.row
    return (
        ("Whose record", f"{row.first_name} {row.family_name}, born {day(row.birth_date)}"),
        ("NHS number", nhs_number(row.nhs_number)),
        ("Opened by", f"{known(row.name)}, {_who(row)}"),
        ("From", day_and_time(row.since)),
        ("Until", day_and_time(row.until)),
        ("Why", GROUNDS[Why(row.why)].title),
        ("In their words", found.reason or "Can no longer be read: the record was sealed"),
        ("The family", _telling_words(row)),
    )


def _acts(found: OpeningDetail) -> DataTable:
    lines = tuple(
        (Cell(day_and_time(act.at)), Cell(act.action.replace("_", " ").capitalize())) for act in found.acts
    )
    return DataTable("What they looked at and did", (Column("When"), Column("What")), lines, cards=True)


def _decisions(found: OpeningDetail) -> DataTable:
    lines = tuple(
        (
            Cell(day_and_time(one.row.at), note=one.row.name),
            Cell(_decision_words(one.row.finding, one.row.tell_from and london_date(one.row.tell_from))),
            Cell(one.words or "Can no longer be read"),
        )
        for one in found.decisions
    )
    columns = (Column("When and who"), Column("Decision"), Column("Why"))
    return DataTable("What was decided", columns, lines, cards=True, empty="Nothing is decided yet.")


def _decision_words(finding: str, tell_from: date | None) -> str:
    return FINDING_TITLES[Finding(finding)] if finding else f"The family is told from {day(tell_from)}"


handlers = [show_openings, show_opening, review, decide]

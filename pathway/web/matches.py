"""Two records that look alike, side by side: a person decides, and nothing links by itself (docs/rules.md 18)."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.decide_match import Decision, decide_match
from pathway.actions.perform import Asking
from pathway.domain.errors import Conflict
from pathway.domain.roles import Actor, Permission
from pathway.reading.matches import Comparison, proposal, proposals
from pathway.store.match_rows import RecordSide
from pathway.web.components import Cell, Column, DataTable
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import NOT_KNOWN, Tag, day, day_and_time, nhs_number
from pathway.web.sent_forms import request_id_of

PATH = "/matches"
_OPT = {"permission": Permission.MERGE}
_SAVED = {
    "same": "The two records have been joined into the older one.",
    "linked": "The two records have been joined into the older one. Both had an open episode on one pathway, and nothing "
    "closes by itself: open the child's record, and close the later one if it is a duplicate.",
    "different": "The two records are kept apart, and will not be proposed again.",
}
RESTRICTED = "Not shown: restricted"
SPEC = FieldSpec(
    "decision", Kind.CHOICE, "Are these one child?", subject="whether these are one child",
    choices=(
        Choice("same", "Yes, one child", "The newer record is joined into the older one; the earlier start date is kept"),
        Choice("different", "No, two children", "Both records stay as they are"),
    ),
)  # fmt: skip


@get(PATH, opt=_OPT)
async def show_matches(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """The proposals that wait, oldest first."""
    rows = tuple(
        (
            Cell(_name(m.other), href=f"{PATH}/{m.id}", note=_born(m.other)),
            Cell(_name(m.one), note=_born(m.one)) if m.one else Cell(f"Held by {held_by(found)}"),
            Cell(", ".join(m.agreeing).replace("_", " ").capitalize()),
            Cell(day_and_time(m.made_at)),
        )
        for found in await proposals(area, actor)
        for m in [found.proposal]
    )
    columns = (Column("Newer record"), Column("Older record"), Column("What agrees"), Column("Since"))
    table = DataTable(
        "Records that may be one child's", columns, rows, True, True, "No records wait to be compared."
    )
    return page(request, "staff/matches.html", table=table, saved=_SAVED.get(request.query_params.get("saved", ""), ""))  # fmt: skip


@get(f"{PATH}/{{proposal_id:uuid}}", opt=_OPT)
async def compare(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    proposal_id: FromPath[UUID],
) -> Template:
    """Both records side by side, with what differs marked; of another team's record only which details agree."""
    return _compare_page(request, await proposal(area, actor, proposal_id), open_form((SPEC,)), uuid4())


@post(f"{PATH}/{{proposal_id:uuid}}", opt=_OPT, status_code=200)
async def decide(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    proposal_id: FromPath[UUID],
) -> Template | Redirect:
    """Record the decision."""
    pairs = await posted(request)
    found = await proposal(area, actor, proposal_id)
    reading = read_form((SPEC,), pairs)
    request_id = request_id_of(pairs)
    if reading.ok:
        try:
            decision = Decision(reading.text("decision"))
            decided = await decide_match(area, Asking(actor, request_id), proposal_id, decision)
            both_open = decided.merged is not None and bool(decided.merged.linked)
            return Redirect(f"{PATH}?saved={'linked' if both_open else decision.value}", status_code=303)
        except Conflict as refused:
            reading = reading.with_error("decision", refused.message)
    return _compare_page(request, found, reading, request_id)


def _compare_page(request: WebRequest, found: Comparison, reading: Reading, request_id: UUID) -> Template:
    return page(
        request,
        "staff/match.html",
        200 if reading.ok else 422,
        table=side_by_side(found.proposal.one, found.proposal.other, found.places_hidden)
        if found.proposal.one
        else what_agrees(found.proposal.other, found.proposal.agreeing, found.places_hidden),
        held_by=None if found.proposal.one else held_by(found),
        possible_twin=found.proposal.possible_twin,
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
    )


def held_by(found: Comparison) -> str:
    """Whom to ask about a record that is not shown."""
    return found.held_by or "another team, which may not be named"


def what_agrees(mine: RecordSide, agreeing: tuple[str, ...], places_hidden: bool = False) -> DataTable:
    """The four details of the newer record, and which of them the other team's record has too (docs/rules.md 18)."""
    lines = (
        ("First name", "first_name", mine.first_name),
        ("Family name", "family_name", mine.family_name),
        ("Date of birth", "birth_date", _born(mine)),
        ("Postcode", "postcode", RESTRICTED if places_hidden else mine.postcode or NOT_KNOWN),
    )
    rows = tuple((Cell(name), Cell(value), _told(value, key in agreeing)) for name, key, value in lines)
    columns = (Column("Detail"), Column("Newer record"), Column("Compared with the older record"))
    return DataTable("What agrees with the other team's record", columns, rows, cards=True)


def _told(value: str, agrees: bool) -> Cell:
    if value == RESTRICTED:
        return Cell("Cannot be compared")
    return Cell(tag=Tag("Same", "white")) if agrees else Cell("Differs, or not known")


def side_by_side(older: RecordSide, newer: RecordSide, places_hidden: bool = False) -> DataTable:
    """Every detail of both records, and whether they agree."""
    lines = [
        ("Name", _name(older), _name(newer)),
        ("Date of birth", _born(older), _born(newer)),
        ("NHS number", nhs_number(older.nhs_number), nhs_number(newer.nhs_number)),
        ("Sex", _sex(older), _sex(newer)),
        ("Address", *(RESTRICTED if places_hidden else _address(side) for side in (older, newer))),
        ("Record made", day_and_time(older.made_at), day_and_time(newer.made_at)),
    ]
    rows = tuple((Cell(name), Cell(one), Cell(other), _agree(name, one, other)) for name, one, other in lines)
    columns = (Column("Detail"), Column("Older record"), Column("Newer record"), Column("Compared"))
    return DataTable("The two records side by side", columns, rows, cards=True)


def _agree(name: str, one: str, other: str) -> Cell:
    if name == "Record made":
        return Cell("")  # it says which is the older one, and agrees with nothing
    if NOT_KNOWN in (one, other) or RESTRICTED in (one, other):
        return Cell("Cannot be compared")
    return Cell(
        tag=Tag("Same", "white") if one.casefold() == other.casefold() else Tag("Different", "orange")
    )


def _name(side: RecordSide) -> str:
    return f"{side.first_name} {side.family_name}"


def _born(side: RecordSide) -> str:
    return day(side.birth_date)


def _sex(side: RecordSide) -> str:
    return side.sex.replace("_", " ").capitalize()


def _address(side: RecordSide) -> str:
    return ", ".join((*side.lines, side.postcode)) if side.postcode else NOT_KNOWN


handlers = [show_matches, compare, decide]

"""Checks with national records: what a national record says otherwise than ours, in words, for a person to decide."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from pathway.actions.area import Area
from pathway.actions.decide_doubt import LONGEST_CONTACT, decide_doubt
from pathway.actions.perform import Asking
from pathway.domain.doubt_decisions import MAY_DECIDE, DoubtDecision
from pathway.domain.errors import Conflict, DuplicateRequest, InvalidInput
from pathway.domain.roles import Actor, Permission
from pathway.domain.tracing import DoubtKind
from pathway.reading.doubts import DoubtShown, one_doubt, open_doubts
from pathway.web.components import Cell, Column, DataTable
from pathway.web.fields import Choice, FieldSpec, Kind
from pathway.web.forms import Reading, open_form, read_form
from pathway.web.page import WebRequest, page, posted
from pathway.web.presenters import NOT_KNOWN, Tag, day, day_and_time, nhs_number
from pathway.web.sent_forms import request_id_of

PATH: Final = "/national-checks"
_OPT: Final = {"permission": Permission.MERGE}

TITLES: Final[Mapping[DoubtKind, str]] = {
    DoubtKind.CONFLICT: "A detail differs",
    DoubtKind.NOT_KNOWN: "No national record was found",
    DoubtKind.SEVERAL: "More than one person fits",
    DoubtKind.SUPERSEDED: "The NHS number was replaced",
    DoubtKind.NUMBER_FOUND: "An NHS number was found",
    DoubtKind.SAFE_CONTACT: "Name a safe contact",
    DoubtKind.DIED: "The national record says that this person has died",
    DoubtKind.CARER: "Somebody acts for the child",
    DoubtKind.CARER_ENDED: "Somebody no longer acts for the child",
}
_EXPLAINED: Final[Mapping[DoubtKind, str]] = {
    DoubtKind.CONFLICT: "The NHS number that we hold belongs to somebody whose details differ from our record. Look at a letter "
    "from the NHS, or ask the family.",
    DoubtKind.NOT_KNOWN: "The national record of patients (PDS) has nobody for what we hold. Check the NHS number and the "
    "details with the family or their GP.",
    DoubtKind.SEVERAL: "The national record has more than one person for what we hold. Ask the family for the NHS number.",
    DoubtKind.SUPERSEDED: "The national record now uses another number for this person. The earlier number is kept as history.",
    DoubtKind.NUMBER_FOUND: "Exactly one person in the national record fits a child without an NHS number. Compare the details "
    "before you take it over.",
    DoubtKind.SAFE_CONTACT: "The national record says that nobody may learn where this child is. Our record hides it from now on, "
    "and nothing is sent. The national record names nobody as safe: find out who may be spoken with, and how.",
    DoubtKind.DIED: "Nothing is sent from now on. Find out whether it is so before you speak with the family. If it is, record it "
    "on the child's pathway and then say so here.",
    DoubtKind.CARER: "The national service for validated relationships says who may act for this child.",
    DoubtKind.CARER_ENDED: "The national service for validated relationships says that this has ended. Ask the family what holds, "
    "and change it under “People and contacts”.",
}
_CHOICES: Final[Mapping[DoubtDecision, Choice]] = {
    DoubtDecision.KEEP: Choice("keep", "Keep our record as it is", "I have looked, and it is right"),
    DoubtDecision.WRONG_NUMBER: Choice(
        "wrong_number", "Take the number out", "It is not this child's number; it is looked for again by name"
    ),
    DoubtDecision.TAKE_NUMBER: Choice(
        "take_number", "Take the national number over", "The earlier number is kept as history, and the new one is checked"
    ),
    DoubtDecision.NAME_CONTACT: Choice("name_contact", "Name a safe contact"),
    DoubtDecision.RECORDED: Choice("recorded", "It is so, and I have recorded it on the pathway"),
    DoubtDecision.NOT_THIS_CHILD: Choice("not_this_child", "It is not this child", "Messages may leave again"),
    DoubtDecision.LINK: Choice(
        "link", "Note it on our record", "Somebody who is new is told nothing until they have been asked"
    ),
}  # fmt: skip
_CONTACT: Final = FieldSpec(
    "contact", Kind.TEXT, "Who may be spoken with, and how are they reached?", subject="who may be spoken with",
    longest=LONGEST_CONTACT,
)  # fmt: skip
_LINES: Final = (
    ("First name", "first_name"),
    ("Family name", "family_name"),
    ("Date of birth", "birth_date"),
    ("NHS number", "nhs_number"),
)
_SAID: Final = {
    "why": "What was answered",
    "died_on": "Day of death in the national record",
    "name": "Name",
    "relationship": "Relationship",
    "parental_responsibility": "Parental responsibility",
    "basis": "Legal basis",
    "until": "Until",
}


@get(PATH, opt=_OPT)
async def show_doubts(
    request: WebRequest, area: NamedDependency[Area], actor: NamedDependency[Actor]
) -> Template:
    """What waits for a person, oldest first."""
    rows = tuple(
        (
            Cell(_name(found), href=f"{PATH}/{found.row.id}", note=day(found.row.birth_date)),
            Cell(TITLES[found.row.kind]),
            Cell(day_and_time(found.row.made_at)),
        )
        for found in await open_doubts(area, actor)
    )
    columns = (Column("Child"), Column("What"), Column("Since"))
    table = DataTable(
        "Where a national record says something else",
        columns,
        rows,
        True,
        True,
        "Nothing waits for a decision.",
    )
    saved = "Your decision is saved." if request.query_params.get("saved") else ""
    return page(request, "staff/doubts.html", table=table, saved=saved)


@get(f"{PATH}/{{doubt_id:uuid}}", opt=_OPT)
async def show_doubt(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    doubt_id: FromPath[UUID],
) -> Template:
    """One of them: what differs, and what may be decided."""
    found = await one_doubt(area, actor, doubt_id)
    return _doubt_page(request, found, open_form((_question(found.row.kind),)), uuid4())


@post(f"{PATH}/{{doubt_id:uuid}}", opt=_OPT, status_code=200)
async def decide(
    request: WebRequest,
    area: NamedDependency[Area],
    actor: NamedDependency[Actor],
    doubt_id: FromPath[UUID],
) -> Template | Redirect:
    """Record the decision."""
    pairs = await posted(request)
    found = await one_doubt(area, actor, doubt_id)
    asked = _question(found.row.kind)
    reading, request_id = read_form((asked,), pairs), request_id_of(pairs)
    if reading.ok:
        given = reading.text(asked.name)
        decision = DoubtDecision.NAME_CONTACT if asked is _CONTACT else DoubtDecision(given)
        try:
            await decide_doubt(
                area, Asking(actor, request_id), doubt_id, decision, given if asked is _CONTACT else ""
            )
            return Redirect(f"{PATH}?saved=1", status_code=303)
        except DuplicateRequest:
            raise
        except (Conflict, InvalidInput) as refused:
            reading = reading.with_error(asked.name, refused.message)
    return _doubt_page(request, found, reading, request_id)


def _question(kind: DoubtKind) -> FieldSpec:
    if kind is DoubtKind.SAFE_CONTACT:
        return _CONTACT
    offered = tuple(_CHOICES[decision] for decision in MAY_DECIDE[kind])
    return FieldSpec("decision", Kind.CHOICE, "What is so?", subject="what is so", choices=offered)


def _doubt_page(request: WebRequest, found: DoubtShown, reading: Reading, request_id: UUID) -> Template:
    return page(
        request,
        "staff/doubt.html",
        200 if reading.ok else 422,
        title=TITLES[found.row.kind],
        explained=_EXPLAINED[found.row.kind],
        name=_name(found),
        child_id=found.row.child_id,
        table=_table(found),
        reading=reading,
        errors=reading.errors,
        request_id=request_id,
    )


def _table(found: DoubtShown) -> DataTable | None:
    """Ours beside theirs; or the few words that were answered; nothing where there are none."""
    said = found.said
    if "ours_family_name" in said:
        rows = tuple(
            (Cell(title), Cell(_shown(key, said.get(f"ours_{key}", ""))), Cell(_shown(key, said.get(f"theirs_{key}", ""))),
             _compared(said, key))
            for title, key in _LINES
        )  # fmt: skip
        columns = (Column("Detail"), Column("Our record"), Column("National record"), Column("Compared"))
        return DataTable("Our record beside the national one", columns, rows, cards=True)
    lines = tuple((Cell(title), Cell(said[key] or NOT_KNOWN)) for key, title in _SAID.items() if key in said)
    return (
        DataTable("What was said", (Column("What"), Column("Answer")), lines, cards=True) if lines else None
    )


def _shown(key: str, value: str) -> str:
    return nhs_number(value or None) if key == "nhs_number" else value or NOT_KNOWN


def _compared(said: Mapping[str, str], key: str) -> Cell:
    ours, theirs = said.get(f"ours_{key}", ""), said.get(f"theirs_{key}", "")
    if not ours or not theirs:
        return Cell("Cannot be compared")
    return Cell(
        tag=Tag("Same", "white") if ours.casefold() == theirs.casefold() else Tag("Different", "orange")
    )


def _name(found: DoubtShown) -> str:
    return f"{found.row.first_name} {found.row.family_name}"


handlers = [show_doubts, show_doubt, decide]

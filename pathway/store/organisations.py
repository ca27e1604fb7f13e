"""Organisations, and where new episodes of a pathway go.

Piccolo's queries run on the transaction that is open, so each function takes it: there is no reading without a scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pathway.domain.definition import FieldType, Step
from pathway.domain.errors import InvalidInput, NotFound
from pathway.store.engine import Tx
from pathway.store.tables_people import Organisation as Table
from pathway.store.tables_people import PathwayRoute

_COLUMNS = (Table.id, Table.kind, Table.name)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A council, ICB, provider, school, GP practice or other body."""

    id: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """The provider and the council that take new episodes of a pathway."""

    provider_id: int
    council_id: int


async def route_of(tx: Tx, pathway: str) -> Route:
    """Where new episodes of a pathway go; NotFound where the area has not said so yet."""
    found = (
        await PathwayRoute.select(PathwayRoute.provider_id, PathwayRoute.council_id)
        .where(PathwayRoute.pathway == pathway)
        .first()
    )
    if found is None:
        raise NotFound(
            "No provider takes this pathway in this area yet. Ask the area's administrator to name one."
        )
    return Route(**found)


async def organisations(tx: Tx, kind: str | None = None) -> list[Organisation]:
    """All organisations in use (of one kind, where given), by name."""
    wanted = Table.select(*_COLUMNS).where(Table.active.eq(True))
    rows = await (wanted.where(Table.kind == kind) if kind else wanted).order_by(Table.name)
    return [Organisation(**row) for row in rows]


async def organisation(tx: Tx, organisation_id: int) -> Organisation:
    """One organisation in use; NotFound where there is none."""
    row = (
        await Table.select(*_COLUMNS).where(Table.id == organisation_id).where(Table.active.eq(True)).first()
    )
    if row is None:
        raise NotFound("There is no such organisation in this area. Choose one from the list.")
    return Organisation(**row)


async def organisation_names(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """The names of these organisations, also of those no longer in use."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = await Table.select(Table.id, Table.name).where(Table.id.is_in(wanted))
    return {row["id"]: row["name"] for row in rows}


async def check_organisations(tx: Tx, step: Step, answers: Mapping[str, str]) -> None:
    """Refuse an answer that names an organisation which this area does not have."""
    asked = [field for field in step.fields if field.type is FieldType.ORGANISATION and field.key in answers]
    # Ten digits may be more than the column holds, and no area has so many.
    known = await organisation_names(tx, [int(answers[f.key]) for f in asked if len(answers[f.key]) < 10])
    for field in asked:
        if int(answers[field.key]) not in known:
            raise InvalidInput(
                f"“{field.title}” names no organisation of this area. Choose one from the list.", field.key
            )

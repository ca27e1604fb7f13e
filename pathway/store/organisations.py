"""Organisations, and where new episodes of a pathway go."""

from collections.abc import Iterable
from dataclasses import dataclass

from pathway.domain.errors import NotFound
from pathway.store.engine import Tx


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
    row = await tx.fetchrow("SELECT provider_id, council_id FROM pathway_route WHERE pathway = $1", pathway)
    if row is None:
        raise NotFound(
            "No provider takes this pathway in this area yet. Ask the area's administrator to name one."
        )
    return Route(row["provider_id"], row["council_id"])


async def organisations(tx: Tx, kind: str | None = None) -> list[Organisation]:
    """All organisations in use (of one kind, where given), by name."""
    rows = await tx.fetch(
        "SELECT id, kind, name FROM organisation WHERE active AND ($1::text IS NULL OR kind = $1) ORDER BY name",
        kind,
    )
    return [Organisation(row["id"], row["kind"], row["name"]) for row in rows]


async def organisation(tx: Tx, organisation_id: int) -> Organisation:
    """One organisation in use; NotFound where there is none."""
    row = await tx.fetchrow(
        "SELECT id, kind, name FROM organisation WHERE id = $1 AND active", organisation_id
    )
    if row is None:
        raise NotFound("There is no such organisation in this area. Choose one from the list.")
    return Organisation(row["id"], row["kind"], row["name"])


async def organisation_names(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """The names of these organisations, also of those no longer in use."""
    rows = await tx.fetch("SELECT id, name FROM organisation WHERE id = ANY($1::int[])", sorted(set(ids)))
    return {row["id"]: row["name"] for row in rows}

"""Every resource that the server produces from the demonstration's small county, as each of two partners' systems is given it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from pathway.actions.area import Area
from pathway.demo.afterwards import area_at_noon
from pathway.demo.seed import seed_county
from pathway.domain.roles import Actor, Door, Role
from pathway.settings import Settings
from pathway.store import partners
from pathway.store.exchange_search import AllOf, Page
from pathway.store.keys import area_key
from pathway.store.scopes import WRITER
from pathway_fhir.access import scopes
from pathway_fhir.access.caller import Caller
from pathway_fhir.server import cursors
from pathway_fhir.server.offered import Exchange, Few, Offered, OfOneChild, Searched
from pathway_fhir.server.registry import types_of
from tests.databases import new_database, opened

Json = dict[str, Any]
TODAY = date(2026, 11, 24)
BASE = "https://pathway.example/fhir/R4"
_MANY = 500


@dataclass(frozen=True)
class County:
    """The small county in a database of its own."""

    area: Area

    async def system(self, client_id: str) -> Exchange:
        """A request of one of the demonstration's systems, with every scope: what may be seen is decided by role alone."""
        partner = await partners.by_client(self.area.database, client_id)
        assert partner is not None
        actor = Actor(partner.account_id, partner.role, partner.organisation_id, Door.FHIR)
        caller = Caller(partner.id, actor, scopes.parse("system/*.cruds"), True, partner.name)
        return Exchange(self.area, caller, BASE)

    async def count(self, table: str) -> int:
        async with self.area.database.transaction(WRITER, read_only=True) as tx:
            return int(await tx.fetchval(f"SELECT count(*) FROM {table}"))


@asynccontextmanager
async def small_county(postgres: Any, migrated: str, folder: Path, name: str) -> AsyncIterator[County]:
    settings = Settings(data=folder)
    async with new_database(postgres, name, migrated) as addresses, opened(addresses) as database:
        await seed_county(settings, addresses, "small", 1, TODAY)
        yield County(area_at_noon(database, area_key(settings), TODAY))


async def everything(exchange: Exchange) -> dict[str, list[Json]]:
    """Every resource of every type that this system is given, by type."""
    types = types_of(exchange.area)
    children = [UUID(one["id"]) for one in await _all_of(exchange, types["Patient"], ())]
    return {name: await _all_of(exchange, offered, children) for name, offered in types.items()}


async def _all_of(exchange: Exchange, offered: Offered, children: Sequence[UUID]) -> list[Json]:
    match offered.found_by:
        case Searched() as searched:
            return await _pages(exchange, searched)
        case OfOneChild() as of_child:
            return list(await of_child.of_children(exchange, children))
        case Few() as few:
            return list(await few.all(exchange))


async def _pages(exchange: Exchange, searched: Searched) -> list[Json]:
    found: list[Json] = []
    after = None
    while True:
        page = Page(searched.sorts[searched.usual_sort], _MANY, False, after)
        answer = await searched.search(exchange, AllOf(()), page, False)
        found += answer.page
        if answer.after is None:
            return found
        after = cursors.read(cursors.written(answer.after, "all"), "all")


VIEWS = {"the provider's system": "trust-pas", "the council's system": "council-cases"}
ROLES = {"trust-pas": Role.PROVIDER_SYSTEM, "council-cases": Role.PARTNER}

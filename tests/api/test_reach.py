"""Whatever is asked, an answer holds no id that row-level security would not show to the same account."""

import re
from datetime import date
from uuid import UUID

import pytest

from pathway.actions.refer import Referred
from pathway.api.openapi import operations
from pathway.domain.roles import Role
from pathway.store.roles import DbRole
from pathway.store.scopes import WRITER, reading
from tests.api.calling import Calls, calling
from tests.rules.test_rule_10_no_outcome_on_pages import assessed, decide
from tests.world import ACCOUNTS, World

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def different_children(world: World) -> list[Referred]:
    """Children of two schools, of a surgery, hidden from the school, handed over, and on the council's own pathway."""
    hidden = await world.refer("gp", tell_school="no")
    decided = await assessed(world)
    await decide(world, decided.episode_id, "autism")
    others = [await world.refer(received_on=date(2026, 2, day)) for day in (1, 2)]
    council = await world.refer("officer", pathway="ehc_needs_assessment")
    return [hidden, decided, *others, council]


async def ids_that_exist(world: World) -> set[UUID]:
    async with world.area.database.transaction(WRITER) as tx:
        rows = await tx.fetch("SELECT id FROM episode UNION SELECT id FROM child UNION SELECT id FROM event")
    return {row["id"] for row in rows}


async def ids_allowed(world: World, who: str) -> set[UUID]:
    """What the account's own database role shows it. A role without a grant on a table sees nothing of it."""
    scope, found = reading(world.actors[who]), set[UUID]()
    tables = {"episode": "id", "child": "id", "event": "id"}
    for table, column in tables.items():
        async with world.area.database.transaction(WRITER) as tx:
            granted = await tx.fetchval(
                "SELECT has_column_privilege($1, $2, $3, 'SELECT')", scope.role.name, table, column
            )
        if granted:
            async with world.area.database.transaction(scope, read_only=True) as tx:
                found |= {row[0] for row in await tx.fetch(f"SELECT {column} FROM {table}")}
    return found


async def everything_answered(api: Calls, who: str, referred: list[Referred]) -> str:
    """Every GET of the API, for every child there is, and every number of a clock there is."""
    texts = []
    for method, template in operations(api.document):
        if method != "GET":
            continue
        path = template.removeprefix("/api")
        fills = [path.format(episode_id=one.episode_id, number=0, key="autism") for one in referred]
        if "{number}" in path:
            async with api.world.area.database.transaction(WRITER) as tx:
                numbers = await tx.fetch("SELECT id FROM clock")
            fills = [path.format(number=row["id"]) for row in numbers]
        for address in dict.fromkeys(fills):
            texts.append((await api.get(who, address)).text)
    return "\n".join(texts)


@pytest.mark.parametrize("who", sorted(ACCOUNTS))
async def test_no_answer_holds_an_id_that_row_level_security_would_not_show(world: World, who: str) -> None:
    referred = await different_children(world)
    async with calling(world) as api:
        text = await everything_answered(api, who, referred)

    answered = {UUID(found) for found in UUIDS.findall(text)} & await ids_that_exist(world)
    assert answered <= await ids_allowed(world, who)
    assert bool(answered) == (who in SEE_SOMEBODY), who


SEE_SOMEBODY = {"senco", "gp", "triage", "clinician", "coordinator", "lead", "officer"}


async def test_a_commissioner_has_no_grant_on_a_child_and_reads_none(world: World) -> None:
    """docs/rules.md 16."""
    assert ACCOUNTS["commissioner"][0] is Role.COMMISSIONER
    assert reading(world.actors["commissioner"]).role is DbRole.r_commissioner
    assert await ids_allowed(world, "commissioner") == set()

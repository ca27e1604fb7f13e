"""Row-level security: who sees which rows, held to the same table as `pathway.domain.reach` (docs/rules.md 16 and 17).

Two providers, two schools, two families, a council: each actor is asked for every row of every table, without a WHERE.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from pathway.actions.hand_over import offer
from pathway.actions.refer import refer
from pathway.domain.reach import reaches
from pathway.domain.referral import CarerDetails, Referral
from pathway.domain.roles import Actor, Door, Role
from pathway.store.engine import Database, Scope, Tx
from pathway.store.facts import head_of, with_links
from pathway.store.roles import DbRole
from pathway.store.scopes import WORKER, WRITER, reading
from tests.world import ACCOUNTS, World, first_answers

RECEIVED = date(2026, 3, 3)

# Every table with rows about a child, and by what a row belongs to one.
OF_EPISODES: Final = {
    "episode": "id", "event": "episode_id", "clock": "episode_id", "task": "episode_id", "crossing": "episode_id",
    "outbox": "episode_id", "message": "episode_id", "caseload": "episode_id",
}  # fmt: skip
OF_CHILDREN: Final = {
    "child": "id", "child_address": "child_id", "child_key": "child_id", "guardian": "child_id",
    "match_proposal": "child_id", "child_past": "child_id", "break_glass": "child_id",
    "break_glass_review": "opening_id", "break_glass_telling": "opening_id", "who_is_told": "child_id",
    "looked_after": "child_id",
}  # fmt: skip
NOT_OF_A_CHILD: Final = frozenset(
    {
        "organisation", "pathway_route", "definition", "threshold", "threshold_signature", "ledger", "heartbeat",
        "account",
    }
)  # fmt: skip
OUTSIDE_ROLES: Final = [
    role
    for role in DbRole
    if role not in (DbRole.pathway_writer, DbRole.pathway_stats, DbRole.r_worker, DbRole.r_loader)
]
SYSTEMS: Final = {
    "partner": (Role.PARTNER, "provider"), "other_partner": (Role.PARTNER, "other_provider"),
    "council_partner": (Role.PARTNER, "council"), "gp_partner": (Role.PARTNER, "gp"),
    "school_partner": (Role.PARTNER, "school"), "provider_system": (Role.PROVIDER_SYSTEM, "provider"),
}  # fmt: skip
ACTORS: Final = [*ACCOUNTS, *SYSTEMS]

Area = tuple[World, Mapping[str, UUID]]


@pytest.fixture
async def area(world: World) -> Area:
    """Episodes that differ in who has to do with them, by name; and organisations' computers beside their people."""
    world = replace(world, actors={**world.actors, **await _systems(world)})
    ours = await _refer(world, "senco", "school", "provider")
    theirs = await _refer(world, "triage", "other_school", "other_provider")
    hidden = await _refer(world, "gp", "school", "provider", tell_school="no")
    restricted = await _refer(
        world, "senco", "school", "provider", restricted=True, safe_contact="Ms K., 01632 960000"
    )
    offered = await _refer(world, "senco", "school", "provider")
    await offer(world.area, world.asking("coordinator"), offered, world.org["other_provider"])
    stopped = await _refer(world, "gp", "other_school", "other_provider")
    await world.step("other_clinician", stopped, "referrer_sharing_stopped", RECEIVED)
    plan = await world.refer("officer", RECEIVED, pathway="ehc_needs_assessment")
    named = {
        "ours": ours, "theirs": theirs, "hidden": hidden, "restricted": restricted, "offered": offered,
        "stopped": stopped, "plan": plan.episode_id,
    }  # fmt: skip
    async with world.area.database.transaction(WRITER) as tx:
        await _link(tx, world, ours, "family")
        await _link(tx, world, theirs, "other_family")
        await tx.execute(
            "INSERT INTO caseload (account_id, episode_id) VALUES ($1, $2)",
            world.actors["other_clinician"].account_id,
            restricted,
        )
    return world, named


async def _systems(world: World) -> dict[str, Actor]:
    found = {}
    async with world.area.database.transaction(WRITER) as tx:
        for who, (role, at) in SYSTEMS.items():
            account = await tx.fetchval(
                "INSERT INTO account (login, name, role, organisation_id) VALUES ($1, $1, $2, $3) RETURNING id",
                who, role.value, world.org[at],
            )  # fmt: skip
            found[who] = Actor(account, role, world.org[at], Door.FHIR)
    return found


async def _refer(
    world: World, who: str, school: str, provider: str, tell_school: str = "yes", **child: object
) -> UUID:
    carers = (CarerDetails("Nadia Stone", "mother", email="nadia.stone@example.com"),)
    referral = Referral(
        "autism", world.child(**child), RECEIVED, carers, {**first_answers("autism"), "tell_school": tell_school},
        school_id=world.org[school], provider_id=world.org[provider],
    )  # fmt: skip
    return (await refer(world.area, world.asking(who), referral)).episode_id


async def _link(tx: Tx, world: World, episode: UUID, family: str) -> None:
    account = world.actors[family].account_id
    child = await tx.fetchval("SELECT child_id FROM episode WHERE id = $1", episode)
    await tx.execute("UPDATE guardian SET account_id = $2 WHERE child_id = $1", child, account)
    await tx.execute(
        "UPDATE carer SET account_id = $2 WHERE id IN (SELECT carer_id FROM guardian WHERE child_id = $1)",
        child,
        account,
    )


async def _visible(database: Database, scope: Scope, table: str, column: str) -> set[UUID] | None:
    """What is in a column of a table for whoever asks; None where they have no right to look at all."""
    try:
        async with database.transaction(scope) as tx:
            return {row[0] for row in await tx.fetch(f"SELECT DISTINCT {column} FROM {table}")}
    except asyncpg.InsufficientPrivilegeError:
        return None


async def _reached(world: World, actor: Actor) -> tuple[set[UUID], set[UUID]]:
    """The episodes that the domain's own rule says the actor reaches, and their children."""
    async with world.area.database.transaction(WRITER) as tx:
        heads = [await head_of(tx, row["id"]) for row in await tx.fetch("SELECT id FROM episode")]
        found = [h for h in heads if reaches(actor, h.standing) or reaches(actor, await with_links(tx, h))]
    return {h.id for h in found}, {h.child_id for h in found}


@pytest.mark.parametrize("who", ACTORS)
async def test_each_actor_sees_exactly_the_episodes_and_children_that_the_domain_lets_them_reach(
    area: Area, who: str
) -> None:
    world, _ = area
    actor = world.actors[who]
    episodes, children = await _reached(world, actor)
    scope = reading(actor)
    if actor.role is Role.COMMISSIONER or actor.role is Role.PRIVACY:
        assert await _visible(world.area.database, scope, "episode", "id") is None
        assert not episodes
        return
    assert await _visible(world.area.database, scope, "episode", "id") == episodes
    assert await _visible(world.area.database, scope, "child", "id") == children


@pytest.mark.parametrize("who", ACTORS)
async def test_no_other_table_shows_a_row_of_a_child_that_the_actor_does_not_reach(
    area: Area, who: str
) -> None:
    world, _ = area
    actor = world.actors[who]
    episodes, children = await _reached(world, actor)
    if actor.role is Role.PRIVACY:
        return  # its own table below: it looks into the records of reading, and into no record of a child's care
    for tables, allowed in ((OF_EPISODES, episodes), (OF_CHILDREN, children)):
        for table, column in tables.items():
            seen = await _visible(world.area.database, reading(actor), table, column)
            assert seen is None or seen <= allowed, table


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("senco", {"ours", "restricted", "offered", "plan"}),  # not the one whose family said not to tell
        ("other_senco", {"theirs", "stopped"}),
        ("gp", {"hidden"}),  # not the one whose family asked that the referrer is told no more
        ("triage", {"ours", "hidden", "restricted", "offered"}),
        ("lead", {"ours", "hidden", "restricted", "offered"}),
        ("other_lead", {"theirs", "stopped", "offered"}),
        ("other_clinician", {"theirs", "stopped", "offered", "restricted"}),  # one of them by the caseload
        ("officer", {"plan"}),  # its own pathway; of the others only what is shared with it
        ("family", {"ours"}),
        ("other_family", {"theirs"}),
        (
            "partner",
            {"ours", "hidden", "restricted", "offered", "theirs"},
        ),  # the last it referred to another team
        ("other_partner", {"theirs", "stopped"}),  # a computer takes nothing over
        ("council_partner", {"plan"}),
        ("gp_partner", {"hidden"}),  # as the people of the practice
        ("school_partner", {"ours", "restricted", "offered", "plan"}),
        (
            "provider_system",
            {"ours", "hidden", "restricted", "offered"},
        ),  # what the provider holds, and nothing else
    ],
)
async def test_the_same_written_out_by_hand(area: Area, who: str, sees: set[str]) -> None:
    world, named = area
    provider_of_plan = {
        "triage",
        "lead",
        "partner",
        "provider_system",
    }  # the health team that advises the council
    expected = {named[name] for name in sees} | ({named["plan"]} if who in provider_of_plan else set())
    assert await _visible(world.area.database, reading(world.actors[who]), "episode", "id") == expected


@pytest.mark.parametrize("role", OUTSIDE_ROLES, ids=lambda role: role.name)
async def test_without_an_organisation_and_an_account_nothing_about_a_child_is_seen(
    area: Area, role: DbRole
) -> None:
    world, _ = area
    for table, column in (OF_EPISODES | OF_CHILDREN).items():
        if role is DbRole.r_privacy and table in ("child", "outbox"):
            continue  # information governance is of the whole area
        seen = await _visible(world.area.database, Scope(role), table, column)
        assert not seen, table


async def test_an_unset_scope_is_no_scope(area: Area) -> None:
    """A connection that never said for whom it asks sees nothing, where a null might have matched a null."""
    world, _ = area
    for role in (DbRole.r_clinician, DbRole.r_referrer, DbRole.r_officer, DbRole.r_lead, DbRole.r_family):
        async with world.area.database.transaction(Scope(role)) as tx:
            await tx.execute("SELECT set_config('app.org', '', true), set_config('app.account', '', true)")
            assert await tx.fetchval("SELECT count(id) FROM episode") == 0
            assert await tx.fetchval("SELECT count(id) FROM child") == 0


async def test_the_address_of_a_restricted_child_is_for_the_one_who_posts_letters(area: Area) -> None:
    world, named = area
    database = world.area.database
    async with database.transaction(WORKER) as tx:
        child = await tx.fetchval("SELECT child_id FROM episode WHERE id = $1", named["restricted"])
    assert child in (await _visible(database, WORKER, "child_address", "child_id") or set())
    for who in ACTORS:
        seen = await _visible(database, reading(world.actors[who]), "child_address", "child_id")
        assert child not in (seen or set()), who


async def test_breaking_the_glass_opens_one_child_for_a_while_and_only_to_the_one_who_broke_it(
    area: Area,
) -> None:
    world, named = area
    database, mine = world.area.database, world.actors["clinician"]
    async with database.transaction(WRITER) as tx:
        child = await tx.fetchval("SELECT child_id FROM episode WHERE id = $1", named["theirs"])
        await tx.execute(
            "INSERT INTO break_glass (id, account_id, child_id, why, secret, since, until, tell_from)"
            " SELECT gen_random_uuid(), a, $1, 'emergency', '', now() - interval '2 hours', now() + left_open, now()"
            "   FROM (VALUES ($2::int, interval '1 hour'), ($3, interval '1 hour'), ($4, interval '-1 minute'))"
            "     AS opening (a, left_open)",
            child, mine.account_id, world.actors["lead"].account_id, world.actors["triage"].account_id,
        )  # fmt: skip
    for who, opened in (("clinician", True), ("lead", True), ("triage", False), ("coordinator", False)):
        actor = world.actors[who]
        seen = await _visible(database, reading(actor), "episode", "id") or set()
        assert (named["theirs"] in seen) is opened, who
        assert seen == (await _reached(world, actor))[0], who
        assert await _visible(database, reading(actor), "event", "episode_id") == seen, who
    assert await _visible(database, reading(world.actors["privacy"]), "break_glass", "child_id") == {child}


async def test_a_commissioner_reads_the_arithmetic_of_every_flag(area: Area) -> None:
    world, _ = area
    async with world.area.database.transaction(reading(world.actors["commissioner"])) as tx:
        rows = await tx.fetch(
            "SELECT pathway, clock, started_on, due_on FROM flag_arithmetic WHERE clock = 'nice_start'"
        )
    assert len(rows) == 6
    assert {row["started_on"] for row in rows} == {RECEIVED}


async def test_nobody_logs_a_reading_under_another_account(area: Area) -> None:
    world, _ = area
    mine = world.actors["clinician"]
    for account, refused in ((mine.account_id, False), (mine.account_id + 1, True)):
        try:
            async with world.area.database.transaction(reading(mine)) as tx:
                await _log(tx, account)
            logged = True
        except asyncpg.InsufficientPrivilegeError:
            logged = False
        assert logged is not refused


async def _log(tx: Tx, account: int) -> Any:
    return await tx.execute(
        "INSERT INTO access_log (account_id, role, organisation_id, door, action, purpose, children)"
        " VALUES ($1, 'clinician', 1, 'web', 'look', 'direct care', '{}')",
        account,
    )

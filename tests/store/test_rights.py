"""What each database role may read or change at all, table by table and column by column (docs/rules.md 10 and 16)."""

from typing import Final

import asyncpg
import pytest

from pathway.domain.roles import Actor, Door, Role
from pathway.store.engine import Database, Scope
from pathway.store.roles import DbRole
from pathway.store.scopes import DB_ROLE, WRITER, reading
from tests.store.test_row_level_security import NOT_OF_A_CHILD, OF_CHILDREN, OF_EPISODES, OUTSIDE_ROLES


async def _rights(database: Database, role: DbRole) -> dict[str, set[str]]:
    """Every table and view on which a role may read anything, with the columns that it may read."""
    async with database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0"
            " AND NOT a.attisdropped AND has_column_privilege($1::text, c.oid, a.attnum, 'SELECT')",
            role.name,
        )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["relname"], set()).add(row["attname"])
    return found


@pytest.mark.parametrize(
    ("role", "never"),
    [
        (DbRole.r_referrer, {"stage", "outcome", "outcome_told_on", "closure", "family_stage", "council_stage", "next_step"}),
        (DbRole.r_family, {"stage", "outcome", "outcome_told_on", "closure", "school_stage", "next_step", "holder_id"}),
        (DbRole.r_officer, {"stage", "outcome", "outcome_told_on", "closure", "family_stage"}),
        (DbRole.r_partner, {"stage", "outcome", "outcome_told_on", "closure", "family_stage"}),
    ],
    ids=lambda value: value.name if isinstance(value, DbRole) else "",
)  # fmt: skip
async def test_outside_the_clinical_team_no_column_can_tell_an_outcome(
    rolled_back: Database, role: DbRole, never: set[str]
) -> None:
    assert not (await _rights(rolled_back, role))["episode"] & never


async def test_a_commissioner_has_no_right_on_any_row_about_a_child_but_views_without_identifiers(
    rolled_back: Database,
) -> None:
    rights = await _rights(rolled_back, DbRole.r_commissioner)
    views = rights.keys() & await _views(rolled_back)
    assert views >= {"flag_arithmetic", "breach_reason", "breach_count"}
    assert rights.keys() - views - NOT_OF_A_CHILD - BESIDE_THE_RECORDS == set()
    shown = set().union(*(rights[view] for view in views))
    assert not shown & IDENTIFYING
    assert rights["account"] == {"id", "name", "role", "organisation_id", "active"}


IDENTIFYING: Final = {
    "child_id", "episode_id", "event_id", "start_event", "finish_event", "nhs_number", "upn", "birth_date",
    "first_name", "family_name", "school_id", "account_id", "outcome",
}  # fmt: skip


async def _views(database: Database) -> set[str]:
    async with database.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        )
    return {row["relname"] for row in rows}


async def test_the_loader_adds_and_reads_no_more_than_how_far_it_is(rolled_back: Database) -> None:
    rights = await _rights(rolled_back, DbRole.r_loader)
    assert {table: rights[table] for table in rights.keys() - {"demonstration", "migration"}} == {
        "organisation": {"id"}, "account": {"id"}, "child": {"id"}, "event": {"id"}, "definition": {"digest"},
        "ledger": {"position"},
    }  # fmt: skip
    for table in ("session", "child_key", "account", "message", "referral_draft"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with rolled_back.transaction(Scope(DbRole.r_loader)) as tx:
                await tx.fetch(f"SELECT * FROM {table}")
    async with rolled_back.transaction(WRITER) as tx:
        changes = await tx.fetchval(
            "SELECT bool_or(has_any_column_privilege('r_loader', oid, 'UPDATE') OR has_table_privilege('r_loader', oid, 'DELETE'))"
            " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
    assert changes is False


@pytest.mark.parametrize("role", OUTSIDE_ROLES, ids=lambda role: role.name)
async def test_whoever_reads_changes_nothing_and_only_logs_that_they_read(
    rolled_back: Database, role: DbRole
) -> None:
    async with rolled_back.transaction(WRITER) as tx:
        rows = await tx.fetch(
            "SELECT c.relname, p.kind FROM pg_class c, (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) p (kind)"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'p')"
            " AND CASE WHEN p.kind IN ('INSERT', 'UPDATE') THEN has_any_column_privilege($1::text, c.oid, p.kind)"
            "          ELSE has_table_privilege($1::text, c.oid, p.kind) END",
            role.name,
        )
    assert [tuple(row) for row in rows if not row["relname"].startswith("pgqueuer")] == [
        ("access_log", "INSERT")
    ]


async def test_every_table_is_under_row_level_security_also_for_its_owner(rolled_back: Database) -> None:
    async with rolled_back.transaction(WRITER) as tx:
        open_tables = await tx.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        known = {r["relname"] for r in await tx.fetch("SELECT relname FROM pg_class WHERE relkind = 'r'")}
    assert {row["relname"] for row in open_tables} <= BESIDE_THE_RECORDS
    assert (OF_EPISODES | OF_CHILDREN).keys() | NOT_OF_A_CHILD <= known


# Piccolo's own record of migrations, whether this is a demonstration, and the queue of jobs, which holds ids only.
BESIDE_THE_RECORDS: Final = {
    "migration", "demonstration", "pgqueuer", "pgqueuer_log", "pgqueuer_statistics", "pgqueuer_schedules",
}  # fmt: skip


def test_every_role_of_a_person_has_a_role_of_the_database_that_is_not_the_writer() -> None:
    assert DB_ROLE.keys() == set(Role)
    assert DbRole.pathway_writer not in DB_ROLE.values()
    assert reading(Actor(3, Role.FAMILY, 0, Door.WEB)) == Scope(DbRole.r_family, 0, 3)

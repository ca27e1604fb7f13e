"""The restore drill: what was backed up comes back row for row, and nothing that must not."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from pathway.actions.restore_area import restore_area
from pathway.domain.errors import Conflict, NotFound
from pathway.settings import Settings
from pathway.store import embedded
from pathway.store.backup import backup
from pathway.store.embedded import Addresses
from pathway.store.keys import area_key, child_text
from pathway.store.migrate import migrate
from pathway.store.scopes import WRITER
from tests.databases import new_database, opened
from tests.world import World, make_world


def settings_for(addresses: Addresses, data: Path) -> Settings:
    return Settings(database_url=addresses.app_dsn, owner_url=addresses.owner_dsn, data=data)


@pytest.fixture
def settings(committed_addresses: Addresses, tmp_path: Path) -> Settings:
    return settings_for(committed_addresses, tmp_path / "data")


@pytest.fixture
async def filled(committed_world: World, settings: Settings) -> World:
    """An area with two children, one of them half-way, and a letter that says something."""
    world = replace(committed_world, area=replace(committed_world.area, key=area_key(settings)))
    first = await world.refer(concerns="He lines up his cars.", child=world.child(first_name="Amira"))
    await world.step("triage", first.episode_id, "triage_started", date(2026, 3, 5))
    await world.refer(child=world.child(first_name="Bilal"))
    return world


@pytest.fixture
async def empty(postgres: Addresses) -> AsyncIterator[Addresses]:
    """A new database on the same server, with nothing in it."""
    async with new_database(postgres, "restored") as addresses:
        yield addresses


async def contents(addresses: Addresses, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(addresses.owner_dsn)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_every_row_and_every_fact_comes_back(
    filled: World, settings: Settings, committed_addresses: Addresses, empty: Addresses, tmp_path: Path
) -> None:
    """Given a backup, when it is restored elsewhere, then counts and facts are equal and the application works in it."""
    made = await backup(settings, tmp_path / "backup")
    restored = await restore_area(settings_for(empty, settings.data), tmp_path / "backup")
    assert (restored.loaded.facts, restored.loaded.rows) == (3, sum(c.rows for c in made.tables.values()))
    assert "0 differences" in restored.printed()
    for query in (
        "SELECT * FROM event ORDER BY sequence",
        "SELECT * FROM clock ORDER BY id",
        "SELECT * FROM child ORDER BY id",
    ):
        assert await contents(empty, query) == await contents(committed_addresses, query)
    async with opened(empty) as database:
        again = replace(filled, area=replace(filled.area, database=database))
        await again.refer(child=again.child(first_name="Chloe"))
        async with database.transaction(WRITER) as tx:
            secret = await tx.fetchrow(
                "SELECT e.child_id, v.secret FROM event v JOIN episode e ON e.id = v.episode_id"
                " WHERE v.secret IS NOT NULL ORDER BY v.sequence LIMIT 1"
            )
            assert secret is not None
            text = await child_text(tx, again.area.key, secret["child_id"])
            assert text.unlock(secret["secret"])["concerns"] == "He lines up his cars."


async def test_what_was_restored_is_still_bound_by_its_policies(
    filled: World, settings: Settings, empty: Addresses, tmp_path: Path
) -> None:
    await backup(settings, tmp_path / "backup")
    await restore_area(settings_for(empty, settings.data), tmp_path / "backup")
    bare = await contents(
        empty,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND NOT (relrowsecurity AND relforcerowsecurity) AND relname NOT LIKE 'pgqueuer%' AND relname <> 'migration'",
    )
    assert bare == []
    connection = await asyncpg.connect(empty.owner_dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await connection.execute("DELETE FROM event")
    await connection.close()


async def test_the_embedded_database_is_backed_up_and_restored_with_its_own_programs(tmp_path: Path) -> None:
    """Given the data folder of an embedded database, when it is lost, then its backup fills a new one."""
    old = Settings(data=tmp_path / "old")
    addresses = embedded.ensure_running(old.data_folder)
    await migrate(addresses.owner_dsn, addresses.app_dsn)
    async with opened(addresses) as database:
        world = await make_world(database, tmp_path)
        await replace(world, area=replace(world.area, key=area_key(old))).refer()
    await backup(old, tmp_path / "backup", tmp_path / "keys")
    embedded.stop(old.data_folder)
    new = Settings(
        data=tmp_path / "new",
        wrapping_key_file=tmp_path / "keys" / "wrapping_key",
        seal_key_file=tmp_path / "keys" / "seal_key",
    )
    try:
        restored = await restore_area(new, tmp_path / "backup")
    finally:
        embedded.stop(new.data_folder)
    assert restored.loaded.facts == 1


async def test_a_database_that_holds_anything_is_not_touched(
    filled: World, settings: Settings, committed_addresses: Addresses, tmp_path: Path
) -> None:
    await backup(settings, tmp_path / "backup")
    before = await contents(committed_addresses, "SELECT * FROM event ORDER BY sequence")
    with pytest.raises(Conflict, match="holds tables already"):
        await restore_area(settings, tmp_path / "backup")
    assert await contents(committed_addresses, "SELECT * FROM event ORDER BY sequence") == before


async def test_the_wrong_key_is_noticed_before_anything_is_written(
    filled: World, settings: Settings, empty: Addresses, tmp_path: Path
) -> None:
    await backup(settings, tmp_path / "backup")
    with pytest.raises(Conflict, match="wrapping key"):
        await restore_area(settings_for(empty, tmp_path / "other"), tmp_path / "backup")
    assert await contents(empty, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


async def test_a_folder_that_is_no_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not a whole backup"):
        await restore_area(settings, tmp_path / "nothing")


async def test_a_damaged_dump_restores_nothing(
    filled: World, settings: Settings, empty: Addresses, tmp_path: Path
) -> None:
    await backup(settings, tmp_path / "backup")
    largest = max((tmp_path / "backup" / "database").glob("*.dat.gz"), key=lambda file: file.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-20])
    with pytest.raises(Conflict, match="pg_restore did not finish"):
        await restore_area(settings_for(empty, settings.data), tmp_path / "backup")
    assert await contents(empty, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


async def test_rows_that_are_not_those_of_the_backup_are_noticed(
    filled: World, settings: Settings, empty: Addresses, tmp_path: Path
) -> None:
    await backup(settings, tmp_path / "backup")
    file = tmp_path / "backup" / "backup.json"
    listed = json.loads(file.read_text())
    listed["tables"]["child"]["rows"] += 1
    file.write_text(json.dumps(listed))
    with pytest.raises(Conflict, match="not as it was backed up, in: child"):
        await restore_area(settings_for(empty, settings.data), tmp_path / "backup")


async def test_the_keys_are_never_with_the_backup(filled: World, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="elsewhere"):
        await backup(settings, tmp_path / "backup", tmp_path / "backup" / "keys")
    made = await backup(settings, tmp_path / "backup", tmp_path / "keys")
    secret = settings.key("wrapping_key")
    assert all(secret not in p.read_bytes() for p in (tmp_path / "backup").rglob("*") if p.is_file())
    assert (tmp_path / "keys" / "wrapping_key").read_bytes().strip() == secret
    assert (tmp_path / "keys" / "wrapping_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    assert "wrapping_key" in made.printed()


async def test_a_folder_that_holds_something_is_not_written_over(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine").write_text("mine")
    with pytest.raises(Conflict, match="holds something"):
        await backup(settings, tmp_path / "backup")

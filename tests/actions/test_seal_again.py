"""Restoring a backup from before a sealing: the earlier identity does not come back (docs/rules.md 12)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pathway.actions.merge import merge
from pathway.actions.restore_area import restore_area
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.referral import ChildDetails
from pathway.settings import Settings
from pathway.store.backup import backup
from pathway.store.embedded import Addresses
from pathway.store.keys import area_key
from tests.actions.known_child import MOTHER, OLD, known_child, traces
from tests.databases import new_database, run_as_owner
from tests.world import World

NOBODY = NewIdentity(
    ChildDetails(
        "No longer linked", "No longer linked", OLD.birth_date, restricted=True, safe_contact="Information governance"
    )
)  # fmt: skip
"""The identity that a restored copy has until a person enters the later one."""


@pytest.fixture
async def empty(postgres: Addresses) -> AsyncIterator[Addresses]:
    """A new database on the same server, with nothing in it."""
    async with new_database(postgres, "restored") as addresses:
        yield addresses


@pytest.fixture
def settings(committed_addresses: Addresses, tmp_path: Path) -> Settings:
    addresses = committed_addresses
    return Settings(database_url=addresses.app_dsn, owner_url=addresses.owner_dsn, data=tmp_path / "data")


@pytest.fixture
def world(committed_world: World, settings: Settings) -> World:
    return replace(committed_world, area=replace(committed_world.area, key=area_key(settings)))


async def restored(settings: Settings, empty: Addresses, folder: Path) -> int:
    """The early backup brought back with the list of the late one; how many were sealed again."""
    there = Settings(database_url=empty.app_dsn, owner_url=empty.owner_dsn, data=settings.data_folder)
    done = await restore_area(there, folder / "early", folder / "late" / "backup.json")
    assert "0 differences" in done.integrity
    return done.sealed_again


async def contents(addresses: Addresses, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(addresses.owner_dsn)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


# What a sealing leaves, without what differs by its nature: keys, ids, places in the order of facts, times of work.
LEFT = (
    (
        "SELECT id, nhs_number, upn, first_name, family_name, first_norm, family_norm, birth_date, sex, pronouns, language,"
        " interpreter, looked_after, restricted, safe_contact, sealed_at, merged_into, import_id, version FROM child ORDER BY id"
    ),
    "SELECT child_id, lines, postcode FROM child_address ORDER BY child_id",
    "SELECT child_id, relationship, active FROM guardian ORDER BY child_id",
    "SELECT name, email, phone, account_id, language, needs FROM carer ORDER BY name, email",
    (
        "SELECT id, child_id, key_child, stage, started_on, school_id, referrer_id, provider_id, council_id, version"
        " FROM episode ORDER BY id"
    ),
    "SELECT episode_id, kind, happened_on, fields, target FROM event ORDER BY sequence",
    "SELECT id, child_id, state, last_error FROM outbox ORDER BY id",
    "SELECT m.id, m.child_id, m.state, c.name FROM message m JOIN carer c ON c.id = m.carer_id ORDER BY m.id",
    "SELECT child_id, candidate_id FROM match_proposal ORDER BY id",
    "SELECT batch_id, row, reference, errors, secret FROM import_row ORDER BY batch_id, row",
    "SELECT action, answer IS NULL AS forgotten FROM request WHERE action IN ('refer', 'record_step') ORDER BY request_id",
)


async def test_a_restored_copy_holds_no_trace_in_any_column_and_ends_equal_to_the_sealed_one(
    world: World, settings: Settings, committed_addresses: Addresses, empty: Addresses, tmp_path: Path
) -> None:
    """Given a backup and a sealing after it, when the backup is restored, then it is as if sealed there."""
    child, _ = await known_child(world)
    await backup(settings, tmp_path / "early")
    await seal_identity(world.area, world.asking("privacy"), child, NOBODY)
    await backup(settings, tmp_path / "late")
    assert await restored(settings, empty, tmp_path) == 1
    assert await traces(empty) == {}
    for query in LEFT:
        assert await contents(empty, query) == await contents(committed_addresses, query), query


async def test_nothing_that_was_written_before_can_be_read_in_the_restored_copy(
    world: World, settings: Settings, committed_addresses: Addresses, empty: Addresses, tmp_path: Path
) -> None:
    child, _ = await known_child(world)
    await backup(settings, tmp_path / "early")
    keys = "SELECT wrapped FROM child_key"
    before = set(await contents(committed_addresses, keys))
    await seal_identity(world.area, world.asking("privacy"), child, NOBODY)
    await backup(settings, tmp_path / "late")
    await restored(settings, empty, tmp_path)
    kept = before & set(await contents(empty, keys))
    assert (
        len(before) - len(kept) == 2
    )  # the child's own key and that of the record joined with it; the look-alike's stays


async def test_who_was_joined_in_the_backup_and_parted_and_sealed_since_does_not_come_back_either(
    world: World, settings: Settings, committed_addresses: Addresses, empty: Addresses, tmp_path: Path
) -> None:
    """The list names the record that had been joined into another one: it is sealed with the record that stayed."""
    stays = await world.refer(child=world.child(nhs_number=None))
    joined = await world.refer(child=OLD, carers=(MOTHER,))
    await merge(world.area, world.asking("lead"), stays.child_id, joined.child_id)
    await backup(settings, tmp_path / "early")
    await run_as_owner(
        committed_addresses,
        f"UPDATE child SET sealed_at = now(), merged_into = NULL WHERE id = '{joined.child_id}'",
    )
    await backup(settings, tmp_path / "late")
    assert await restored(settings, empty, tmp_path) == 1
    assert await traces(empty) == {}


async def test_who_was_sealed_before_the_backup_is_left_as_they_are(
    world: World, settings: Settings, committed_addresses: Addresses, empty: Addresses, tmp_path: Path
) -> None:
    referred = await world.refer(child=OLD, carers=(MOTHER,))
    rose = NewIdentity(ChildDetails("Rose", "Ashdown", OLD.birth_date))
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, rose)
    await backup(settings, tmp_path / "early")
    await backup(settings, tmp_path / "late")
    assert await restored(settings, empty, tmp_path) == 0
    assert await contents(empty, "SELECT first_name FROM child") == [("Rose",)]

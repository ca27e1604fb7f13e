"""A database of an earlier version is brought up to date with what it holds."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from pathway import definitions
from pathway.store.embedded import Addresses
from pathway.store.migrate import migrate
from pathway.store.piccolo_app import migrations_folder
from tests.databases import new_database, run_as_owner

_CHILD = "00000000-0000-0000-0000-000000000001"
_EPISODE = """
INSERT INTO episode (id, child_id, pathway, definition, version, stage, stage_since, family_stage, school_stage, council_stage,
                     referrer_stage, opened_on, started_on, closed_on, holder_slot, projected_on, last_sequence)
SELECT gen_random_uuid(), '{child}', 'autism', 'digest', 1, '{stage}', '2026-11-01', '', '', '', '', '2026-11-01', '2026-11-01',
       '2026-11-02', 'provider', '2026-11-02', 1"""


@pytest.fixture
async def first_version(postgres: Addresses, tmp_path: Path) -> AsyncIterator[Addresses]:
    """A database as the first version made it."""
    shutil.copytree(migrations_folder() / "sql", tmp_path / "sql")
    shutil.copy(migrations_folder() / "pathway_0001_schema.py", tmp_path)
    async with new_database(postgres, f"first_version_{os.getpid()}") as addresses:
        await migrate(addresses.owner_dsn, addresses.app_dsn, tmp_path)
        yield addresses


async def test_every_episode_is_given_the_stage_that_partners_may_see(first_version: Addresses) -> None:
    text = definitions.source("autism").replace("'", "''")
    await run_as_owner(
        first_version,
        f"INSERT INTO definition (digest, key, version, title, source) VALUES ('digest', 'autism', 1, '', '{text}')",
        "INSERT INTO child (id, first_name, family_name, first_norm, family_norm, birth_date)"
        f" VALUES ('{_CHILD}', 'A', 'B', 'a', 'b', '2018-01-01')",
        *(
            _EPISODE.format(child=_CHILD, stage=stage)
            for stage in ("waiting", "outcome_decided", "other_support")
        ),
    )
    await migrate(first_version.owner_dsn, first_version.app_dsn)
    connection = await asyncpg.connect(first_version.owner_dsn)
    try:
        kept = await connection.fetch("SELECT stage, partners_stage FROM episode")
    finally:
        await connection.close()
    assert {tuple(row) for row in kept} == {
        ("waiting", "waiting"),
        ("outcome_decided", "formulation"),
        ("other_support", "after_feedback"),
    }

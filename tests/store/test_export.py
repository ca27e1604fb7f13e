"""Everything can be taken away in open formats, and what was taken away can be read without us."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from pathway import definitions
from pathway.actions.import_confirm import confirm
from pathway.actions.save_draft import begin_draft
from pathway.domain.errors import Conflict
from pathway.settings import Settings
from pathway.store.embedded import Addresses
from pathway.store.export import OMITTED, OMITTED_COLUMNS, export_area, faults_of
from pathway.store.keys import area_key
from pathway.store.scopes import WRITER
from tests.actions.lists import SOURCE, line, sheet
from tests.world import World


@pytest.fixture
def settings(committed_addresses: Addresses, tmp_path: Path) -> Settings:
    return Settings(
        database_url=committed_addresses.app_dsn,
        owner_url=committed_addresses.owner_dsn,
        data=tmp_path / "data",
    )


@pytest.fixture
async def filled(committed_world: World, settings: Settings) -> World:
    """An area with a referral that says something in free text, an import, and a row with errors."""
    world = replace(committed_world, area=replace(committed_world.area, key=area_key(settings)))
    await world.refer(concerns="=He lines up his cars.", child=world.child(first_name="=Amira, “A”"))
    await world.refer()
    await begin_draft(world.area, world.actors["senco"], UUID(int=9), "autism")
    await confirm(world.area, world.asking("lead"), sheet(line(1), line(2, number="1")), SOURCE, "autism")
    return world


def rows_of(file: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as text:
        return list(csv.DictReader(text))


async def test_every_row_of_every_table_is_there(filled: World, settings: Settings, tmp_path: Path) -> None:
    manifest = await export_area(settings, tmp_path / "out")
    assert faults_of(tmp_path / "out") == []
    files = {file.table: file for file in manifest.files if file.file.endswith(".csv")}
    async with filled.area.database.transaction(WRITER) as tx:
        tables = [
            r[0] for r in await tx.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        ]
        assert set(tables) == set(files) | set(OMITTED)
        for table in set(files) - {"migration"}:
            assert files[table].rows == await tx.fetchval(f"SELECT count(*) FROM {table}"), table
        facts = await tx.fetch("SELECT id, kind, happened_on FROM event ORDER BY sequence")
    read = rows_of(tmp_path / "out" / "event.csv")
    assert [(r["id"], r["kind"], date.fromisoformat(r["happened_on"])) for r in read] == [
        (str(f["id"]), f["kind"], f["happened_on"]) for f in facts
    ]


async def test_only_its_owner_can_open_the_folder(filled: World, settings: Settings, tmp_path: Path) -> None:
    await export_area(settings, tmp_path / "out", with_text=True)
    modes = {p.stat().st_mode & 0o777 for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert modes == {0o600}


async def test_free_text_is_closed_unless_asked_for(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    await export_area(settings, tmp_path / "closed")
    every = b"".join(p.read_bytes() for p in (tmp_path / "closed").rglob("*") if p.is_file())
    assert b"lines up his cars" not in every
    await export_area(settings, tmp_path / "open", with_text=True)
    lines = (tmp_path / "open" / "event_text.jsonl").read_text(encoding="utf-8").splitlines()
    assert {"concerns": "=He lines up his cars."} in [json.loads(one)["text"] for one in lines]
    bad = json.loads((tmp_path / "open" / "import_row_text.jsonl").read_text(encoding="utf-8"))
    assert (bad["id"].split(":")[2], bad["text"][2]) == ("3", "Listed2")


async def test_no_table_with_free_text_is_forgotten(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    """Given a table with an encrypted column, then an export with text has a file of what it says."""
    manifest = await export_area(settings, tmp_path / "out", with_text=True)
    secret = {f.table for f in manifest.files if any(column.name == "secret" for column in f.columns)}
    assert secret == {f.table for f in manifest.files if f.file.endswith(".jsonl")}


async def test_machines_get_the_value_and_spreadsheets_no_formula(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    await export_area(settings, tmp_path / "plain")
    await export_area(settings, tmp_path / "people", for_people=True)
    assert "=Amira, “A”" in {r["first_name"] for r in rows_of(tmp_path / "plain" / "child.csv")}
    assert "'=Amira, “A”" in {
        r["first_name"] for r in rows_of(tmp_path / "people" / "child.csv", "utf-8-sig")
    }
    assert not (tmp_path / "plain" / "child.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert faults_of(tmp_path / "people") == []


async def test_secrets_of_sign_in_are_left_out_and_the_manifest_says_so(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    manifest = await export_area(settings, tmp_path / "out")
    assert not (tmp_path / "out" / "session.csv").exists()
    assert "token_sha256" not in rows_of(tmp_path / "out" / "account.csv")[0]
    assert {f"{table}.{column}" for table, column in OMITTED_COLUMNS} <= set(manifest.left_out)


async def test_the_definitions_are_the_files_that_were_agreed(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    await export_area(settings, tmp_path / "out")
    newest = filled.area.pathways.newest("autism")
    found = next((tmp_path / "out" / "definitions").glob(f"autism-*-{newest.digest[:12]}.toml"))
    assert found.read_text(encoding="utf-8") == definitions.source("autism")


async def test_an_export_is_in_the_access_log_of_every_child(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    await export_area(settings, tmp_path / "out", with_text=True)
    async with filled.area.database.transaction(WRITER) as tx:
        row = await tx.fetchrow("SELECT children FROM access_log WHERE action = 'export with free text'")
        assert row is not None
        assert len(row["children"]) == await tx.fetchval("SELECT count(*) FROM child")


async def test_a_damaged_export_is_noticed(filled: World, settings: Settings, tmp_path: Path) -> None:
    await export_area(settings, tmp_path / "out")
    with (tmp_path / "out" / "event.csv").open("a") as file:
        file.write("more\n")
    (tmp_path / "out" / "task.csv").unlink()
    assert faults_of(tmp_path / "out") == ["event.csv is not as it was written.", "task.csv is missing."]


async def test_a_folder_that_holds_something_is_not_written_over(
    filled: World, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Conflict, match="holds something"):
        await export_area(settings, tmp_path / "out")

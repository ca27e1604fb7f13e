"""The first schema: people, facts, what leaves, rights, jobs, drafts. Plain SQL, one file for each subject."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-24T09:00:00"
VERSION = "1.38.0"
DESCRIPTION = "People, facts and their projections, rights, jobs, drafts"

FILES = ("0001_people", "0002_facts", "0003_leaving", "0004_rights", "0005_jobs", "0006_drafts")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        transaction = ENGINE.current_transaction.get()
        for name in FILES:
            text = (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
            await transaction.connection.execute(text)

    manager.add_raw(apply)
    return manager

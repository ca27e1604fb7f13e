"""What the NHS's national services told us: traces, doubts for a person, signals, adjustments, proposals."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T15:40:00"
VERSION = "1.38.0"
DESCRIPTION = "What national services told us, and what a person decides because of it"

_SQL = Path(__file__).parent / "sql" / "0012_national.sql"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(_SQL.read_text(encoding="utf-8"))

    manager.add_raw(apply)
    return manager

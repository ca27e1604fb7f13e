"""What leaves for partners' systems: the messages each wants, every message with its bytes, and how each destination is."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T15:10:00"
VERSION = "1.38.0"
DESCRIPTION = "Messages to partners' systems, and how each destination is"

_SQL = Path(__file__).parent / "sql" / "0010_outbound.sql"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(_SQL.read_text(encoding="utf-8"))

    manager.add_raw(apply)
    return manager

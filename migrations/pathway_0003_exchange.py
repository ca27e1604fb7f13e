"""What the exchange with partners' systems needs: how far an episode is told, who registered a child, what was received."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T14:00:00"
VERSION = "1.38.0"
DESCRIPTION = "The exchange: how far an episode is told, children that partners registered, what was received"

_SQL = Path(__file__).parent / "sql" / "0008_exchange.sql"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(_SQL.read_text(encoding="utf-8"))

    manager.add_raw(apply)
    return manager

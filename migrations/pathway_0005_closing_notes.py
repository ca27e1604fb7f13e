"""Why a held message was closed is what somebody typed: kept under the child's key, apart from the service's own sentences."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T14:40:00"
VERSION = "1.38.0"
DESCRIPTION = "The reason for closing a held message, encrypted"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(
            "ALTER TABLE outbox ADD COLUMN secret bytea"
        )

    manager.add_raw(apply)
    return manager

"""Whether the family has taken back its permission to be sent texts and e-mails is kept with the episode."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T14:10:00"
VERSION = "1.38.0"
DESCRIPTION = "Permission for messages taken back"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(
            "ALTER TABLE episode ADD COLUMN messages_refused boolean NOT NULL DEFAULT false"
        )

    manager.add_raw(apply)
    return manager

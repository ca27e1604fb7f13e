"""Who may speak FHIR to us: partners' systems, their keys and scopes; and what such a system reaches."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pathway.store.piccolo_engine import ENGINE

ID = "2026-11-26T14:30:00"
VERSION = "1.38.0"
DESCRIPTION = "Partners' systems: their keys, scopes and tokens, and what they reach"

_SQL = Path(__file__).parent / "sql" / "0009_partners.sql"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="pathway", description=DESCRIPTION)

    async def apply() -> None:
        await ENGINE.current_transaction.get().connection.execute(_SQL.read_text(encoding="utf-8"))

    manager.add_raw(apply)
    return manager

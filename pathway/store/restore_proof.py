"""Proving a restored database through the application's own eyes: its login, its policies, its rules."""

from pathway.definitions.calendar import england
from pathway.settings import Settings
from pathway.store.engine import Database
from pathway.store.integrity import check_integrity
from pathway.store.pathways import Pathways


async def prove(settings: Settings, app_dsn: str) -> str:
    """Make everything that follows from the facts again and compare, and verify the seals; the report in words."""
    database = Database(app_dsn, statement_timeout=600)
    await database.open(1, 2)
    try:
        report = await check_integrity(database, Pathways(), england(), settings, lambda done, total: None)
    finally:
        await database.close()
    return report.printed()

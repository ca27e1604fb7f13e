"""Restore a backup: bring its rows back, seal again what was sealed since, and prove the whole (docs/rules.md 12)."""

from dataclasses import dataclass
from pathlib import Path

from pathway.actions.open_area import open_area
from pathway.actions.seal_again import seal_again
from pathway.settings import Settings
from pathway.store import backup
from pathway.store.engine import Database
from pathway.store.integrity import check_integrity


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore that was proved: the same rows as in the backup, and everything that follows from them."""

    loaded: backup.Loaded
    sealed_again: int
    integrity: str

    def printed(self) -> str:
        """The report for a person at a terminal."""
        loaded = self.loaded
        return (
            f"Restored the backup of {loaded.made_at}: {loaded.rows:,} rows and {loaded.facts:,} facts, each table equal to "
            f"what was backed up.\n{self.sealed_again:,} identities were sealed again, from a list of {loaded.sealed_until}. "
            "If one was sealed after that, restore with the backup.json of a later backup (--sealed).\n"
            + (f"{len(loaded.migrations)} migrations ran.\n" if loaded.migrations else "")
            + self.integrity
        )


async def restore_area(settings: Settings, folder: Path, sealed: Path | None = None) -> Restored:
    """Bring a backup back into an empty database, seal again, and prove it.

    `sealed` is the backup.json of a later backup: who was sealed by then is sealed again. Raises NotFound (no backup there),
    Conflict (the database is not empty; the wrapping key is another one; the rows are not those of the backup).
    """
    loaded = await backup.load(settings, folder, sealed)
    # What follows from the facts of a whole area is read in one statement.
    database = Database(loaded.app_dsn, statement_timeout=600)
    await database.open(1, 2)
    try:
        area = await open_area(settings, database)
        again = await seal_again(area, loaded.sealed)
        report = await check_integrity(
            database, area.pathways, area.calendar, settings, lambda done, total: None
        )
    finally:
        await database.close()
    return Restored(loaded, again, report.printed())

"""Opening the area at the start of a process: its pathways stored and known, its calendar, its key, the time."""

from datetime import UTC, datetime

from pathway import definitions
from pathway.actions.area import Area
from pathway.definitions.calendar import england
from pathway.settings import Settings
from pathway.store.engine import Database
from pathway.store.keys import area_key
from pathway.store.pathways import Pathways
from pathway.store.scopes import WRITER


async def open_area(settings: Settings, database: Database) -> Area:
    """What actions work with. The pathways that come with the product are stored, if this version brings new ones."""
    pathways = Pathways()
    async with database.transaction(WRITER) as tx:
        for key, definition in definitions.load_all().items():
            await pathways.store(tx, definition, definitions.source(key))
    return Area(database, pathways, england(), area_key(settings), _now)


def _now() -> datetime:
    return datetime.now(UTC)

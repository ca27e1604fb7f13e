"""The worker."""
import asyncio
from pathway.actions.area import Area
from pathway.settings import Settings

async def work(area: Area, settings: Settings, stop: asyncio.Event) -> None:
    await stop.wait()

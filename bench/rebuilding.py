"""Rebuilding every projection of the county from its facts."""

import time

from bench.figures import Figure
from pathway.definitions.calendar import england
from pathway.store.engine import Database
from pathway.store.integrity import rebuild
from pathway.store.pathways import Pathways


async def figures(database: Database) -> list[Figure]:
    """How long it takes, and how many differences there are: 0 is right."""
    begun = time.perf_counter()
    report = await rebuild(database, Pathways(), england())
    seconds = time.perf_counter() - begun
    return [
        Figure(f"rebuild all projections: {report.episodes:,} episodes", seconds, "s", at_most=60.0),
        Figure("rebuild: differences", report.differences, "", at_most=0),
    ]

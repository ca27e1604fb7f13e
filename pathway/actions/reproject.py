"""Making an episode's rows anew where no fact has been added: a message reached the family, a review day passed."""

from datetime import date

from pathway.actions.area import Area
from pathway.domain.fold import fold
from pathway.domain.projection import project
from pathway.store.engine import Tx
from pathway.store.facts import Head, Written, events_of
from pathway.store.pathways import agreed_thresholds
from pathway.store.projections import write_projection


async def reproject(tx: Tx, area: Area, head: Head, family_reached_on: date | None) -> None:
    """Fold the facts there are and bring the rows to today; the episode is locked, and its version stays."""
    definition = await area.pathways.by_digest(tx, head.definition)
    events = await events_of(tx, head.id)
    episode = fold(definition, events, area.calendar, family_reached_on)
    projection = project(episode, await agreed_thresholds(tx, head.pathway), area.calendar, area.today)
    written = Written(events[-1].sequence, await tx.fetchval("SELECT clock_timestamp()"))
    await write_projection(tx, head.id, head.pathway, head.version, projection, written, area.today)

"""How many children are open, by pathway, provider, council and stage."""

from dataclasses import dataclass

from pathway.store.engine import Tx

_COUNTS = "SELECT pathway, provider_id, council_id, {stage} AS stage, sum(n)::int AS n FROM {source} GROUP BY 1, 2, 3, 4"
# A lead counts the episodes that row-level security shows; a commissioner has no grant on them, only on the view.
_OWN = "(SELECT pathway, provider_id, council_id, stage, 1 AS n FROM episode WHERE closed_on IS NULL) AS own"


@dataclass(frozen=True, slots=True)
class OpenCount:
    """A true count, to be suppressed where it is shown to anyone outside the team."""

    pathway: str
    provider_id: int | None
    council_id: int | None
    stage: str
    n: int


async def open_counts(tx: Tx, *, aggregates_only: bool) -> list[OpenCount]:
    """Open episodes by pathway, provider, council and stage, as the reader's role may count them: aggregates by the stage shown."""
    stage, source = ("partners_stage", "open_count") if aggregates_only else ("stage", _OWN)
    return [OpenCount(*row) for row in await tx.fetch(_COUNTS.format(stage=stage, source=source))]

"""Open children by stage: true for a provider's own lead, suppressed for commissioners."""

from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.definition import Stage
from pathway.domain.roles import Actor, Role
from pathway.domain.small_numbers import shown
from pathway.store.open_counts import open_counts
from pathway.store.organisations import organisation_names
from pathway.store.scopes import reading


@dataclass(frozen=True, slots=True)
class OpenFigure:
    """One figure, already as it may be shown."""

    pathway: str
    provider: str
    stage: Stage
    figure: str


async def open_by_stage(area: Area, actor: Actor) -> tuple[OpenFigure, ...]:
    """Open episodes by pathway, provider and stage. For commissioners a stage that implies an outcome is counted under the
    stage that partners see (docs/rules.md 10), and small counts are hidden."""
    outside = actor.role is Role.COMMISSIONER
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        counts = await open_counts(tx, aggregates_only=outside)
        names = await organisation_names(tx, {c.provider_id for c in counts if c.provider_id})
    totals: dict[tuple[str, str, str], int] = {}
    for count in counts:
        key = (count.pathway, names.get(count.provider_id or 0, "No provider yet"), count.stage)
        totals[key] = totals.get(key, 0) + count.n
    return tuple(
        OpenFigure(
            area.pathways.newest(pathway).title,
            provider,
            stage,
            shown(totals[pathway, provider, stage.key])
            if outside
            else f"{totals[pathway, provider, stage.key]:,}",
        )
        for pathway, provider in sorted({(p, o) for p, o, _ in totals})
        for stage in area.pathways.newest(pathway).stages.values()
        if (pathway, provider, stage.key) in totals
    )

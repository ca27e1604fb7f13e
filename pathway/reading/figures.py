"""Open children by stage: true for a provider's own lead, suppressed for commissioners."""

from dataclasses import dataclass

from pathway.actions.area import Area
from pathway.domain.definition import Stage
from pathway.domain.projection import council_runs
from pathway.domain.roles import Actor, Role
from pathway.domain.small_numbers import shown
from pathway.store.open_counts import OpenCount, open_counts
from pathway.store.organisations import organisation_names
from pathway.store.scopes import reading


@dataclass(frozen=True, slots=True)
class OpenFigure:
    """One figure, already as it may be shown."""

    pathway: str
    holder: str
    stage: Stage
    figure: str


async def open_by_stage(area: Area, actor: Actor) -> tuple[OpenFigure, ...]:
    """Open episodes by pathway, who runs it, and stage: the council where the pathway is its own, else the provider.

    For commissioners a stage that implies an outcome is counted under the stage that partners see (docs/rules.md 10), and
    small counts are hidden.
    """
    outside = actor.role is Role.COMMISSIONER
    async with area.database.transaction(reading(actor), read_only=True) as tx:
        counts = await open_counts(tx, aggregates_only=outside)
        holders = [_holder(area, count) for count in counts]
        names = await organisation_names(tx, {holder for holder in holders if holder})
    totals: dict[tuple[str, str, str], int] = {}
    for count, holder in zip(counts, holders, strict=True):
        key = (count.pathway, names.get(holder or 0, "No provider yet"), count.stage)
        totals[key] = totals.get(key, 0) + count.n
    return tuple(
        OpenFigure(
            area.pathways.newest(pathway).title,
            holder,
            stage,
            shown(totals[pathway, holder, stage.key])
            if outside
            else f"{totals[pathway, holder, stage.key]:,}",
        )
        for pathway, holder in sorted({(p, o) for p, o, _ in totals})
        for stage in area.pathways.newest(pathway).stages.values()
        if (pathway, holder, stage.key) in totals
    )


def _holder(area: Area, count: OpenCount) -> int | None:
    return count.council_id if council_runs(area.pathways.newest(count.pathway)) else count.provider_id

"""Limits as tables: those in force, the versions proposed, the signatures, and what a proposal would do."""

from collections.abc import Sequence
from datetime import date

from pathway.actions.area import Area
from pathway.actions.dry_run_threshold import DryRun
from pathway.domain.definition import Definition
from pathway.domain.roles import Actor, Role
from pathway.domain.small_numbers import shown
from pathway.store.threshold_rows import ThresholdVersion
from pathway.web.components import Cell, Column, DataTable
from pathway.web.presenters import Tag, day, day_and_time

STATUS_TAGS = {
    "statutory": Tag("Statutory", "blue"),
    "national": Tag("National", "blue"),
    "local": Tag("Local", "white"),
}
KINDS = {"council": "Council", "icb": "Integrated care board", "provider": "Provider"}
_APPLIES = {"running": "also running clocks", "new": "new clocks only"}


def limit_table(
    definition: Definition, key: str, found: Sequence[ThresholdVersion], today: date
) -> DataTable:
    """The limits of one pathway: the definition's own, and the agreed version in force."""
    rows = []
    for clock in definition.clocks.values():
        if not clock.enabled:
            continue
        agreed = next(
            (v for v in found if (v.pathway, v.clock) == (key, clock.key) and _holds(v, today)), None
        )
        version = (
            f"Version {agreed.id}, from {day(agreed.effective_from)}" if agreed else "The pathway's own value"
        )
        rows.append(
            (
                Cell(clock.title),
                Cell(agreed.limit if agreed else str(clock.limit), tag=STATUS_TAGS[clock.status.value]),
                Cell(version, note="" if agreed or clock.status.is_locked else "not yet agreed locally"),
                Cell(agreed.source if agreed else clock.source),
            )
        )
    columns = (Column("Limit"), Column("In force"), Column("Version"), Column("Where it comes from"))
    return DataTable(definition.title, columns, tuple(rows), cards=True)


def _holds(version: ThresholdVersion, today: date) -> bool:
    agreed = version.agreed_at is not None and version.withdrawn_at is None
    return agreed and version.effective_from <= today


def version_table(area: Area, found: Sequence[ThresholdVersion]) -> DataTable:
    """Every proposal, the newest first."""
    rows = tuple(
        (
            Cell(_title(area, version), href=f"/thresholds/{version.id}", note=f"Version {version.id}"),
            Cell(version.limit, note=_APPLIES[version.applies]),
            Cell(day(version.effective_from)),
            Cell(", ".join(s.organisation for s in version.signatures) or "Nobody yet"),
            Cell(tag=state_tag(version)),
        )
        for version in found
    )
    columns = (Column("Limit"), Column("New value"), Column("From"), Column("Signed by"), Column("State"))
    return DataTable(
        "Proposed and agreed changes", columns, rows, cards=True, empty="No change has been proposed."
    )


def _title(area: Area, version: ThresholdVersion) -> str:
    definition = area.pathways.newest(version.pathway)
    return f"{definition.title}: {definition.clocks[version.clock].title}"


def state_tag(version: ThresholdVersion) -> Tag:
    """Where a proposal stands."""
    if version.withdrawn_at is not None:
        return Tag("Withdrawn", "grey")
    return Tag("Agreed", "green") if version.agreed_at is not None else Tag("To be signed", "orange")


def signature_table(version: ThresholdVersion) -> DataTable:
    """Who must sign, and who has."""
    signed = {signature.kind: signature for signature in version.signatures}
    rows = tuple(
        (
            Cell(KINDS.get(kind, kind.capitalize())),
            Cell(signed[kind].organisation if kind in signed else "Not signed yet"),
            Cell(day_and_time(signed[kind].signed_at) if kind in signed else "Not signed yet"),
        )
        for kind in version.needs
    )
    columns = (Column("For"), Column("Signed by"), Column("When"))
    return DataTable("Signatures", columns, rows, cards=True)


def effect_table(tried: DryRun, actor: Actor) -> DataTable:
    """What a proposal would do tomorrow, and on its own day if nothing else happened until then."""

    def figure(count: int) -> str:
        return shown(count) if actor.role is Role.COMMISSIONER else f"{count:,}"

    rows = tuple(
        (
            Cell(day(impact.as_of)),
            Cell(figure(impact.running)),
            Cell(figure(impact.breached)),
            Cell(figure(impact.no_longer)),
        )
        for impact in (tried.now, tried.then)
    )
    columns = (
        Column("If it held from"), Column("Running clocks", numeric=True), Column("Would be past the limit", numeric=True),
        Column("Would no longer be", numeric=True),
    )  # fmt: skip
    return DataTable("What it would do", columns, rows)

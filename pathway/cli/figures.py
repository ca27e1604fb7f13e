"""Figures from the command line: the same sums as on the pages, as of any day and with what was known then."""

import csv
import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from pathway.actions.area import Area
from pathway.analytics.waits import Wait, WaitSummary, summarise
from pathway.cli.asking import run
from pathway.domain.breaches import LONG_WAIT_WEEKS
from pathway.settings import Settings

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--as-of", type=DAY, help="The day to report on; today otherwise.")
@click.option("--known-at", type=click.DateTime(), help="Count only what had been recorded by then (UTC).")
@click.option("--clock", help="One clock only, by its key: nice_start.")
@click.option("--form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
def report(as_of: datetime | None, known_at: datetime | None, clock: str | None, form: str) -> None:
    """Report waits by provider and clock: how many, how long, how many past the limit.

    Example: pathway report --as-of 2026-03-31 --form csv
    """
    found = run(lambda settings, area: _summaries(settings, area, as_of, known_at, clock))
    if form == "json":
        click.echo(json.dumps([asdict(s) | {"provider": name} for name, s in found], indent=2))
    elif form == "csv":
        _write_csv(found)
    else:
        for name, s in found:
            click.echo(
                f"{name:<36} {s.pathway}/{s.clock:<28} open {s.open:>6}  late {s.late:>6}  "
                f"median {s.median_days:>4} days  longest {s.longest_days:>5} days"
            )


async def _summaries(
    _: Settings, area: Area, as_of: datetime | None, known_at: datetime | None, clock: str | None
) -> list[tuple[str, WaitSummary]]:
    from pathway.store.ledger import position_at
    from pathway.store.organisations import organisations
    from pathway.store.scopes import WORKER
    from pathway.store.wait_rows import running_on

    day: date = as_of.date() if as_of else area.today
    async with area.database.transaction(WORKER, read_only=True, isolation="REPEATABLE READ") as tx:
        names = {o.id: o.name for o in await organisations(tx)}
        position = await position_at(tx, _utc(known_at)) if known_at else None
        waits = [Wait(*row) async for row in running_on(tx, day, clock, position)]
    return [(names.get(s.provider_id or 0, "No provider"), s) for s in summarise(waits, day)]


def _utc(moment: datetime) -> datetime:
    from datetime import UTC

    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write_csv(found: list[tuple[str, WaitSummary]]) -> None:
    writer: Any = csv.writer(sys.stdout)
    bands = [f"over_{weeks}_weeks" for weeks in LONG_WAIT_WEEKS]
    writer.writerow(
        [
            "provider",
            "pathway",
            "clock",
            "open",
            "late",
            *bands,
            "median_days",
            "centile_92_days",
            "longest_days",
        ]
    )
    for name, s in found:
        writer.writerow(
            [
                name,
                s.pathway,
                s.clock,
                s.open,
                s.late,
                *s.over_weeks.values(),
                s.median_days,
                s.centile_92_days,
                s.longest_days,
            ]
        )


COMMANDS = (report,)

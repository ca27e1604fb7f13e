"""The demonstration: from nothing to a county of invented children in a browser."""

import asyncio
from datetime import date

import click

from pathway.settings import Settings, load


@click.command()
@click.option(
    "--size",
    type=click.Choice(["small", "county", "stress"]),
    default="county",
    show_default=True,
    help="How much: 300 children, a county of 36,000 episodes, or a million (the county 28 times as other children).",
)
@click.option("--port", type=int, help="Port to serve on; 8000 otherwise.")
@click.option(
    "--seed", type=int, default=2026, show_default=True, help="The same seed and day give the same county."
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Simulate up to this day instead of today.")
@click.option(
    "--answers", is_flag=True, help="Print the answer key of the named stories, and do nothing else."
)
@click.option("--no-serve", is_flag=True, help="Make the county and stop.")
def demo(size: str, port: int | None, seed: int, today: object, answers: bool, no_serve: bool) -> None:
    """Start an invented county: database, five years of history, and the pages at http://127.0.0.1:8000.

    Example: pathway demo --size small
    """
    from pathway.cli.running import quiet_logging

    settings = load(**({"port": port, "base_url": f"http://127.0.0.1:{port}"} if port else {}))
    quiet_logging(settings)
    day = today.date() if hasattr(today, "date") else None
    if answers:
        click.echo(_answers(day or _today()))
        return
    _prepare(settings, size, seed, day or _today())
    _print_links(settings)
    if not no_serve:
        from pathway.cli.running import run_server

        run_server(settings)


def _today() -> date:
    from datetime import UTC, datetime

    from pathway.domain.london import london_date

    return london_date(datetime.now(UTC))


def _answers(day: date) -> str:
    from pathway.demo.answer_key import printed

    return printed(day)


def _prepare(settings: Settings, size: str, seed: int, day: date) -> None:
    """Start the database, bring it up to date, and fill it unless it holds this demonstration already."""
    from pathway.demo.progress import shown
    from pathway.demo.seed import is_seeded, seed_county
    from pathway.store.addresses import migration_addresses
    from pathway.store.migrate import migrate

    with shown() as progress:
        progress.step("Starting the database")
        addresses = migration_addresses(settings)
        progress.step("Bringing it up to date")
        asyncio.run(migrate(addresses.owner_dsn, addresses.app_dsn))
        if asyncio.run(is_seeded(addresses)):
            progress.step("The county is there already")
            return
        asyncio.run(seed_county(settings, addresses, size, seed, day, progress))


def _print_links(settings: Settings) -> None:
    from pathway.cli.asking import opened
    from pathway.store.accounts import Persona, personas

    async def found() -> list[Persona]:
        async with opened(settings) as (_, area):
            return await personas(area.database)

    people = asyncio.run(found())
    click.echo(f"\nOpen {settings.base_url} or sign in directly as:\n")
    for person in people:
        click.echo(f"  {settings.base_url}/sign-in/{person.login:<24} {person.name}: {person.persona}")
    click.echo("\nCtrl+C stops it.\n")


COMMANDS = (demo,)

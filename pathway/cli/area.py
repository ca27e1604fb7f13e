"""The area itself: its accounts and tokens, its pathways, its scan and its integrity."""

import sys
from pathlib import Path

import click

from pathway.actions.area import Area
from pathway.cli.asking import run
from pathway.settings import Settings


@click.command()
@click.argument("account")
def token(account: str) -> None:
    """Make a bearer token for an account; its earlier token stops working.

    Example: pathway token council-system
    """
    from pathway.store.accounts import give_token

    async def work(_: Settings, area: Area) -> str:
        return await give_token(area.database, account)

    click.echo(run(work))


@click.command()
def accounts() -> None:
    """List the accounts: login, role, organisation.

    Example: pathway accounts
    """
    from pathway.store.accounts import listed

    async def work(_: Settings, area: Area) -> list[tuple[str, str, str]]:
        return await listed(area.database)

    for login, role, organisation in run(work):
        click.echo(f"{login:<28} {role:<16} {organisation}")


@click.command()
def scan() -> None:
    """Notice every breach that has been reached and not yet noticed, also after a stop.

    Example: pathway scan
    """
    from pathway.actions.scan_for_breaches import scan_for_breaches

    async def work(_: Settings, area: Area) -> int:
        return await scan_for_breaches(area)

    click.echo(f"{run(work)} new crossings noticed.")


@click.command()
def integrity() -> None:
    """Make every projection again from the facts, compare, and verify the seals. 0 differences is right.

    Example: pathway integrity
    """
    from pathway.cli.progress import bar
    from pathway.store.integrity import Report, check_integrity

    async def work(settings: Settings, area: Area) -> Report:
        with bar("Rebuilding") as advance:
            return await check_integrity(area.database, area.pathways, area.calendar, settings, advance)

    report = run(work)
    click.echo(report.printed())
    if not report.is_whole:
        sys.exit(1)


@click.group()
def definition() -> None:
    """Look at pathway definitions, or check one.

    Example: pathway definition check autism.toml
    """


@definition.command("list")
def list_definitions() -> None:
    """List the pathways that come with this version.

    Example: pathway definition list
    """
    from pathway import definitions

    for key, found in definitions.load_all().items():
        click.echo(f"{key:<28} version {found.version}  {found.title}  {found.digest[:12]}")


@definition.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_definition(file: Path) -> None:
    """Check a definition file as a compiler would: every fault with its line and what to write instead.

    Example: pathway definition check my_pathway.toml
    """
    from pathway.domain.compiler import compile_definition
    from pathway.domain.errors import DefinitionError

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DefinitionError(file.name, None, "This file is not UTF-8 text.", "Save it as UTF-8.") from None
    found = compile_definition(text, file.name)
    click.echo(
        f"{found.title}, version {found.version}: {len(found.stages)} stages, {len(found.steps)} steps, "
        f"{len(found.clocks)} clocks. It compiles."
    )


@definition.command("show")
@click.argument("key")
def show_definition(key: str) -> None:
    """Print a pathway's definition file.

    Example: pathway definition show autism
    """
    from pathway import definitions

    click.echo(definitions.source(key))


COMMANDS = (token, accounts, scan, integrity, definition)

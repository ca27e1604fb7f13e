"""Data in and out: import a waiting list, export everything, back up, restore."""

import asyncio
from pathlib import Path

import click

from pathway.actions.area import Area
from pathway.cli.asking import acting_as, run
from pathway.settings import load

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(exists=False, dir_okay=False, writable=True, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE, required=False)
@click.option("--account", required=True, help="The account that imports: a provider lead's login.")
@click.option("--source", help="Where the list comes from; a second file from the same source is compared.")
@click.option("--pathway", default="autism", show_default=True, help="Which pathway the children are on.")
@click.option("--confirm", is_flag=True, help="Write it. Without this the file is only checked.")
@click.option("--errors", type=NEW_FILE, help="Write every error of every row into this CSV file.")
@click.option("--release", "release_batch", type=int, help="Let families of an earlier import be written to.")
@click.option(
    "--undo", "undo_batch", type=int, help="Take an earlier import back, but for what people changed since."
)
def import_list(
    file: Path | None,
    account: str,
    source: str | None,
    pathway: str,
    confirm: bool,
    errors: Path | None,
    release_batch: int | None,
    undo_batch: int | None,
) -> None:
    """Import an existing waiting list from a CSV file: a dry run first, nothing written until confirmed.

    Example: pathway import waiting.csv --account lead --source "Trust list"
    """
    if release_batch is not None or undo_batch is not None:
        click.echo(run(lambda _, area: _earlier(area, account, release_batch, undo_batch)))
        return
    if file is None or source is None:
        raise click.UsageError(
            "Name the FILE and its --source, or give --release or --undo with an import's number."
        )
    click.echo(run(lambda _, area: _import(area, account, file, source, pathway, confirm, errors)))


async def _import(
    area: Area, account: str, file: Path, source: str, pathway: str, confirm: bool, errors: Path | None
) -> str:
    from pathway.actions.import_confirm import confirm as write
    from pathway.actions.import_list import dry_run, read_sheet
    from pathway.domain.import_report import bad_rows_csv

    asking = await acting_as(area, account)
    sheet = await asyncio.to_thread(read_sheet, file)
    if confirm:
        return (await write(area, asking, sheet, source, pathway)).printed()
    run = await dry_run(area, asking, sheet, source, pathway)
    if errors is not None:
        await asyncio.to_thread(errors.write_text, bad_rows_csv(run.bad), encoding="utf-8", newline="")
    return f"{run.printed()}\nAdd --confirm to import it."


async def _earlier(area: Area, account: str, release_batch: int | None, undo_batch: int | None) -> str:
    from pathway.actions.import_undo import release, undo

    asking = await acting_as(area, account)
    if release_batch is not None:
        told = await release(area, asking, release_batch)
        return f"Released: families of {told:,} children are told of what happens from now on."
    return (await undo(area, asking, undo_batch or 0)).printed()


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--with-text", is_flag=True, help="Decrypt letters and free text too. Keep the folder safe.")
@click.option(
    "--for-people", is_flag=True, help="For spreadsheets: with a mark for Excel, and no cell that runs."
)
def export(folder: Path, with_text: bool, for_people: bool) -> None:
    """Give everything back in open formats: one file for each table, the definitions, and a list of what is there.

    Example: pathway export ./everything
    """
    from pathway.store.export import export_area

    manifest = asyncio.run(export_area(load(), folder, with_text=with_text, for_people=for_people))
    click.echo(f"{manifest.rows:,} rows in {len(manifest.files)} files in {folder}.")


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--keys", type=FOLDER, help="Copy the keys too, into this folder, which must be elsewhere.")
def backup(folder: Path, keys: Path | None) -> None:
    """Back the database up into a new folder. The keys are not in it: keep them elsewhere.

    Example: pathway backup ./backups/2026-11-24
    """
    from pathway.store.backup import backup as back_up

    click.echo(asyncio.run(back_up(load(), folder, keys)).printed())


@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--sealed", type=FILE, help="The backup.json of a later backup: who was sealed by then is sealed again."
)
def restore(folder: Path, sealed: Path | None) -> None:
    """Restore a backup into an empty database, and prove that nothing was lost.

    Example: pathway restore ./backups/2026-11-24
    """
    from pathway.actions.restore_area import restore_area

    click.echo(asyncio.run(restore_area(load(), folder, sealed)).printed())


COMMANDS = (import_list, export, backup, restore)

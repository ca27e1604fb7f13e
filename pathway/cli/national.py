"""National services: organisations by their code, signals that we are subscribed to, referrals that wait in e-RS."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pathway.actions.area import Area
from pathway.cli.asking import run
from pathway.domain.errors import InvalidInput, NationalServiceSilent, NotFound
from pathway.domain.identifiers import OdsCode
from pathway.settings import Settings

if TYPE_CHECKING:
    from pathway_fhir.national.asking import National

Found = TypeVar("Found")
NEW_FILE = click.Path(exists=False, dir_okay=False, writable=True, path_type=Path)


def _asking(work: "Callable[[Settings, Area, National], Awaitable[Found]]") -> Found:
    """Ask a national service from a command; what it cannot do now is a sentence."""

    async def whole(settings: Settings, area: Area) -> Found:
        from pathway.worker.national import STUBS
        from pathway_fhir.national.asking import NotAnswered, NotNow, national_from

        national = national_from(settings, area.database, STUBS)
        try:
            return await work(settings, area, national)
        except (NotNow, NotAnswered) as error:
            raise NationalServiceSilent(str(error)) from None
        finally:
            await national.close()

    return run(whole)


@click.group()
def organisation() -> None:
    """This area's organisations: find one in the national list, add it, see which were named and are not there.

    Example: pathway organisation find RH8
    """


@organisation.command("find")
@click.argument("code")
def find_organisation(code: str) -> None:
    """Look an organisation up in the Organisation Data Service (PATHWAY_ODS_MODE) and print what it is.

    Example: pathway organisation find RH8
    """
    from pathway_fhir.national.ods import look_up

    parsed = OdsCode.parse(code)
    found = _asking(lambda _, __, national: look_up(national, parsed))
    if found is None:
        raise NotFound("The national list has no organisation of that code. Check it.")
    click.echo(f"{found.ods_code}  {found.name} ({found.kind}){'' if found.active else ', closed'}")


@organisation.command("add")
@click.argument("code")
@click.option(
    "--kind", default="", help="council, icb, provider, school, gp or other; else as the list says."
)
def add_to_area(code: str, kind: str) -> None:
    """Make an organisation of the national list one of this area's.

    Example: pathway organisation add L83100 --kind gp
    """
    from pathway.actions.look_up_organisations import add_organisation
    from pathway_fhir.national.ods import look_up

    parsed = OdsCode.parse(code)

    async def work(_: Settings, area: Area, national: "National") -> int:
        found = await look_up(national, parsed)
        if found is None:
            raise NotFound("The national list has no organisation of that code. Check it.")
        return await add_organisation(area, found, kind)

    click.echo(f"Added. Its number here is {_asking(work)}.")


@organisation.command("proposed")
@click.option("--leave-out", metavar="CODE", help="Decide that this one is none of this area's.")
def show_proposed(leave_out: str | None) -> None:
    """List the organisations that were named to us and this area does not have.

    Example: pathway organisation proposed
    """
    from pathway.actions.look_up_organisations import leave_out_organisation, proposed_organisations

    code = OdsCode.parse(leave_out) if leave_out else None

    async def work(_: Settings, area: Area) -> list[str]:
        if code is not None:
            await leave_out_organisation(area, code)
        states = {"wanted": "not looked up yet", "not_found": "not in the national list, or closed"}
        return [
            f"{one.ods_code:<10} {one.name or '–'} ({states.get(one.state, one.kind)})"
            for one in await proposed_organisations(area)
        ]

    for line in run(work) or ["No organisation waits."]:
        click.echo(line)


@click.group()
def signals() -> None:
    """Signals of changes in national records: what we are subscribed to, and subscribing.

    Example: pathway signals list
    """


@signals.command("list")
def list_subscriptions() -> None:
    """List what we are subscribed to at the Multicast Notification Service (PATHWAY_MNS_MODE).

    Example: pathway signals list
    """
    from pathway_fhir.national.mns import subscriptions

    for one in _asking(lambda _, __, national: subscriptions(national)):
        click.echo(f"{one.event_type:<32} {one.status:<10} {one.endpoint}")


@signals.command("subscribe")
def subscribe_to_all() -> None:
    """Subscribe our mailbox (PATHWAY_MESH_MAILBOX) to every event that this service reads.

    Example: pathway signals subscribe
    """
    from pathway_fhir.national.mns import subscribe

    async def work(settings: Settings, _: Area, national: "National") -> dict[str, bool]:
        if not settings.mesh_mailbox:
            raise InvalidInput("Signals come to a mailbox: set PATHWAY_MESH_MAILBOX.")
        return dict(await subscribe(national, settings.mesh_mailbox))

    for event, new in _asking(work).items():
        click.echo(f"{event:<32} {'subscribed' if new else 'was subscribed already'}")


@click.command("e-referrals")
@click.argument("file", type=NEW_FILE)
def write_e_referrals(file: Path) -> None:
    """Write the referrals that wait for review in e-RS (PATHWAY_ERS_MODE) into a new CSV file, to import as any list.

    Names and dates of birth come from PDS where it is switched on. Nothing is referred by this: look at the file, and import it.

    Example: pathway e-referrals ers.csv
    """
    from pathway_fhir.national.ers import waiting_list

    async def work(settings: Settings, area: Area, national: "National") -> str:
        return await waiting_list(area, national, settings.ers_user or "")

    text = _asking(work)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    click.echo(
        f"{len(text.splitlines()) - 1} referrals. Check them: pathway import {file} --account LEAD --source e-RS"
    )


COMMANDS = (organisation, signals, write_e_referrals)

"""Partners' systems: registering them, their keys and scopes, and letting them in or out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pathway.actions.area import Area
from pathway.cli.asking import run
from pathway.domain.errors import InvalidInput
from pathway.domain.roles import MACHINES, ROLE_TITLES, Role
from pathway.settings import Settings, load
from pathway.store import outside_identifiers, partners
from pathway.store.partner_messages import KINDS
from pathway.store.scopes import WRITER

_KINDS_IN_WORDS = "; ".join(f"{kind}: {words}" for kind, words in KINDS.items()) + "."
_LONGEST_SERVICE = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEYS = (
    click.option("--jwks", type=_FILE, help="A file with the public keys (JWKS)."),
    click.option(
        "--jwks-url", help="Where the partner publishes them, by https; it may then change them itself."
    ),
)


def _with_keys(command: Any) -> Any:
    for option in reversed(_KEYS):
        command = option(command)
    return command


@click.group()
def partner() -> None:
    """Who may speak FHIR to us: register a partner's system, change its keys or scopes, let it in or out.

    Example: pathway partner list
    """


@partner.command("list")
def list_partners() -> None:
    """List the partners' systems: client id, organisation, mode, scopes, keys, when they were last in touch.

    Example: pathway partner list
    """

    async def work(_: Settings, area: Area) -> list[partners.Partner]:
        return await partners.listed(area.database)

    for one in run(work):
        state = one.mode if one.active else "switched off"
        keys = one.jwks_url or ", ".join(str(key.get("kid")) for key in (one.jwks or {}).get("keys", ()))
        click.echo(f"{one.client_id:<20} {state:<12} {ROLE_TITLES[one.role]}, {one.organisation}")
        wants = f"; told of {', '.join(one.wants)} as partner:{one.id}" if one.wants else ""
        click.echo(
            f"    {one.name}{wants}; scopes {' '.join(one.scopes)}; {'strict' if one.strict else 'tolerant'}"
        )
        click.echo(f"    keys {keys}; last in {_day(one.last_in_at)}, last out {_day(one.last_out_at)}")


def _day(at: datetime | None) -> str:
    return f"{at:%-d %B %Y %H:%M}" if at else "never"


@partner.command("add")
@click.argument("client_id")
@click.option("--name", required=True, help="What people call the system.")
@click.option("--organisation", required=True, help="Its ODS code, URN, or number here.")
@click.option(
    "--role",
    type=click.Choice(sorted(role.value for role in MACHINES)),
    default=Role.PARTNER.value,
    show_default=True,
    help="provider_system is a provider's own patient system, which records what its clinicians did.",
)
@click.option(
    "--scopes", "scope_text", required=True, help="What it may do, as “system/*.rs system/ServiceRequest.c”."
)
@_with_keys
@click.option(
    "--mode",
    type=click.Choice(partners.MODES),
    default="off",
    show_default=True,
    help="How far it is in earnest; in int and live the lasting token of its account speaks no FHIR.",
)
@click.option("--endpoint", help="Where we send messages for it.")
@click.option("--target", help="Its identifier as a receiver of messages, as SYSTEM|VALUE.")
@click.option("--tolerant", is_flag=True, help="Take BaRS messages that keep less strictly to the guide.")
def add_partner(
    client_id: str, name: str, organisation: str, role: str, scope_text: str, jwks: Path | None,
    jwks_url: str | None, mode: str, endpoint: str | None, target: str | None, tolerant: bool,
) -> None:  # fmt: skip
    """Register a partner's system under a client id, with an account of its own.

    Example: pathway partner add gp-system --name "Surgery system" --organisation Z99001
    --scopes "system/*.rs" --jwks surgery.jwks.json
    """
    from pathway_fhir.access.smart import token_url

    scopes, keys = _scopes(scope_text), _keys(jwks, jwks_url, mode)

    async def work(settings: Settings, area: Area) -> str:
        number, ods_code = await partners.organisation_of(area.database, organisation)
        new = partners.Registration(
            name, client_id, Role(role), number, scopes, jwks_url, keys, ods_code, target, endpoint, mode,
            not tolerant,
        )  # fmt: skip
        await partners.add(area.database, new)
        return token_url(settings.base_url)

    click.echo(f"Registered. It asks for tokens at {run(work)}, as client {client_id}.")


@partner.command("keys")
@click.argument("client_id")
@_with_keys
def give_keys(client_id: str, jwks: Path | None, jwks_url: str | None) -> None:
    """Give a partner's system other keys; the old ones and its tokens end at once.

    Example: pathway partner keys gp-system --jwks surgery.jwks.json
    """

    async def work(_: Settings, area: Area) -> None:
        known = await partners.by_client(area.database, client_id)
        keys = _keys(jwks, jwks_url, known.mode if known else "off")
        await partners.give_keys(area.database, client_id, jwks_url, keys)

    run(work)
    click.echo("The keys are changed. Tokens given before are refused within half a minute.")


@partner.command("scopes")
@click.argument("client_id")
@click.argument("scope_text", metavar="SCOPES")
def give_scopes(client_id: str, scope_text: str) -> None:
    """Say what a partner's system may do from now on; tokens given before end.

    Example: pathway partner scopes gp-system "system/*.rs system/ServiceRequest.c"
    """
    scopes = _scopes(scope_text)

    async def work(_: Settings, area: Area) -> None:
        await partners.give_scopes(area.database, client_id, scopes)

    run(work)
    click.echo(f"The scopes are now {' '.join(scopes)}.")


@partner.command("messages")
@click.argument("client_id")
@click.option(
    "--wants", help="The kinds of message it is sent, as “stage end”; “” for none. " + _KINDS_IN_WORDS
)
@click.option("--endpoint", help="Where they go: the address before /$process-message.")
@click.option("--mode", type=click.Choice(partners.MODES), help="How far it is in earnest.")
def set_messages(client_id: str, wants: str | None, endpoint: str | None, mode: str | None) -> None:
    """Say which messages a partner's system is sent from now on, and where they go.

    Example: pathway partner messages gp-system --wants "stage end" --endpoint https://surgery.example/fhir/R4
    """
    kinds = None if wants is None else tuple(dict.fromkeys(wants.split()))
    if kinds and not set(kinds) <= KINDS.keys():
        raise InvalidInput(f"There are these kinds of message: {', '.join(KINDS)}.")
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise InvalidInput("The endpoint is an address that begins with https://.")

    async def work(_: Settings, area: Area) -> partners.Partner | None:
        await partners.set_sending(area.database, client_id, kinds, endpoint, mode)
        return await partners.by_client(area.database, client_id)

    now = run(work)
    if now is not None:
        told = f"is told of {', '.join(now.wants)}" if now.wants else "is sent nothing"
        click.echo(f"{client_id} {told}; mode {now.mode}, endpoint {now.endpoint or 'not set'}.")


@partner.command("service")
@click.argument("pathway")
@click.argument("number", required=False)
def list_service(pathway: str, number: str | None) -> None:
    """Say under which number the national directory of services lists a pathway's service; without a number, under none.

    Messages (BaRS) that name this number are taken; those for another service are refused.

    Example: pathway partner service autism 2000099999
    """

    async def work(_: Settings, area: Area) -> None:
        async with area.database.transaction(WRITER) as tx:
            if not await outside_identifiers.list_service(tx, pathway, number):
                there = ", ".join(one.pathway for one in await outside_identifiers.services(tx))
                raise InvalidInput(f"There is no such pathway here. There are: {there}.")

    if number is not None and not (number.isdigit() and len(number) <= _LONGEST_SERVICE):
        raise InvalidInput("The number of a service in the national directory has digits only.")
    run(work)
    click.echo(f"{pathway} is listed as {number}." if number else f"{pathway} is listed under no number.")


@partner.command("off")
@click.argument("client_id")
def switch_off(client_id: str) -> None:
    """Let a partner's system in no more: it is refused everywhere within half a minute.

    Example: pathway partner off gp-system
    """
    _switch(client_id, active=False)
    click.echo("Switched off. “pathway partner on” lets it in again.")


@partner.command("on")
@click.argument("client_id")
def switch_on(client_id: str) -> None:
    """Let a partner's system in again; it must ask for a new token.

    Example: pathway partner on gp-system
    """
    _switch(client_id, active=True)
    click.echo("Switched on.")


def _switch(client_id: str, active: bool) -> None:
    async def work(_: Settings, area: Area) -> None:
        await partners.switch(area.database, client_id, active)

    run(work)


@partner.command("token")
@click.argument("client_id")
@click.option(
    "--key", type=_FILE, help="The private key (JWK); in a demonstration the one in its data folder."
)
@click.option("--scope", default="system/*.cruds", show_default=True, help="What the token is for.")
def ask_for_token(client_id: str, key: Path | None, scope: str) -> None:
    """Ask the running service for a token, as the partner's system does, and print it.

    Example: pathway partner token gp-system
    """
    from pathway_fhir.access.key_pairs import ask_for_token, assertion, read_private
    from pathway_fhir.access.smart import token_url

    settings = load()
    private = read_private(key or settings.data_folder / "partners" / f"{client_id}.private.json")
    audience = token_url(settings.base_url)
    signed = assertion(private, client_id, audience, datetime.now(UTC))
    click.echo(ask_for_token(audience, signed, scope))


def _scopes(text: str) -> tuple[str, ...]:
    from pathway_fhir.access.scopes import UnreadableScope, parse

    try:
        found = tuple(parse(text).listed())
    except UnreadableScope as error:
        raise InvalidInput(str(error)) from None
    if not found:
        raise InvalidInput("Name at least one scope, as system/*.rs.")
    return found


def _keys(file: Path | None, url: str | None, mode: str) -> dict[str, Any] | None:
    """The keys in a file, looked at before they are registered; None where they are at an address."""
    from pathway_fhir.access.addresses import INSIDE
    from pathway_fhir.access.key_sets import NoKeys, read_keys

    if (file is None) == (url is None):
        raise InvalidInput("Give either a file with the public keys (--jwks) or their address (--jwks-url).")
    if file is None:
        if not (url or "").startswith("https://") and mode not in INSIDE:
            raise InvalidInput("The address of the keys must begin with https://.")
        return None
    try:
        keys = json.loads(file.read_text(encoding="utf-8"))
        read_keys(keys)
    except NoKeys as error:
        raise InvalidInput(str(error)) from None
    except (OSError, ValueError):
        raise InvalidInput("The file with the keys is not JSON.") from None
    return dict(keys)


COMMANDS = (partner,)

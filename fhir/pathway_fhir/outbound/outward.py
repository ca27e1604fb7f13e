"""What one worker process sends with: its connections, its token for NHS England's platform, and in whose name it asks."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from pathway.domain.errors import SettingsRefused
from pathway.settings import Settings
from pathway.store.partners import Partner
from pathway_fhir.client.calling import FHIR_JSON, Answer, Call, Calling, tls
from pathway_fhir.client.heading import Sender, headers
from pathway_fhir.client.signed_jwt import read_key
from pathway_fhir.client.tokens import Client, Tokens
from pathway_fhir.outbound.stub import StubReceiver
from pathway_fhir.vocabulary import systems

BASE: Final = "/fhir/R4"
_PROCESS: Final = "/$process-message"


@dataclass(slots=True)
class Outward:
    """Sends messages to partners' systems. `platform` is None where no platform of NHS England is set up."""

    base: str
    calling: Calling
    stub: StubReceiver
    sender: Sender | None = None
    platform: Tokens | None = None

    async def close(self) -> None:
        await self.calling.close()

    def call_for(self, partner: Partner, message_id: UUID, correlation_id: UUID, body: bytes) -> Call:
        """The request that carries a message: the same for the same message, but for a token."""
        known = headers(self.sender, partner.target_identifier) if self.sender else {}
        accept = f"{FHIR_JSON}; version=1.0.0"
        url = (partner.endpoint or self.base).rstrip("/")
        url = url if url.endswith(_PROCESS) else url + _PROCESS
        return Call("POST", url, partner.mode, body, {**known, "Accept": accept}, message_id, correlation_id)

    async def send(self, partner: Partner, call: Call) -> Answer:
        """Send it. Raises NoAnswer, NoToken. A token that the platform refuses is replaced once."""
        if partner.mode == "stub":
            return self.stub.take(call)
        if self.platform is None or not _same_host(call.url, self.platform.client.token_url):
            return await self.calling.call(call)
        token = await self.platform.token()
        answer = await self.calling.call(_with_token(call, token))
        if answer.status != 401:
            return answer
        self.platform.forget(token)
        return await self.calling.call(_with_token(call, await self.platform.token()))


def receiver_of(partner: Partner) -> str:
    """The identifier of a receiver, as a message names it: its service, else its organisation, else its client id here."""
    if partner.target_identifier:
        system, bar, _ = partner.target_identifier.rpartition("|")
        return (
            partner.target_identifier
            if bar and system
            else f"{systems.DOS_SERVICE}|{partner.target_identifier}"
        )
    if partner.ods_code:
        return f"{systems.ODS_CODE}|{partner.ods_code}"
    return f"{systems.OURS}/Id/partner|{partner.client_id}"


def outward_from(settings: Settings) -> Outward:
    """As the settings say. Raises SettingsRefused where a file that they name cannot be used."""
    try:
        context = tls(
            settings.exchange_certificate_file,
            settings.exchange_certificate_key_file,
            settings.exchange_authorities_file,
        )
    except OSError:
        raise SettingsRefused(
            "PATHWAY_EXCHANGE_CERTIFICATE_FILE, PATHWAY_EXCHANGE_CERTIFICATE_KEY_FILE or PATHWAY_EXCHANGE_AUTHORITIES_FILE "
            "names a file that cannot be read or holds no certificate or key in PEM."
        ) from None
    calling = Calling(context)
    sender = (
        Sender(settings.exchange_ods_code, settings.exchange_name) if settings.exchange_ods_code else None
    )
    return Outward(
        f"{settings.base_url}{BASE}", calling, StubReceiver(), sender, _platform(settings, calling)
    )


def _platform(settings: Settings, calling: Calling) -> Tokens | None:
    if settings.platform_key_file is None:
        return None
    if not settings.platform_client_id:
        raise SettingsRefused(
            "PATHWAY_PLATFORM_KEY_FILE needs PATHWAY_PLATFORM_CLIENT_ID beside it: our API key."
        )
    key = read_key(settings.platform_key_file, settings.platform_key_id or "")
    mode = "live" if settings.platform_token_url.startswith("https:") else "sandbox"
    client = Client(settings.platform_token_url, settings.platform_client_id, key, mode)
    return Tokens(calling, client)


def _same_host(one: str, other: str) -> bool:
    """A token is shown to nobody but the platform that gave it."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.netloc) == (second.scheme, second.netloc)


def _with_token(call: Call, token: str) -> Call:
    return Call(
        call.method, call.url, call.mode, call.body, {**call.headers, "Authorization": f"Bearer {token}"},
        call.request_id, call.correlation_id, call.content_type,
    )  # fmt: skip

"""Our mailbox at MESH, by NHS England's own client: what lies there, its bytes, and saying that it has been taken in.

Source: NHS England, Message Exchange for Social Care and Health (MESH) API; PyPI mesh-client.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import requests
from mesh_client import INT_ENDPOINT, LIVE_ENDPOINT, MeshClient

from pathway.domain.errors import SettingsRefused
from pathway.settings import Settings
from pathway_fhir.client.retrying import FIRST_DELAY
from pathway_fhir.national.addresses import INT, LIVE, OFF, STUB
from pathway_fhir.national.asking import NotNow

Found = TypeVar("Found")

_PLACES: Final = {INT: INT_ENDPOINT, LIVE: LIVE_ENDPOINT}
_SECONDS: Final = 30
_AT_ONCE: Final = 100
LARGEST: Final = 1024 * 1024
"""A signal has a few kB; more than this is none."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it lay in the mailbox, cut where it is larger than any signal."""

    id: str
    workflow: str
    body: bytes


@dataclass(slots=True)
class Mailbox:
    """One mailbox. The client waits for answers, so each call has a thread of its own."""

    client: MeshClient

    async def waiting(self) -> list[str]:
        """The ids of what lies there, oldest first. Raises NotNow."""
        return await self._done(lambda: self.client.list_messages(max_results=_AT_ONCE))

    async def read(self, message_id: str) -> Letter:
        """One of them. It stays there until it is acknowledged. Raises NotNow."""

        def read() -> Letter:
            message = self.client.retrieve_message(message_id)
            try:
                return Letter(message_id, message.workflow_id or "", message.read(LARGEST + 1))
            finally:
                message.close()  # type: ignore[no-untyped-call]

        return await self._done(read)

    async def acknowledge(self, message_id: str) -> None:
        """Take it out of the mailbox for good. Raises NotNow."""
        await self._done(lambda: self.client.acknowledge_message(message_id))

    async def close(self) -> None:
        await asyncio.to_thread(self.client.close)

    async def _done(self, do: Callable[[], Found]) -> Found:
        try:
            return await asyncio.to_thread(do)
        except (requests.RequestException, OSError) as error:
            # Its own text holds the address with our mailbox: its kind is enough.
            raise NotNow(f"MESH does not answer ({type(error).__name__}).", FIRST_DELAY) from None


def mailbox_from(settings: Settings) -> Mailbox | None:
    """The mailbox of this installation; None where signals are off or played. Raises SettingsRefused."""
    if settings.mns_mode in (OFF, STUB):
        return None
    place = settings.mesh_url or _PLACES.get(settings.mns_mode)
    if place is None or not settings.mesh_mailbox:
        raise SettingsRefused(
            "Signals come to a mailbox: set PATHWAY_MESH_MAILBOX, and for a sandbox PATHWAY_MESH_URL too."
        )
    certificate = settings.exchange_certificate_file
    key = settings.exchange_certificate_key_file or certificate
    return Mailbox(
        MeshClient(
            place,
            settings.mesh_mailbox,
            _secret(settings, "mesh_password_file"),
            _secret(settings, "mesh_shared_key_file").encode(),
            cert=(str(certificate), str(key)) if certificate and key else None,
            max_retries=0,
            timeout=_SECONDS,
            application_name="autism-pathway",
        )
    )


def _secret(settings: Settings, name: str) -> str:
    file = getattr(settings, name)
    try:
        return str(file.read_text(encoding="utf-8")).strip() if file else ""
    except OSError as error:
        raise SettingsRefused(f"PATHWAY_{name.upper()} cannot be read ({error.strerror}).") from None

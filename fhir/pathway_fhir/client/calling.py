"""One request to another system, and its answer: with its ids, its limits, and no way into our own network.

A redirect is not followed, an answer is read up to a size, and the whole takes no longer than its time. What the other side
wrote is given back as it came; it may hold personal data, so nothing of it is logged or repeated in an error.

Source: NHS England, Booking and Referral Standard (BaRS), "API headers"; RFC 9110.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from pathway_fhir.access.addresses import ForbiddenAddress, target_of

FHIR_JSON: Final = "application/fhir+json"
REQUEST_ID, CORRELATION_ID = "X-Request-ID", "X-Correlation-ID"


class NoAnswer(Exception):
    """There is no answer that can be used. The sentence says why, and names neither host nor child.

    `sent` is False where it is certain that nothing reached the other side; `final` where trying again cannot help.
    """

    def __init__(self, sentence: str, *, sent: bool, final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.sent, self.final = sentence, sent, final


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take, in seconds, and how large an answer may be, in bytes."""

    connect: float = 5.0
    whole: float = 15.0
    answer: int = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `mode` is how far the other side is in earnest (pathway.store.partners.MODES).

    The ids are those of the message: the same on every try, and both are sent where they are given.
    """

    method: str
    url: str
    mode: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: UUID | None = None
    correlation_id: UUID | None = None
    content_type: str = FHIR_JSON

    def all_headers(self) -> dict[str, str]:
        found = {"Accept": FHIR_JSON, "Accept-Encoding": "identity", **self.headers}
        if self.body is not None:
            found["Content-Type"] = self.content_type
        if self.request_id:
            found[REQUEST_ID] = str(self.request_id)
        if self.correlation_id:
            found[CORRELATION_ID] = str(self.correlation_id)
        return found


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def resource(self) -> dict[str, Any] | None:
        """The body where it is a FHIR resource in JSON, else None."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) and isinstance(found.get("resourceType"), str) else None

    @property
    def outcome(self) -> dict[str, Any] | None:
        """The body where it is an OperationOutcome with issues."""
        found = self.resource
        issues = found.get("issue") if found and found["resourceType"] == "OperationOutcome" else None
        return found if isinstance(issues, list) and issues else None

    def mirrors(self, call: Call) -> bool:
        """Whether the answer bears the ids of the request: then the receiver wrote it, and no box on the way."""
        wanted = ((REQUEST_ID, call.request_id), (CORRELATION_ID, call.correlation_id))
        return all(
            self.headers.get(name.lower(), "").strip().lower() == str(value)
            for name, value in wanted
            if value
        )


def tls(
    certificate: Path | None = None, key: Path | None = None, authorities: Path | None = None
) -> ssl.SSLContext:
    """Who we are to the other side, and whom we believe: our client certificate, and the authorities of the NHS if given.

    Raises OSError where a file cannot be read; ssl.SSLError (an OSError) where it holds no certificate or key.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


@dataclass(slots=True)
class Calling:
    """Sends requests for one process. Connections are kept for each host and port apart, each checked by its own name.

    A connection that was opened to one name never carries a request for another, also where both have one address.
    """

    context: ssl.SSLContext = field(default_factory=tls)
    limits: Limits = field(default_factory=Limits)
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def close(self) -> None:
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def call(self, call: Call) -> Answer:
        """Send it, once, and read the answer. Raises NoAnswer."""
        try:
            async with asyncio.timeout(self.limits.whole):
                return await self._sent(call)
        except ForbiddenAddress as error:
            raise NoAnswer(str(error), sent=False, final=True) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise NoAnswer("No connection could be made.", sent=False) from None
        except (TimeoutError, httpx.TimeoutException):
            raise NoAnswer(f"There was no answer within {self.limits.whole:g} seconds.", sent=True) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise NoAnswer("The address cannot be used.", sent=False, final=True) from None
        except httpx.HTTPError:
            raise NoAnswer("The connection broke before the answer was there.", sent=True) from None
        except OSError:
            raise NoAnswer("The name of the other side is not known.", sent=False) from None

    async def _sent(self, call: Call) -> Answer:
        target = await target_of(call.url, call.mode)
        received = bytearray()
        async with self._client(call.url).stream(
            call.method,
            target.url,
            content=call.body,
            headers={**call.all_headers(), **target.headers},
            extensions={"sni_hostname": target.host},
        ) as answer:
            async for piece in answer.aiter_bytes():
                received += piece
                if len(received) > self.limits.answer:
                    raise NoAnswer(
                        f"The answer is larger than {self.limits.answer // 1024} kB.", sent=True, final=True
                    )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, bytes(received))

    def _client(self, url: str) -> httpx.AsyncClient:
        place = urlsplit(url)
        name = f"{place.scheme}://{place.netloc}"
        if name not in self._clients:
            self._clients[name] = httpx.AsyncClient(
                verify=self.context,
                timeout=httpx.Timeout(self.limits.whole, connect=self.limits.connect),
                follow_redirects=False,
                trust_env=False,
            )
        return self._clients[name]

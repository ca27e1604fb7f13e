"""Asking a national service one thing: at its pace, with our token, under the same id when it is asked again.

How many are asked in a second is counted in PostgreSQL, so that all processes count together; a service that does not answer is
left alone for a while. Nothing of a question or an answer is logged.

Source: NHS England, Personal Demographics Service - FHIR API, "Rate limits" and header X-Request-ID.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

from pathway.domain.errors import SettingsRefused
from pathway.settings import Settings
from pathway.store.engine import Database
from pathway.store.rate_limit import allowed
from pathway_fhir.client.breaker import Breaker
from pathway_fhir.client.calling import FHIR_JSON, Answer, Call, Calling, NoAnswer
from pathway_fhir.client.heading import Sender
from pathway_fhir.client.retrying import FIRST_DELAY, Next, judge
from pathway_fhir.client.tokens import NoToken, Tokens
from pathway_fhir.national.addresses import INTERFACES, SANDBOX, STUB, Interface, Place, place_of
from pathway_fhir.outbound.outward import outward_from

Stub = Callable[[Call], Answer]
Query = Mapping[str, str] | list[tuple[str, str]]
_PATIENCE: Final = timedelta(seconds=10)
_REFUSED: Final = (401, 403)
_MAINTENANCE: Final = timedelta(minutes=5)


class NotNow(Exception):
    """It cannot be answered now. Ask again after `wait`, under the same id. The sentence names nobody."""

    def __init__(self, sentence: str, wait: timedelta) -> None:
        super().__init__(sentence)
        self.sentence, self.wait = sentence, wait


class NotAnswered(Exception):
    """It will not be answered: we are not let in, or the answer cannot be read. A person has to look. The sentence names nobody."""


@dataclass(slots=True)
class National:
    """Asks for one process. `places` says where each service is; `stubs` answer in this process where the mode is stub."""

    database: Database
    calling: Calling
    places: Mapping[str, Place]
    stubs: Mapping[str, Stub]
    sender: Sender | None = None
    tokens: Tokens | None = None
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def is_on(self, interface: Interface) -> bool:
        return self.places[interface.name].is_on

    async def ask(
        self,
        interface: Interface,
        method: str,
        path: str,
        query: Query | None = None,
        request_id: UUID | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, also one that says no. Raises NotNow, NotAnswered."""
        place = self.places[interface.name]
        if not place.is_on:
            raise NotAnswered(f"{interface.title} is switched off.")
        parameters = (
            f"?{urlencode(list(query.items()) if isinstance(query, Mapping) else query)}" if query else ""
        )
        accept = {"Accept": FHIR_JSON if interface.fhir else "application/json"}
        call = Call(
            method, f"{place.base}{path}{parameters}", place.mode, body,
            {**accept, **self._who(interface), **(headers or {})}, request_id or uuid4(), uuid4(),
        )  # fmt: skip
        answer = await self._asked(interface, place, call)
        if (
            answer.status == 401 and self.tokens is not None
        ):  # a token may end before its time: once, with a new one
            answer = await self._asked(interface, place, call)
        return self._judged(interface, call, answer)

    async def _asked(self, interface: Interface, place: Place, call: Call) -> Answer:
        token = await self._token(interface, place)
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        await self._pace(interface)
        answer = await self._send(interface, place, replace(call, headers={**call.headers, **bearer}))
        if answer.status == 401 and self.tokens is not None:
            self.tokens.forget(token)
        return answer

    async def close(self) -> None:
        await self.calling.close()

    def _who(self, interface: Interface) -> dict[str, str]:
        if self.sender is None or interface.open:
            return {}
        return {"NHSD-End-User-Organisation-ODS": self.sender.ods_code}

    async def _token(self, interface: Interface, place: Place) -> str:
        """NHS England's sandboxes and our stubs want none; a token is shown only to the host that it is for."""
        if interface.open or place.mode in (STUB, SANDBOX):
            return ""
        if self.tokens is None:
            raise NotAnswered("No key for NHS England's platform is set up. Set PATHWAY_PLATFORM_KEY_FILE.")
        if urlsplit(self.tokens.client.token_url).netloc != urlsplit(place.base).netloc:
            raise NotAnswered("The token endpoint that is set is of another host than this service.")
        try:
            return await self.tokens.token()
        except NoToken as error:
            if error.later:
                raise NotNow(str(error)[:300], FIRST_DELAY) from None
            raise NotAnswered(str(error)[:300]) from None

    async def _pace(self, interface: Interface) -> None:
        """Wait for our turn, and give it up rather than let many wait for long."""
        waited = timedelta()
        while not await allowed(self.database, f"national {interface.name}", interface.every, 1):
            if waited > _PATIENCE:
                raise NotNow(f"{interface.title} is asked as often as it may be.", _PATIENCE)
            await asyncio.sleep(interface.every.total_seconds() / 2)
            waited += interface.every / 2

    async def _send(self, interface: Interface, place: Place, call: Call) -> Answer:
        if place.mode == STUB:
            return self.stubs[interface.name](call)
        breaker = Breaker(self.database, interface.name)
        until = await breaker.wait(self.now())
        if until is not None:
            raise NotNow(
                f"{interface.title} does not answer and is left alone for a while.", until - self.now()
            )
        try:
            answer = await self.calling.call(call)
        except NoAnswer as error:
            if error.final:
                raise NotAnswered(error.sentence) from None
            await breaker.failed(self.now())
            raise NotNow(error.sentence, FIRST_DELAY) from None
        if answer.status >= 500:
            await breaker.failed(self.now())
        else:
            await breaker.answered()
        return answer

    def _judged(self, interface: Interface, call: Call, answer: Answer) -> Answer:
        if answer.status in _REFUSED:
            raise NotAnswered(f"{interface.title} does not let us in ({answer.status}).")
        if not interface.fhir:
            if answer.status in (200, 404):
                return answer
            raise NotNow(f"{interface.title} cannot answer now ({answer.status}).", FIRST_DELAY)
        judged = judge("fhir", call, answer, self.now(), strict=False)
        if judged.next in (Next.AGAIN, Next.LATER):
            raise NotNow(judged.words, judged.wait or _MAINTENANCE)
        return answer


def national_from(settings: Settings, database: Database, stubs: Mapping[str, Stub]) -> National:
    """What a worker asks with. Raises SettingsRefused where what is set cannot work."""
    places = {name: place_of(interface, settings) for name, interface in INTERFACES.items()}
    outward = outward_from(settings)
    for name, place in places.items():
        if place.mode in ("int", "live") and not INTERFACES[name].open and outward.sender is None:
            raise SettingsRefused(
                f"{INTERFACES[name].title} is asked in the name of an organisation. Set PATHWAY_EXCHANGE_ODS_CODE."
            )
    return National(database, outward.calling, places, stubs, outward.sender, outward.platform)

"""A token to ask with: fetched with a signed assertion, kept until shortly before it ends, by one request at a time.

Source: NHS England, "Application-restricted RESTful APIs: signed JWT authentication"; RFC 6749 section 4.4.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from pathway_fhir.client.calling import Answer, Call, Calling, NoAnswer
from pathway_fhir.client.signed_jwt import ASSERTION_TYPE, SigningKey, assertion

EARLY: Final = timedelta(seconds=15)
"""A token is replaced this long before it ends, so that it never ends on the way."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_FORM: Final = "application/x-www-form-urlencoded"
_CODE: Final = re.compile(r"[A-Za-z_ ]{1,40}")
_SAID: Final = re.compile(r"[\x20-\x7e]{1,300}")
_MENDS_ITSELF: Final = ("Non-unique 'jti'", "can't be reached")
"""Of what the platform says about an assertion: each is a new one, and our keys may be reached again."""


class NoToken(Exception):
    """The platform gave no token. `code` is its error code; `said` what it says about our assertion, which holds no person.

    `later` where the same may succeed by itself: the platform does not answer, or has had our assertion before.
    """

    def __init__(self, code: str, said: str, *, later: bool) -> None:
        super().__init__(f"No token was given ({code}): {said}" if code else f"No token was given. {said}")
        self.code, self.said, self.later = code, said, later


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to a platform: the address of its token endpoint, our id (the API key), and what we sign with."""

    token_url: str
    client_id: str
    key: SigningKey
    mode: str


@dataclass(slots=True)
class Tokens:
    """The tokens of one client, for one process. `now` gives an aware time."""

    calling: Calling
    client: Client
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _token: str = ""
    _until: datetime = _NEVER
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def token(self) -> str:
        """A token that lasts at least `EARLY` more. However many ask at once, one request is made. Raises NoToken."""
        if not self._holds():
            async with self._one:
                if not self._holds():
                    await self._fetch()
        return self._token

    def forget(self, token: str) -> None:
        """Use this one no more: the platform refused it. Another that was fetched meanwhile stays."""
        if token == self._token:
            self._token = ""

    def _holds(self) -> bool:
        return bool(self._token) and self.now() < self._until - EARLY

    async def _fetch(self) -> None:
        at = self.now()
        signed = assertion(self.client.key, self.client.client_id, self.client.token_url, at)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed,
        }
        call = Call(
            "POST", self.client.token_url, self.client.mode, urlencode(form).encode(),
            {"Accept": "application/json"}, content_type=_FORM,
        )  # fmt: skip
        try:
            answer = await self.calling.call(call)
        except NoAnswer as error:
            raise NoToken("", error.sentence, later=not error.final) from None
        self._token, seconds = _read(answer)
        self._until = at + timedelta(seconds=seconds)


def _read(answer: Answer) -> tuple[str, int]:
    """The token and for how many seconds it lasts; the platform writes them as text."""
    said = _object(answer.body)
    token, lasts = said.get("access_token"), str(said.get("expires_in", ""))
    if answer.status != 200:
        raise _refused(answer.status, said)
    if not isinstance(token, str) or not token or not lasts.isdecimal() or len(lasts) > 9:
        raise NoToken("", "The answer of the token endpoint holds no token.", later=True)
    return token, int(lasts)


def _refused(status: int, said: dict[str, Any]) -> NoToken:
    code, text = str(said.get("error", "")), str(said.get("error_description", ""))
    code = code if _CODE.fullmatch(code) else ""
    text = text if _SAID.fullmatch(text) else f"It answered with {status}."
    mends_itself = status >= 500 or status in (408, 429) or any(one in text for one in _MENDS_ITSELF)
    return NoToken(code, text, later=mends_itself or not code)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

"""Giving a token: OAuth 2.0 client credentials with a signed assertion, and nothing else.

A token is a random text that says nothing, lasts five minutes, and carries the scopes that were asked for and are registered.

Source: RFC 6749 sections 4.4 and 5; RFC 7523; HL7 SMART App Launch 2.2.0, "Backend Services".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from pathway.actions.area import Area
from pathway.domain.errors import NotFound
from pathway.store import partners
from pathway_fhir.access import scopes
from pathway_fhir.access.assertion import LEEWAY, Assertion, NotProven, check
from pathway_fhir.access.key_sets import KeySets
from pathway_fhir.access.scopes import Scopes, UnreadableScope

GRANT: Final = "client_credentials"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_PARAMETERS: Final = 20


class TokenRefused(Exception):
    """No token is given. `error` is the code of RFC 6749 section 5.2; the sentence repeats nothing that was sent."""

    def __init__(self, error: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.error, self.sentence, self.status = error, sentence, status


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, and what it allows."""

    token: str
    scopes: Scopes
    seconds: int


async def give_token(area: Area, key_sets: KeySets, audience: str, form: Mapping[str, str]) -> Granted:
    """A token for the assertion in this form. `audience` is the exact address of the token endpoint. Raises TokenRefused."""
    _check_form(form)
    wanted = _wanted(form.get("scope", ""))
    proven = await _proven(area, key_sets, audience, form.get("client_assertion", ""))
    if form.get("client_id") not in (None, proven.partner.client_id):
        raise TokenRefused("invalid_client", "client_id is another than in the assertion. Leave it out.", 401)
    given = wanted & scopes.parse(" ".join(proven.partner.scopes))
    if not given:
        raise TokenRefused("invalid_scope", "None of these scopes is registered for this client.")
    try:
        token = await partners.exchange(
            area.database, proven.partner.id, proven.jti, proven.until + LEEWAY, tuple(given.listed())
        )
    except NotFound as error:
        raise TokenRefused("invalid_client", error.message, 401) from None
    if token is None:
        raise TokenRefused(
            "invalid_client",
            "An assertion of that jti was used before. Make a new one for each request.",
            401,
        )
    return Granted(token, given, int(partners.TOKEN_LIFE.total_seconds()))


def form_of(body: bytes) -> dict[str, str]:
    """The parameters of a form, each once. Raises TokenRefused."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body),
            errors="strict", max_num_fields=_MOST_PARAMETERS,
        )  # fmt: skip
    except ValueError:
        raise TokenRefused("invalid_request", "The body cannot be read as a form.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenRefused("invalid_request", "A parameter is there twice. Send each once.")
    return form


def _check_form(form: Mapping[str, str]) -> None:
    if form.get("grant_type") != GRANT:
        code = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
        raise TokenRefused(code, f"grant_type must be {GRANT}.")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenRefused("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}.")
    if not form.get("client_assertion"):
        raise TokenRefused("invalid_request", "client_assertion is missing: the signed JWT.")


def _wanted(text: str) -> Scopes:
    try:
        wanted = scopes.parse(text)
    except UnreadableScope as error:
        raise TokenRefused("invalid_scope", str(error)) from None
    if not wanted:
        raise TokenRefused("invalid_scope", "scope is missing: what the token is for, as system/Patient.rs.")
    return wanted


async def _proven(area: Area, key_sets: KeySets, audience: str, text: str) -> Assertion:
    async def find(client_id: str) -> partners.Partner | None:
        return await partners.by_client(area.database, client_id)

    try:
        return await check(text, audience, area.now(), find, key_sets)
    except NotProven as error:
        raise TokenRefused("invalid_client", str(error), 401) from None

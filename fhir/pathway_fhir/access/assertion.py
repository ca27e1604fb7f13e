"""What a partner's system signs to be given a token: one short-lived assertion, checked claim by claim.

ES384 and RS384 only, with a key that the partner has registered. Nothing of an assertion is believed before its signature
holds, except which partner it says it is of, to know whose keys to look for.

Source: RFC 7523; HL7 SMART App Launch 2.2.0, "Client Authentication: Asymmetric (public key)".
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError

from pathway.store.partners import Partner
from pathway_fhir.access.key_sets import Key, KeySets, NoKeys

ALGORITHMS: Final = ("ES384", "RS384")
LONGEST_LIFE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=10)
"""How far two clocks may be apart where a time lies ahead; one that is over is over."""
_LARGEST: Final = 8 * 1024
_LONGEST_JTI: Final = 255
_REGISTRY: Final = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_UNKNOWN: Final = "This client is not known here, or has been switched off. Ask whoever runs the service whether it is registered."


class NotProven(Exception):
    """The assertion does not prove who sent it. The sentence says why, and repeats nothing that was sent."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that holds: of whom, and under which id it is used up until when."""

    partner: Partner
    jti: str
    until: datetime


async def check(
    text: str,
    audience: str,
    now: datetime,
    find: Callable[[str], Awaitable[Partner | None]],
    key_sets: KeySets,
) -> Assertion:
    """The assertion, if it proves who sent it; that it is used once only is for the one who exchanges it.

    `audience` is the exact address of the token endpoint. Raises NotProven.
    """
    signed = _read(text)
    header, claims = signed.headers(), _claims(signed.payload)
    if header.get("alg") not in ALGORITHMS:
        raise NotProven(f"The assertion must be signed with {' or '.join(ALGORITHMS)}.")
    if "crit" in header:
        raise NotProven("The header crit is not supported. Leave it out.")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise NotProven("The header of the assertion must name the key by its kid.")
    partner = await _partner(claims, find)
    if header.get("jku") not in (None, partner.jwks_url):
        raise NotProven("The header jku names another address than the one that is registered. Leave it out.")
    _verify(signed, await _key(partner, kid, key_sets))
    return Assertion(partner, _jti(claims), _times(claims, audience, now))


def _read(text: str) -> jws.CompactSignature:
    if not text.isascii() or len(text) > _LARGEST:
        raise NotProven("The assertion is not a signed JWT.")
    try:
        return jws.extract_compact(text.encode(), registry=_REGISTRY)
    except (JoseError, ValueError, RecursionError):
        raise NotProven("The assertion is not a signed JWT.") from None


def _claims(payload: bytes | None) -> Mapping[str, Any]:
    try:
        claims = json.loads(payload or b"")
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise NotProven("The claims of the assertion are not a JSON object.")
    return claims


async def _partner(claims: Mapping[str, Any], find: Callable[[str], Awaitable[Partner | None]]) -> Partner:
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not issuer or claims.get("sub") != issuer:
        raise NotProven("The claims iss and sub must both be the client id.")
    partner = await find(issuer) if "\x00" not in issuer else None
    if partner is None or not partner.active:
        raise NotProven(_UNKNOWN)
    return partner


async def _key(partner: Partner, kid: str, key_sets: KeySets) -> Key:
    try:
        key = await key_sets.key(partner, kid)
    except NoKeys as error:
        raise NotProven(f"The keys that are registered for this client cannot be used. {error}") from None
    if key is None:
        raise NotProven(
            "The JWKS of this client has no key of that kid. A new key is found within a minute of being published."
        )
    return key


def _verify(signed: jws.CompactSignature, key: Key) -> None:
    try:
        holds = jws.validate_compact(signed, key, registry=_REGISTRY)
    except (JoseError, ValueError):
        holds = False
    if not holds:
        raise NotProven("The signature of the assertion does not hold for the registered key of that kid.")


def _jti(claims: Mapping[str, Any]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI or "\x00" in jti:
        raise NotProven(f"The claim jti must be a text of 1 to {_LONGEST_JTI} characters, new each time.")
    return jti


def _times(claims: Mapping[str, Any], audience: str, now: datetime) -> datetime:
    """Until when the assertion could be used, once its audience and its times are right."""
    if claims.get("aud") not in (audience, [audience]):
        raise NotProven(f"The claim aud must be {audience}, and nothing else.")
    until = _moment(claims, "exp")
    if until is None:
        raise NotProven("The claim exp is missing: the end of the assertion in seconds since 1970.")
    if until <= now:
        raise NotProven("The assertion has expired. Make a new one for each request.")
    if until > now + LONGEST_LIFE + LEEWAY:
        raise NotProven("The claim exp is more than 5 minutes ahead.")
    if any(ahead and ahead > now + LEEWAY for ahead in (_moment(claims, "nbf"), _moment(claims, "iat"))):
        raise NotProven("The claim nbf or iat lies ahead. Set the clock of your system right.")
    return until


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotProven(f"The claim {name} must be a number of seconds since 1970.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise NotProven(f"The claim {name} is not a time of this age.") from None

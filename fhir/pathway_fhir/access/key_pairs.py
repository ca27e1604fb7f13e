"""Making a key pair, and signing with it as a partner's system does: for the demonstration, and to try a registration.

A partner in earnest makes its keys itself and gives us only the public part.
"""

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from pathway.domain.errors import InvalidInput, NotAllowed, NotFound
from pathway_fhir.access.tokens import ASSERTION_TYPE, GRANT

_LIFE: Final = timedelta(minutes=4)


def make_key_pair() -> ECKey:
    """A new key for ES384; its id is its thumbprint (RFC 7638)."""
    return ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True)


def public_set(key: ECKey | RSAKey) -> dict[str, Any]:
    """The JWKS of one key: its public part, as it is registered or published."""
    return {"keys": [key.as_dict(private=False)]}


def read_private(file: Path) -> ECKey | RSAKey:
    """A private key in a JWK file. Raises NotFound or InvalidInput."""
    try:
        key = JWKRegistry.import_key(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise NotFound(f"The file with the private key cannot be read ({error.strerror}).") from None
    except (JoseError, ValueError, TypeError, AttributeError):
        raise InvalidInput("The file holds no private key as a JWK.") from None
    if not isinstance(key, ECKey | RSAKey) or not key.is_private or not key.kid:
        raise InvalidInput("The file must hold a private EC or RSA key with a kid.")
    return key


def assertion(key: ECKey | RSAKey, client_id: str, audience: str, now: datetime) -> str:
    """A signed assertion for one request (RFC 7523)."""
    alg = "ES384" if isinstance(key, ECKey) else "RS384"
    claims = {
        "iss": client_id, "sub": client_id, "aud": audience, "exp": int((now + _LIFE).timestamp()),
        "jti": secrets.token_urlsafe(24),
    }  # fmt: skip
    return jwt.encode({"alg": alg, "kid": key.kid, "typ": "JWT"}, claims, key, algorithms=[alg])


def ask_for_token(audience: str, signed: str, scope: str) -> str:
    """Ask a token endpoint as a partner's system does. Raises NotAllowed with the sentence that it answers."""
    form = {
        "grant_type": GRANT, "scope": scope, "client_assertion_type": ASSERTION_TYPE, "client_assertion": signed,
    }  # fmt: skip
    try:
        answer = httpx.post(audience, data=form, timeout=10)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        raise NotFound(f"{audience} does not answer as a token endpoint. Is the service running?") from None
    if answer.status_code != 200:
        raise NotAllowed(f"{said.get('error')}: {said.get('error_description')}")
    return str(said["access_token"])

"""The assertion that proves to NHS England's API platform who asks: signed with RS512, used once, for five minutes at most.

Source: NHS England, "Application-restricted RESTful APIs: signed JWT authentication"; RFC 7523.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from pathway.domain.errors import SettingsRefused

ALGORITHM: Final = "RS512"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE: Final = timedelta(minutes=5)
LIFE: Final = timedelta(minutes=4)
"""Less than the longest, so that a clock of ours which is a little fast does no harm."""
_SHORTEST_KEY: Final = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Our private key for one environment. `kid` names it in the JWKS that we publish."""

    kid: str
    key: RSAKey

    def public_set(self) -> dict[str, Any]:
        """The JWKS to publish; a new key is added to it before it is used."""
        return {
            "keys": [{**self.key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": ALGORITHM}]
        }


def read_key(file: Path, kid: str = "") -> SigningKey:
    """A private RSA key from a PEM or JWK file. Raises SettingsRefused; the sentence holds nothing of the key."""
    try:
        text = file.read_text(encoding="utf-8")
        key = RSAKey.import_key(json.loads(text) if text.lstrip().startswith("{") else text)
    except OSError as error:
        raise SettingsRefused(f"The signing key cannot be read ({error.strerror}).") from None
    except (JoseError, ValueError, TypeError, AttributeError):
        raise SettingsRefused("The signing key is not an RSA key, as PEM or JWK.") from None
    if not key.is_private or key.raw_value.key_size < _SHORTEST_KEY:
        raise SettingsRefused(f"The signing key must be a private RSA key of {_SHORTEST_KEY} bits or more.")
    name = kid or key.kid
    if not name:
        raise SettingsRefused(
            "The signing key has no name. Set the kid under which its public part is published."
        )
    return SigningKey(name, key)


def assertion(key: SigningKey, client_id: str, audience: str, now: datetime) -> str:
    """A signed assertion for one request. `audience` is the exact address of the token endpoint."""
    claims = {
        "iss": client_id, "sub": client_id, "aud": audience, "jti": str(uuid4()),
        "exp": int((now + LIFE).timestamp()),
    }  # fmt: skip
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}
    return jwt.encode(header, claims, key.key, algorithms=[ALGORITHM])

"""A token endpoint that checks an assertion as NHS England's platform does, and refuses with the platform's own sentences.

The sentences are read from `../shared/examples`; each check names the one it means by a piece of it.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from pathway_fhir.client.signed_jwt import ASSERTION_TYPE
from tests.fhir.client.receiver import Reply, Sent
from tests.fhir.outside import EXAMPLES

REGISTRY = jws.JWSRegistry(algorithms=["RS512", "RS256"], strict_check_header=False)


def sentences() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(
        (EXAMPLES / "own" / "apim-oauth-client-assertion-errors.json").read_text(encoding="utf-8")
    )
    return found


def saying(*pieces: str) -> dict[str, str]:
    """The one refusal whose sentence holds all these pieces; with `=`, whose whole sentence it is."""
    [found] = [
        one
        for one in sentences()
        if all(
            p[1:] == one["error_description"] if p[0] == "=" else p in one["error_description"]
            for p in pieces
        )
    ]
    return found


class _Refused(Exception):
    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces


@dataclass
class TokenEndpoint:
    """One application that is known to the platform, with its registered public key."""

    url: str
    client_id: str
    key: RSAKey | None
    kid: str = "one"
    now: float = 0.0
    lasts: str = "599"
    keys_are_reached: bool = True
    used: set[str] = field(default_factory=set)
    given: int = 0

    def answer(self, sent: Sent) -> Reply:
        try:
            self._check({name: values[0] for name, values in parse_qs(sent.body.decode()).items()})
        except _Refused as why:
            return Reply(400, json.dumps(saying(*why.pieces)).encode())
        self.given += 1
        said = {"access_token": f"token-{self.given}", "expires_in": self.lasts, "token_type": "Bearer"}
        return Reply(200, json.dumps({**said, "issued_at": str(int(self.now * 1000))}).encode())

    def _check(self, form: dict[str, str]) -> None:
        if "grant_type" not in form:
            raise _Refused("grant_type is missing")
        if form["grant_type"] != "client_credentials":
            raise _Refused("grant_type is invalid")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise _Refused("Missing or invalid client_assertion_type")
        if "client_assertion" not in form:
            raise _Refused("=Missing client_assertion")
        try:
            signed = jws.extract_compact(form["client_assertion"].encode(), registry=REGISTRY)
            claims = json.loads(signed.payload or b"")
        except (JoseError, ValueError):
            raise _Refused("Malformed JWT") from None
        self._header(signed.headers())
        self._claims(claims)
        if not self.keys_are_reached:
            raise _Refused("can't be reached")
        if self.key is None:
            raise _Refused("register a public key")
        if not jws.validate_compact(signed, self.key, registry=REGISTRY):
            raise _Refused("signature verification failed")
        self.used.add(claims["jti"])

    def _header(self, header: dict[str, Any]) -> None:
        if header.get("alg") != "RS512":
            raise _Refused("Invalid 'alg'")
        if header.get("typ", "JWT") != "JWT":
            raise _Refused("Invalid 'typ'")
        if "kid" not in header:
            raise _Refused("Missing 'kid'")
        if header["kid"] != self.kid:
            raise _Refused("no matching public key")

    def _claims(self, claims: dict[str, Any]) -> None:
        if not claims.get("iss") or claims.get("iss") != claims.get("sub"):
            raise _Refused("non-matching 'iss'/'sub'")
        if claims["iss"] != self.client_id:
            raise _Refused("Invalid 'iss'/'sub'")
        if "jti" not in claims:
            raise _Refused("Missing 'jti'")
        if not isinstance(claims["jti"], str):
            raise _Refused("Invalid 'jti'")
        if claims["jti"] in self.used:
            raise _Refused("Non-unique 'jti'")
        if claims.get("aud") != self.url:
            raise _Refused("'aud'")
        self._expiry(claims)

    def _expiry(self, claims: dict[str, Any]) -> None:
        if "exp" not in claims:
            raise _Refused("Missing 'exp'")
        if not isinstance(claims["exp"], int):
            raise _Refused("'exp'", "must be an integer")
        if claims["exp"] <= self.now:
            raise _Refused("has expired")
        if claims["exp"] > self.now + 300:
            raise _Refused("more than 5 minutes")

"""The public keys of partners' systems: read from a JWKS that was given to us, or fetched from where the partner publishes it.

A fetched set is kept for ten minutes. A key that is not in it makes us fetch it anew at once, so that a partner may rotate its
keys without telling us; but only once a minute, so that nobody makes us fetch by inventing key ids.

Source: RFC 7517; HL7 SMART App Launch 2.2.0, "Registering a client (communicating public keys)".
"""

import asyncio
import json
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from pathway.store.partners import Partner
from pathway_fhir.access.addresses import ForbiddenAddress, target_of

Key = ECKey | RSAKey
Keys = Mapping[str, Key]
KEPT: Final = 600.0
"""Seconds for which a fetched set is used without asking again."""
NOT_BEFORE: Final = 60.0
"""Seconds that must pass before a set is fetched again for a key that is not in it, or after a failure."""
LARGEST: Final = 64 * 1024
_MOST_KEYS: Final = 32
_TIMEOUT: Final = httpx.Timeout(5.0)
_log = logging.getLogger(__name__)


class NoKeys(Exception):
    """The keys of a partner cannot be had. The sentence says why."""


def read_keys(document: object) -> dict[str, Key]:
    """The usable public keys of a JWKS by their `kid`: P-384 for ES384, RSA of 2048 bits or more for RS384.

    Others are passed over, as RFC 7517 section 5 asks. Raises NoKeys where nothing is left, or where a key is private:
    whoever publishes that must make a new one.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise NoKeys(f"A JWKS is a JSON object with a list “keys” of at most {_MOST_KEYS} keys.")
    found: dict[str, Key] = {}
    for one in listed:
        if not isinstance(one, dict):
            continue
        if one.get("kty") == "oct" or {"d", "k"} & one.keys():
            raise NoKeys("The JWKS holds a private key. Make a new key pair, and give only its public part.")
        key = _usable(one)
        if key is not None:
            found[str(one["kid"])] = key
    if not found:
        raise NoKeys(
            "The JWKS holds no key with a kid that is P-384, or RSA of 2048 bits or more, for signing."
        )
    return found


def _usable(one: dict[str, Any]) -> Key | None:
    kid = one.get("kid")
    if not isinstance(kid, str) or not kid or one.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings():
            # A short key is not warned of, but passed over below.
            warnings.simplefilter("ignore", SecurityWarning)
            key = JWKRegistry.import_key(one)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, ECKey):
        return key if key.curve_name == "P-384" else None
    if isinstance(key, RSAKey):
        return key if key.raw_value.key_size >= 2048 else None
    return None


@dataclass(slots=True)
class _Kept:
    keys: dict[str, Key]
    at: float
    tried_at: float
    why: str = ""


_Place = tuple[int, str]
"""A partner and the address of its keys: where the address has changed, what was fetched before counts no more."""


@dataclass(slots=True)
class KeySets:
    """The keys of every partner, for one process. `client` and `clock` are others in tests.

    The client is made when the first set is fetched, for reading the certificates of all authorities takes a while.
    """

    client: httpx.AsyncClient | None = None
    clock: Callable[[], float] = time.monotonic
    _kept: dict[_Place, _Kept] = field(default_factory=dict)
    _locks: dict[_Place, asyncio.Lock] = field(default_factory=dict)

    async def close(self) -> None:
        if self.client is not None:
            await self.client.aclose()

    async def key(self, partner: Partner, kid: str) -> Key | None:
        """The partner's key of that id; None where it has no such key. Raises NoKeys where its keys cannot be had."""
        if partner.jwks is not None:
            return read_keys(partner.jwks).get(kid)
        place = (partner.id, partner.jwks_url or "")
        kept = self._kept.get(place)
        if self._must_fetch(kept, kid):
            async with self._locks.setdefault(place, asyncio.Lock()):
                kept = self._kept.get(place)
                if self._must_fetch(kept, kid):
                    kept = self._kept[place] = await self._fetched(partner, kept)
        if kept is None or (kept.why and kid not in kept.keys):
            raise NoKeys(kept.why if kept else "")
        return kept.keys.get(kid)

    def _must_fetch(self, kept: _Kept | None, kid: str) -> bool:
        if kept is None:
            return True
        now = self.clock()
        stale = now - kept.at >= KEPT or kid not in kept.keys
        return stale and now - kept.tried_at >= NOT_BEFORE

    async def _fetched(self, partner: Partner, before: _Kept | None) -> _Kept:
        """The set as it is published now. Where it cannot be had, the old one serves until its time is up."""
        now = self.clock()
        try:
            return _Kept(read_keys(await self._document(partner)), now, now)
        except (NoKeys, ForbiddenAddress) as error:
            why = str(error)
        except (httpx.HTTPError, OSError, ValueError):
            why = "The address of the JWKS did not answer with a JWKS."
        _log.warning("the keys of partner %d could not be fetched: %s", partner.id, why)
        usable = before is not None and now - before.at < KEPT
        return _Kept(before.keys if before and usable else {}, before.at if before else now, now, why)

    async def _document(self, partner: Partner) -> object:
        target = await target_of(partner.jwks_url or "", partner.mode)
        headers = {**target.headers, "Accept": "application/json"}
        received = bytearray()
        if self.client is None:
            self.client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
        async with self.client.stream(
            "GET", target.url, headers=headers, extensions={"sni_hostname": target.host}
        ) as answer:
            if answer.status_code != 200:
                raise NoKeys("The address of the JWKS did not answer with 200; redirects are not followed.")
            async for piece in answer.aiter_bytes():
                received += piece
                if len(received) > LARGEST:
                    raise NoKeys(f"The JWKS is larger than {LARGEST // 1024} kB.")
        return json.loads(received)

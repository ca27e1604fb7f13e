"""Partners' keys by address: fetched once, fetched anew for a new key, and never from where we must not ask."""

import asyncio
import json
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import httpx
import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from pathway.domain.roles import Role
from pathway.store.partners import Partner
from pathway_fhir.access.addresses import ForbiddenAddress, is_public, target_of
from pathway_fhir.access.key_sets import KEPT, LARGEST, NOT_BEFORE, KeySets, NoKeys, read_keys
from tests.fhir.access.partner_system import EC, OTHER, RSA, jwks

SECOND = ECKey.generate_key("P-384", {"kid": "two"})


@dataclass
class Published:
    """Where a partner publishes its keys: what it answers now, and how often it was asked."""

    body: Any = field(default_factory=lambda: jwks(EC))
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    fails: bool = False
    now: float = 0.0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.fails:
            raise httpx.ConnectError("away")
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return httpx.Response(self.status, content=content, headers=self.headers)

    def key_sets(self) -> KeySets:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return KeySets(client, lambda: self.now)


def partner(url: str = "https://127.0.0.1/keys?v=1", mode: str = "sandbox", id: int = 1) -> Partner:
    return Partner("A", "a", Role.PARTNER, 1, ("system/*.rs",), jwks_url=url, mode=mode, id=id)


async def test_a_set_is_fetched_once_and_kept() -> None:
    at = Published()
    keys = at.key_sets()
    for at.now in (0, 1, KEPT - 1):
        assert await keys.key(partner(), "one") is not None
    assert len(at.asked) == 1
    at.now = KEPT
    assert await keys.key(partner(), "one") is not None
    assert len(at.asked) == 2


async def test_the_request_goes_to_the_address_that_was_judged_under_the_name_that_was_given() -> None:
    at = Published()
    await at.key_sets().key(partner("https://localhost:8443/keys?v=1"), "one")
    sent = at.asked[0]
    assert sent.url.host in ("127.0.0.1", "::1")
    assert (sent.url.path, sent.url.query, sent.url.port) == ("/keys", b"v=1", 8443)
    assert sent.headers["host"] == "localhost:8443"
    assert sent.extensions["sni_hostname"] == "localhost"


async def test_a_new_key_is_found_as_soon_as_a_minute_has_passed_and_the_old_one_is_gone() -> None:
    at = Published()
    keys = at.key_sets()
    assert await keys.key(partner(), "one") is not None
    at.body = jwks(SECOND)
    assert await keys.key(partner(), "two") is None  # asked for a moment ago
    at.now = NOT_BEFORE
    assert await keys.key(partner(), "two") is not None
    assert await keys.key(partner(), "one") is None
    assert len(at.asked) == 2


async def test_inventing_key_ids_makes_us_ask_once_a_minute() -> None:
    at = Published()
    keys = at.key_sets()
    for second in range(180):
        at.now = second
        assert await keys.key(partner(), f"invented {second}") is None
    assert len(at.asked) == 3


async def test_many_at_once_make_us_ask_once() -> None:
    at = Published()
    keys = at.key_sets()
    found = await asyncio.gather(*(keys.key(partner(), "one") for _ in range(20)))
    assert all(found)
    assert len(at.asked) == 1


async def test_another_address_is_asked_at_once() -> None:
    at = Published()
    keys = at.key_sets()
    await keys.key(partner(), "one")
    at.body = jwks(OTHER)
    found = await keys.key(partner("https://127.0.0.1/new"), "one")
    assert found is not None
    assert found.as_dict(private=False) == OTHER.as_dict(private=False)


async def test_keys_serve_while_their_address_is_away_until_their_time_is_up() -> None:
    at = Published()
    keys = at.key_sets()
    await keys.key(partner(), "one")
    at.fails, at.now = True, 100
    with pytest.raises(NoKeys, match="did not answer"):
        await keys.key(partner(), "two")
    assert await keys.key(partner(), "one") is not None
    at.now = KEPT + NOT_BEFORE
    with pytest.raises(NoKeys, match="did not answer"):
        await keys.key(partner(), "one")
    at.fails, at.now = False, KEPT + 2 * NOT_BEFORE
    assert await keys.key(partner(), "one") is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": 302, "headers": {"Location": "https://127.0.0.1/other"}}, "redirects are not followed"),
        ({"status": 404}, "did not answer with 200"),
        ({"body": b"a" * (LARGEST + 1)}, "larger than 64 kB"),
        ({"body": b"<html>"}, "did not answer with a JWKS"),
        ({"body": []}, "list “keys”"),
        ({"body": {"keys": []}}, "no key with a kid"),
        ({"body": {"keys": [{}] * 40}}, "at most 32"),
        ({"body": {"keys": [EC.as_dict(private=True)]}}, "private key"),
        ({"body": {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}}, "private key"),
        ({"fails": True}, "did not answer with a JWKS"),
    ],
)
async def test_what_is_no_set_of_public_keys_is_refused(changes: dict[str, Any], words: str) -> None:
    at = Published(**changes)
    with pytest.raises(NoKeys, match=words):
        await at.key_sets().key(partner(), "one")
    assert len(at.asked) == 1


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("https://127.0.0.1/keys", "live"),
        ("https://localhost/keys", "int"),
        ("https://10.1.2.3/keys", "live"),
        ("https://192.168.0.1/keys", "off"),
        ("https://169.254.169.254/latest/meta-data", "live"),
        ("https://[::1]/keys", "live"),
        ("https://[::ffff:10.0.0.1]/keys", "live"),
        ("https://[64:ff9b::a00:1]/keys", "live"),
        ("https://0.0.0.0/keys", "live"),
        ("https://224.0.0.1/keys", "live"),
        ("http://93.184.215.14/keys", "live"),
        ("http://93.184.215.14/keys", "sandbox"),
        ("http://10.0.0.1/keys", "sandbox"),
        ("https://user:password@127.0.0.1/keys", "sandbox"),
        ("file:///etc/passwd", "sandbox"),
        ("https:///keys", "sandbox"),
    ],
)
async def test_an_address_that_leads_elsewhere_is_not_asked(url: str, mode: str) -> None:
    with pytest.raises(ForbiddenAddress):
        await target_of(url, mode)
    at = Published()
    with pytest.raises(NoKeys, match=r"^The (address|host)"):
        await at.key_sets().key(partner(url, mode), "one")
    assert at.asked == []


@pytest.mark.parametrize("mode", ["stub", "sandbox"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/keys", "https://10.0.0.1/keys"])
async def test_a_sandbox_may_be_here(url: str, mode: str) -> None:
    assert (await target_of(url, mode)).url.endswith("/keys")


async def test_a_public_address_may_be_asked() -> None:
    assert (await target_of("https://93.184.215.14/keys", "live")).url == "https://93.184.215.14:443/keys"
    target = await target_of("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", "live")
    assert target.url == "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443/"


def test_an_ipv4_address_inside_an_ipv6_one_is_judged_as_what_it_is() -> None:
    assert is_public(ip_address("64:ff9b::5db8:d70e"))
    assert not is_public(ip_address("2002:a00:1::"))


def test_keys_of_other_kinds_are_passed_over() -> None:
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak"})
    others = (
        ECKey.generate_key("P-256", {"kid": "short"}),
        OKPKey.generate_key("Ed25519", {"kid": "edwards"}),
        ECKey.generate_key("P-384", {"kid": "for encryption", "use": "enc"}),
        ECKey.generate_key("P-384"),
    )
    given = {"keys": [k.as_dict(private=False) for k in (weak, *others, EC, RSA)]}
    given["keys"] += [{"kty": "new", "kid": "x"}, {"kty": "EC", "kid": "y"}, "text", {"kid": 7}]
    assert read_keys(given).keys() == {"one", "rsa"}

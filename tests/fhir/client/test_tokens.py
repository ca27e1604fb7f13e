"""Tokens of NHS England's platform: signed with RS512, fetched once, replaced in time; and every sentence of a refusal."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from pathway.domain.errors import SettingsRefused
from pathway_fhir.client import tokens
from pathway_fhir.client.calling import Call, Calling
from pathway_fhir.client.signed_jwt import ASSERTION_TYPE, SigningKey, assertion, read_key
from pathway_fhir.client.tokens import Client, NoToken, Tokens
from tests.fhir.client.receiver import Reply, receiving
from tests.fhir.client.token_endpoint import TokenEndpoint, saying, sentences
from tests.fhir.outside import needs_examples

KEY, OTHER = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
START = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@dataclass
class At:
    """A platform that runs, our client of it, and the time, which tests move."""

    endpoint: TokenEndpoint
    tokens: Tokens
    now: datetime = START

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.endpoint.now = self.now.timestamp()


@pytest.fixture
async def at() -> AsyncIterator[At]:
    with receiving() as receiver:
        url = f"{receiver.address}/oauth2/token"
        endpoint = TokenEndpoint(url, "our-key", KEY, now=START.timestamp())
        receiver.answers = endpoint.answer
        calling = Calling()
        found = At(endpoint, Tokens(calling, Client(url, "our-key", SigningKey("one", KEY), "sandbox")))
        found.tokens.now = lambda: found.now
        yield found
        await calling.close()


async def test_a_token_is_fetched_once_and_replaced_before_it_ends(at: At) -> None:
    assert await at.tokens.token() == "token-1"
    at.later(599 - 16)
    assert await at.tokens.token() == "token-1"
    at.later(1)
    assert await at.tokens.token() == "token-2"


async def test_however_many_ask_at_once_one_request_is_made(at: At) -> None:
    assert set(await asyncio.gather(*(at.tokens.token() for _ in range(50)))) == {"token-1"}
    assert at.endpoint.given == 1


async def test_a_token_that_was_refused_is_used_no_more(at: At) -> None:
    first = await at.tokens.token()
    at.tokens.forget(first)
    assert await at.tokens.token() == "token-2"
    at.tokens.forget(first)
    assert await at.tokens.token() == "token-2"


def test_what_is_signed() -> None:
    text = assertion(SigningKey("one", KEY), "our-key", "https://api.example/token", START)
    read = jwt.decode(text, KEY, algorithms=["RS512"])
    assert read.header == {"alg": "RS512", "typ": "JWT", "kid": "one"}
    claims = read.claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (
        "our-key",
        "our-key",
        "https://api.example/token",
    )
    assert 0 < claims["exp"] - START.timestamp() <= 300
    assert isinstance(claims["exp"], int)
    again = assertion(SigningKey("one", KEY), "our-key", "https://api.example/token", START)
    assert jwt.decode(again, KEY, algorithms=["RS512"]).claims["jti"] != claims["jti"]


def _signed(header: dict[str, Any] | None = None, key: RSAKey = KEY, **changes: Any) -> str:
    now = START.timestamp()
    claims = {"iss": "our-key", "sub": "our-key", "aud": "URL", "jti": "a", "exp": int(now + 100), **changes}
    head = {"alg": "RS512", "typ": "JWT", "kid": "one", **(header or {})}
    return jwt.encode(
        {k: v for k, v in head.items() if v is not None},
        {k: v for k, v in claims.items() if v is not None},
        key,
        algorithms=["RS512", "RS256"],
    )


_SENT: list[tuple[str, dict[str, Any]]] = [
    ("Invalid 'alg'", {"header": {"alg": "RS256"}}),
    ("Missing 'kid'", {"header": {"kid": None}}),
    ("no matching public key", {"header": {"kid": "two"}}),
    ("Invalid 'typ'", {"header": {"typ": "at+jwt"}}),
    ("Invalid 'iss'/'sub'", {"iss": "another", "sub": "another"}),
    ("non-matching 'iss'/'sub'", {"sub": "another"}),
    ("Invalid 'jti'", {"jti": 5}),
    ("Missing 'jti'", {"jti": None}),
    ("'aud'", {"aud": "https://another.example"}),
    ("must be an integer", {"exp": "soon"}),
    ("has expired", {"exp": 1}),
    ("more than 5 minutes", {"exp": int(START.timestamp() + 301)}),
    ("Missing 'exp'", {"exp": None}),
    ("signature verification failed", {"key": OTHER}),
    ("Malformed JWT", {"text": "a.b.c"}),
]


@needs_examples
@pytest.mark.parametrize(("piece", "signed"), _SENT, ids=[one[0] for one in _SENT])
async def test_each_refusal_of_an_assertion_is_said_as_the_platform_says_it(
    at: At, monkeypatch: pytest.MonkeyPatch, piece: str, signed: dict[str, Any]
) -> None:
    made = signed.get("text") or _signed(**{"aud": at.endpoint.url, **signed})
    monkeypatch.setattr(tokens, "assertion", lambda *_: made)
    with pytest.raises(NoToken) as refused:
        await at.tokens.token()
    expected = saying(piece)
    assert (refused.value.code, refused.value.said) == (expected["error"], expected["error_description"])
    assert not refused.value.later


@needs_examples
@pytest.mark.parametrize(
    ("piece", "form"),
    [
        ("grant_type is missing", {}),
        ("grant_type is invalid", {"grant_type": "password"}),
        ("Missing or invalid client_assertion_type", {"grant_type": "client_credentials"}),
        (
            "=Missing client_assertion",
            {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE},
        ),
    ],
)
async def test_the_stub_refuses_what_our_own_code_never_sends(
    at: At, piece: str, form: dict[str, str]
) -> None:
    body = "&".join(f"{k}={v}" for k, v in form.items()).encode()
    answer = await at.tokens.calling.call(Call("POST", at.endpoint.url, "sandbox", body))
    assert (answer.status, json.loads(answer.body)) == (400, saying(piece))


@needs_examples
async def test_what_mends_itself_is_asked_again_later(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    at.endpoint.keys_are_reached = False
    with pytest.raises(NoToken, match="reached") as refused:
        await at.tokens.token()
    assert refused.value.later
    at.endpoint.keys_are_reached = True
    made = _signed(aud=at.endpoint.url)
    monkeypatch.setattr(tokens, "assertion", lambda *_: made)
    assert await at.tokens.token() == "token-1"
    at.tokens.forget("token-1")
    with pytest.raises(NoToken, match="Non-unique") as refused:
        await at.tokens.token()
    assert refused.value.later


@needs_examples
async def test_without_a_registered_key_a_person_must_act(at: At) -> None:
    at.endpoint.key = None
    with pytest.raises(NoToken, match="register a public key") as refused:
        await at.tokens.token()
    assert not refused.value.later


@needs_examples
def test_every_sentence_of_the_platform_can_be_told_on() -> None:
    for one in sentences():
        found = tokens._refused(400, dict(one))
        assert found.code == one["error"]
        assert found.said == one["error_description"][:300] or len(one["error_description"]) > 300


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b'{"access_token": "a"}'),
        Reply(200, b'{"access_token": "a", "expires_in": "soon"}'),
        Reply(200, b"<html>"),
        Reply(502, b"<html>"),
        Reply(429, b'{"error": "slow down"}'),
        Reply(400, b'{"error": "\\u0000", "error_description": "\\n"}'),
    ],
)
async def test_an_answer_without_a_token_is_asked_for_again_later(at: At, reply: Reply) -> None:
    with receiving(lambda _: reply) as receiver:
        at.tokens.client = Client(receiver.address, "our-key", SigningKey("one", KEY), "sandbox")
        with pytest.raises(NoToken) as refused:
            await at.tokens.token()
    assert refused.value.later


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_bytes(KEY.as_pem(private=True))
    (tmp_path / "public.pem").write_bytes(KEY.as_pem(private=False))
    (tmp_path / "key.jwk").write_text(json.dumps({**KEY.as_dict(private=True), "kid": "in-file"}))
    (tmp_path / "nothing").write_text("secret words")
    return tmp_path


def test_a_signing_key_is_read_and_its_public_part_published(files: Path) -> None:
    found = read_key(files / "key.pem", "int-1")
    [published] = found.public_set()["keys"]
    assert (published["kid"], published["alg"], published["use"]) == ("int-1", "RS512", "sig")
    assert "d" not in published
    assert read_key(files / "key.jwk").kid == "in-file"


@pytest.mark.parametrize(
    ("name", "kid"), [("public.pem", "a"), ("nothing", "a"), ("none", "a"), ("key.pem", "")]
)
def test_a_signing_key_that_cannot_sign_is_refused(files: Path, name: str, kid: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_key(files / name, kid)
    assert "secret words" not in refused.value.message

"""The token endpoint: what a signed assertion is given, and every way in which one is refused (RFC 6749, RFC 7523, SMART 2.2)."""

import asyncio
import base64
import hmac
import json
from typing import Any

import httpx
import pytest

from pathway.store import partners
from pathway.store.partners import holder_of
from tests.fhir.access.partner_system import (
    EC,
    ES384,
    OTHER,
    RS384,
    RSA,
    System,
    jwks,
    register,
    served,
    served_whole,
)
from tests.world import World

TOKEN = "/fhir/R4/token"
NOW_OF_THE_WORLD = 1_795_521_600  # 24 November 2026, 12:00 UTC


async def asked(world: World, form: dict[str, str]) -> httpx.Response:
    async with served(world) as client:
        return await client.post(TOKEN, data=form)


def refused(answer: httpx.Response, status: int, error: str, words: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error), body
    assert words in body["error_description"]
    assert answer.headers["cache-control"] == "no-store"
    assert "access_token" not in body


@pytest.mark.parametrize(("key", "alg"), [(EC, ES384), (RSA, RS384)], ids=[ES384, RS384])
async def test_a_signed_assertion_is_given_a_token_that_speaks_for_the_partner(
    world: World, key: Any, alg: str
) -> None:
    system = await register(world)
    answer = await asked(world, system.form(system.assertion(key, alg), scope="system/Patient.rs"))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("bearer", 300, "system/Patient.rs")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    holder = await holder_of(world.area.database, body["access_token"])
    assert holder is not None
    assert holder.actor.organisation_id == world.org["provider"]
    assert holder.scopes == ("system/Patient.rs",)
    assert holder.seconds is not None
    assert 290 < holder.seconds <= 300


@pytest.mark.parametrize(
    ("asked_for", "given"),
    [
        ("system/*.cruds", "system/*.rs system/Appointment.cruds"),
        ("system/*.read", "system/*.rs"),
        ("system/Appointment.write", "system/Appointment.cud"),
        ("system/Patient.cruds system/Task.s", "system/Patient.rs system/Task.s"),
    ],
)
async def test_scopes_are_those_asked_for_that_are_registered(
    world: World, asked_for: str, given: str
) -> None:
    system = await register(world)
    assert (await asked(world, system.form(scope=asked_for))).json()["scope"] == given


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("system/Patient.cud", "None of these scopes is registered"),
        ("patient/Patient.rs", "Scope 1 of the list"),
        ("system/Patient.rs openid", "Scope 2 of the list"),
        (None, "scope is missing"),
        ("", "scope is missing"),
    ],
)
async def test_scopes_that_cannot_be_given_are_refused(world: World, scope: str | None, words: str) -> None:
    system = await register(world)
    refused(await asked(world, system.form(scope=scope)), 400, "invalid_scope", words)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"grant_type": None}, "invalid_request", "grant_type must be"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type must be"),
        ({"client_assertion_type": None}, "invalid_request", "client_assertion_type must be"),
        ({"client_assertion_type": "saml"}, "invalid_request", "client_assertion_type must be"),
        ({"client_assertion": None}, "invalid_request", "client_assertion is missing"),
        ({"client_assertion": ""}, "invalid_request", "client_assertion is missing"),
    ],
)
async def test_a_form_that_asks_for_something_else_is_refused(
    world: World, changes: dict[str, str | None], error: str, words: str
) -> None:
    system = await register(world)
    refused(await asked(world, system.form(**changes)), 400, error, words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exp": NOW_OF_THE_WORLD - 1}, "has expired"),
        ({"exp": NOW_OF_THE_WORLD}, "has expired"),
        ({"exp": NOW_OF_THE_WORLD + 311}, "more than 5 minutes"),
        ({"exp": None}, "exp is missing"),
        ({"exp": "soon"}, "exp must be a number"),
        ({"exp": True}, "exp must be a number"),
        ({"exp": 1e300}, "not a time of this age"),
        ({"nbf": NOW_OF_THE_WORLD + 60}, "lies ahead"),
        ({"iat": NOW_OF_THE_WORLD + 60}, "lies ahead"),
        ({"aud": "http://test/fhir/R4/token/"}, "aud must be http://test/fhir/R4/token"),
        ({"aud": "http://test/fhir/R4"}, "aud must be"),
        ({"aud": ["http://test/fhir/R4/token", "http://other"]}, "aud must be"),
        ({"aud": None}, "aud must be"),
        ({"jti": None}, "jti must be"),
        ({"jti": ""}, "jti must be"),
        ({"jti": 7}, "jti must be"),
        ({"jti": "a\x00b"}, "jti must be"),
        ({"jti": "a" * 256}, "jti must be"),
        ({"sub": "someone-else"}, "iss and sub"),
        ({"iss": None}, "iss and sub"),
        ({"iss": "nobody", "sub": "nobody"}, "not known here, or has been switched off"),
        ({"iss": "a\x00", "sub": "a\x00"}, "not known here"),
        ({"iss": 7, "sub": 7}, "iss and sub"),
    ],
)
async def test_an_assertion_with_a_wrong_claim_is_refused(
    world: World, changes: dict[str, Any], words: str
) -> None:
    system = await register(world)
    refused(await asked(world, system.form(system.assertion(**changes))), 401, "invalid_client", words)


async def test_the_world_of_these_tests_stands_still_at_the_time_that_they_name(world: World) -> None:
    assert int(world.area.now().timestamp()) == NOW_OF_THE_WORLD


def unsigned(system: System) -> str:
    """The claims of a good assertion with alg none, as an attacker writes them."""
    claims = system.assertion().split(".")[1]
    header = (
        base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one"}).encode()).rstrip(b"=").decode()
    )
    return f"{header}.{claims}."


def confused(system: System) -> str:
    """Signed with HS256, and with our own copy of the public key as the secret."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{system.assertion().split('.')[1]}"
    tag = hmac.digest(EC.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"


FORGED = {
    "alg none": (unsigned, "signed with ES384 or RS384"),
    "HS256 with the public key": (confused, "signed with ES384 or RS384"),
    "RS256": (lambda s: s.assertion(RSA, "RS256"), "signed with ES384 or RS384"),
    "somebody else's key": (lambda s: s.assertion(OTHER), "signature of the assertion does not hold"),
    "an RSA signature under the kid of an EC key": (
        lambda s: s.assertion(RSA, RS384, {"kid": "one"}),
        "signature of the assertion does not hold",
    ),
    "changed after signing": (
        lambda s: s.assertion()[:-6] + ("AAAAAA" if not s.assertion().endswith("AAAAAA") else "BBBBBB"),
        "signature of the assertion does not hold",
    ),
    "unknown kid": (lambda s: s.assertion(header={"kid": "two"}), "no key of that kid"),
    "no kid": (lambda s: s.assertion(header={"kid": None}), "name the key by its kid"),
    "a header that must be understood": (lambda s: crit(s), "crit is not supported"),
    "another place for the keys": (
        lambda s: s.assertion(header={"jku": "https://evil.example/jwks"}),
        "jku names another address",
    ),
    "no JWT": (lambda s: "nonsense", "not a signed JWT"),
    "three empty parts": (lambda s: "..", "not a signed JWT"),
    "too long": (lambda s: "a" * 9000, "not a signed JWT"),
    "not ASCII": (lambda s: "é.é.é", "not a signed JWT"),
    "claims that are no object": (lambda s: raw(b"[]"), "not a JSON object"),
    "claims nested beyond reading": (lambda s: raw(b"[" * 4000), "not a JSON object"),
}  # fmt: skip


def crit(system: System) -> str:
    header = {"alg": ES384, "kid": "one", "crit": ["exp"]}
    return f"{_part(header)}.{system.assertion().split('.')[1]}.AAAA"


def raw(payload: bytes) -> str:
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    return f"{_part({'alg': ES384, 'kid': 'one'})}.{encoded}.AAAA"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("how", FORGED)
async def test_an_assertion_that_proves_nothing_is_refused(world: World, how: str) -> None:
    system = await register(world)
    forge, words = FORGED[how]
    refused(await asked(world, system.form(forge(system))), 401, "invalid_client", words)


async def test_a_client_id_beside_the_assertion_must_be_the_same(world: World) -> None:
    system = await register(world)
    refused(await asked(world, system.form(client_id="another")), 401, "invalid_client", "another than")
    assert (await asked(world, system.form(client_id=system.client_id))).status_code == 200


async def test_an_assertion_is_used_once(world: World) -> None:
    system = await register(world)
    form = system.form()
    assert (await asked(world, form)).status_code == 200
    refused(await asked(world, form), 401, "invalid_client", "was used before")


async def test_one_that_was_refused_for_its_scopes_is_not_used_up(world: World) -> None:
    system = await register(world)
    assertion = system.assertion()
    refused(
        await asked(world, system.form(assertion, scope="system/Patient.c")), 400, "invalid_scope", "None"
    )
    assert (await asked(world, system.form(assertion))).status_code == 200


async def test_two_partners_may_use_the_same_jti(world: World) -> None:
    one, other = await register(world), await register(world, client_id="gp-system", name="GP system")
    for system in (one, other):
        assert (await asked(world, system.form(system.assertion(jti="1")))).status_code == 200


async def test_one_assertion_sent_eight_times_at_once_to_two_processes_gives_one_token(
    committed_world: World,
) -> None:
    system = await register(committed_world)
    form = system.form()
    async with served(committed_world) as one, served(committed_world) as other:
        answers = await asyncio.gather(*(c.post(TOKEN, data=form) for c in (one, other) * 4))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]
    async with committed_world.area.database.transaction(partners.WRITER) as tx:
        assert await tx.fetchval("SELECT count(*) FROM partner_token") == 1


async def test_a_partner_that_is_switched_off_is_given_no_token(world: World) -> None:
    system = await register(world)
    await partners.switch(world.area.database, system.client_id, active=False)
    refused(await asked(world, system.form()), 401, "invalid_client", "switched off")


async def test_new_keys_take_the_place_of_the_old_ones_at_once_and_end_the_tokens(world: World) -> None:
    system = await register(world)
    token = (await asked(world, system.form())).json()["access_token"]
    await partners.give_keys(world.area.database, system.client_id, None, jwks(OTHER))
    assert await holder_of(world.area.database, token) is None
    refused(await asked(world, system.form()), 401, "invalid_client", "does not hold")
    assert (await asked(world, system.form(system.assertion(OTHER)))).status_code == 200


async def test_keys_are_fetched_from_the_address_that_is_registered(world: World) -> None:
    asked = []

    async def publish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
        body = json.dumps(jwks(EC)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(publish, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
        sandbox = await register(world, jwks=None, jwks_url=url, mode="sandbox")
        live = await register(world, client_id="live", name="Live", jwks=None, jwks_url=url, mode="live")
        async with served(world) as client:
            for _ in range(2):
                assert (await client.post(TOKEN, data=sandbox.form())).status_code == 200
            refused(await client.post(TOKEN, data=live.form()), 401, "invalid_client", "must be https")
    assert asked == [b"/keys"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "words"),
    [
        (b'{"grant_type": "client_credentials"}', "application/json", 400, "must be application/x-www-form"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded", 400, "there twice"),
        (b"grant_type", "application/x-www-form-urlencoded", 400, "cannot be read as a form"),
        (b"a=%ff%fe\xff", "application/x-www-form-urlencoded", 400, "cannot be read as a form"),
        (b"a=%ff", "application/x-www-form-urlencoded", 400, "cannot be read as a form"),
        (b"&".join(b"a%d=1" % n for n in range(30)), "application/x-www-form-urlencoded", 400, "cannot be read"),
        (b"", "application/x-www-form-urlencoded", 400, "grant_type must be"),
        (b"a=" + b"b" * 40_000, "application/x-www-form-urlencoded", 413, "larger than"),
    ],
)  # fmt: skip
async def test_a_body_that_is_no_such_form_is_refused(
    world: World, content: bytes, kind: str, status: int, words: str
) -> None:
    async with served(world) as client:
        answer = await client.post(TOKEN, content=content, headers={"Content-Type": kind})
    refused(answer, status, "invalid_request", words)


async def test_whoever_tries_assertions_is_slowed_down_and_one_that_is_right_never(world: World) -> None:
    system = await register(world)
    async with served(world) as client:
        statuses = [(await client.post(TOKEN, data=system.form("nonsense"))).status_code for _ in range(12)]
        assert statuses[0] == 401
        assert statuses[-1] == 429
        assert (await client.post(TOKEN, data=system.form())).status_code == 200


async def test_the_configuration_names_the_endpoint_and_what_it_takes(world: World) -> None:
    system = await register(world)
    async with served_whole(world) as client:
        answer = await client.get("/fhir/R4/.well-known/smart-configuration")
        assert (await client.post(answer.json()["token_endpoint"], data=system.form())).status_code == 200
        refused(await client.post(TOKEN, data={"scope": "openid"}), 400, "invalid_request", "grant_type")
        refused(await client.post(TOKEN, data={"a": "b" * 40_000}), 413, "invalid_request", "larger than")
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert told["token_endpoint"] == "http://test/fhir/R4/token"
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["ES384", "RS384"]

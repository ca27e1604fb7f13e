"""What a worker sends with: where a message goes, whose token goes along, and what wrong settings say."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from joserfc.jwk import RSAKey

from pathway.domain.errors import SettingsRefused
from pathway.domain.roles import Role
from pathway.settings import load
from pathway.store.partners import Partner
from pathway_fhir.client.signed_jwt import SigningKey
from pathway_fhir.client.tokens import Client, Tokens
from pathway_fhir.outbound.outward import Outward, outward_from, receiver_of
from tests.fhir.client.receiver import Receiver, Reply, Sent, outcome, receiving
from tests.fhir.client.token_endpoint import TokenEndpoint

KEY = RSAKey.generate_key(2048)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
async def outward() -> AsyncIterator[Outward]:
    found = outward_from(load(base_url="http://test"))
    yield found
    await found.close()


def partner(endpoint: str = "https://gp.example/fhir", **changes: str) -> Partner:
    given = {"endpoint": endpoint, "mode": "sandbox", "jwks_url": "https://gp.example/jwks", **changes}
    return Partner("GP", "gp", Role.PARTNER, 1, ("system/*.rs",), **given)  # type: ignore[arg-type]


def platform(outward: Outward, receiver: Receiver) -> TokenEndpoint:
    """The platform of NHS England: a token endpoint, and behind the same host what it protects."""
    url = f"{receiver.address}/oauth2/token"
    endpoint = TokenEndpoint(url, "our-key", KEY, now=datetime.now(UTC).timestamp())
    outward.platform = Tokens(outward.calling, Client(url, "our-key", SigningKey("one", KEY), "sandbox"))

    def answer(sent: Sent) -> Reply:
        return endpoint.answer(sent) if sent.path == "/oauth2/token" else Reply()

    receiver.answers = answer
    return endpoint


async def test_the_platforms_token_goes_to_the_platform_and_nowhere_else(
    outward: Outward, receiver: Receiver
) -> None:
    platform(outward, receiver)
    with receiving() as elsewhere:
        for address in (f"{receiver.address}/booking-and-referral/FHIR/R4", elsewhere.address):
            one = partner(address)
            await outward.send(one, outward.call_for(one, uuid4(), uuid4(), b"{}"))
        assert "authorization" not in elsewhere.sent[0].headers
    assert receiver.sent[-1].headers["authorization"] == "Bearer token-1"


async def test_a_token_that_is_refused_is_replaced_once(outward: Outward, receiver: Receiver) -> None:
    endpoint = platform(outward, receiver)

    def refuse(sent: Sent) -> Reply:
        if sent.path == "/oauth2/token":
            return endpoint.answer(sent)
        return outcome(401, "ACCESS_DENIED", "forbidden")

    receiver.answers = refuse
    one = partner(f"{receiver.address}/fhir")
    call = outward.call_for(one, uuid4(), uuid4(), b"{}")
    assert (await outward.send(one, call)).status == 401
    tried = [sent for sent in receiver.sent if sent.path == "/fhir/$process-message"]
    assert [sent.headers["authorization"] for sent in tried] == ["Bearer token-1", "Bearer token-2"]
    assert len({(sent.body, sent.headers["x-request-id"]) for sent in tried}) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"target_identifier": "2000011147"}, "https://fhir.nhs.uk/Id/dos-service-id|2000011147"),
        ({"target_identifier": "https://x.example|7"}, "https://x.example|7"),
        ({"ods_code": "Z99001"}, "https://fhir.nhs.uk/Id/ods-organization-code|Z99001"),
        ({}, "https://fhir.autism-pathway.example/Id/partner|gp"),
    ],
)
def test_how_a_receiver_is_named(changes: dict[str, str], expected: str) -> None:
    assert receiver_of(partner(**changes)) == expected


async def test_the_address_is_the_endpoints_with_the_operation_once(outward: Outward) -> None:
    for endpoint in (
        "https://gp.example/fhir",
        "https://gp.example/fhir/",
        "https://gp.example/fhir/$process-message",
    ):
        call = outward.call_for(partner(endpoint), uuid4(), uuid4(), b"{}")
        assert call.url == "https://gp.example/fhir/$process-message"
        assert call.all_headers()["Accept"] == "application/fhir+json; version=1.0.0"


def test_settings_that_cannot_be_used_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "key.jwk").write_text(json.dumps(KEY.as_dict(private=True)))
    for settings, words in (
        ({"exchange_certificate_file": tmp_path / "none.pem"}, "PATHWAY_EXCHANGE_CERTIFICATE_FILE"),
        ({"exchange_authorities_file": tmp_path / "key.jwk"}, "PATHWAY_EXCHANGE_AUTHORITIES_FILE"),
        ({"platform_key_file": tmp_path / "key.jwk"}, "PATHWAY_PLATFORM_CLIENT_ID"),
        ({"platform_key_file": tmp_path / "key.jwk", "platform_client_id": "a"}, "kid"),
    ):
        with pytest.raises(SettingsRefused, match=words):
            outward_from(load(**settings))


async def test_the_settings_make_a_client_of_the_platform(tmp_path: Path) -> None:
    (tmp_path / "key.jwk").write_text(json.dumps(KEY.as_dict(private=True)))
    settings = load(
        platform_key_file=tmp_path / "key.jwk", platform_client_id="our-key", platform_key_id="int-1",
        platform_token_url="https://int.api.service.nhs.uk/oauth2/token", exchange_ods_code="ZMC01",
    )  # fmt: skip
    found = outward_from(settings)
    assert found.platform is not None
    assert (found.platform.client.key.kid, found.platform.client.mode) == ("int-1", "live")
    assert found.sender is not None
    assert found.sender.ods_code == "ZMC01"
    await found.close()

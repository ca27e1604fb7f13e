"""One request to another system: its ids and headers, its limits, and what is said where no answer can be used."""

import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pathway_fhir.client.calling import Call, Calling, Limits, NoAnswer, tls
from pathway_fhir.client.heading import Sender, decoded, headers
from tests.fhir.client.receiver import Receiver, Reply, outcome, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
async def calling() -> AsyncIterator[Calling]:
    found = Calling(limits=Limits(connect=1.0, whole=0.5, answer=1000))
    yield found
    await found.close()


async def test_a_request_bears_its_ids_its_bytes_and_who_sends(receiver: Receiver, calling: Calling) -> None:
    call = Call(
        "POST", f"{receiver.address}/$process-message", "sandbox", b'{"a" : 1}',
        headers(Sender("RXX01", "Königs Trust"), "2000011147"), uuid4(), uuid4(),
    )  # fmt: skip

    answer = await calling.call(call)

    [sent] = receiver.sent
    assert (sent.method, sent.path, sent.body) == ("POST", "/$process-message", b'{"a" : 1}')
    assert sent.headers["x-request-id"] == str(call.request_id)
    assert sent.headers["x-correlation-id"] == str(call.correlation_id)
    assert sent.headers["content-type"] == sent.headers["accept"] == "application/fhir+json"
    assert sent.headers["nhsd-end-user-organisation-ods"] == "RXX01"
    assert decoded(sent.headers["nhsd-end-user-organisation"])["name"] == "Königs Trust"
    assert decoded(sent.headers["nhsd-target-identifier"]) == {
        "value": "2000011147",
        "system": "https://fhir.nhs.uk/Id/dos-service-id",
    }
    assert decoded(sent.headers["nhsd-requesting-software"])["resourceType"] == "Device"
    assert answer.mirrors(call)


async def test_an_answer_of_a_box_on_the_way_bears_no_ids(receiver: Receiver, calling: Calling) -> None:
    receiver.queue(Reply(503, b"<html>", mirrored=False))
    call = Call("GET", receiver.address, "sandbox", request_id=uuid4())
    answer = await calling.call(call)
    assert not answer.mirrors(call)
    assert answer.resource is None


async def test_what_was_answered_is_read_as_fhir(receiver: Receiver, calling: Calling) -> None:
    receiver.queue(outcome(409, "REC_CONFLICT", "duplicate"))
    answer = await calling.call(Call("GET", receiver.address, "sandbox"))
    assert answer.outcome is not None
    assert answer.outcome["issue"][0]["code"] == "duplicate"


async def test_a_redirect_is_not_followed(receiver: Receiver, calling: Calling) -> None:
    receiver.queue(Reply(307, headers={"Location": f"{receiver.address}/elsewhere"}))
    answer = await calling.call(Call("POST", receiver.address, "sandbox", b"{}"))
    assert answer.status == 307
    assert len(receiver.sent) == 1


@pytest.mark.parametrize(
    ("reply", "sentence", "final"),
    [
        (Reply(body=b"x" * 1001), "larger than", True),
        (Reply(after=0.8), "within", False),
        (Reply(breaks=True), "broke", False),
    ],
)
async def test_an_answer_that_cannot_be_used(
    receiver: Receiver, calling: Calling, reply: Reply, sentence: str, final: bool
) -> None:
    receiver.queue(reply)
    with pytest.raises(NoAnswer, match=sentence) as refused:
        await calling.call(Call("GET", receiver.address, "sandbox"))
    assert refused.value.sent
    assert refused.value.final is final


@pytest.mark.parametrize(
    ("url", "mode", "final"),
    [
        ("http://127.0.0.1:1/", "sandbox", False),
        ("http://127.0.0.1:1/", "int", True),
        ("https://127.0.0.1:1/", "live", True),
        ("http://user:secret@127.0.0.1:1/", "sandbox", True),
        ("ftp://127.0.0.1/", "sandbox", True),
        ("http://nowhere.invalid/", "sandbox", False),
    ],
)
async def test_where_nothing_is_sent(calling: Calling, url: str, mode: str, final: bool) -> None:
    with pytest.raises(NoAnswer) as refused:
        await calling.call(Call("GET", url, mode))
    assert (refused.value.sent, refused.value.final) == (False, final)
    assert "127.0.0.1" not in refused.value.sentence


def test_a_client_certificate_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert tls().minimum_version is ssl.TLSVersion.TLSv1_2
    with pytest.raises(OSError):
        tls(tmp_path / "no.pem")

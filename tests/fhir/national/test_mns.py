"""Signals: read as published, subscribed to as asked, and end to end through NHS England's own MESH sandbox."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mesh_client import MeshClient

from pathway.domain.errors import SettingsRefused
from pathway.settings import load
from pathway.store.engine import Database
from pathway_fhir.national.asking import NotAnswered, NotNow
from pathway_fhir.national.mailbox import Mailbox, mailbox_from
from pathway_fhir.national.mns import (
    READS_AGAIN,
    WORKFLOW,
    Unreadable,
    endpoint_of,
    read_signal,
    subscribe,
    subscription,
    subscriptions,
)
from pathway_fhir.national.signals import take_in
from tests.actions.reading import row, rows
from tests.fhir.client.receiver import Reply, Sent, receiving
from tests.fhir.national import mesh
from tests.fhir.national.asked import asking
from tests.fhir.outside import files, name_of, needs_examples, read_json
from tests.world import World

PROFILE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"
SIGNALS = list(files("mns/examples/*/signal.json", "mns/examples/*/hydrated-signal.json"))


def signal(event: str, number: str, identity: str = "deb6ed8d-c54a-4489-8609-b15baf927541") -> dict[str, Any]:
    """A signal in the published form, about a child of ours."""
    parts = {
        "event-type": {"valueString": event},
        "source": {"valueUri": "uk.nhs.example"},
        "subject": {"valueReference": {"identifier": {"value": number}}},
    }
    return {
        "resourceType": "Bundle",
        "id": identity,
        "type": "history",
        "timestamp": "2026-11-24T12:00:00Z",
        "entry": [
            {
                "fullUrl": "urn:uuid:7c38eb82-9186-402f-a120-94c29ceddb48",
                "resource": {
                    "resourceType": "Parameters",
                    "id": "7c38eb82-9186-402f-a120-94c29ceddb48",
                    "meta": {"profile": [PROFILE]},
                    "parameter": [
                        {"name": "subscription", "valueReference": {"reference": "https://example.org/subscriptions"}},
                        {"name": "status", "valueCode": "active"},
                        {"name": "type", "valueCode": "event-notification"},
                        {
                            "name": "notification-event",
                            "part": [
                                {"name": "event-number", "valueString": "1"},
                                {"name": "timestamp", "valueInstant": "2026-11-24T12:00:00Z"},
                            ],
                        },
                        {
                            "name": "additional-context",
                            "part": [{"name": name, **value} for name, value in parts.items()],
                        },
                    ],
                },
                "request": {"method": "GET", "url": "https://example.org/subscriptions"},
                "response": {"status": "200"},
            }
        ],
    }  # fmt: skip


# --- Reading ----------------------------------------------------------------------------------------------------------


@needs_examples
@pytest.mark.parametrize("file", SIGNALS, ids=name_of)
def test_every_published_signal_is_read(file: Path) -> None:
    sent = json.loads(file.read_text(encoding="utf-8"))
    found = read_signal(file.read_bytes())
    assert found.id == sent["id"]
    assert found.event_type == file.parent.name
    assert found.nhs_number == "9912003888"
    assert found.happened_at is not None


@needs_examples
def test_our_own_test_signals_keep_to_the_published_schema() -> None:
    schema = read_json("mns/fhirsignal.schema.json")
    jsonschema.validate(signal("pds-record-change-2", "9912003888"), schema)
    for file in SIGNALS:
        jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml/>", b"[]", b"{}", b'{"resourceType": "Bundle"}', b"[" * 100_000,
     json.dumps(signal("", "9912003888")).encode(), json.dumps({**signal("x", "1"), "id": "x" * 65}).encode(),
     json.dumps({**signal("x", "1"), "entry": {"resource": []}}).encode()],
)  # fmt: skip
def test_what_is_no_signal_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_signal(body)
    assert "9912003888" not in str(refused.value)


def test_a_subject_that_is_no_number_is_nobody() -> None:
    assert read_signal(json.dumps(signal("pds-record-change-2", "9912003889")).encode()).nhs_number is None


def test_the_number_of_a_signal_is_hidden_in_logs() -> None:
    assert "9912003888" not in repr(read_signal(json.dumps(signal("a", "9912003888")).encode()))


# --- Subscribing ------------------------------------------------------------------------------------------------------


async def test_each_event_is_subscribed_to_once(rolled_back: Database) -> None:
    asked: list[dict[str, Any]] = []

    def answer(sent: Sent) -> Reply:
        asked.append(json.loads(sent.body))
        known = len(asked) > 1
        body = {"resourceType": "OperationOutcome", "issue": [{"code": "duplicate"}]} if known else asked[-1]
        return Reply(409 if known else 201, json.dumps(body).encode())

    with receiving(answer) as receiver:
        national = asking(rolled_back, sandboxes={"mns": receiver.address})
        made = await subscribe(national, "X26ABC1", tuple(READS_AGAIN)[:3])
        await national.close()
    assert list(made.values()) == [True, False, False]
    assert asked[0] == subscription("pds-record-change-2", "X26ABC1")
    assert asked[0]["channel"]["endpoint"] == f"mesh://X26ABC1?workflow_id={WORKFLOW}"
    assert asked[0]["criteria"] == "eventType=pds-record-change-2"


async def test_what_we_are_subscribed_to_is_listed(rolled_back: Database) -> None:
    one = {**subscription("patientflags-change-1", "X26ABC1"), "id": "1", "status": "active"}
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one}]}
    with receiving(lambda _: Reply(200, json.dumps(bundle).encode())) as receiver:
        national = asking(rolled_back, sandboxes={"mns": receiver.address})
        [found] = await subscriptions(national)
        receiver.answers = lambda _: Reply(
            400, b'{"resourceType": "OperationOutcome", "issue": [{"code": "value"}]}'
        )
        with pytest.raises(NotAnswered):
            await subscriptions(national)
        await national.close()
    assert (found.event_type, found.endpoint, found.status) == (
        "patientflags-change-1", endpoint_of("X26ABC1"), "active",
    )  # fmt: skip


# --- End to end -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mesh_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mesh.sandbox(tmp_path_factory.mktemp("mesh")) as address:
        yield address


@pytest.fixture
async def mailbox(mesh_sandbox: str, tmp_path: Path) -> AsyncIterator[Mailbox]:
    found = mailbox_from(mesh.settings_for(mesh_sandbox, tmp_path))
    assert found is not None
    yield found
    await found.close()


def send(address: str, body: bytes, workflow: str = WORKFLOW) -> str:
    """As the Multicast Notification Service does: from its mailbox to ours."""
    with MeshClient(address, mesh.THEIRS, mesh.PASSWORD, mesh.SHARED_KEY.encode(), max_retries=0) as client:
        return client.send_message(mesh.OURS, body, workflow_id=workflow)


async def test_a_signal_comes_by_mesh_and_its_source_is_read_again(
    world: World, mailbox: Mailbox, mesh_sandbox: str
) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    before = await row(
        world, "SELECT to_jsonb(c)::text AS text FROM child c WHERE id = $1", referred.child_id
    )
    number = child.nhs_number.value if child.nhs_number else ""
    body = json.dumps(signal("pds-record-change-2", number)).encode()
    send(mesh_sandbox, body)
    send(mesh_sandbox, body)
    send(mesh_sandbox, json.dumps(signal("imms-vaccination-record-change-1", number, "another")).encode())
    send(mesh_sandbox, b"Dear colleague, Amira Stone")

    assert await take_in(world.area, mailbox) == 3

    assert await mailbox.waiting() == [], "each is acknowledged"
    assert await take_in(world.area, mailbox) == 0
    noted = {one["event_type"]: one["child_id"] for one in await rows(world, "SELECT * FROM signal")}
    assert noted == {
        "pds-record-change-2": referred.child_id,
        "imms-vaccination-record-change-1": None,
        "unreadable": None,
    }
    jobs = await rows(
        world,
        "SELECT entrypoint, convert_from(payload, 'UTF8') AS about FROM pgqueuer WHERE entrypoint = 'trace'",
    )
    assert [one["about"] for one in jobs] == [str(referred.child_id)]
    after = await row(world, "SELECT to_jsonb(c)::text AS text FROM child c WHERE id = $1", referred.child_id)
    assert after == before, "what a signal says changes nobody"
    kept = await rows(world, "SELECT to_jsonb(s)::text AS text FROM signal s")
    assert not any(number in one["text"] or "Stone" in one["text"] for one in kept)


async def test_what_is_not_ours_stays_in_the_mailbox(
    world: World, mailbox: Mailbox, mesh_sandbox: str
) -> None:
    theirs = send(mesh_sandbox, b"a report", "ANOTHER_WORKFLOW")
    assert await take_in(world.area, mailbox) == 0
    assert await mailbox.waiting() == [theirs]
    await mailbox.acknowledge(theirs)


async def test_a_signal_that_could_not_be_noted_is_not_acknowledged(
    world: World, mailbox: Mailbox, mesh_sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(mesh_sandbox, json.dumps(signal("pds-record-change-2", "9912003888", "third")).encode())

    async def breaks(*_: object) -> bool:
        raise ConnectionError("the database is gone")

    with monkeypatch.context() as broken:
        broken.setattr("pathway_fhir.national.signals.note_signal", breaks)
        with pytest.raises(ConnectionError):
            await take_in(world.area, mailbox)
    assert await take_in(world.area, mailbox) == 1


async def test_a_mailbox_that_does_not_answer_is_tried_later(tmp_path: Path) -> None:
    found = mailbox_from(mesh.settings_for("http://127.0.0.1:9", tmp_path))
    assert found is not None
    with pytest.raises(NotNow) as later:
        await found.waiting()
    assert mesh.OURS not in later.value.sentence
    await found.close()


def test_a_mailbox_must_be_named() -> None:
    assert mailbox_from(load()) is None
    with pytest.raises(SettingsRefused, match="PATHWAY_MESH_MAILBOX"):
        mailbox_from(load(mns_mode="sandbox"))

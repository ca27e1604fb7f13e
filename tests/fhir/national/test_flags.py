"""Reasonable adjustments: recorded by staff, given to the national record, read from it, and shown to the team alone."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from pathway.actions.adjustments import record_adjustments
from pathway.actions.seal_identity import NewIdentity, seal_identity
from pathway.domain.adjustments import AdjustmentBasis
from pathway.domain.errors import InvalidInput, NotAllowed, NotFound
from pathway_fhir.client.calling import Answer, Call
from pathway_fhir.national.asking import NotAnswered
from pathway_fhir.national.flags import CODE, adjustments_in, exchange_adjustments, flag
from tests.actions.reading import row, rows
from tests.fhir.national.asked import asking
from tests.fhir.outside import needs_examples, read_json
from tests.web.signing_in import send, signed_in, words
from tests.world import World

LINES = ["A quiet room to wait in", "Pictures instead of words"]


@dataclass
class Played:
    """The national record played here: it keeps what it is given."""

    held: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def __call__(self, call: Call) -> Answer:
        self.calls.append(call)
        if call.method == "POST":
            self.held.append(json.loads(call.body or b""))
            return Answer(201, {}, call.body or b"")
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": one} for one in self.held],
        }
        return Answer(200, {}, json.dumps(bundle).encode())


async def recorded(world: World, child: UUID, who: str = "clinician", lines: list[str] = LINES) -> None:
    await record_adjustments(world.area, world.asking(who), child, lines, AdjustmentBasis.AGREED)


async def test_what_staff_record_is_given_once_and_read_back(world: World) -> None:
    child = world.child()
    referred = await world.refer(child=child)
    await recorded(world, referred.child_id)
    service = Played()
    national = asking(world.area.database, {"flags": service})
    for _ in range(2):
        found = await exchange_adjustments(world.area, national, referred.child_id)
    assert found is not None
    assert found.sent
    assert list(found.national) == list(found.ours) == LINES
    assert [call.method for call in service.calls] == ["POST", "GET", "GET"]
    [given] = service.held
    assert given["subject"]["identifier"]["value"] == (child.nhs_number.value if child.nhs_number else "")
    assert given["category"][0]["coding"][0]["code"] == CODE
    wanted = await row(world, "SELECT wanted, to_jsonb(a)::text AS text FROM child_adjustment a")
    assert not wanted["wanted"]
    assert "quiet" not in wanted["text"], "it lies under the child's key"


async def test_a_try_that_failed_is_the_same_question_again(world: World) -> None:
    referred = await world.refer()
    await recorded(world, referred.child_id)
    seen: list[Any] = []

    def refuses(call: Call) -> Answer:
        seen.append(call.request_id)
        return Answer(422, {}, b'{"resourceType": "OperationOutcome", "issue": [{"code": "value"}]}')

    for _ in range(2):
        with pytest.raises(NotAnswered):
            await exchange_adjustments(
                world.area, asking(world.area.database, {"flags": refuses}), referred.child_id
            )
    assert seen[0] == seen[1]
    assert (await row(world, "SELECT wanted FROM child_adjustment"))["wanted"]


async def test_words_about_a_restricted_child_do_not_leave(world: World) -> None:
    referred = await world.refer(child=world.child(restricted=True, safe_contact="Aunt, 01632 960123"))
    await recorded(world, referred.child_id)
    service = Played()
    await exchange_adjustments(world.area, asking(world.area.database, {"flags": service}), referred.child_id)
    assert service.held == []


async def test_only_the_team_records_and_sees_them(world: World) -> None:
    referred = await world.refer()
    for who in ("officer", "senco", "family", "commissioner"):
        with pytest.raises(NotAllowed):
            await recorded(world, referred.child_id, who)
    with pytest.raises(NotFound):
        await recorded(world, referred.child_id, "other_clinician")
    for lines in ([], ["  "], ["x" * 201], ["x"] * 11):
        with pytest.raises(InvalidInput):
            await recorded(world, referred.child_id, lines=lines)
    assert await rows(world, "SELECT FROM child_adjustment") == []


async def test_the_page_shows_both_and_records(world: World) -> None:
    referred = await world.refer()
    path = f"/children/{referred.child_id}/adjustments"
    async with signed_in(world, "clinician") as client:
        assert path in (await client.get(f"/children/{referred.child_id}/people")).text
        wrong = await send(client, path, {"ours": "", "basis": "agreed"})
        assert wrong.status_code == 422
        done = await send(client, path, {"ours": "\n".join(LINES), "basis": "agreed"})
        assert done.status_code == 303, words(done)
        read = words(await client.get(path))
        assert "A quiet room to wait in" in read
        assert "Not given to the national record yet" in read
        await exchange_adjustments(
            world.area, asking(world.area.database, {"flags": Played()}), referred.child_id
        )
        assert "The national record was given this" in words(await client.get(path))
    async with signed_in(world, "officer") as client:
        assert (await client.get(path)).status_code == 403


async def test_sealing_takes_them_away(world: World) -> None:
    referred = await world.refer()
    await recorded(world, referred.child_id)
    new = NewIdentity(world.child(restricted=True, safe_contact="Social worker"))
    await seal_identity(world.area, world.asking("privacy"), referred.child_id, new)
    assert await rows(world, "SELECT FROM child_adjustment") == []
    assert await exchange_adjustments(world.area, asking(world.area.database), referred.child_id) is None


@needs_examples
def test_the_address_is_the_one_that_the_published_signal_points_at() -> None:
    said = read_json("mns/examples/patientflags-change-1/signal.json")["entry"][0]["resource"]["parameter"]
    event = next(one for one in said if one["name"] == "notification-event")
    focus = next(part for part in event["part"] if part["name"] == "focus")["valueReference"]["reference"]
    place = urlsplit(focus)
    assert place.path == "/patient-flags-api/PatientFlag"
    assert place.query == f"patient=9912003888&code={CODE}"


def test_another_kind_of_flag_and_one_that_ended_are_not_read() -> None:
    ours = flag("9912003888", LINES, None)
    others = [
        {**ours, "category": [{"coding": [{"code": "CP-IS"}]}]},
        {**ours, "status": "inactive"},
        {"resourceType": "Condition", "code": {"text": "Autism"}},
    ]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in others]}
    assert adjustments_in(Answer(200, {}, json.dumps(bundle).encode())) == []
    coded = {**ours, "code": {"coding": [{"display": "A quiet room"}]}}
    assert adjustments_in(Answer(200, {}, json.dumps(coded).encode())) == ["A quiet room"]
    assert adjustments_in(Answer(404, {}, b"")) == []
    for body in (b"", b"[]", b'{"resourceType": "Patient"}'):
        with pytest.raises(NotAnswered):
            adjustments_in(Answer(200, {}, body))
